import { addMinutes, type FireMergedV1, type FireRaisedV1, type UtcInstant } from '@fengsui/contracts';
import { schedule, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { gather, type Gathering, type Sign } from '@fengsui/rules';
import { Due, OrdersDesk } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import { Fires, type LooseSign } from './fires.js';

/** Signs that come in at one instant are gathered once, as a whole. */
export const gatherAt = (now: UtcInstant): Job => ({ kind: 'gather', key: now, dueAt: now, payload: {} });

/** Puts loose signs to fires, and raises a fire to verify where there is none. */
@Injectable()
export class GatherSigns {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
    private readonly desk: OrdersDesk,
  ) {}

  @Due('wildfire', 'gather')
  async gather(_: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    await this.fires.lockGathering(tx);
    const loose = await this.fires.looseSigns(tx, this.plan.fires);
    if (loose.length === 0) return;
    const left = await this.joinJudged(tx, loose);
    if (left.length === 0) return;
    const open = await this.fires.near(tx, left, ['to-verify', 'overdue'], this.plan.fires);
    // Nobody verifies a fire of last year: what is all history joins a fire of its time, or none.
    const late = new Set(left.flatMap((sign) => (sign.late ? [sign.event] : [])));
    for (const gathering of gather(open, left, this.plan.fires))
      if (gathering.kind === 'raise' && gathering.signs.every(({ event }) => late.has(event)))
        await this.fires.putAside(tx, gathering.signs);
      else await this.apply(gathering, unit);
  }

  /**
   * A sign that was seen before the verdict, and came late, is part of what was judged. A later one is a new fire:
   * embers rekindle.
   */
  private async joinJudged(tx: Tx, loose: readonly LooseSign[]): Promise<readonly LooseSign[]> {
    const joined = new Set<string>();
    for (const fire of await this.fires.near(tx, loose, ['judged'], this.plan.fires)) {
      const before = loose.filter(
        ({ at, event }) => fire.judgedAt !== null && at <= fire.judgedAt && !joined.has(event),
      );
      for (const gathering of gather([fire], before, this.plan.fires)) {
        if (gathering.kind !== 'join') continue;
        await this.fires.attach(tx, fire.id, gathering.signs);
        for (const { event } of gathering.signs) joined.add(event);
      }
    }
    return loose.filter(({ event }) => !joined.has(event));
  }

  private async apply(gathering: Gathering, unit: UnitOfWork): Promise<void> {
    const { tx, now, append } = unit;
    const { id, signs } = gathering;
    if (gathering.kind === 'raise') {
      const event = raised(
        id,
        signs,
        now,
        addMinutes(now, this.plan.fires.verifyWithinMinutes),
        this.plan.fires.version,
      );
      const { dueAt, reason } = event.data;
      await this.fires.insert(tx, signs[0] as Sign, { id, raisedAt: now, dueAt, reason, event: event.id });
      await schedule(tx, 'wildfire', [{ kind: 'verify-deadline', key: id, dueAt, payload: {} }]);
      append(event);
    }
    if (gathering.kind === 'merge') {
      for (const mergedFireId of gathering.merged) {
        const event = merged(id, mergedFireId, signs, now, this.plan.fires.version);
        await this.fires.merge(tx, id, mergedFireId, event.id);
        append(event);
      }
      await unschedule(tx, 'wildfire', 'verify-deadline', gathering.merged);
    }
    await this.fires.attach(tx, id, signs);
    if (gathering.kind === 'raise') await this.desk.targetsKnown([id], unit);
  }
}

/** The contract's limit on causes. */
const MAX_CAUSES = 100;
const header = (fireId: string, signs: readonly Sign[], now: UtcInstant) => ({
  key: fireId,
  correlationId: fireId,
  recordedAt: now,
  causes: signs.map(({ event }) => event).slice(0, MAX_CAUSES),
});

function raised(
  fireId: string,
  signs: readonly Sign[],
  now: UtcInstant,
  dueAt: UtcInstant,
  plan: string,
): FireRaisedV1 {
  const first = signs[0] as Sign;
  const by = first.by === 'satellite' ? 'a satellite saw heat' : 'a person reported fire';
  return {
    ...header(fireId, signs, now),
    id: `fire-raised/${fireId}`,
    type: 'fire-raised.v1',
    occurredAt: first.at,
    data: {
      fireId,
      county: first.county,
      latitude: Number.isNaN(first.latitude) ? null : first.latitude,
      longitude: Number.isNaN(first.longitude) ? null : first.longitude,
      firstSeenBy: first.by,
      signs: signs.length,
      dueAt,
      reason: `${by} at ${first.at}, ${signs.length} sign(s), and no open fire is near`,
      plan,
    },
  };
}

function merged(
  fireId: string,
  mergedFireId: string,
  signs: readonly Sign[],
  now: UtcInstant,
  plan: string,
): FireMergedV1 {
  return {
    ...header(fireId, signs, now),
    id: `fire-merged/${mergedFireId}`,
    type: 'fire-merged.v1',
    occurredAt: now,
    data: { fireId, mergedFireId, reason: `${signs.length} new sign(s) join the two`, plan },
  };
}
