import {
  addMinutes,
  COLOUR_IN_CHINESE,
  colourRank,
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  levelRank,
  shanghaiMinute,
  type Colour,
  type Hazard,
  type Level,
  type UtcInstant,
} from '@fengsui/contracts';
import { areasAt, countiesIn, highest, mergedAreas, reachOf, type Area, type Areas } from './areas.js';
import type { Evidence, Forecast, Rain } from './evidence.js';
import {
  type Condition,
  type FloodPlan,
  type Joined,
  type LevelElsewhere,
  type RaisingLevel,
  type SingleMeasure,
} from './flood-plan.js';
import { placesAsked, reached, type OtherMeasure } from './other-measures.js';
import { isInSeason } from './seasons.js';

/**
 * One place at which a condition holds. `value` is in the unit of its condition: rank of a colour or level, metres,
 * m³/s, years, millimetres.
 */
export type Ground = Readonly<{
  condition: string;
  level: RaisingLevel;
  measure: SingleMeasure['measure'];
  /** What is measured: the condition, or the part of it that holds here. */ by: SingleMeasure;
  /** County, gauge or authority. */ place: string;
  value: number;
  areas: readonly Area[];
  events: readonly string[];
  /** In words, with names and numbers. */ says: string;
  /** The gauge has been silent since; its last value still counts. */ silentSince: UtcInstant | null;
  /** Until when the value counts if nothing comes; null: until it is ended. */ countsUntil: UtcInstant | null;
}>;

/** A condition that holds, and where. */
export type MetCondition = Readonly<{ condition: Condition; grounds: readonly Ground[] }>;
/** What is called for: the level, where, and by what. */
export type Demand = Readonly<{ level: Level; areas: Areas; met: readonly MetCondition[] }>;

/**
 * What the plan calls for. Pure: the same evidence and plan always give the same answer, in whatever order the evidence
 * came.
 * @param decisive gauges by which the level in force was called for: their last stage counts for longer
 */
export function demandOf(
  evidence: Evidence,
  plan: FloodPlan,
  now: UtcInstant,
  decisive: ReadonlySet<string> = new Set(),
): Demand {
  return demandBy(
    plan.conditions.flatMap((condition) => {
      if (!isInSeason(condition.season, now)) return [];
      const grounds = groundsOf(condition, evidence, plan, { now, decisive });
      return grounds.length === 0 ? [] : [{ condition, grounds }];
    }),
  );
}

/** The level that conditions which hold call for, and where. */
export function demandBy(met: readonly MetCondition[]): Demand {
  const areas = mergedAreas(
    ...met.flatMap(({ condition, grounds }) => grounds.map((ground) => areasAt(ground.areas, condition.level))),
  );
  return { level: highest(met.map(({ condition }) => condition.level)), areas, met };
}

type When = Readonly<{ now: UtcInstant; decisive: ReadonlySet<string> }>;

/** Of what holds anywhere, what lies where the authority decides. */
function within(grounds: readonly Ground[], plan: FloodPlan): readonly Ground[] {
  return grounds.flatMap((ground) => {
    const areas = ground.areas.filter((area) => countiesIn(area, plan).length > 0);
    if (areas.length === 0) return [];
    return areas.length === ground.areas.length ? [ground] : [{ ...ground, areas }];
  });
}

/** One part of a condition, or all of it. */
type Part = Readonly<{ id: string; level: RaisingLevel; hazards: readonly Hazard[]; when: SingleMeasure }>;

function groundsOf(condition: Condition, evidence: Evidence, plan: FloodPlan, when: When): readonly Ground[] {
  const { id, level, hazards, when: measure } = condition;
  const partOf = (part: SingleMeasure): readonly Ground[] =>
    groundsOfOne({ id, level, hazards, when: part }, evidence, plan, when);
  return measure.measure === 'joined' ? joined(measure, measure.of.map(partOf), plan) : partOf(measure);
}

/** Those of all parts, where as many parts hold as are asked for, in one county if it must be one. */
function joined(
  { least, inOneCounty = false }: Joined,
  parts: readonly (readonly Ground[])[],
  plan: FloodPlan,
): readonly Ground[] {
  if (!inOneCounty) return parts.filter((grounds) => grounds.length > 0).length >= least ? parts.flat() : [];
  const countiesOf = (ground: Ground): readonly string[] => ground.areas.flatMap((area) => countiesIn(area, plan));
  const together = plan.counties.filter(
    (county) =>
      parts.filter((grounds) => grounds.some((ground) => countiesOf(ground).includes(county))).length >= least,
  );
  return parts.flat().flatMap((ground): Ground[] => {
    const areas = ground.areas.filter((area) => countiesIn(area, plan).some((county) => together.includes(county)));
    return areas.length === 0 ? [] : [{ ...ground, areas }];
  });
}

