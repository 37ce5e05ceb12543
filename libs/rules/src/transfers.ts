import { addMinutes, type Hazard, type Level, type UtcInstant } from '@fengsui/contracts';
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

export type TransferPlan = Readonly<{ riskPoint: RiskPoint; level: RaisingLevel; dueAt: UtcInstant }>;

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
    if (
      level === 'none' ||
      !isMovedAt(riskPoint, level, plan) ||
      isMovedAt(riskPoint, levelAt(riskPoint, before), plan)
    )
      return [];
    return [{ riskPoint, level, dueAt: addMinutes(at, plan.moveWithinMinutes[level]) }];
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

const isMovedAt = ({ category }: RiskPoint, level: Level, { transfersAt }: FloodPlan): boolean =>
  level !== 'none' && transfersAt[level].includes(category);

/** What we remember about one task. People are counted; who they are is known to whoever keeps the ledger. */
export type TransferTask = Readonly<{
  people: number;
  moved: number;
  absent: number;
  refusing: number;
  closed: boolean;
}>;
/** A report from the village. `moved` and `returned` are persons of the ledger, by pseudonym. */
export type Progress = Readonly<{
  moved: readonly string[];
  /** Who was moved and has come back. */ returned?: readonly string[] | undefined;
  absent: number;
  refusing: number;
  evidence: 'head-count' | 'photo' | 'signature' | 'none';
}>;

export type Progressed = Readonly<{
  task: TransferTask;
  /** Persons whom this report moved, each for the first time or again. */ newlyMoved: readonly string[];
  /** Persons who were moved, and are back. */ returned: readonly string[];
  /** Persons beyond those on the ledger: names that it does not have, or a ledger that is too short. */
  beyondLedger: readonly string[];
  /** More were said not to be there than are left. */ absentBeyond: number;
  closes: boolean;
  /** It was closed, and somebody is back or refuses. */ reopens: boolean;
}>;

/**
 * Applies a report of progress. What nobody can prove is not known to have happened: without evidence nobody is moved
 * and nobody is away. No more people are moved or away than there are: who is named beyond the ledger is for a person
 * to look at, and in no figure. The task closes when everyone on the ledger is moved or known to be away; whoever
 * refuses keeps it open, whoever comes back or refuses later opens it again.
 * @param known of the persons that the report names, those who were moved before
 */
export function progress(task: TransferTask, report: Progress, known: ReadonlySet<string>): Progressed {
  const { people } = task;
  const proven = report.evidence !== 'none';
  const returned = [...new Set(report.returned ?? [])].filter((person) => known.has(person));
  const stillMoved = task.moved - returned.length;
  const named = [...new Set(proven ? report.moved : [])].filter((person) => !known.has(person));
  const newlyMoved = named.slice(0, Math.max(0, people - stillMoved));
  const moved = stillMoved + newlyMoved.length;
  const away = proven ? report.absent : task.absent;
  const absent = Math.min(away, Math.max(0, people - moved));
  const after = { ...task, moved, absent, refusing: report.refusing };
  const accounted = unaccounted(after) === 0 && report.refusing === 0;
  const reopens = task.closed && unaccounted(task) === 0 && !accounted;
  return {
    task: { ...after, closed: reopens ? false : task.closed || accounted },
    newlyMoved,
    returned,
    beyondLedger: named.slice(newlyMoved.length),
    absentBeyond: away - absent,
    closes: accounted && !task.closed,
    reopens,
  };
}

/** People of the ledger of whom nothing is known, or who refuse. This must reach 0. */
export const unaccounted = ({ people, moved, absent }: TransferTask): number => Math.max(0, people - moved - absent);
