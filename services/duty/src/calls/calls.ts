import type { CallCause, CallClosedV1, OrderOf } from '@fengsui/contracts';
import { Clock, insertReturning, insertRows, schedule, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { nextStep, onDuty } from '@fengsui/rules';
import { done, Due, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Inject, Injectable } from '@nestjs/common';
import type { CallText } from '../decisions/call-texts.js';
import { SINK, type Channel } from '../delivery/channels/channel.js';
import { CHANNELS, deliverAt } from '../delivery/queue.js';
import { DutyPlan } from '../plan.js';
import { CallRow, DeliveryRow } from '../tables/tables.js';
import { messagesTo, newCode, whyNoAnswer } from './answers.js';
import { callAnswered, callClosed, callExhausted, callStarted, callStep, type Ending } from './call-events.js';

export type NewCall = Readonly<{
  id: string;
  cause: CallCause;
  about: string;
  /** Whose people are called first; without it the city's. */ authority?: string | null;
  says: CallText;
  causes: readonly string[];
}>;

/** The contract's limit on causes. */
const MOST_CAUSES = 100;

/** Calls, from their start until someone answers or nobody is needed any more. */
@Injectable()
export class Calls {
  constructor(
    private readonly plan: DutyPlan,
    private readonly clock: Clock,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
  ) {}

  /** The same cause never rings twice: a call that is there already stays as it is. */
  async start({ id, cause, about, authority = null, says, causes }: NewCall, unit: UnitOfWork): Promise<void> {
    const { tx, now, append } = unit;
    const call = {
      id,
      cause,
      about,
      authority,
      ...says,
      urgent: this.plan.urgent(cause),
      causes,
      reason: this.plan.ruleFor(cause),
    };
    const event = callStarted(call, this.plan.roster.version, now);
    const row = { ...call, state: 'ringing' as const, startedAt: now, stepsCalled: 0, dueAt: now, events: [event.id] };
    const written = await insertReturning(tx, CallRow, [row], 'nothing');
    if (written.length === 0) return;
    append(event);
    await this.climb(id, unit);
  }

  /** The time of some steps is over: the next of each chain is called. */
  @Due('duty', 'climb')
  async climbAll(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    for (const { key } of jobs) await this.climb(key, unit);
  }

  /**
   * An answer 应答: by somebody who was called, themselves, to a call that rings. What comes before its call, or by
   * somebody who was not called, is no answer: the alarm must ring and climb.
   */
  @Takes('duty', 'answer', ({ data }) => data.callId)
  async answer(order: OrderOf<'answer'>, unit: UnitOfWork): Promise<OrderResult> {
    const { callId, person } = order.data;
    const row = await this.lock(unit.tx, callId);
    if (row === null) return rejected(`没有呼叫 ${callId}：应答不能先于呼叫 / there is no call ${callId} to answer`);
    if (row.state === 'answered')
      return rejected(`已由 ${row.answeredBy} 应答 / was answered already, by ${row.answeredBy}`);
    if (row.state === 'closed') return rejected(`已无须应答 / needed nobody any more: ${row.closedReason}`);
    const unfit = whyNoAnswer(order, await messagesTo(unit.tx, callId, person));
    if (unfit !== null) return rejected(unfit);
    await this.answered(row, person, { at: order.occurredAt, now: unit.now, causes: [order.id] }, unit);
    return done('answered');
  }

  /** Whoever decides has answered: nobody is called any more for what is decided. */
  async answeredByDecision(about: string, person: string, ending: Ending, unit: UnitOfWork): Promise<void> {
    for (const row of await this.ringingFor(unit.tx, about)) await this.answered(row, person, ending, unit);
  }

  /**
   * What the calls are about has changed: whoever is called from now on is told so. Nobody is called anew: it is the
   * same thing.
   * @param cause only calls of this cause
   * @returns whether any call for it still rings
   */
  async reword(
    about: string,
    { subject, text }: CallText,
    event: string,
    { tx }: UnitOfWork,
    cause?: CallCause,
  ): Promise<boolean> {
    const ringing = (await this.ringingFor(tx, about)).filter((row) => cause === undefined || row.cause === cause);
    for (const row of ringing) {
      const causes = [...row.causes, event].slice(-MOST_CAUSES);
      await tx.getRepository(CallRow).update({ id: row.id }, { subject, text, causes });
    }
    return ringing.length > 0;
  }

  /** What the calls were about needs nobody any more. */
  async close(
    about: string,
    outcome: CallClosedV1['data']['outcome'],
    reason: string,
    ending: Ending,
    unit: UnitOfWork,
  ): Promise<void> {
    for (const row of await this.ringingFor(unit.tx, about)) {
      const event = callClosed(row, outcome, reason, ending);
      await this.change(unit.tx, row, { state: 'closed', closedReason: reason }, event.id);
      await unschedule(unit.tx, 'duty', 'climb', [row.id]);
      unit.append(event);
    }
  }

  /** Calls the next step when the last one had its time. */
  private async climb(id: string, { tx, now, append }: UnitOfWork): Promise<void> {
    const row = await this.lock(tx, id);
    if (row === null || row.state !== 'ringing') return;
    const { stepsCalled, lastCalledAt } = row;
    const next = nextStep(this.plan.chainFor(row.cause), { stepsCalled, lastCalledAt, answered: false }, now);
    switch (next.kind) {
      case 'wait':
        return schedule(tx, 'duty', [{ kind: 'climb', key: id, dueAt: next.until, payload: {} }]);
      case 'stop': {
        const event = callExhausted(row, now);
        await this.change(tx, row, { state: 'exhausted' }, event.id);
        return append(event);
      }
      case 'call': {
        const person = onDuty(this.plan.roster, next.step.role, now, row.authority);
        const event = callStep(row, next, person, now);
        const climbed = { stepsCalled: next.number, lastCalledAt: now, dueAt: next.checkAgainAt };
        await this.change(tx, row, climbed, event.id);
        await schedule(tx, 'duty', [{ kind: 'climb', key: id, dueAt: next.checkAgainAt, payload: {} }]);
        append(event);
        return this.handOver({ call: id, step: next.number, person }, next.step.channels, { tx, now });
      }
    }
  }

  private async answered(row: CallRow, person: string, ending: Ending, { tx, append }: UnitOfWork): Promise<void> {
    const event = callAnswered(row, person, ending);
    await this.change(tx, row, { state: 'answered', answeredBy: person, answeredAt: ending.at }, event.id);
    await unschedule(tx, 'duty', 'climb', [row.id]);
    append(event);
  }

  /**
   * Written before anything leaves. A demonstration never reaches a gateway: on virtual time everything goes to the
   * sink.
   */
  private async handOver(
    whom: Readonly<{ call: string; step: number; person: string }>,
    asked: readonly string[],
    { tx, now }: Pick<UnitOfWork, 'tx' | 'now'>,
  ): Promise<void> {
    const virtual = await this.clock.isVirtual();
    for (const name of asked) {
      const configured = this.channels.some((channel) => channel.name === name);
      const channel = !virtual && configured ? name : SINK;
      const note =
        channel === name ? null : virtual ? `demonstration: ${name} was not used` : `${name} is not configured`;
      const key = `${whom.call}/${whom.step}/${whom.person}/${name}`;
      const row = { key, ...whom, channel, state: 'pending' as const, createdAt: now, note, ...newCode(now) };
      await insertRows(tx, DeliveryRow, [row], 'nothing');
      await schedule(tx, `duty/${channel}`, [deliverAt(key, now)]);
    }
  }

  private ringingFor(tx: Tx, about: string): Promise<CallRow[]> {
    return tx.getRepository(CallRow).find({
      where: { about, state: 'ringing' },
      order: { id: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
  }

  private lock(tx: Tx, id: string): Promise<CallRow | null> {
    return tx.getRepository(CallRow).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  private async change(tx: Tx, row: CallRow, what: Partial<CallRow>, event: string): Promise<void> {
    await tx.getRepository(CallRow).update({ id: row.id }, { ...what, events: [...row.events, event] });
  }
}
