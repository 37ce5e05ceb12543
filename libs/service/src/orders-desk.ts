import { appendAudit, type Act } from '@fengsui/access';
import { addMinutes, type OrderKind, type OrderV1, type Service, type UtcInstant } from '@fengsui/contracts';
import { insertRows, one, rows, run, schedule, unschedule, type Db, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import type { EntityTarget } from 'typeorm';
import type { GivenOrder } from './given-order.js';
import type { OrderHandler, OrderResult } from './takes.js';

/** What became of an order, for whoever gave it. `waiting`: for what it is about. */
export type OrderOutcome = Readonly<{ outcome: 'waiting' | 'done' | 'rejected'; reason: string }>;

/** An order's handler with what the order is about. */
export type OrderTaker = Readonly<{ target: (order: OrderV1) => string; handle: OrderHandler }>;
/** The methods marked with `@Takes` for a service, by kind. */
export type OrderTakers = ReadonlyMap<OrderKind, OrderTaker>;

/** Kind of the due job that ends the waiting of an order. */
export const ORDER_EXPIRY = 'order-expiry';

/**
 * What becomes of a service's orders, in one place: each is carried out once, waits while what it is about is not
 * known, is released in the order in which it was given, expires, is refused with a reason; and whoever gave it can
 * see what became of it.
 */
export class OrdersDesk {
  constructor(
    readonly service: Service,
    /** The table of its rows, in the service's own schema. */ private readonly table: EntityTarget<GivenOrder>,
    /** How long an order waits for what it is about, minutes. */ private readonly waitsMinutes: number,
    private readonly takersOf: (service: Service) => OrderTakers,
  ) {}

  /** Carries out what has not been carried out. Orders for other services pass by. */
  async take(orders: readonly OrderV1[], unit: UnitOfWork): Promise<void> {
    const takers = this.takersOf(this.service);
    const acts: Act[] = [];
    for (const order of orders) {
      const taker = takers.get(order.data.kind);
      if (taker === undefined || (await this.outcomeOf(unit.tx, order.id)) !== null) continue;
      const result = await taker.handle(order as never, unit);
      if (result.kind === 'target-unknown') await this.wait(order, taker, unit);
      else await this.write(unit.tx, order, taker, result, unit.now);
      if (result.kind !== 'target-unknown') acts.push(this.actOf(order, result));
    }
    // Last: whoever else writes into the chain waits for this transaction.
    await appendAudit(unit.tx, acts, unit.now);
  }

  /**
   * Says that these targets are known from here on: the orders that waited for them are carried out, in the order in
   * which they were given. Call it in the transaction that makes them known, after they were written.
   */
  async targetsKnown(targets: readonly string[], unit: UnitOfWork): Promise<void> {
    if (targets.length === 0) return;
    await this.lockTargets(unit.tx, targets);
    const waiting = await rows<{ body: OrderV1 }>(
      unit.tx,
      `select body from ${this.name(unit.tx)} where outcome = 'waiting' and target = any($1) order by given_at, event`,
      [targets],
    );
    for (const { body } of waiting) await this.tryAgain(body, unit);
  }

  /** The time of some orders is over: each is tried once more, and then refused. */
  async expire(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const waiting = await rows<{ body: OrderV1 }>(
      unit.tx,
      `select body from ${this.name(unit.tx)} where outcome = 'waiting' and event = any($1) order by given_at, event`,
      [jobs.map(({ key }) => key)],
    );
    for (const { body } of waiting) {
      const left = await this.tryAgain(body, unit);
      if (left === null) continue;
      await this.update(unit.tx, body.id, 'rejected', left.reason, unit.now);
      await appendAudit(unit.tx, this.actOf(body, { kind: 'rejected', reason: left.reason }), unit.now);
    }
  }

  /** An order that waits. @returns null when there is none, or it was settled */
  async waitingOrder(db: Db, event: string): Promise<OrderV1 | null> {
    const sql = `select body from ${this.name(db)} where event = $1 and outcome = 'waiting'`;
    return (await one<{ body: OrderV1 }>(db, sql, [event]))?.body ?? null;
  }

  /** @returns null when this service was not given the order, or has not come to it yet */
  outcomeOf(db: Db, event: string): Promise<OrderOutcome | null> {
    return one<OrderOutcome>(db, `select outcome, reason from ${this.name(db)} where event = $1`, [event]);
  }

  /** @returns the result when it must go on waiting, null when it is settled */
  private async tryAgain(order: OrderV1, unit: UnitOfWork): Promise<OrderResult | null> {
    const taker = this.takersOf(this.service).get(order.data.kind);
    if (taker === undefined) return null;
    const result = await taker.handle(order as never, unit);
    if (result.kind === 'target-unknown') return result;
    await this.update(unit.tx, order.id, result.kind, result.reason, unit.now);
    await unschedule(unit.tx, this.service, ORDER_EXPIRY, [order.id]);
    await appendAudit(unit.tx, this.actOf(order, result), unit.now);
    return null;
  }

  /** What became of an order, for the audit: its giving stands there already, written by intake. */
  private actOf({ id, data }: OrderV1, { kind, reason, states }: OrderResult): Act {
    return {
      actor: data.actor,
      right: data.right ?? 'none',
      origin: `desk of ${this.service}`,
      act: `order.${kind}`,
      about: id,
      before: states?.before ?? null,
      after: states?.after ?? null,
      reason,
    };
  }

  /**
   * Keeps an order whose target is not known. The target may be made known at this moment by a transaction that
   * cannot see the order: under the target's lock one of the two sees the other.
   */
  private async wait(order: OrderV1, taker: OrderTaker, unit: UnitOfWork): Promise<void> {
    await this.lockTargets(unit.tx, [taker.target(order)]);
    const result = await taker.handle(order as never, unit);
    await this.write(unit.tx, order, taker, result, unit.now);
    if (result.kind !== 'target-unknown') return;
    const dueAt = addMinutes(unit.now, this.waitsMinutes);
    await schedule(unit.tx, this.service, [{ kind: ORDER_EXPIRY, key: order.id, dueAt, payload: {} }]);
  }

  private async write(tx: Tx, order: OrderV1, taker: OrderTaker, result: OrderResult, now: UtcInstant): Promise<void> {
    const waits = result.kind === 'target-unknown';
    const row = {
      event: order.id,
      kind: order.data.kind,
      target: taker.target(order),
      givenAt: order.occurredAt,
      outcome: waits ? 'waiting' : result.kind,
      reason: result.reason,
      at: now,
      until: waits ? addMinutes(now, this.waitsMinutes) : null,
      body: waits ? order : null,
    };
    await insertRows<GivenOrder>(tx, this.table, [row], 'nothing');
  }

  private async update(tx: Tx, event: string, outcome: string, reason: string, now: UtcInstant): Promise<void> {
    const sql = `update ${this.name(tx)} set outcome = $2, reason = $3, at = $4, until = null, body = null where event = $1`;
    await run(tx, sql, [event, outcome, reason, now]);
  }

  private async lockTargets(tx: Tx, targets: readonly string[]): Promise<void> {
    const names = [...new Set(targets)].sort();
    await run(tx, 'select pg_advisory_xact_lock(hashtext($1), hashtext(t)) from unnest($2::text[]) as t', [
      `fengsui orders ${this.service}`,
      names,
    ]);
  }

  private name(db: Db): string {
    const { schema, tableName } = ('dataSource' in db ? db.dataSource : db).getMetadata(this.table);
    return `${schema}.${tableName}`;
  }
}
