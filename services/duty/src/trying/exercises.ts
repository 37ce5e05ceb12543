import type { OrderOf } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { done, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { Calls } from '../calls/calls.js';
import { quoted } from '../decisions/quoting.js';
import { DutyPlan } from '../plan.js';

/**
 * Exercises 叫应演练: those on duty are called as if something had happened, by the chain that would call them then. The
 * words are fixed and say that it is none; nothing that comes in makes one, only a person's order does.
 */
@Injectable()
export class Exercises {
  constructor(
    private readonly plan: DutyPlan,
    private readonly calls: Calls,
  ) {}

  @Takes('duty', 'exercise', () => 'roster')
  async begin({ id: event, data }: OrderOf<'exercise'>, unit: UnitOfWork): Promise<OrderResult> {
    const { orderId, cause: as, actor, speaksFor, reason } = data;
    const id = `exercise/${orderId}`;
    const by = this.plan.nameOf(speaksFor ?? actor);
    const why = reason.trim() === '' ? '' : `\n说明：${quoted(reason)}`;
    const says = {
      subject: `叫应演练（${this.plan.ruleFor(as)}）`,
      text: `这是演练，没有发生险情。请按收到通知时的做法应答，不采取其他行动。\n发起：${by}。${why}`,
    };
    await this.calls.start({ id, cause: 'exercise', as, about: id, says, causes: [event] }, unit);
    return done(`演练已开始 / begun: ${id}`);
  }
}
