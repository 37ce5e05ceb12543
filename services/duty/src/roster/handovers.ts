import { addMinutes, OWN_CAUSES, shanghaiMinute, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import { insertReturning, rows, run, schedule, scheduled, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { changesOf, onDuty, type Roster, type TurnChange } from '@fengsui/rules';
import { done, Due, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { Calls } from '../calls/calls.js';
import { Notices } from '../calls/notices.js';
import { OnWallTime } from '../on-wall-time.js';
import { countyOrCity, DutyPlan, type Policy } from '../plan.js';
import { CallRow, HandoverRow, type HandedOver } from '../tables/tables.js';
import { RosterChanges } from './roster-changes.js';
import { lookAtShifts, SHIFT } from './shift-jobs.js';

/** A role that nobody changes for longer is looked at again. */
const LOOK_AHEAD_MINUTES = 8 * 1_440;

type Desk = Readonly<{ authority: string; role: string }>;
type Signs = OrderOf<'hand-over'> | OrderOf<'take-over'>;

/**
 * Handovers 交接班, at the border of every shift of the roles that the plan names: what is open goes from the one to the
 * other in one transaction, whoever goes is told, whoever comes accepts each thing by itself, and both sign. What is
 * not signed in its time climbs.
 */
@Injectable()
export class Handovers implements OnApplicationBootstrap {
  constructor(
    private readonly wall: OnWallTime,
    private readonly plan: DutyPlan,
    private readonly changes: RosterChanges,
    private readonly calls: Calls,
    private readonly notices: Notices,
  ) {}

  /** Shifts that ended while nothing ran are found: each role is looked at from where it was looked at last. */
  onApplicationBootstrap(): Promise<void> {
    return this.wall.begin((tx, now) => this.watch(tx, now));
  }

  /** Looks at every desk of the plan that is not looked at yet. */
  async watch(tx: Tx, now: UtcInstant): Promise<void> {
    const known = new Set((await scheduled(tx, 'duty', [SHIFT])).map(({ key }) => key));
    const fresh = this.desks().filter((desk) => !known.has(keyOf(desk)));
    await schedule(
      tx,
      'duty',
      fresh.map((desk) => shiftAt(desk, { since: now, had: null }, now)),
    );
    // Another plan may have other borders than those that were waited for.
    await lookAtShifts(tx, now);
  }

  @Due('duty', SHIFT)
  async shifts(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const since = jobs
      .map(({ payload }) => (payload as Seen).since)
      .reduce((first, at) => (at < first ? at : first), now);
    const roster = await this.changes.rosterOf(tx, since);
    const desks = new Map(this.desks().map((desk) => [keyOf(desk), desk]));
    for (const { key, payload } of jobs) {
      const desk = desks.get(key);
      if (desk === undefined) continue; // the plan names it no longer
      const whose = countyOrCity(desk.authority);
      const turns = turnsOf(roster, { ...desk, whose }, { ...(payload as Seen), now });
      for (const change of turns.changes) await this.begin(desk, change, unit);
      const upTo = addMinutes(now, LOOK_AHEAD_MINUTES);
      const next = changesOf(roster, desk.role, whose, { after: now, upTo })[0]?.at ?? upTo;
      await schedule(tx, 'duty', [shiftAt(desk, { since: now, had: turns.last }, next)]);
    }
  }

  @Takes('duty', 'hand-over', ({ data }) => data.handover)
  async handOver(order: OrderOf<'hand-over'>, unit: UnitOfWork): Promise<OrderResult> {
    const row = await this.meant(order, unit.tx);
    if (row === null) return noSuch(order);
    const unfit = whyNotBy(order, row.from);
    if (unfit !== null) return rejected(unfit);
    if (row.gaveAt !== null) return rejected('已签字 / was signed before');
    return this.signed({ ...row, gaveAt: order.occurredAt }, unit);
  }

  @Takes('duty', 'take-over', ({ data }) => data.handover)
  async takeOver(order: OrderOf<'take-over'>, unit: UnitOfWork): Promise<OrderResult> {
    const row = await this.meant(order, unit.tx);
    if (row === null) return noSuch(order);
    const unfit = whyNotBy(order, row.to);
    if (unfit !== null) return rejected(unfit);
    if (row.tookAt !== null) return rejected('已签字 / was signed before');
    const unknown = order.data.accepted.filter((call) => !row.items.some((item) => item.call === call));
    if (unknown.length > 0) return rejected(`不在交接事项中：${unknown.join('、')} / not handed over here`);
    const accepted = [...new Set([...row.accepted, ...order.data.accepted])];
    const left = (await this.open(unit.tx, row.items)).filter(({ call }) => !accepted.includes(call));
    if (left.length === 0) return this.signed({ ...row, accepted, tookAt: order.occurredAt }, unit);
    await unit.tx.getRepository(HandoverRow).update({ id: row.id }, { accepted });
    return done(
      `已接收${accepted.length}项，尚有${left.length}项未逐项确认：${left.map(({ call }) => call).join('、')} / ${left.length} are not accepted yet`,
    );
  }

  /** What is open passes to whoever comes, whoever goes is told, and both are rung to sign. */
  private async begin(desk: Desk, { at, from, to }: TurnChange, unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    const open = await this.openAt(tx, desk, from);
    const id = `handover/${desk.authority}/${desk.role}/${at}`;
    const items = open.map(({ id: call, subject }) => ({ call, subject }));
    const row = { id, ...desk, at, from, to, items, accepted: [] };
    if ((await insertReturning(tx, HandoverRow, [row], 'nothing')).length === 0) return;
    await run(tx, 'update duty.call set held_by = $2 where id = any($1) and held_by = $3', [
      open.map((call) => call.id),
      to,
      from,
    ]);
    const names = { from: this.plan.nameOf(from), to: this.plan.nameOf(to) };
    const ringing = open.filter(({ state }) => state !== 'answered');
    for (const call of ringing)
      await this.notices.tell([call], 'handed-over', `已交班给${names.to}`, { only: from }, unit);
    const minutes = this.plan.handover?.signWithinMinutes ?? 0;
    const list = items.map(({ subject }, n) => `${n + 1}. ${subject}`).join('\n');
    const says = {
      subject: `【交接班】${names.from}→${names.to}，未办结${items.length}项`,
      text: `${shanghaiMinute(at).replace('T', ' ')}交接班：${names.from}交，${names.to}接。\n${items.length === 0 ? '没有未办结事项' : `未办结事项：\n${list}`}\n接班人逐项确认后双方签字，${minutes}分钟内未签将逐级上报。`,
    };
    const policy = this.policyOf([from, to], minutes, unit.now);
    const authority = countyOrCity(desk.authority);
    await this.calls.start({ id, cause: 'handover', about: id, authority, says, policy, causes: [] }, unit);
  }

  /** First the two who sign; then as the plan has it for what is not signed. */
  private policyOf(people: readonly string[], minutes: number, now: UtcInstant): Policy {
    const policy = this.plan.policyFor('handover', now);
    const [first] = policy.chain.steps;
    const to = people.map((person) => ({ person }));
    const sign = {
      to,
      needed: 'all' as const,
      answerWithinMinutes: minutes,
      channels: first?.channels ?? [],
      inTurn: false,
    };
    return { ...policy, promiseMinutes: minutes, chain: { ...policy.chain, steps: [sign, ...policy.chain.steps] } };
  }

  private async signed(row: HandoverRow, unit: UnitOfWork): Promise<OrderResult> {
    const { id, accepted, gaveAt, tookAt } = row;
    await unit.tx.getRepository(HandoverRow).update({ id }, { accepted: [...accepted], gaveAt, tookAt });
    if (gaveAt === null || tookAt === null) return done('已签字，尚待对方签字 / signed; the other has not yet');
    const at = gaveAt > tookAt ? gaveAt : tookAt;
    await this.calls.close(id, 'superseded', '交接班双方已签字', { at, now: unit.now, causes: [] }, unit);
    return done('交接班完成 / both have signed');
  }

  private meant({ data }: Signs, tx: Tx): Promise<HandoverRow | null> {
    const where = { id: data.handover, authority: data.authority };
    return tx.getRepository(HandoverRow).findOne({ where, lock: { mode: 'pessimistic_write' } });
  }

  /** Calls of a desk that need somebody still, and those that whoever goes has promised to see to. */
  private openAt(tx: Tx, { authority, role }: Desk, from: string): Promise<readonly CallRow[]> {
    const cause = Not(In([...OWN_CAUSES]));
    // What is the city's names it, or nobody.
    const whose =
      countyOrCity(authority) === null
        ? [{ authority: Not(In(this.withOwn(role))) }, { authority: IsNull() }]
        : [{ authority }];
    return tx.getRepository(CallRow).find({
      where: [
        ...whose.map((own) => ({ ...own, cause, state: In(['ringing', 'unanswered']) })),
        { cause, state: 'answered', heldBy: from, promisedUntil: Not(IsNull()) },
      ],
      order: { id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Counties with people of their own in a role; of the others the city's have the calls. */
  private withOwn(role: string): readonly string[] {
    return this.plan.roster.rotations.flatMap((row) => (row.role === role ? (row.authority ?? []) : []));
  }

  /** Of what was handed over, what is not done meanwhile. */
  private async open(tx: Tx, items: readonly HandedOver[]): Promise<readonly HandedOver[]> {
    const still = await rows<{ id: string }>(
      tx,
      `select id from duty.call where id = any($1)
       and (state in ('ringing', 'unanswered') or (state = 'answered' and promised_until is not null))`,
      [items.map(({ call }) => call)],
    );
    return items.filter(({ call }) => still.some(({ id }) => id === call));
  }

  private desks(): readonly Desk[] {
    const { handover, roster } = this.plan;
    const rotations = roster.rotations.filter(({ role }) => handover?.roles.includes(role) === true);
    const all = rotations.map(({ role, authority }) => ({ authority: authority ?? this.plan.city, role }));
    return [...new Map(all.map((desk) => [keyOf(desk), desk])).values()];
  }
}

const keyOf = ({ authority, role }: Desk): string => `${authority}/${role}`;
/** Since when a desk was looked at, and who had it then; null: nobody had. */
type Seen = Readonly<{ since: UtcInstant; had: string | null }>;
const shiftAt = (desk: Desk, seen: Seen, dueAt: UtcInstant): Job => ({
  kind: SHIFT,
  key: keyOf(desk),
  dueAt,
  payload: seen,
});

/**
 * Who handed over to whom since a desk was looked at. A roster that was changed for a time already begun is a change
 * of now; a hole between two people is none of either, and the later one takes over from the earlier.
 */
function turnsOf(
  roster: Roster,
  { role, whose }: Desk & Readonly<{ whose: string | null }>,
  { since, had, now }: Seen & Readonly<{ now: UtcInstant }>,
): Readonly<{ changes: readonly TurnChange[]; last: string | null }> {
  const then = onDuty(roster, role, since, whose);
  const changed = had !== null && had !== then ? [{ at: now, to: then }] : [];
  const borders = changesOf(roster, role, whose, { after: since, upTo: now });
  let last = had ?? (then === roster.desk ? null : then);
  const changes: TurnChange[] = [];
  for (const { at, to } of [...changed, ...borders]) {
    if (to === roster.desk || to === last) continue;
    if (last !== null) changes.push({ at, from: last, to });
    last = to;
  }
  return { changes, last };
}

const noSuch = ({ data }: Signs): OrderResult =>
  rejected(`没有这次交接班：${data.handover} / there is no such handover`);

/** Why somebody does not sign for this person; null: they do. */
function whyNotBy({ data }: Signs, person: string): string | null {
  const { actor, speaksFor, right } = data;
  return right === 'demonstration' || (speaksFor ?? actor) === person
    ? null
    : `须由${person}本人签字 / only ${person} signs this`;
}
