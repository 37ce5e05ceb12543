import { addMinutes, parseHazards, type Hazard, type Level, type UtcInstant } from '@fengsui/contracts';
import { higher, highest } from './areas.js';
import type { DeclaredLevel, Evidence } from './evidence.js';
import { demandOf, type Demand } from './flood-evidence.js';
import { measuresOf, type FloodPlan, type SingleMeasure } from './flood-plan.js';
import { rainSumOf, type RainWindow } from './rain-sums.js';

/** A published notice 应急响应通知: who ordered what, and when. */
export type Notice = Readonly<{
  at: UtcInstant;
  /** GB/T 2260. */ authority: string;
  /** 防汛, 防风防汛, 防冻 … */ response: string;
  /** `none`: it ends. */ ordered: Level;
}>;

/** One thing that was known, from an instant on. */
export type Known = Readonly<{
  event: string;
  knownAt: UtcInstant;
  /** In words, with where it is from. */ text: string;
  /** Not known: worked out from what became known later, and said so. */ assumed: boolean;
  is: KnownFact;
}>;
export type KnownFact =
  | Readonly<{
      kind: 'warning';
      eventCode: string;
      colour: Evidence['warnings'][number]['colour'];
      counties: readonly string[];
      until: UtcInstant;
    }>
  | Readonly<{ kind: 'stage'; station: string; aboveWarningM: number }>
  | Readonly<{
      kind: 'forecast';
      station: string;
      aboveWarningM: number | null;
      flowM3s: number | null;
      returnPeriodYears: number | null;
      until: UtcInstant;
    }>
  | Readonly<{ kind: 'rain'; station: string; window: RainWindow }>
  /** What another authority ordered; `none`: it ended. */
  | Readonly<{ kind: 'level'; declared: Omit<DeclaredLevel, 'event' | 'level'>; level: Level }>;

/** What the plan would have called for before a notice. */
export type JudgedNotice = Readonly<{
  at: UtcInstant;
  authority: string;
  response: string;
  /** What the response is against, as its name says. */ hazards: readonly Hazard[];
  /** Whether the level is decided here; else it is received as evidence. */ decidedHere: boolean;
  ordered: Level;
  known: readonly Pick<Known, 'event' | 'knownAt' | 'text'>[];
  missing: readonly string[];
  proposed: Readonly<{ level: Level; at: UtcInstant }> | null;
  judged: boolean;
  difference: 'agrees' | 'higher' | 'lower' | 'later' | 'none';
}>;

/** What was known this long before an order may have been its reason. */
const LOOKS_BACK_HOURS = 72;
/** What is called for stays a proposal for this long, at the most. */
const STANDS_HOURS = 24;

/**
 * Holds a notice against what was known before it. What has no evidence of its own is not judged.
 * @param planOf the plan of an authority; null: it does not decide here. Gauges that a plan does not know speak for the
 *   county that their name begins with
 */
export function judgeNotice(
  notice: Notice,
  all: readonly Known[],
  planOf: (authority: string) => FloodPlan | null,
): JudgedNotice {
  const { at, authority, response, ordered } = notice;
  const whole = planOf(authority);
  const hazards = parseHazards(response);
  const plan = whole === null ? null : against(hazards, whole);
  const from = addMinutes(at, -LOOKS_BACK_HOURS * 60);
  const known = all
    .filter((one) => one.knownAt >= from && one.knownAt <= at && (plan === null || isFor(one, plan)))
    .sort((a, b) => (a.knownAt < b.knownAt ? -1 : 1));
  const supported = plan !== null && plan.conditions.length > 0;
  const own = known.filter(({ assumed, is }) => !assumed && is.kind !== 'level');
  const seen = ordered === 'none' ? own.filter(({ is }) => is.kind === 'stage' || is.kind === 'rain') : own;
  const proposed = supported ? firstCalled(at, known, plan) : null;
  const judged = supported && (seen.length > 0 || (ordered !== 'none' && proposed !== null && !byAssumption(known)));
  return {
    at,
    authority,
    response,
    hazards,
    decidedHere: plan !== null,
    ordered,
    known: known
      .filter(({ event, text }, n) => known.findIndex((one) => one.event === event && one.text === text) === n)
      .map(({ event, knownAt, text }) => ({ event, knownAt, text })),
    missing: plan === null ? [RECEIVED] : missingIn(notice, known, plan),
    proposed,
    judged,
    difference: judged ? differenceOf(notice, proposed) : 'none',
  };
}

const RECEIVED = '该机构的等级不在本系统签发，作为接收的等级计入依据';
const byAssumption = (known: readonly Known[]): boolean => known.some(({ assumed }) => assumed);

/** The plan, as far as it is for a response against these. */
const against = (hazards: readonly Hazard[], plan: FloodPlan): FloodPlan => ({
  ...plan,
  conditions: plan.conditions.filter((condition) => condition.hazards.some((hazard) => hazards.includes(hazard))),
});