function groundsOfOne(condition: Part, evidence: Evidence, plan: FloodPlan, when: When): readonly Ground[] {
  const { when: measure } = condition;
  switch (measure.measure) {
    case 'warning':
      return enough(within(warned(condition, measure, evidence, plan), plan), measure.counties);
    case 'stage':
      return enough(within(staged(condition, measure.aboveWarningM, evidence, plan, when), plan), measure.stations);
    case 'forecast-stage':
      return enough(
        within(
          forecast(condition, evidence, plan, ({ aboveWarningM }) => aboveWarningM, {
            least: measure.aboveWarningM,
            says: (metres) => `预报${aboveInWords(metres)}`,
          }),
          plan,
        ),
        measure.stations,
      );
    case 'forecast-flow':
      return within(
        forecast(
          condition,
          { ...evidence, forecasts: evidence.forecasts.filter(({ station }) => station === measure.station) },
          plan,
          ({ flowM3s }) => flowM3s,
          { least: measure.flowM3s, says: (flow) => `预报流量${flow}立方米每秒` },
        ),
        plan,
      );
    case 'forecast-return-period':
      return within(
        forecast(condition, ofStation(evidence, measure.station), plan, ({ returnPeriodYears }) => returnPeriodYears, {
          least: measure.years,
          says: (years) => `预报${years}年一遇`,
        }),
        plan,
      );
    case 'rain':
      return enough(within(rained(condition, measure, evidence, plan, when), plan), measure.stations);
    case 'critical-rain':
      return enough(within(critical(condition, measure, evidence, plan, when), plan), measure.stations);
    case 'authority-level':
      return enough(within(declared(condition, measure, evidence, plan), plan), measure.authorities);
    default:
      return enough(within(others(condition, measure, evidence, plan, when), plan), placesAsked(measure));
  }
}

const ofStation = (evidence: Evidence, station: string | undefined): Evidence =>
  station === undefined
    ? evidence
    : { ...evidence, forecasts: evidence.forecasts.filter((one) => one.station === station) };

/** What is met where one value is high enough. */
function others(
  { id, level, when }: Part,
  measure: OtherMeasure,
  evidence: Evidence,
  plan: FloodPlan,
  { now }: When,
): readonly Ground[] {
  const reach = (station: string): readonly Area[] => ownReach(station, plan);
  return reached(measure, { evidence, plan, now, reachOf: reach }).map((one) => ({
    ...one,
    condition: id,
    level,
    measure: measure.measure,
    by: when,
    silentSince: null,
  }));
}

/** None, where it does not hold in as many places as the condition asks for. */
const enough = (grounds: readonly Ground[], places: number): readonly Ground[] =>
  grounds.length >= places ? grounds : [];

function warned(
  { id, level, when }: Part,
  { eventCode, colour }: Extract<SingleMeasure, { measure: 'warning' }>,
  { warnings }: Evidence,
  { unknownColourAs, warnings: kinds, names }: FloodPlan,
): readonly Ground[] {
  const held = warnings
    .filter((warning) => warning.eventCode === eventCode)
    .map((warning) => ({ ...warning, weighedAs: warning.colour ?? unknownColourAs }))
    .filter(({ weighedAs }) => colourRank(weighedAs) >= colourRank(colour));
  const kind = kinds.find((one) => one.eventCode === eventCode)?.name ?? eventCode;
  return inOrder(held.flatMap(({ counties }) => counties)).map((county) => {
    const here = held.filter(({ counties }) => counties.includes(county));
    const top = here.reduce((most, one) => (colourRank(one.weighedAs) > colourRank(most.weighedAs) ? one : most));
    return {
      condition: id,
      level,
      measure: 'warning',
      by: when,
      place: county,
      value: colourRank(top.weighedAs),
      areas: [county],
      events: inOrder(here.map(({ event }) => event)),
      says: `${names[county] ?? county}${kind}${COLOUR_IN_CHINESE[top.weighedAs]}预警${
        here.some((one) => one.colour !== null) ? '' : '（颜色不明）'
      }`,
      silentSince: null,
      countsUntil: null,
    };
  });
}

