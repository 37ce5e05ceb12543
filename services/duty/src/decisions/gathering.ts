import { addMinutes, type CallCause, type UtcInstant } from '@fengsui/contracts';
import { insertRows, one, run, schedule, updateRows, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { Ending } from '../calls/call-events.js';
import { Calls, type NewCall } from '../calls/calls.js';
import { DutyPlan } from '../plan.js';
import { CallRow, GatheredRow } from '../tables/tables.js';
import { CallTexts } from './call-texts.js';

/** What one pass or one broken line brings comes on several partitions: so long it is waited for. Two seconds. */
export const TOGETHER_MINUTES = 2 / 60;
const RING = 'ring-gathered';

/** One more thing of the same kind, as a call of its own would have it. */
export type Item = Pick<NewCall, 'id' | 'about' | 'says' | 'authority'> &
  Readonly<{ event: string }> &
  Partial<Pick<GatheredRow, 'bundle' | 'weight' | 'urgentAs'>>;
/** The call that a thing is in, beside others; null: it has one of its own, or none. */
export type InGroup = Readonly<{ call: string; about: string }>;

/**
 * Things of one kind that come together are one call. Urgent ones wait for nothing else; of ordinary ones the first at
 * once, those of the next two minutes in one, and when there were more than ten in ten minutes, one for each ten
 * minutes. Each is settled by itself; the call is over when all of them are.
 */
@Injectable()
export class Gathering {
  constructor(
    private readonly plan: DutyPlan,
    private readonly calls: Calls,
    private readonly texts: CallTexts,
  ) {}

  async add(cause: CallCause, items: readonly Item[], { tx, now }: UnitOfWork): Promise<void> {
    if (items.length === 0) return;
    await locked(tx, cause);
    const waits = await one(
      tx,
      'select 1 from duty.gathered where cause = $1 and call is null and done_by is null limit 1',
      [cause],
    );
    // Said once more before anybody was rung for it: the later words count.
    const latest = new Map<string, Item>();
    for (const item of items) latest.set(item.about, { ...item, id: latest.get(item.about)?.id ?? item.id });
    const waiting = await tx.getRepository(GatheredRow).findBy({
      about: In([...latest.keys()]),
      call: IsNull(),
      doneBy: IsNull(),
    });
    const said = waiting.flatMap(({ id, about }) => {
      const again = latest.get(about);
      latest.delete(about);
      return again === undefined ? [] : [{ id, ...again.says, event: again.event }];
    });
    await updateRows(tx, GatheredRow, said);
    const fresh = [...latest.values()].map((item) => {
      const { id, about, says, event, authority = null, bundle = null, weight = 0, urgentAs = null } = item;
      return { id, cause, about, authority, bundle, weight, urgentAs, ...says, event, at: now };
    });
    await insertRows(tx, GatheredRow, fresh, 'nothing');
    const isUrgent = items.some(({ urgentAs }) => urgentAs);
    if (waits === null || isUrgent)
      await schedule(tx, 'duty', [
        { kind: RING, key: cause, dueAt: await this.rungAt(tx, cause, isUrgent, now), payload: {} },
      ]);
  }

  /** One call for all that no call has named yet. */
  @Due('duty', RING)
  async ring(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    for (const { key } of jobs) await this.ringOne(key as CallCause, unit);
  }

  /** Which call a thing is in together with others. */
  async groupOf(about: string, tx: Tx): Promise<InGroup | null> {
    // The last time counts: a source that was in a call with others may fall silent alone another day.
    const found = await one<InGroup>(
      tx,
      `select c.id as call, c.about from duty.gathered g left join duty.call c on c.id = g.call
       where g.about = $1 and g.done_by is null order by g.at desc, g.id limit 1`,
      [about],
    );
    return found === null || found.call === null || found.about === about ? null : found;
  }

  /**
   * A thing needs nobody any more. Of one in a call with others the call goes on about these; of the last of them, and
   * of one in a call of its own, `over` is asked to end the call.
   */
  async settle(about: string, ending: Ending, over: (about: string) => Promise<void>, unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    // Locked: of its settling and of the call that is about to be rung for it one sees the other.
    const item = await tx.getRepository(GatheredRow).findOne({
      where: { about, doneBy: IsNull() },
      order: { at: 'desc', id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    const by = ending.causes[0] ?? '-';
    if (item !== null) await tx.getRepository(GatheredRow).update({ id: item.id }, { doneBy: by });
    const call =
      item === null || item.call === null
        ? null
        : await tx.getRepository(CallRow).findOne({ where: { id: item.call }, lock: { mode: 'pessimistic_write' } });
    if (call === null || call.about === about) return over(about);
    const left = await itemsOf(tx, call.id);
    if (left.length === 0) return over(call.about);
    await this.calls.reword(call.about, this.texts.gathered(call.cause, left, unit.now), by, unit);
  }

  /** What is urgent before it was rung has a call of its own, and is gathered with nothing. */
  async takeOut(about: string, call: string, { tx, now }: UnitOfWork): Promise<void> {
    await run(tx, 'update duty.gathered set call = $2, rung_at = $3 where about = $1 and call is null', [
      about,
      call,
      now,
    ]);
  }

  /** The same of several is overdue: the call about them goes on, more urgently, and begins anew only once. */
  async overdue(group: InGroup, cause: CallCause, event: string, unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const row = await tx.getRepository(CallRow).findOneBy({ id: group.call });
    const says = this.texts.gathered(cause, await itemsOf(tx, group.call), now);
    const because = row?.cause === cause ? ('overdue' as const) : ('raised' as const);
    await this.calls.again(group.about, { says, event, cause, because }, unit);
  }

  private async ringOne(cause: CallCause, unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    await locked(tx, cause);
    const fresh = await tx.getRepository(GatheredRow).find({
      where: { cause, call: IsNull(), doneBy: IsNull() },
      order: { weight: 'desc', id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    const bundles = new Map<string | null, GatheredRow[]>();
    for (const row of fresh) bundles.set(row.bundle, [...(bundles.get(row.bundle) ?? []), row]);
    for (const bundle of bundles.values()) await this.ringTogether(cause, bundle, unit);
  }

  /** @param fresh what weighs most first */
  private async ringTogether(kind: CallCause, fresh: readonly GatheredRow[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const [first] = fresh;
    if (first === undefined) return;
    const cause = fresh.flatMap(({ urgentAs }) => urgentAs ?? [])[0] ?? kind;
    const alone = fresh.length === 1;
    const about = alone ? first.about : `gathered/${first.id}`;
    const says = alone ? { subject: first.subject, text: first.text } : this.texts.gathered(cause, fresh, now);
    const id = alone ? first.id : `gathered/${first.id}`;
    await run(tx, 'update duty.gathered set call = $2, rung_at = $3 where id = any($1)', [
      fresh.map((row) => row.id),
      id,
      now,
    ]);
    const authority = fresh.every((row) => row.authority === first.authority) ? first.authority : null;
    await this.calls.start({ id, cause, about, authority, says, causes: fresh.map(({ event }) => event) }, unit);
  }

  /** When the next call of a kind may be rung. */
  private async rungAt(tx: Tx, cause: CallCause, isUrgent: boolean, now: UtcInstant): Promise<UtcInstant> {
    const { gatherMinutes, digestOver, digestMinutes } = this.plan.ordinary;
    const lately = await one<{ n: number; last: UtcInstant | null }>(
      tx,
      `select count(*) filter (where rung_at > $2)::int as n, max(rung_at) as last from duty.gathered where cause = $1`,
      [cause, addMinutes(now, -digestMinutes)],
    );
    const soonest = addMinutes(now, TOGETHER_MINUTES);
    if (lately === null || lately.last === null || isUrgent || this.plan.urgent(cause)) return soonest;
    const next = addMinutes(lately.last, lately.n > digestOver ? digestMinutes : gatherMinutes);
    return next > soonest ? next : soonest;
  }
}

const locked = (tx: Tx, cause: CallCause): Promise<unknown> =>
  one(tx, 'select pg_advisory_xact_lock(hashtext($1))', [`gathering ${cause}`]);

/** What of a call is not settled yet. */
export const itemsOf = (tx: Tx, call: string): Promise<GatheredRow[]> =>
  tx.getRepository(GatheredRow).find({ where: { call, doneBy: IsNull() }, order: { weight: 'desc', id: 'asc' } });
