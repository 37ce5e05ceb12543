import { addMinutes, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import { schedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import type { Phase, Sign } from '@fengsui/rules';
import { done, Due, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import type { FireRow } from '../tables/tables.js';
import { firePhase } from './fire-events.js';
import { Fires } from './fires.js';

const PHASE = 'fire-phase';

/** What a confirmed fire does: its heat is there, sleeps, its open flame is out, it has ended. */
@Injectable()
export class Phases {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
  ) {}

  /** It was judged to be a fire: it burns as long as its heat is seen. */
  async begin({ id, lastSeenAt }: FireRow, tx: Tx): Promise<void> {
    await schedule(tx, 'wildfire', [this.sleepAt(id, lastSeenAt)]);
  }

  /** More heat of a confirmed fire: an update, and no task. */
  async seen(fire: FireRow, signs: readonly Pick<Sign, 'event'>[], unit: UnitOfWork): Promise<void> {
    if (fire.phase === 'asleep' || fire.phase === 'ended') {
      const causes = signs.map(({ event }) => event);
      await this.become(
        fire,
        'awake',
        { at: fire.lastSeenAt, reason: fire.phase === 'ended' ? '结束后又见热点' : '休眠后又见热点', causes },
        unit,
      );
    }
    await this.begin(fire, unit.tx);
  }

  @Takes('wildfire', 'extinguish', ({ data }) => data.fireId)
  async extinguish(order: OrderOf<'extinguish'>, unit: UnitOfWork): Promise<OrderResult> {
    const fire = await this.fires.lock(unit.tx, order.data.fireId);
    if (fire === null) return targetUnknown(`there is no fire ${order.data.fireId}`);
    const { at = order.occurredAt, reason } = order.data;
    if (fire.state !== 'judged' || fire.phase === null)
      return rejected(`${fire.id} 未核查为森林、草原火灾，请先反馈核查结论 / ${fire.id} is no confirmed fire yet`);
    if (fire.extinguishedAt !== null && fire.phase === 'extinguished')
      return rejected(`${fire.id} 已于 ${fire.extinguishedAt} 登记明火扑灭 / its open flame is out already`);
    if (at < fire.firstSeenAt) return rejected(`扑灭时间早于首次发现 ${fire.firstSeenAt} / before it was first seen`);
    if (at > order.recordedAt) return rejected('扑灭时间晚于现在 / it lies in time to come');
    const why = reason === '' ? '现场报告明火扑灭' : reason;
    await this.become(fire, 'extinguished', { at, reason: why, causes: [order.id] }, unit);
    await this.begin(fire, unit.tx);
    return done(`${fire.id}: 明火扑灭`);
  }

  @Due('wildfire', PHASE)
  async pass(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const { asleepAfterHours, endedAfterHours } = this.plan.fires.afterVerdict;
    for (const { key } of jobs) {
      const [fire] = await this.fires.locked(tx, [key]);
      if (fire === undefined || fire.state !== 'judged' || fire.phase === null || fire.phase === 'ended') continue;
      const [sleeps, ends] = [asleepAfterHours, endedAfterHours].map((h) => addMinutes(fire.lastSeenAt, h * 60)) as [
        UtcInstant,
        UtcInstant,
      ];
      const causes = fire.events.slice(-1);
      if (now >= ends)
        await this.become(fire, 'ended', { at: now, reason: `${endedAfterHours}小时未见热点`, causes }, unit);
      else if (now >= sleeps && fire.phase === 'awake') {
        await this.become(fire, 'asleep', { at: now, reason: `${asleepAfterHours}小时未见热点`, causes }, unit);
        await schedule(tx, 'wildfire', [{ kind: PHASE, key, dueAt: ends, payload: {} }]);
      } else await schedule(tx, 'wildfire', [{ kind: PHASE, key, dueAt: now < sleeps ? sleeps : ends, payload: {} }]);
    }
  }

  private async become(
    fire: FireRow,
    phase: Phase,
    { at, reason, causes }: Readonly<{ at: UtcInstant; reason: string; causes: readonly string[] }>,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const event = firePhase(fire, phase, { at, now, reason, causes, plan: this.plan.fires.version });
    const out = phase === 'extinguished' ? { extinguishedAt: at } : {};
    await this.fires.change(tx, fire, { phase, ...out }, event.id);
    append(event);
  }

  private sleepAt(fire: string, lastSeenAt: UtcInstant): Job {
    const dueAt = addMinutes(lastSeenAt, this.plan.fires.afterVerdict.asleepAfterHours * 60);
    return { kind: PHASE, key: fire, dueAt, payload: {} };
  }
}
