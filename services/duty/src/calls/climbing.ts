import { addMinutes, type CallCause, type DomainEvent, type UtcInstant } from '@fengsui/contracts';
import { rows, schedule, updateRows, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { nextStep, type NextStep, type Roster } from '@fengsui/rules';
import { Due } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { classOf, type CallClass } from '../delivery/standing.js';
import { WriteMessages, type Ringing } from '../delivery/write-messages.js';
import { DutyPlan, type Called, type Policy } from '../plan.js';
import { RosterChanges } from '../roster/roster-changes.js';
import { CallRow } from '../tables/tables.js';
import { callExhausted, callStep } from './call-events.js';
import { CLIMB, climbAt, EXERCISE_OVER } from './climb-at.js';

type Climbed = Readonly<{ row: Partial<CallRow>; next: UtcInstant; ringing: Ringing; events: readonly DomainEvent[] }>;
/** What a step is chosen by, beside its chain. */
type At = Readonly<{ now: UtcInstant; roster: Roster; /** Who has answered it. */ replied: ReadonlySet<string> }>;
type Found = Readonly<{
  next: Extract<NextStep, { kind: 'call' }>;
  people: readonly Called[];
  skipped: readonly string[];
}>;

/** Calls climb: the next step of each when the last one has had its time, any number of them at once. */
@Injectable()
export class Climbing {
  constructor(
    private readonly plan: DutyPlan,
    private readonly messages: WriteMessages,
    private readonly changes: RosterChanges,
  ) {}

  @Due('duty', CLIMB)
  async climbAll(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const unreachable = new Map(jobs.map(({ key, payload }) => [key, payload['unreachable']]));
    await this.climb([...unreachable.keys()], unit, (row) => unreachable.get(row.id) === row.stepsCalled);
  }

  /**
   * Calls the next step of each call that is open and whose last step had its time.
   * @param hasFailed whether every way to the people of its last step has failed: then its time is over
   */
  async climb(
    calls: readonly string[],
    { tx, now, append }: UnitOfWork,
    hasFailed: (row: CallRow) => boolean = () => false,
  ): Promise<void> {
    const open = await tx.getRepository(CallRow).find({
      where: { id: In(calls), state: In(['ringing', 'unanswered']) },
      order: { id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    const replied = await repliesTo(
      tx,
      open.filter(({ policy }) => policy !== null && asksSeveral(policy)),
    );
    const roster = await this.changes.rosterOf(tx, now);
    const climbed: Climbed[] = [];
    const waiting: Job[] = [];
    const asleep: { id: string; dueAt: UtcInstant }[] = [];
    const ended: string[] = [];
    for (const row of open.filter(({ cause }) => climbs(classOf(cause)))) {
      const dueAt = hasFailed(row) ? now : row.dueAt;
      const quiet = this.quietUntil(row.cause, now);
      if (now < dueAt) waiting.push(climbAt(row.id, dueAt));
      else if (quiet !== null) asleep.push({ id: row.id, dueAt: quiet });
      else {
        const next = this.climbed({ ...row, dueAt }, { now, roster, replied: replied.get(row.id) ?? new Set() });
        if (next.row.state === 'unanswered' && classOf(row.cause) === 'exercise') ended.push(row.id);
        else climbed.push(next);
      }
    }
    const rung = climbed.map(({ row }) => row);
    await updateRows(tx, CallRow, rung);
    await updateRows(tx, CallRow, asleep);
    await this.messages.ring(
      climbed.map(({ ringing }) => ringing),
      tx,
      now,
    );
    const next = climbed.map(({ row: { id = '' }, next: at }) => climbAt(id, at));
    const morning = asleep.map(({ id, dueAt }) => climbAt(id, dueAt));
    const over = ended.map((key): Job => ({ kind: EXERCISE_OVER, key, dueAt: now, payload: {} }));
    await schedule(tx, 'duty', [...waiting, ...morning, ...over, ...next]);
    append(...climbed.flatMap(({ events }) => events));
  }

  /** Whoever orders an exercise at night wants to see who answers at night. */
  private quietUntil(cause: CallCause, now: UtcInstant): UtcInstant | null {
    return classOf(cause) === 'exercise' ? null : this.plan.quietUntil(cause, now);
  }

  private climbed(row: CallRow, at: At): Climbed {
    const { now } = at;
    const policy = row.policy ?? this.plan.policyFor(row.cause, row.startedAt, row.level);
    const { next, people, skipped } = this.found(row, policy, at);
    const number = row.chainFrom + next.number;
    const becomes = next.unanswered && row.state !== 'unanswered';
    const why = [...people.flatMap(({ gap }) => gap ?? []), ...skipped];
    const reason = `${people.map(({ role }) => role).join(', ')} by the roster at this time${why.map((one) => `; ${one}`).join('')}`;
    const step = callStep(row, { ...next, number }, { people, reason }, now);
    const events = [...(becomes ? [callExhausted(row, now)] : []), step];
    return {
      row: {
        id: row.id,
        state: next.unanswered ? 'unanswered' : 'ringing',
        stepsCalled: number,
        lastCalledAt: now,
        dueAt: next.dueAt,
        events: [...row.events, ...events.map(({ id }) => id)],
      },
      next: next.answerBy,
      ringing: { call: row, step: next.step, number, people: people.map(({ person }) => person) },
      events,
    };
  }

  /** The next step by which anybody is reached: one that is empty is skipped at once, and said. */
  private found(row: CallRow, { chain }: Policy, { now, roster, replied }: At): Found {
    const skipped: string[] = [];
    let [stepsCalled, dueAt] = [row.stepsCalled - row.chainFrom, row.dueAt];
    for (;;) {
      const next = nextStep(chain, { stepsCalled, dueAt }, now);
      if (next.kind === 'wait') throw new Error(`call ${row.id} is not due`);
      const people = this.peopleOf(row, next, chain, { now, roster });
      const left = people.filter(({ person }) => !replied.has(person));
      const reached = next.unanswered ? people : left.filter(({ person }) => this.messages.reaches(person));
      if (reached.length > 0 || next.unanswered) return { next, people: reached, skipped };
      const who = left.map(({ person }) => person).join(', ');
      skipped.push(`step ${next.number} was skipped: ${who === '' ? 'nobody is left' : `no channel leads to ${who}`}`);
      [stepsCalled, dueAt] = [next.number, now];
    }
  }

  private peopleOf(
    { authority }: CallRow,
    { step, unanswered }: Found['next'],
    { steps, unanswered: top }: Policy['chain'],
    { now, roster }: Pick<At, 'now' | 'roster'>,
  ): readonly Called[] {
    const own = this.plan.called(step.to, now, authority, roster);
    if (!unanswered) return own;
    const neighbours = top.authorities.flatMap((one) => this.plan.called(steps[0]?.to ?? [], now, one, roster));
    return [...own, ...neighbours.filter(({ person }) => !own.some((known) => known.person === person))];
  }
}

/** A test of a contact or a channel rings nobody else, whatever becomes of it. */
const climbs = (kind: CallClass): boolean => kind === 'live' || kind === 'exercise';

/** Whether some step of a policy is over only when several have answered: who has is not called again. */
const asksSeveral = ({ chain }: Policy): boolean => chain.steps.some(({ needed }) => needed !== 'any');

/** Who has replied to calls since their chain began, by call: who answered before it began anew is called again. */
export async function repliesTo(
  tx: Tx,
  calls: readonly Pick<CallRow, 'id'>[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (calls.length === 0) return new Map();
  const found = await rows<{ call: string; people: string[] }>(
    tx,
    `select a.call, array_agg(distinct a.person) as people from duty.answer a join duty.call c on c.id = a.call
     where a.call = any($1) and a.reply = 'accept' and a.step > c.chain_from group by a.call`,
    [calls.map(({ id }) => id)],
  );
  return new Map(found.map(({ call, people }) => [call, new Set(people)]));
}

/** What was promised is due so long after the answer; null: nothing is promised. */
export const promisedUntil = (policy: Policy | null, answeredAt: UtcInstant): UtcInstant | null =>
  policy === null || policy.promiseMinutes === null ? null : addMinutes(answeredAt, policy.promiseMinutes);
