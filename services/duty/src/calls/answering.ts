import type { OrderOf, UtcInstant } from '@fengsui/contracts';
import { insertRows, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { isEnough, type Roster } from '@fengsui/rules';
import { classOf } from '../delivery/standing.js';
import { WriteMessages } from '../delivery/write-messages.js';
import { DutyPlan } from '../plan.js';
import { RosterChanges } from '../roster/roster-changes.js';
import { AnswerRow, CallRow, DeliveryRow } from '../tables/tables.js';
import { callMeant } from '../decisions/gathered-calls.js';
import { Calls } from './calls.js';
import { climbNow } from './climb-at.js';
import { repliesTo } from './climbing.js';

type Answer = OrderOf<'answer'>;
/** A message that was written for a person, as far as an answer to it goes. */
type MessageTo = Pick<DeliveryRow, 'step' | 'code' | 'codeEndsAt' | 'person'>;

/**
 * Answers 应答: by somebody who was called, or on their behalf, to a call that is there. What comes before its call, or
 * by somebody who was not called, is no answer: the alarm must ring and climb. The first counts; later ones are kept.
 */
@Injectable()
export class Answering {
  constructor(
    private readonly plan: DutyPlan,
    private readonly calls: Calls,
    private readonly messages: WriteMessages,
    private readonly changes: RosterChanges,
  ) {}

  @Takes('duty', 'answer', ({ data }) => data.callId)
  async answer(order: Answer, unit: UnitOfWork): Promise<OrderResult> {
    const { tx } = unit;
    const { person, reply = 'accept' } = order.data;
    const callId = await callMeant(tx, order.data.callId);
    const row = await tx.getRepository(CallRow).findOne({ where: { id: callId }, lock: { mode: 'pessimistic_write' } });
    if (row === null) return rejected(`没有呼叫 ${callId}：应答不能先于呼叫 / there is no call ${callId} to answer`);
    if (row.state === 'closed') return rejected(`已无须应答 / needed nobody any more: ${row.closedReason}`);
    const written = await tx.getRepository(DeliveryRow).findBy({ call: callId });
    const messages = written.filter(({ code }) => code !== null);
    const unfit = (await this.whyNoAnswer(order, row, messages, tx)) ?? (await this.whyNotNow(order, row, unit));
    if (unfit !== null) return rejected(unfit);
    await this.keep(order, row, tx);
    if (row.state === 'answered')
      return done(`已记录；先由 ${row.answeredBy} 应答 / kept; ${row.answeredBy} answered first`);
    if (reply === 'hand-on') return this.handOn(order, row, unit);
    if (reply === 'decline') return this.decline(row, messages, unit);
    const replied = (await repliesTo(tx, [row])).get(row.id) ?? new Set<string>();
    const left = stillWanted(row, person, messages, replied);
    if (left !== null) return done(`已记录，尚待其余人员应答 / kept; ${left} have not answered yet`);
    await this.calls.answered(row, person, { at: order.occurredAt, now: unit.now, causes: [order.id] }, unit);
    return done('answered');
  }

  /**
   * Why an answer does not count, or null. Who answers was called; and is who answers: logged in themselves, spoken for
   * by a delegation, answered for by the desk or by somebody above them 代答, or with the code that only their message
   * carried. A demonstration plays whoever it names.
   */
  private async whyNoAnswer(
    { data, recordedAt }: Answer,
    row: CallRow,
    messages: readonly MessageTo[],
    tx: Tx,
  ): Promise<string | null> {
    const { person, actor, speaksFor, code, right } = data;
    const own = messages.filter((one) => one.person === person);
    if (own.length === 0) return `${person} 未被呼叫 / ${person} was not called`;
    if (right === 'demonstration' || actor === person || speaksFor === person) return null;
    if (code === undefined)
      return this.isAbove(actor, person, row, messages, {
        at: recordedAt,
        roster: await this.changes.rosterOf(tx, recordedAt),
      })
        ? null
        : `${actor} 不能替 ${person} 应答 / ${actor} does not answer for ${person}: a code is wanted`;
    const message = own.find((one) => one.code === code.toUpperCase());
    if (message === undefined) return `应答码不正确 / no message to ${person} carried this code`;
    return message.codeEndsAt !== null && message.codeEndsAt > recordedAt
      ? null
      : '应答码已过期 / the code works no longer';
  }

  /** The desk is above everybody; of the others whoever has a role of a later step. */
  private isAbove(
    actor: string,
    person: string,
    row: CallRow,
    messages: readonly MessageTo[],
    { at, roster }: Readonly<{ at: UtcInstant; roster: Roster }>,
  ): boolean {
    if (actor === this.plan.roster.desk) return true;
    const steps = row.policy?.chain.steps ?? [];
    const first = Math.min(...messages.filter((one) => one.person === person).map(({ step }) => step));
    const index = (first - 1 - row.chainFrom) % Math.max(1, steps.length);
    return steps
      .slice(Math.max(0, index) + 1)
      .some(({ to }) => this.plan.called(to, at, row.authority, roster).some((one) => one.person === actor));
  }

  private async whyNotNow(
    { data, occurredAt, id }: Answer,
    row: CallRow,
    { tx, now }: UnitOfWork,
  ): Promise<string | null> {
    const { person, reply = 'accept', reason, to, right, readBack } = data;
    if (occurredAt > now) return `应答时间 ${occurredAt} 晚于现在 / an answer is not dated ahead`;
    if (occurredAt < row.startedAt) return `应答时间早于呼叫 / an answer is not older than its call`;
    if (reply !== 'accept' && reason.trim() === '') return '须说明理由 / a reason is wanted';
    if (reply === 'hand-on' && classOf(row.cause) === 'test')
      return '核验只对本人，不能转交 / a test of a contact is not handed on';
    if (reply === 'hand-on' && (to === undefined || !this.plan.people.has(to)))
      return `转交给谁：${to ?? '未写'} / handed on to whom: ${to ?? 'nobody is named'}`;
    if (reply === 'accept' && row.readBack !== null && right !== 'demonstration' && readBack !== row.readBack)
      return '复述码不符：请照通知复述两位数字 / the two digits of the message are not read back';
    const before = await tx.getRepository(AnswerRow).findBy({ call: row.id, person });
    if (row.state === 'answered' && (before.length > 0 || row.answeredBy === person))
      return `${person} 已应答 / was answered already, by ${row.answeredBy}`;
    return before.some(({ event }) => event === id) ? '重复 / said twice' : null;
  }

  private async keep(
    { id: event, occurredAt: at, data }: Answer,
    { id: call, stepsCalled: step }: CallRow,
    tx: Tx,
  ): Promise<void> {
    const { person, actor, reply = 'accept', to = null, reason } = data;
    await insertRows(tx, AnswerRow, [{ event, call, step, person, actor, reply, at, handedTo: to, reason }], 'nothing');
  }

  /** Nobody of this step is left who could answer: the next one is called at once. */
  private async decline(row: CallRow, messages: readonly MessageTo[], { tx, now }: UnitOfWork): Promise<OrderResult> {
    const called = messages.filter(({ step }) => step === row.stepsCalled).map(({ person }) => person);
    const declined = await tx.getRepository(AnswerRow).findBy({ call: row.id, reply: 'decline' });
    if (called.every((person) => declined.some((one) => one.person === person)))
      await climbNow(tx, row.id, row.stepsCalled, now);
    return done('已记录，继续呼叫 / kept; others are called');
  }

  /** Whoever takes it over is called at once, beside those who were. */
  private async handOn({ data }: Answer, row: CallRow, { tx, now }: UnitOfWork): Promise<OrderResult> {
    const { to = '' } = data;
    const steps = row.policy?.chain.steps ?? [];
    const channels = steps[0]?.channels ?? row.policy?.chain.unanswered.channels ?? [];
    const step = { channels, inTurn: false };
    await this.messages.ring([{ call: row, step, number: Math.max(1, row.stepsCalled), people: [to] }], tx, now);
    return done(`已转交 ${this.plan.nameOf(to)} / handed on to ${to}`);
  }
}

/**
 * How many more of those who were called with a person must answer; null: they are enough, and the call is answered.
 * Of a step that was called in several rounds everybody counts who was called in any of them.
 */
function stillWanted(
  { policy, chainFrom }: CallRow,
  person: string,
  messages: readonly MessageTo[],
  replied: ReadonlySet<string>,
): number | null {
  const { steps = [], rounds = 1 } = policy?.chain ?? {};
  const indexOf = (step: number): number | null => {
    const since = step - chainFrom - 1;
    return since < 0 || since >= steps.length * rounds ? null : since % steps.length;
  };
  const left = messages
    .filter((one) => one.person === person)
    .map(({ step }) => {
      const index = indexOf(step);
      const needed = index === null ? 'any' : (steps[index]?.needed ?? 'any');
      const called = new Set(messages.filter((one) => indexOf(one.step) === index).map((one) => one.person));
      const answered = [...replied].filter((one) => called.has(one)).length;
      return isEnough(needed, answered, called.size) ? 0 : called.size - answered;
    });
  return left.includes(0) ? null : Math.min(...left);
}
