import type {
  FireMergedV1,
  FireOverdueV1,
  FirePartedV1,
  FirePhaseV1,
  FireRaisedV1,
  UtcInstant,
} from '@fengsui/contracts';
import { passAt } from '../signs/passes.js';
import type { Sign } from '@fengsui/rules';
import type { FireRow } from '../tables/tables.js';

/** The contract's limit on causes. */
const MAX_CAUSES = 100;

const header = (fireId: string, now: UtcInstant, causes: readonly string[]) => ({
  key: fireId,
  correlationId: fireId,
  recordedAt: now,
  causes: causes.slice(0, MAX_CAUSES),
});
/** What may happen to one fire several times has its number in its id. */
const numbered = (id: string, n: number): string => (n > 1 ? `${id}/${n}` : id);

/** Where it is asked, beside the county. */
export type AskedSetting = Readonly<{
  /** Name; null: the plan has no outline of it. */ township: string | null;
  /** What makes it urgent; empty: nothing. */ urgentBecause: readonly string[];
}>;

/** What is asked of people, and why. */
export type Asked = Readonly<{
  now: UtcInstant;
  dueAt: UtcInstant;
  again: number;
  reason: string;
  setting: AskedSetting;
  plan: string;
}>;

/** The pass of the newest sign of a satellite; what only people report is of none. */
function passOf(signs: readonly (Sign & Readonly<{ source: string | null }>)[]): Readonly<{ pass?: string }> {
  const newest = signs.filter(({ by }) => by === 'satellite').at(-1);
  if (newest === undefined) return {};
  return { pass: `${newest.source ?? 'satellite'} ${passAt(newest.at)}` };
}

/** @param signs all of the fire, the first first @param because those for which it is asked now */
export const fireRaised = (
  fireId: string,
  signs: readonly Sign[],
  because: readonly (Sign & Readonly<{ source: string | null }>)[],
  { now, dueAt, again, reason, setting: { township, urgentBecause }, plan }: Asked,
): FireRaisedV1 => {
  const first = signs[0] as Sign;
  return {
    ...header(
      fireId,
      now,
      because.map(({ event }) => event),
    ),
    id: numbered(`fire-raised/${fireId}`, again),
    type: 'fire-raised.v1',
    occurredAt: first.at,
    data: {
      fireId,
      county: first.county,
      ...(township === null ? {} : { township }),
      latitude: Number.isNaN(first.latitude) ? null : first.latitude,
      longitude: Number.isNaN(first.longitude) ? null : first.longitude,
      firstSeenBy: first.by,
      ...(again > 1 ? { again } : {}),
      signs: signs.length,
      ...passOf(because),
      ...(urgentBecause.length === 0 ? {} : { urgentBecause: [...urgentBecause] }),
      dueAt,
      reason,
      plan,
    },
  };
};

/** @param causes signs that join the two, or the order of a person */
export const fireMerged = (
  fireId: string,
  merged: FireRow,
  causes: readonly string[],
  { now, reason, plan }: Pick<Asked, 'now' | 'reason' | 'plan'>,
): FireMergedV1 => ({
  ...header(fireId, now, causes),
  id: numbered(`fire-merged/${merged.id}`, 1 + merged.events.filter((id) => id.startsWith('fire-merged/')).length),
  type: 'fire-merged.v1',
  occurredAt: now,
  data: { fireId, mergedFireId: merged.id, reason, plan },
});

export const fireParted = (
  fire: FireRow,
  partedFireId: string,
  signs: readonly Pick<Sign, 'event'>[],
  { now, reason, plan, by }: Pick<Asked, 'now' | 'reason' | 'plan'> & Readonly<{ by: string }>,
): FirePartedV1 => ({
  ...header(fire.id, now, [by]),
  id: `fire-parted/${fire.id}/${partedFireId}/${fire.events.length}`,
  type: 'fire-parted.v1',
  occurredAt: now,
  data: { fireId: fire.id, partedFireId, signs: signs.length, reason, plan },
});

export const firePhase = (
  { id, county, events }: FireRow,
  phase: FirePhaseV1['data']['phase'],
  {
    at,
    now,
    reason,
    plan,
    causes,
  }: Pick<Asked, 'now' | 'reason' | 'plan'> & Readonly<{ at: UtcInstant; causes: readonly string[] }>,
): FirePhaseV1 => ({
  ...header(id, now, causes),
  id: `fire-phase/${id}/${events.length}`,
  type: 'fire-phase.v1',
  occurredAt: at,
  data: { fireId: id, county, phase, reason, plan },
});

export const fireOverdue = ({ id, county, dueAt, asked }: FireRow, now: UtcInstant, plan: string): FireOverdueV1 => ({
  ...header(id, now, [numbered(`fire-raised/${id}`, asked)]),
  id: numbered(`fire-overdue/${id}`, asked),
  type: 'fire-overdue.v1',
  occurredAt: now,
  data: { fireId: id, county, dueAt, ...(asked > 1 ? { again: asked } : {}), reason: '核查到期，无人反馈', plan },
});
