import type { OrderOf } from '@fengsui/contracts';
import type { Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, Due, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { Calls } from '../calls/calls.js';
import { EXERCISE_OVER } from '../calls/climb-at.js';
import { quoted } from '../decisions/quoting.js';
import { DutyPlan, type Policy } from '../plan.js';
import { RosterChanges } from '../roster/roster-changes.js';

/**
 * Exercises 叫应演练: those on duty are called as if something had happened, by the chain that would call them then. The
 * words are fixed and say that it is none; nothing that comes in makes one, only a person's order does.
 */
@Injectable()
export class Exercises {
  constructor(
    private readonly plan: DutyPlan,
    private readonly calls: Calls,
    private readonly changes: RosterChanges,
  ) {}

  @Takes('duty', 'exercise', () => 'roster')
  async begin({ id: event, data }: OrderOf<'exercise'>, unit: UnitOfWork): Promise<OrderResult> {
    const { orderId, cause: as, actor, speaksFor, reason } = data;
    const id = `exercise/${orderId}`;
    // Nothing is promised with an answer to it.
    const policy = { ...this.plan.policyFor(as, unit.now), promiseMinutes: null };
    const many = await this.receivers(policy, unit);
    if (many >= this.plan.massFrom && data.receivers !== many)
      return rejected(`将同时通知${many}人，请注明接收人数确认 / it calls ${many} people at once: name their number`);
    const by = this.plan.nameOf(speaksFor ?? actor);
    const why = reason.trim() === '' ? '' : `\n说明：${quoted(reason)}`;
    const says = {
      subject: `叫应演练（${this.plan.ruleFor(as)}）`,
      text: `这是演练，没有发生险情。请按收到通知时的做法应答，不采取其他行动。\n发起：${by}。${why}`,
    };
    await this.calls.start({ id, cause: 'exercise', policy, about: id, says, causes: [event] }, unit);
    return done(`演练已开始，一次最多通知${many}人 / begun: ${id}`);
  }

  /** Nobody answered through the whole chain: that is what the exercise has shown. */
  @Due('duty', EXERCISE_OVER)
  async over(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { now } = unit;
    for (const { key } of jobs)
      await this.calls.close(key, 'superseded', '演练结束', { at: now, now, causes: [`call-started/${key}`] }, unit);
  }

  /** How many people one step of it calls at the most. */
  private async receivers({ chain }: Policy, { tx, now }: UnitOfWork): Promise<number> {
    const roster = await this.changes.rosterOf(tx, now);
    return Math.max(...chain.steps.map(({ to }) => this.plan.called(to, now, null, roster).length));
  }
}
