import type { CallCause, CallClosedV1, CallReopenedV1, Level } from '@fengsui/contracts';
import { insertReturning, schedule, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { CallText } from '../decisions/templates.js';
import { DutyPlan, type Policy } from '../plan.js';
import { CallRow } from '../tables/tables.js';
import { callAnswered, callClosed, callReopened, callStarted, type Ending } from './call-events.js';
import { CLIMB } from './climb-at.js';
import { Climbing, promisedUntil } from './climbing.js';
import { readBackOf } from './codes.js';
import { Notices } from './notices.js';

export type NewCall = Readonly<{
  id: string;
  cause: CallCause;
  about: string;
  /** Whose people are called first; without it the city's. */ authority?: string | null;
  /** Of the response that it is about. */ level?: Level | null;
  /** A red warning is among what it is about. */ red?: boolean;
  says: CallText;
  causes: readonly string[];
  /** Climbs so, in place of what the plan has for its cause. */ policy?: Policy;
}>;

/** The same thing once more. */
export type Again = Readonly<{
  says: CallText;
  event: string;
  /** What it is from now on. */ cause?: CallCause;
  /** Only calls of these causes; without it all that are about it. */ of?: readonly CallCause[];
  /** Only this call. */ only?: string;
  because?: CallReopenedV1['data']['because'];
  level?: Level;
}>;

/** The contract's limit on causes. */
const MOST_CAUSES = 100;
const OPEN = ['ringing', 'unanswered'] as const;
/** The kind of job that looks whether what was promised with an answer is done. */
const PROMISE = 'promise';
/** Levels at which whoever answers reads back what they have read. */
const READ_BACK: readonly (Level | null)[] = ['II', 'I'];

/**
 * Calls, from their start until someone answers or nobody is needed any more. One thing is one call, whatever comes.
 */
@Injectable()
export class Calls {
  constructor(
    private readonly plan: DutyPlan,
    private readonly climbing: Climbing,
    private readonly notices: Notices,
  ) {}

  /** The same cause never rings twice: a call that is there already stays as it is. */
  start(call: NewCall, unit: UnitOfWork): Promise<void> {
    return this.startAll([call], unit);
  }

  async startAll(calls: readonly NewCall[], unit: UnitOfWork): Promise<void> {
    const { tx, now, append } = unit;
    const begun = calls.map(({ id, cause, about, authority = null, level = null, says, causes, ...own }) => {
      const call = { id, cause, about, authority, level, ...says, urgent: this.plan.urgent(cause), causes };
      const readBack = READ_BACK.includes(level) || own.red === true ? readBackOf(id) : null;
      const text = withReadBack(says.text, readBack);
      const policy = own.policy ?? this.plan.policyFor(cause, now, level);
      return { ...call, text, readBack, policy, reason: this.plan.ruleFor(cause) };
    });
    const events = new Map(begun.map((call) => [call.id, callStarted(call, this.plan.roster.version, now)]));
    const rows = begun.map((call) => {
      const heard = events.get(call.id);
      const state = 'ringing' as const;
      return {
        ...call,
        state,
        startedAt: now,
        stepsCalled: 0,
        dueAt: now,
        events: heard === undefined ? [] : [heard.id],
      };
    });
    const written = await insertReturning(tx, CallRow, rows, 'nothing');
    const ids = written.flatMap(({ id }) => id ?? []);
    append(...ids.flatMap((id) => events.get(id) ?? []));
    if (ids.length > 0) await this.climbing.climb(ids, unit);
  }

  /**
   * The same thing needs somebody still, or more of it. A call that is open says so from its next step on, and begins
   * its chain anew where a level has risen; one that was answered rings again.
   * @returns false: there is no call for it that could go on
   */
  async again(about: string, again: Again, unit: UnitOfWork): Promise<boolean> {
    const { of, only, because = 'overdue' } = again;
    const all = await this.about(unit.tx, about, [...OPEN, 'answered'], of);
    const known = all.filter(({ id }) => only === undefined || id === only);
    const open = known.filter(({ state }) => state !== 'answered');
    const answered = known.filter(({ state }) => state === 'answered').at(-1);
    for (const row of open)
      if (because === 'raised') await this.reopen(row, because, again, unit);
      else await this.say(row, again, unit.tx);
    if (open.length === 0 && answered !== undefined) await this.reopen(answered, because, again, unit);
    return known.length > 0;
  }

  /** Whether somebody is being called about it. */
  async rings(about: string, tx: Tx): Promise<boolean> {
    return (await this.about(tx, about, OPEN)).length > 0;
  }

  /** Something calls again for what nothing called for. @returns false: no call for it was closed for that */
  async ringAgain(about: string, again: Again, unit: UnitOfWork): Promise<boolean> {
    const closed = (await this.about(unit.tx, about, ['closed'])).at(-1);
    if (closed?.closedOutcome !== 'grounds-gone') return false;
    await this.reopen(closed, 'grounds-back', again, unit);
    return true;
  }

  /**
   * What the calls are about has changed: whoever is called from now on is told so. Nobody is called anew: it is the
   * same thing.
   * @param of only calls of these causes
   * @returns whether any call for it is open
   */
  async reword(
    about: string,
    says: CallText,
    event: string,
    { tx }: UnitOfWork,
    of?: readonly CallCause[],
  ): Promise<boolean> {
    const all = await this.about(tx, about, [...OPEN, 'answered'], of);
    const open = all.filter(({ state }) => state !== 'answered');
    // Whoever has promised it is called with these words when it is not done.
    for (const row of [...open, ...all.filter(({ promisedUntil }) => promisedUntil !== null)])
      await this.say(row, { says, event }, tx);
    return open.length > 0;
  }

  /** Whoever decides has answered: nobody is called any more for what is decided, and everybody who was is told. */
  async answeredByDecision(about: string, person: string, ending: Ending, unit: UnitOfWork): Promise<void> {
    for (const row of await this.about(unit.tx, about, OPEN))
      await this.answered(row, person, { ...ending, over: true }, unit);
    await this.over(about, unit.tx);
  }

  /**
   * What the calls were about needs nobody any more.
   * @param what they are about; with `only` that call alone, and what went on in calls of its own after it
   */
  async close(
    what: string | Readonly<{ about: string; only?: string }>,
    outcome: CallClosedV1['data']['outcome'],
    reason: string,
    ending: Ending,
    unit: UnitOfWork,
  ): Promise<void> {
    const { about, only = null } = typeof what === 'string' ? { about: what } : what;
    const all = await this.about(unit.tx, about, [...OPEN, 'answered']);
    const rows = all.filter(({ id }) => only === null || id === only || id.startsWith(`${only}/`));
    await this.notices.tell(rows, 'over', `已结束：${reason}`, {}, unit);
    for (const row of rows.filter(({ state }) => state !== 'answered')) {
      const event = callClosed(row, outcome, reason, ending);
      const closed = { state: 'closed' as const, closedReason: reason, closedOutcome: outcome };
      await this.change(unit.tx, row, closed, event.id);
      await unschedule(unit.tx, 'duty', CLIMB, [row.id]);
      unit.append(event);
    }
    if (only === null) await this.over(about, unit.tx);
  }

  /** Somebody has answered: the chain stops, the others are told, and what they promised is due later. */
  async answered(
    row: CallRow,
    person: string,
    ending: Ending & Readonly<{ /** What it is about is settled with it. */ over?: boolean }>,
    unit: UnitOfWork,
  ): Promise<void> {
    const { tx, append } = unit;
    const event = callAnswered(row, person, ending);
    const until = ending.over === true ? null : promisedUntil(row.policy, ending.at);
    const what = {
      state: 'answered' as const,
      answeredBy: person,
      answeredAt: ending.at,
      promisedUntil: until,
      heldBy: person,
    };
    await this.change(tx, row, what, event.id);
    await unschedule(tx, 'duty', CLIMB, [row.id]);
    if (until !== null) await schedule(tx, 'duty', [{ kind: PROMISE, key: row.id, dueAt: until, payload: {} }]);
    append(event);
    const by = this.plan.nameOf(person);
    await this.notices.tell(
      [row],
      'answered',
      `${by}已${ending.over === true ? '处理' : '应答'}`,
      { except: person },
      unit,
    );
  }

  /** What somebody promised with an answer is not done in its time: it rings again. */
  @Due('duty', PROMISE)
  async promised(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const broken = await unit.tx.getRepository(CallRow).find({
      where: { id: In(jobs.map(({ key }) => key)), state: 'answered' },
      order: { id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    for (const row of broken) {
      if (row.promisedUntil === null || row.promisedUntil > unit.now) continue;
      const [by, holder] = [row.answeredBy, row.heldBy ?? row.answeredBy].map((one) => this.plan.nameOf(one ?? ''));
      const who = by === holder ? `${by}应答` : `${by}应答、${holder}接班`;
      const subject = `【已应答未办结】${row.subject.replace(/^【已应答未办结】/, '')}`;
      const says = { subject, text: `${who}后逾时未办结。\n${row.text}` };
      await this.reopen(row, 'promise-expired', { says, event: `call-answered/${row.id}` }, unit);
    }
  }

  /** Those about a thing, the oldest first, locked. */
  private about(
    tx: Tx,
    about: string,
    states: readonly CallRow['state'][],
    of?: readonly CallCause[],
  ): Promise<CallRow[]> {
    return tx.getRepository(CallRow).find({
      where: { about, state: In(states), ...(of === undefined ? {} : { cause: In(of) }) },
      order: { startedAt: 'asc', id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Nothing is promised any more: it is done, or needs nobody. */
  private async over(about: string, tx: Tx): Promise<void> {
    const answered = (await this.about(tx, about, ['answered'])).filter((row) => row.promisedUntil !== null);
    const ids = answered.map(({ id }) => id);
    if (ids.length === 0) return;
    await tx.getRepository(CallRow).update({ id: In(ids) }, { promisedUntil: null });
    await unschedule(tx, 'duty', PROMISE, ids);
  }

  private async say({ id, causes, readBack }: CallRow, { says, event, cause, level }: Again, tx: Tx): Promise<void> {
    const text = withReadBack(says.text, readBack);
    await tx.getRepository(CallRow).update(
      { id },
      {
        subject: says.subject,
        text,
        causes: [...causes, event].slice(-MOST_CAUSES),
        ...(cause === undefined ? {} : { cause, urgent: this.plan.urgent(cause) }),
        ...(level === undefined ? {} : { level }),
      },
    );
  }

  private async reopen(
    row: CallRow,
    because: CallReopenedV1['data']['because'],
    again: Again,
    unit: UnitOfWork,
  ): Promise<void> {
    const { tx, now, append } = unit;
    const [cause, level] = [again.cause ?? row.cause, again.level ?? row.level];
    const reason = this.plan.ruleFor(cause);
    const event = callReopened(
      { ...row, cause },
      because,
      { text: again.says.text, reason },
      { now, causes: [again.event] },
    );
    await this.say(row, again, tx);
    await this.change(
      tx,
      row,
      {
        state: 'ringing',
        reason,
        // What was promised and not done goes on as it began.
        policy: because === 'promise-expired' ? row.policy : this.plan.policyFor(cause, now, level),
        chainFrom: row.stepsCalled,
        dueAt: now,
        closedReason: null,
        closedOutcome: null,
        answeredBy: null,
        answeredAt: null,
        promisedUntil: null,
        heldBy: null,
      },
      event.id,
    );
    append(event);
    await this.climbing.climb([row.id], unit);
  }

  private async change(tx: Tx, row: CallRow, what: Partial<CallRow>, event: string): Promise<void> {
    await tx.getRepository(CallRow).update({ id: row.id }, { ...what, events: [...row.events, event] } as never);
  }
}

/** What is said, with the two digits that an answer reads back; said once, where it goes on from what was said. */
function withReadBack(text: string, readBack: string | null): string {
  const asks = `\n应答时请复述：${readBack}`;
  return readBack === null || text.endsWith(asks) ? text : `${text}${asks}`;
}
