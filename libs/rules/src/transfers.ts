import { addMinutes, levelRank, LEVELS, type Level, type UtcInstant } from '@fengsui/contracts';
import type { FloodPlan, RaisingLevel } from './flood-plan.js';

/**
 * A place whose people must be moved when a level demands it: one row of the city's list, with its village ledger
 * behind it.
 */
export type RiskPoint = Readonly<{
  id: string;
  name: string;
  county: string;
  category: string;
  people: number;
  /** The five questions: who organises, whom (the ledger), when (the plan), where to, no return before release. */
  organiser: string;
  destination: string;
}>;

export type TransferPlan = Readonly<{ riskPoint: RiskPoint; level: RaisingLevel; dueAt: UtcInstant }>;

/** A level ordered anew. `before`: the counties that were covered until then, by the level `from`. */
export type LevelChange = Readonly<{ from: Level; to: Level; before: readonly string[]; counties: readonly string[] }>;

/**
 * The transfers that a change adds. A jump from none to a level starts the same work as a climb through the levels
 * between, and a county that joins later catches up with the level in force.
 */
export function transfersBetween(
  plan: FloodPlan,
  riskPoints: readonly RiskPoint[],
  { from, to, before, counties }: LevelChange,
  at: UtcInstant,
): readonly TransferPlan[] {
  return counties.flatMap((county) => {
    const start = before.includes(county) ? from : 'none';
    return levelsBetween(start, to).flatMap((level) => {
      const below = LEVELS[levelRank(level) - 1] as Level;
      const added = plan.transfersAt[level].filter(
        (category) => below === 'none' || !plan.transfersAt[below as RaisingLevel].includes(category),
      );
      return riskPoints
        .filter((point) => point.county === county && added.includes(point.category))
        .map((riskPoint) => ({ riskPoint, level, dueAt: addMinutes(at, plan.moveWithinMinutes[level]) }));
    });
  });
}

const levelsBetween = (from: Level, to: Level): readonly RaisingLevel[] =>
  LEVELS.slice(levelRank(from) + 1, levelRank(to) + 1) as RaisingLevel[];

/** What we remember about one task. People are counted; who they are is known to whoever keeps the ledger. */
export type TransferTask = Readonly<{
  people: number;
  moved: number;
  absent: number;
  refusing: number;
  closed: boolean;
}>;
/** A report from the village. `moved` are persons of the ledger, by pseudonym. */
export type Progress = Readonly<{
  moved: readonly string[];
  absent: number;
  refusing: number;
  evidence: 'head-count' | 'photo' | 'signature' | 'none';
}>;

/**
 * Applies a report of progress. People without evidence are not counted as moved: a move that nobody can prove is not
 * known to have happened. The task closes when everyone on the ledger is moved or known to be away; whoever refuses
 * keeps it open.
 * @param known of the persons that the report names, those who were moved before
 */
export function progress(
  task: TransferTask,
  report: Progress,
  known: ReadonlySet<string>,
): Readonly<{ task: TransferTask; newlyMoved: readonly string[]; closes: boolean }> {
  const proven = report.evidence === 'none' ? [] : report.moved;
  const newlyMoved = [...new Set(proven)].filter((person) => !known.has(person));
  const after = { ...task, moved: task.moved + newlyMoved.length, absent: report.absent, refusing: report.refusing };
  const accounted = unaccounted(after) === 0 && report.refusing === 0;
  return { task: { ...after, closed: task.closed || accounted }, newlyMoved, closes: accounted && !task.closed };
}

/** People of the ledger of whom nothing is known, or who refuse. This must reach 0. */
export const unaccounted = ({ people, moved, absent }: TransferTask): number => Math.max(0, people - moved - absent);
