import { addMinutes, type DomainEvent, type FireJudgedV1, type FireOverdueV1, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import { schedule, unschedule, type Tx } from '@fengsui/database';
import { Inject, Injectable } from '@nestjs/common';
import { Fires } from './fires.js';
import { WildfirePlan } from './plan.js';

type VerdictOrder = OrderOf<'verdict'>;

/** What people found on the ground, and what happens when nobody says. */
@Injectable()
export class Verdicts {
  private readonly fires = new Fires();

  constructor(@Inject(WildfirePlan) private readonly plan: WildfirePlan) {}

  /** A second verdict on the same fire corrects the first. */
  async apply(tx: Tx, order: VerdictOrder, now: UtcInstant): Promise<DomainEvent[]> {
    if (((await tx.query('select 1 from wildfire.order_outcome where event = $1', [order.id])) as unknown[]).length > 0) return [];
    const fire = await this.fires.lock(tx, order.data.fireId);
    if (fire === null) {
      await tx.query('insert into wildfire.waiting_verdict (event, fire, body) values ($1, $2, $3) on conflict do nothing', [
        order.id,
        order.data.fireId,
        JSON.stringify(order),
      ]);
      await schedule(tx, 'wildfire', [
        { kind: 'verdict-expiry', key: order.id, dueAt: addMinutes(now, this.plan.orderWaitsMinutes), payload: {} },
      ]);
      return [];
    }
    const event = judged(fire.id, fire.county, fire.first_seen_at, order, now, this.plan.fires.version);
    await this.fires.judge(
      tx,
      fire.id,
      {
        verdict: event.data.verdict,
        deaths: event.data.deaths,
        burnedAreaHa: event.data.burnedAreaHa,
        decidedBy: event.data.decidedBy,
        at: order.occurredAt,
        reason: event.data.reason,
      },
      event.id,
    );
    await unschedule(tx, 'wildfire', 'verify-deadline', [fire.id]);
    await this.settle(tx, order.id, 'done', `${fire.id} is ${event.data.verdict}`, now);
    return [event];
  }

  async applyWaiting(tx: Tx, fireId: string, now: UtcInstant): Promise<DomainEvent[]> {
    const [rows] = (await tx.query('delete from wildfire.waiting_verdict where fire = $1 returning body', [fireId])) as [
      { body: VerdictOrder }[],
      number,
    ];
    const events: DomainEvent[] = [];
    for (const { body } of rows.sort((a, b) => (a.body.occurredAt < b.body.occurredAt ? -1 : 1)))
      events.push(...(await this.apply(tx, body, now)));
    return events;
  }

  /** Tried once more before it is given up: the fire may have been raised in a transaction that could not see the verdict. */
  async giveUpWaiting(tx: Tx, eventId: string, now: UtcInstant): Promise<DomainEvent[]> {
    const [rows] = (await tx.query('delete from wildfire.waiting_verdict where event = $1 returning body', [eventId])) as [
      { body: VerdictOrder }[],
      number,
    ];
    const [row] = rows;
    if (row === undefined) return [];
    if ((await this.fires.lock(tx, row.body.data.fireId)) !== null) return this.apply(tx, row.body, now);
    await this.settle(tx, eventId, 'rejected', `there is no fire ${row.body.data.fireId}`, now);
    return [];
  }

  async overdue(tx: Tx, fireId: string, now: UtcInstant): Promise<DomainEvent[]> {
    const fire = await this.fires.lock(tx, fireId);
    if (fire === null || fire.state !== 'to-verify' || fire.id !== fireId) return [];
    const event: FireOverdueV1 = {
      id: `fire-overdue/${fireId}`,
      type: 'fire-overdue.v1',
      key: fireId,
      correlationId: fireId,
      occurredAt: now,
      recordedAt: now,
      causes: [`fire-raised/${fireId}`],
      data: {
        fireId,
        county: fire.county,
        dueAt: fire.due_at,
        reason: 'nobody gave a verdict by the deadline',
        plan: this.plan.fires.version,
      },
    };
    await this.fires.markOverdue(tx, fireId, event.id);
    return [event];
  }

  private async settle(tx: Tx, eventId: string, outcome: string, reason: string, now: UtcInstant): Promise<void> {
    await tx.query('insert into wildfire.order_outcome (event, outcome, reason, at) values ($1, $2, $3, $4) on conflict do nothing', [
      eventId,
      outcome,
      reason,
      now,
    ]);
  }
}

function judged(fireId: string, county: string, firstSeenAt: UtcInstant, order: VerdictOrder, now: UtcInstant, plan: string): FireJudgedV1 {
  const { verdict, deaths, burnedAreaHa, speaksFor, actor, reason } = order.data;
  return {
    id: `fire-judged/${order.id}`,
    type: 'fire-judged.v1',
    key: fireId,
    correlationId: fireId,
    occurredAt: order.occurredAt,
    recordedAt: now,
    causes: [order.id],
    data: { fireId, county, verdict, deaths, burnedAreaHa, firstSeenAt, decidedBy: speaksFor ?? actor, reason, plan },
  };
}
