import { reaches } from '@fengsui/access';
import type { EmergencyPeriodV1, OrderOf } from '@fengsui/contracts';
import { insertRows, one, run } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { EmergencyPeriodRow } from '../tables/tables.js';

/** The emergency flood period 紧急防汛期 (防洪法 art. 41): declared and lifted by whoever may approve level Ⅰ. */
@Injectable()
export class EmergencyPeriods {
  constructor(private readonly plan: ResponsePlan) {}

  @Takes('response', 'emergency', ({ data }) => `${data.authority}/${data.hazard}`)
  async take(order: OrderOf<'emergency'>, { tx, now, append }: UnitOfWork): Promise<OrderResult> {
    const { authority, hazard, state, counties = [], actor, right, reason, speaksFor } = order.data;
    const plan = this.plan.planOf(authority);
    if (plan === null) return rejected(`${authority} 不在本系统决定 / nothing of ${authority} is decided here`);
    if (!reaches(right, 'I')) return rejected(`${actor} 无权宣布、解除紧急防汛期 / ${actor} may not decide on it`);
    if (reason.trim() === '') return rejected('须写明理由 / a reason must be given');
    const foreign = counties.filter((county) => !plan.counties.includes(county));
    if (foreign.length > 0) return rejected(`${foreign.join('、')} 不在辖区内 / no counties of it`);
    const open = await one<{ began: string }>(
      tx,
      'select began_at as began from response.emergency_period where authority = $1 and ended_at is null for update',
      [authority],
    );
    if (state === 'declare' && open !== null) return rejected(`已于 ${open.began} 宣布 / declared already`);
    if (state === 'lift' && open === null) return rejected('没有在行的紧急防汛期 / none is in force');
    const decidedBy = speaksFor ?? actor;
    const at = order.occurredAt;
    if (state === 'declare')
      await insertRows(tx, EmergencyPeriodRow, [
        {
          authority,
          beganAt: at,
          counties,
          declaredBy: decidedBy,
          reason,
          event: order.id,
          endedAt: null,
          endedBy: null,
        },
      ]);
    else
      await run(
        tx,
        'update response.emergency_period set ended_at = $2, ended_by = $3 where authority = $1 and ended_at is null',
        [authority, at, decidedBy],
      );
    const event: EmergencyPeriodV1 = {
      id: `emergency-period/${order.id}`,
      type: 'emergency-period.v1',
      key: `${authority}/${hazard}`,
      correlationId: `emergency-period/${authority}`,
      occurredAt: at,
      recordedAt: now,
      causes: [order.id],
      data: {
        authority,
        state: state === 'declare' ? 'declared' : 'lifted',
        counties: [...counties],
        decidedBy,
        reason,
        plan: plan.version,
      },
    };
    append(event);
    return done(state === 'declare' ? '已宣布紧急防汛期 / declared' : '已解除紧急防汛期 / lifted');
  }
}