function staged(
  { id, level, when }: Part,
  least: number,
  { stages }: Evidence,
  plan: FloodPlan,
  { now, decisive }: When,
): readonly Ground[] {
  const { freshForMinutes, lastValueCountsForMinutes, lastValueCountsInForceForMinutes } = plan.silence;
  const counts = stages.map((stage) => {
    const minutes = decisive.has(stage.station) ? lastValueCountsInForceForMinutes : lastValueCountsForMinutes;
    return { ...stage, countsUntil: addMinutes(stage.at, minutes) };
  });
  return byStation(counts.filter(({ aboveWarningM, countsUntil }) => aboveWarningM >= least && countsUntil >= now)).map(
    (rows) => {
      const top = rows.reduce((most, one) => (one.aboveWarningM > most.aboveWarningM ? one : most));
      const silentSince = addMinutes(top.at, freshForMinutes) < now ? top.at : null;
      return {
        condition: id,
        level,
        measure: 'stage',
        by: when,
        place: top.station,
        value: top.aboveWarningM,
        areas: ownReach(top.station, plan),
        events: inOrder(rows.map(({ event }) => event)),
        says: `${nameOf(top.station, plan)}${aboveInWords(top.aboveWarningM)}${
          silentSince === null ? '' : `（${clockOf(silentSince)}后无新读数）`
        }`,
        silentSince,
        countsUntil: top.countsUntil,
      };
    },
  );
}

function forecast(
  { id, level, when }: Part,
  { forecasts }: Evidence,
  plan: FloodPlan,
  valueOf: (row: Forecast) => number | null,
  { least, says }: Readonly<{ least: number; says: (value: number) => string }>,
): readonly Ground[] {
  const values = forecasts.flatMap((row) => {
    const value = valueOf(row);
    return value !== null && value >= least ? [{ ...row, value }] : [];
  });
  return byStation(values).map((rows) => {
    const most = Math.max(...rows.map(({ value }) => value));
    const station = rows[0]?.station ?? '';
    return {
      condition: id,
      level,
      measure: when.measure,
      by: when,
      place: station,
      value: most,
      areas: reachAndBelow(station, plan),
      events: inOrder(rows.map(({ event }) => event)),
      says: `${nameOf(station, plan)}${says(most)}`,
      silentSince: null,
      countsUntil: null,
    };
  });
}

function rained(
  { id, level, when }: Part,
  { hours, mm }: Extract<SingleMeasure, { measure: 'rain' }>,
  { rains }: Evidence,
  plan: FloodPlan,
  { now }: When,
): readonly Ground[] {
  const { freshForMinutes } = plan.silence;
  const held = rains.filter(
    (rain) => rain.hours === hours && rain.mm >= mm && addMinutes(rain.at, freshForMinutes) >= now,
  );
  return byStation(held).map((rows) => {
    const top = rows.reduce((most, one) => (one.mm > most.mm ? one : most));
    return {
      condition: id,
      level,
      measure: 'rain',
      by: when,
      place: top.station,
      value: top.mm,
      areas: [plan.stations[top.station]?.county ?? ''].filter((county) => county !== ''),
      events: inOrder(rows.flatMap(({ events }) => events)),
      says: `${nameOf(top.station, plan)}${rainInWords(top)}`,
      silentSince: null,
      countsUntil: addMinutes(top.at, freshForMinutes),
    };
  });
}

/** Rain beyond the critical rain of its gauge, by the hours in which it is beyond it the furthest. */
function critical(
  { id, level, when }: Part,
  { grade }: Extract<SingleMeasure, { measure: 'critical-rain' }>,
  { rains }: Evidence,
  plan: FloodPlan,
  { now }: When,
): readonly Ground[] {
  const { freshForMinutes } = plan.silence;
  const held = rains.flatMap((rain) => {
    const mm = criticalRainOf(plan, rain.station, grade, rain.hours);
    const fresh = addMinutes(rain.at, freshForMinutes) >= now;
    return mm !== null && rain.mm >= mm && fresh ? [{ ...rain, beyond: rain.mm / mm, critical: mm }] : [];
  });
  return byStation(held).map((rows) => {
    const top = rows.reduce((most, one) => (one.beyond > most.beyond ? one : most));
    return {
      condition: id,
      level,
      measure: 'critical-rain',
      by: when,
      place: top.station,
      value: top.mm,
      areas: [plan.stations[top.station]?.county ?? ''].filter((county) => county !== ''),
      events: inOrder(rows.flatMap(({ events }) => events)),
      says: `${nameOf(top.station, plan)}${rainInWords(top)}（${COLOUR_IN_CHINESE[grade]}临界${top.critical}毫米）`,
      silentSince: null,
      countsUntil: addMinutes(top.at, freshForMinutes),
    };
  });
}

