import { addMinutes, type Hazard, type Level, type TransferPhase, type UtcInstant } from '@fengsui/contracts';
import { highest, reachOf, type Areas } from './areas.js';
import type { FloodPlan, RaisingLevel } from './flood-plan.js';
import type { FloodResponse } from './flood-response.js';

/**
 * A place whose people must be moved when a level demands it: one row of the city's list, with its village ledger
 * behind it.
 */
export type RiskPoint = Readonly<{
  id: string;
  name: string;
  county: string;
  /** The gauge on whose reach of a river it lies; null: on none. */ reach: string | null;
  category: string;
  people: number;
  /** The five questions: who organises, whom (the ledger), when (the plan), where to, no return before release. */
  organiser: string;
  destination: string;
}>;

export type TransferPlan = Readonly<{
  riskPoint: RiskPoint;
  level: RaisingLevel;
  /** Make ready 准备转移, or leave at once 立即转移. */ phase: TransferPhase;
  dueAt: UtcInstant;
}>;

/** Whether people are moved in a response, by what it is issued against. */
export const movesPeople = (
  { issuedAs }: Readonly<{ issuedAs: readonly Hazard[] }>,
  { transfersFor }: Pick<FloodPlan, 'transfersFor'>,
): boolean => issuedAs.some((hazard) => transfersFor.includes(hazard));

/** The levels of the areas of a response, before and after a change. */
export type AreasChange = Readonly<{ before: Areas; after: Areas }>;

/**
 * The transfers that a change adds. A jump from none to a level starts the same work as a climb through the levels
 * between, and what joins later catches up with the level in force.
 */
export function transfersBetween(
  plan: FloodPlan,
  riskPoints: readonly RiskPoint[],
  { before, after }: AreasChange,
  at: UtcInstant,
): readonly TransferPlan[] {
  return riskPoints.flatMap((riskPoint) => {
    const level = levelAt(riskPoint, after);
    const phase = phaseAt(riskPoint, level, plan);
    const more = RANK[phase ?? 'none'] > RANK[phaseAt(riskPoint, levelAt(riskPoint, before), plan) ?? 'none'];
    if (level === 'none' || phase === null || !more) return [];
    return [{ riskPoint, level, phase, dueAt: addMinutes(at, plan.moveWithinMinutes[level]) }];
  });
}

/**
 * The level that a point is under by any of these responses: the city's, or its county's own. A reach may go on into
 * another county, whose people that county's neighbour does not move.
 */
export const levelUnder = (
  point: RiskPoint,
  responses: readonly Pick<FloodResponse, 'authority' | 'issuedAs' | 'areas'>[],
  { authority: city, transfersFor }: Pick<FloodPlan, 'authority' | 'transfersFor'>,
): Level =>
  highest(
    responses
      .filter((one) => one.authority === city || one.authority === point.county)
      .filter((one) => movesPeople(one, { transfersFor }))
      .map(({ areas }) => levelAt(point, areas)),
  );

/** The level that a point is under: that of its county, or of the reach on which it lies. */
export const levelAt = ({ county, reach }: RiskPoint, areas: Areas): Level =>
  highest([areas[county] ?? 'none', (reach === null ? undefined : areas[reachOf(reach)]) ?? 'none']);

/** What the people of a point do at a level: leave, make ready, or nothing. */
function phaseAt(
  { category }: Pick<RiskPoint, 'category'>,
  level: Level,
  { transfersAt, preparesAt }: Pick<FloodPlan, 'transfersAt' | 'preparesAt'>,
): TransferPhase | null {
  if (level === 'none') return null;
  if (transfersAt[level].includes(category)) return 'move';
  return preparesAt?.[level].includes(category) === true ? 'prepare' : null;
}
const RANK = { none: 0, prepare: 1, move: 2 } as const;
