import {
  addMinutes,
  fromShanghai,
  levelRank,
  shanghaiDate,
  type IncidentV1,
  type LevelOrdered,
  type ObligationKind,
  type UtcInstant,
} from '@fengsui/contracts';
import type { Grade } from './grades.js';

/** Who owes something: a county by its code, a department or an office by a word of the plan. */
export type Owner = Readonly<{ id: string; name: string }>;
/** A step of the plan at a level. */
export type PlanStep = Readonly<{
  id: string;
  /** From this level on, and at every one above it. */ level: LevelOrdered;
  owner: Owner;
  text: string;
  /** Null: it is ticked when it is done, and calls nobody. */ withinMinutes: number | null;
}>;
/** When an incident of a grade must be reported up, from when it was known. */
export type IncidentClock = Readonly<{
  grade: Grade;
  owner: Owner;
  byWordMinutes: number;
  inWritingMinutes: number;
  followUpEveryMinutes: number;
}>;
/** What an authority asks of others in its responses. */
export type Duties = Readonly<{
  receipts: Readonly<{ from: readonly Owner[]; withinMinutes: Readonly<Record<LevelOrdered, number>> }> | null;
  /** Clock times in Beijing at which the counties report. */
  reportAt: Readonly<Record<LevelOrdered, readonly string[]>> | null;
  /** A clock time that is nearer than this is left out: nobody can report on what has just begun. */
  leadMinutes: number;
  steps: readonly PlanStep[];
}>;

/** One thing that somebody owes. */
export type Owed = Readonly<{
  matter: string;
  kind: ObligationKind;
  owner: Owner;
  words: string;
  /** Null: by no time. */ dueAt: UtcInstant | null;
}>;

/** Receipts for a notice. */
export const receiptsFor = (
  { receipts }: Duties,
  { notice, level, at }: Readonly<{ notice: string; level: LevelOrdered; at: UtcInstant }>,
): readonly Owed[] =>
  (receipts?.from ?? []).map((owner) => ({
    matter: `receipt/${notice}`,
    kind: 'receipt',
    owner,
    words: `签收${notice}`,
    dueAt: addMinutes(at, receipts?.withinMinutes[level] ?? 0),
  }));

/** Steps of the plan at a level, and of the levels below it. */
export const stepsAt = (
  { steps }: Duties,
  { episode, level, at }: Readonly<{ episode: string; level: LevelOrdered; at: UtcInstant }>,
): readonly Owed[] =>
  steps
    .filter((step) => levelRank(step.level) <= levelRank(level))
    .map(({ id, owner, text, withinMinutes }) => ({
      matter: `step/${episode}/${id}`,
      kind: 'step',
      owner,
      words: text,
      dueAt: withinMinutes === null ? null : addMinutes(at, withinMinutes),
    }));

/** The next clock time at which counties report; null: they do not at this level. */
export function nextReportAt(
  { reportAt, leadMinutes }: Duties,
  level: LevelOrdered,
  now: UtcInstant,
): UtcInstant | null {
  const times = reportAt?.[level] ?? [];
  const earliest = addMinutes(now, leadMinutes);
  const days = [0, 1, 2].map((day) => shanghaiDate(addMinutes(earliest, day * 1_440)));
  const instants = days.flatMap((day) => times.map((time) => fromShanghai(`${day}T${time}`)));
  return instants.filter((at) => at >= earliest).sort()[0] ?? null;
}

/** What is owed for an incident of which the first report has come; nothing where its grade has no clock. */
export function reportsUpFor(
  clocks: readonly IncidentClock[],
  { incidentId, county }: Pick<IncidentV1['data'], 'incidentId' | 'county'>,
  grade: Grade,
  knownAt: UtcInstant,
): readonly Owed[] {
  const clock = clocks.find((one) => one.grade === grade);
  if (clock === undefined || county === null) return [];
  const owed = (kind: ObligationKind, minutes: number, words: string): Owed => ({
    matter: `${kind}/${incidentId}`,
    kind,
    owner: clock.owner,
    words: `${incidentId}${words}`,
    dueAt: addMinutes(knownAt, minutes),
  });
  return [
    owed('incident-by-word', clock.byWordMinutes, '电话首报'),
    owed('incident-in-writing', clock.inWritingMinutes, '书面首报'),
    followUpFor(clock, incidentId, knownAt, 1),
  ];
}

/** The nth follow-up of an incident, so long after the one before. */
export const followUpFor = (
  { owner, followUpEveryMinutes }: IncidentClock,
  incidentId: string,
  after: UtcInstant,
  number: number,
): Owed => ({
  matter: `incident-follow-up/${incidentId}/${number}`,
  kind: 'incident-follow-up',
  owner,
  words: `${incidentId}续报${number}（或终报）`,
  dueAt: addMinutes(after, followUpEveryMinutes),
});