/** Millimetres; null: none is laid down for these hours. */
export const criticalRainOf = (
  { criticalRain }: Pick<FloodPlan, 'criticalRain'>,
  station: string,
  grade: Colour,
  hours: number,
): number | null => (criticalRain[station] ?? criticalRain['*'])?.[grade]?.[hours] ?? null;

/** What other authorities have in force, each by its highest level. */
function declared(
  { id, level, hazards, when }: Part,
  { kind, authority, hazards: against = hazards, level: least }: LevelElsewhere,
  { levels }: Evidence,
  plan: FloodPlan,
): readonly Ground[] {
  const held = levels.filter(
    (one) =>
      one.kind === kind &&
      one.authority !== plan.authority &&
      (authority === undefined || one.authority === authority) &&
      one.hazards.some((hazard) => against.includes(hazard)) &&
      levelRank(one.level) >= levelRank(least),
  );
  return inOrder(held.map((one) => one.authority)).flatMap((of): Ground[] => {
    const rows = held.filter((one) => one.authority === of);
    const top = rows.reduce((most, one) => (levelRank(one.level) > levelRank(most.level) ? one : most));
    const counties = rows.flatMap((one) => (one.counties.length === 0 ? plan.counties : one.counties));
    return [
      {
        condition: id,
        level,
        measure: 'authority-level',
        by: when,
        place: of,
        value: levelRank(top.level),
        areas: inOrder(counties),
        events: inOrder(rows.map(({ event }) => event)),
        says: `${top.name}已启动${hazardsInChinese(top.hazards)}${LEVEL_IN_CHINESE[top.level]}应急响应`,
        silentSince: null,
        countsUntil: null,
      },
    ];
  });
}

/** `3小时雨量120毫米`, or what is known of it. */
export function rainInWords({ hours, mm, coveredMinutes }: Pick<Rain, 'hours' | 'mm' | 'coveredMinutes'>): string {
  const known = Math.floor((coveredMinutes / (hours * 60)) * 100);
  return known >= 100 ? `${hours}小时雨量${mm}毫米` : `${hours}小时雨量至少${mm}毫米（资料覆盖${known}%）`;
}

/** `超警戒水位0.50米`, `达到警戒水位`, `低于警戒水位0.20米`. */
export const aboveInWords = (metres: number): string =>
  metres === 0
    ? '达到警戒水位'
    : metres > 0
      ? `超警戒水位${metres.toFixed(2)}米`
      : `低于警戒水位${(-metres).toFixed(2)}米`;

/** The stretch of river that a gauge speaks for; where no risk point lies on one of its own, its county. */
export function ownReach(station: string, { reaches, stations }: FloodPlan): readonly Area[] {
  if (reaches[station] !== undefined) return [reachOf(station)];
  const county = stations[station]?.county;
  return county === undefined ? [] : [county];
}

/** What a gauge forecasts comes to its reach, and goes on down the river. */
function reachAndBelow(station: string, plan: FloodPlan): readonly Area[] {
  const areas = [...ownReach(station, plan)];
  const passed = new Set([station]);
  for (let at = plan.stations[station]?.below ?? null; at !== null && !passed.has(at);) {
    passed.add(at);
    if (plan.reaches[at] !== undefined) areas.push(reachOf(at));
    at = plan.stations[at]?.below ?? null;
  }
  return areas;
}

function byStation<T extends Readonly<{ station: string }>>(rows: readonly T[]): readonly (readonly T[])[] {
  return inOrder(rows.map(({ station }) => station)).map((station) => rows.filter((row) => row.station === station));
}

/** Sorted, so that a reason reads the same whatever came first. */
const inOrder = (values: readonly string[]): string[] => [...new Set(values)].sort();
const nameOf = (station: string, { names }: FloodPlan): string => names[station] ?? station;
/** `7日03:20`. */
export const clockOf = (at: UtcInstant): string => {
  const [date = '', time = ''] = shanghaiMinute(at).split('T');
  return `${Number(date.slice(8))}日${time}`;
};
