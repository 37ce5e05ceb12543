import type { FireJudgedV1, FireOverdueV1, OrderOf, UtcInstant } from '@fengsui/contracts';
import { unschedule, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, Due, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import type { FireRow } from '../tables/tables.js';
import { Fires } from './fires.js';

type VerdictOrder = OrderOf<'verdict'>;

/** What people found on the ground, and what happens when nobody says. */
@Injectable()
export class Verdicts {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
  ) {}

  /** A second verdict on the same fire corrects the first. */
  @Takes('wildfire', 'verdict', ({ data }) => data.fireId)
  async judge(order: VerdictOrder, { tx, now, append }: UnitOfWork): Promise<OrderResult> {
    const fire = await this.fires.lock(tx, order.data.fireId);
    if (fire === null) return targetUnknown(`there is no fire ${order.data.fireId}`);
    const event = judged(fire, order, now, this.plan.fires.version);
    const { verdict, deaths, burnedAreaHa, decidedBy, reason } = event.data;
    const found = { verdict, deaths, burnedAreaHa, decidedBy, reason };
    await this.fires.change(tx, fire, { ...found, state: 'judged', judgedAt: order.occurredAt }, event.id);
    await unschedule(tx, 'wildfire', 'verify-deadline', [fire.id]);
    append(event);
    return done(`${fire.id} is ${verdict}`);
  }

  @Due('wildfire', 'verify-deadline')
  async overdue(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    for (const { key } of jobs) {
      const fire = await this.fires.lock(tx, key);
      if (fire === null || fire.state !== 'to-verify' || fire.id !== key) continue;
      const event = overdue(fire, now, this.plan.fires.version);
      await this.fires.change(tx, fire, { state: 'overdue' }, event.id);
      append(event);
    }
  }
}

const overdue = ({ id, county, dueAt }: FireRow, now: UtcInstant, plan: string): FireOverdueV1 => ({
  id: `fire-overdue/${id}`,
  type: 'fire-overdue.v1',
  key: id,
  correlationId: id,
  occurredAt: now,
  recordedAt: now,
  causes: [`fire-raised/${id}`],
  data: { fireId: id, county, dueAt, reason: 'nobody gave a verdict by the deadline', plan },
});

function judged(
  { id, county, firstSeenAt }: FireRow,
  order: VerdictOrder,
  now: UtcInstant,
  plan: string,
): FireJudgedV1 {
  const { verdict, deaths, burnedAreaHa, actor, late, reason } = order.data;
  const decidedBy = late?.decidedBy ?? actor;
  return {
    id: `fire-judged/${order.id}`,
    type: 'fire-judged.v1',
    key: id,
    correlationId: id,
    occurredAt: order.occurredAt,
    recordedAt: now,
    causes: [order.id],
    data: { fireId: id, county, verdict, deaths, burnedAreaHa, firstSeenAt, decidedBy, reason, plan },
  };
}
