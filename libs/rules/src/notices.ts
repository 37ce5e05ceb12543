import { addMinutes, type Level, type UtcInstant } from '@fengsui/contracts';
import { countiesIn, higher, highest, type Areas } from './areas.js';
import { demandOf, type Demand, type Evidence } from './flood-evidence.js';
import type { FloodPlan } from './flood-plan.js';
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
  | Readonly<{ kind: 'rain'; station: string; window: RainWindow }>;

/** What the plan would have called for before a notice. */
export type JudgedNotice = Readonly<{
  at: UtcInstant;
  authority: string;
  response: string;
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
/** Responses for which the plan has conditions. */
const FLOODS = /防汛|防风|内涝|防洪/;

/**
 * Holds a notice against what was known before it. What has no evidence of its own is not judged.
 * @param plan of the city; gauges that it does not know speak for the county that their name begins with
 */
export function judgeNotice(notice: Notice, all: readonly Known[], plan: FloodPlan): JudgedNotice {
  const { at, authority, response, ordered } = notice;
  const from = addMinutes(at, -LOOKS_BACK_HOURS * 60);
  const known = all
    .filter((one) => one.knownAt >= from && one.knownAt <= at && isFor(one, authority, plan))
    .sort((a, b) => (a.knownAt < b.knownAt ? -1 : 1));
  const supported = FLOODS.test(response);
  const own = known.filter(({ assumed }) => !assumed);
  const seen = ordered === 'none' ? own.filter(({ is }) => is.kind === 'stage' || is.kind === 'rain') : own;
  const judged = supported && seen.length > 0;
  const proposed = supported ? firstCalled(notice, known, plan) : null;
  return {
    at,
    authority,
    response,
    ordered,
    known: known
      .filter(({ event, text }, n) => known.findIndex((one) => one.event === event && one.text === text) === n)
      .map(({ event, knownAt, text }) => ({ event, knownAt, text })),
    missing: missingIn(notice, known, supported),
    proposed,
    judged,
    difference: judged ? differenceOf(notice, proposed) : 'none',
  };
}

/** The highest level that was called for shortly before the order, and since when. */
function firstCalled({ at, authority }: Notice, known: readonly Known[], plan: FloodPlan): JudgedNotice['proposed'] {
  const since = addMinutes(at, -STANDS_HOURS * 60);
  const times = [...new Set([...known.map(({ knownAt }) => knownAt), at])].sort();
  const levels = times.map((time) => ({ time, level: levelFor(authority, demandAt(known, plan, time), plan) }));
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
    },
    plan,
    now,
  );
}

/** The city decides on all of it, a county on what lies in it. */
const isCity = (authority: string): boolean => authority.endsWith('00');
const levelFor = (authority: string, { level, areas }: Demand, plan: FloodPlan): Level =>
  isCity(authority) ? level : highest(Object.values(areasOf(authority, areas, plan)));
const areasOf = (county: string, areas: Areas, plan: FloodPlan): Areas =>
  Object.fromEntries(Object.entries(areas).filter(([area]) => countiesIn(area, plan).includes(county)));

/** Whether something may concern an authority: its own counties, or the river above it. */
function isFor({ is }: Known, authority: string, plan: FloodPlan): boolean {
  if (isCity(authority)) return true;
  if (is.kind === 'warning') return is.counties.includes(authority);
  for (let at: string | null = is.station, steps = 0; at !== null && steps < 50; steps += 1) {
    if (plan.stations[at]?.county === authority || plan.reaches[at]?.includes(authority) === true) return true;
    at = is.kind === 'rain' ? null : (plan.stations[at]?.below ?? null);
  }
  return false;
}

const KINDS = { warning: '预警信号', stage: '水位实测', forecast: '洪水预报', rain: '雨量实测' } as const;

function missingIn({ ordered }: Notice, known: readonly Known[], supported: boolean): readonly string[] {
  if (!supported) return ['预案没有此类响应的启动条件'];
  const lacks = Object.entries(KINDS)
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