/** The highest level that was called for shortly before the order, and since when. */
function firstCalled(at: UtcInstant, known: readonly Known[], plan: FloodPlan): JudgedNotice['proposed'] {
  const since = addMinutes(at, -STANDS_HOURS * 60);
  const times = [...new Set([...known.map(({ knownAt }) => knownAt), at])].sort();
  const levels = times.map((time) => ({ time, level: demandAt(known, plan, time).level }));
  const recent = levels.filter(({ time }) => time >= since);
  const level = highest(recent.map((one) => one.level));
  if (level === 'none') return null;
  return { level, at: levels.find((one) => one.level === level)?.time ?? at };
}

function demandAt(all: readonly Known[], plan: FloodPlan, now: UtcInstant): Demand {
  const known = all.filter(({ knownAt }) => knownAt <= now);
  const facts = <K extends KnownFact['kind']>(kind: K) =>
    known.flatMap(({ event, knownAt, is }) =>
      is.kind === kind ? [{ event, at: knownAt, ...(is as Extract<KnownFact, { kind: K }>) }] : [],
    );
  const latest = new Map(facts('stage').map((one) => [one.station, one]));
  const rains = facts('rain');
  const gauges = [...new Set(rains.map(({ station }) => station))];
  return demandOf(
    {
      warnings: facts('warning').filter(({ until }) => until > now),
      stages: [...latest.values()].map((one) => ({ ...one, risingMPerHour: null })),
      forecasts: facts('forecast').filter(({ until }) => until > now),
      rains: gauges.flatMap((station) => {
        const own = rains.filter((one) => one.station === station);
        const last = own.at(-1);
        if (last === undefined) return [];
        const windows = own.map(({ window }) => window);
        return [1, 3, 6, 12, 24].map((hours) => {
          const { mm, coveredMinutes, events } = rainSumOf(windows, last.window.end, hours);
          return { events, station, at: last.at, hours, mm, coveredMinutes };
        });
      }),
      levels: [...new Map(facts('level').map((one) => [one.declared.authority, one])).values()].flatMap((one) =>
        one.level === 'none' ? [] : [{ ...one.declared, event: one.event, level: one.level }],
      ),
      // Of none of these is there a file beside the notices.
      flows: [],
      reservoirs: [],
      situations: [],
      storms: [],
    },
    plan,
    now,
  );
}

/** Whether something may concern an authority: its own counties, or the river above it. */
function isFor({ is }: Known, plan: FloodPlan): boolean {
  const { counties, stations, reaches } = plan;
  if (!isAskedFor(is, plan)) return false;
  const own = (county: string): boolean => counties.includes(county);
  if (is.kind === 'level') return is.declared.authority !== plan.authority;
  if (is.kind === 'warning') return is.counties.some(own);
  for (let at: string | null = is.station, steps = 0; at !== null && steps < 50; steps += 1) {
    if (own(stations[at]?.county ?? '') || reaches[at]?.some(own) === true) return true;
    at = is.kind === 'rain' ? null : (plan.stations[at]?.below ?? null);
  }
  return false;
}

/** Whether any condition is about such a thing: a rain signal is no evidence of a drought. */
const isAskedFor = (is: KnownFact, { conditions }: FloodPlan): boolean =>
  conditions
    .flatMap(({ when }) => measuresOf(when))
    .some((when) =>
      is.kind === 'warning'
        ? when.measure === 'warning' && when.eventCode === is.eventCode
        : is.kind === 'level'
          ? when.measure === 'authority-level'
          : KIND_OF[when.measure] === is.kind,
    );

const KINDS = { warning: '预警信号', stage: '水位实测', forecast: '洪水预报', rain: '雨量实测' } as const;
const KIND_OF: Readonly<Partial<Record<SingleMeasure['measure'], keyof typeof KINDS>>> = {
  warning: 'warning',
  stage: 'stage',
  'forecast-stage': 'forecast',
  'forecast-flow': 'forecast',
  'forecast-return-period': 'forecast',
  rain: 'rain',
  'critical-rain': 'rain',
};

/** Of the evidence that the conditions ask for, the kinds of which nothing was known. */
function missingIn({ ordered }: Notice, known: readonly Known[], { conditions }: FloodPlan): readonly string[] {
  if (conditions.length === 0) return ['预案没有此类响应的启动条件'];
  const asked = new Set(conditions.flatMap(({ when }) => measuresOf(when)).map(({ measure }) => KIND_OF[measure]));
  const lacks = Object.entries(KINDS)
    .filter(([kind]) => asked.has(kind as keyof typeof KINDS))
    .filter(([kind]) => !known.some(({ is, assumed }) => is.kind === kind && !assumed))
    .map(([, name]) => `此前${LOOKS_BACK_HOURS}小时内没有${name}`);
  return ordered === 'none' ? [...lacks, '没有在行响应的启动依据'] : lacks;
}

function differenceOf({ at, ordered }: Notice, proposed: JudgedNotice['proposed']): JudgedNotice['difference'] {
  const level = proposed?.level ?? 'none';
  if (higher(level, ordered)) return 'higher';
  if (higher(ordered, level)) return 'lower';
  return proposed !== null && proposed.at > at ? 'later' : 'agrees';
}
