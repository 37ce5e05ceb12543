import { addMinutes, colourRank, levelRank, type Colour, type Level, type UtcInstant } from '@fengsui/contracts';
import type { Condition, FloodPlan, Measure } from './flood-plan.js';

/** What is known about the water and the sky right now, each with the event that says so. */
export type Evidence = Readonly<{
  /** Warnings in force: Actual, neither expired nor updated nor cancelled. */
  warnings: readonly Readonly<{
    event: string;
    eventCode: string;
    colour: Colour | null;
    counties: readonly string[];
  }>[];
  /** The latest stage of each gauge that has a warning stage. */
  stages: readonly Readonly<{ event: string; station: string; at: UtcInstant; aboveWarningM: number }>[];
  /** The latest forecast of each issuer and station whose moment has not passed. */
  forecasts: readonly Readonly<{
    event: string;
    station: string;
    aboveWarningM: number | null;
    flowM3s: number | null;
    returnPeriodYears: number | null;
  }>[];
  /** Rain of the hours up to the latest reading of each gauge, as far as the windows add up without a gap. */
  rains: readonly Readonly<{ event: string; station: string; at: UtcInstant; hours: number; mm: number }>[];
}>;

/** A condition that holds, and by what. */
export type MetCondition = Readonly<{
  condition: Condition;
  by: string;
  causes: readonly string[];
  counties: readonly string[];
}>;
/** The level that the plan calls for, and the conditions that are met. */
export type Demand = Readonly<{ level: Level; met: readonly MetCondition[] }>;

/**
 * The level that the plan calls for. Pure: the same evidence and plan always give the same answer, in whatever order
 * the evidence came.
 * @param staleToo also weighs readings that are no longer fresh: they keep a level up, they never raise one
 */
export function demandOf(evidence: Evidence, plan: FloodPlan, now: UtcInstant, staleToo: boolean): Demand {
  const since = addMinutes(now, -plan.freshForMinutes);
  const fresh = <T extends { at: UtcInstant }>(readings: readonly T[]) =>
    staleToo ? readings : readings.filter(({ at }) => at >= since);
  const weighed = { ...evidence, stages: fresh(evidence.stages), rains: fresh(evidence.rains) };
  const met = plan.conditions.flatMap((condition) => {
    const held = hold(condition.when, weighed, plan);
    return held === null ? [] : [{ condition, ...held }];
  });
  const level = met.reduce<Level>(
    (highest, { condition }) => (levelRank(condition.level) > levelRank(highest) ? condition.level : highest),
    'none',
  );
  return { level, met };
}

type Held = Omit<MetCondition, 'condition'>;

function hold(when: Measure, evidence: Evidence, plan: FloodPlan): Held | null {
  switch (when.measure) {
    case 'warning': {
      const warned = evidence.warnings.filter(
        ({ eventCode, colour }) =>
          eventCode === when.eventCode && colourRank(colour ?? plan.unknownColourAs) >= colourRank(when.colour),
      );
      const counties = distinct(warned.flatMap((warning) => warning.counties));
      return counties.length >= when.counties
        ? { by: counties.join(' '), causes: distinct(warned.map(({ event }) => event)), counties }
        : null;
    }
    case 'stage':
      return atStations(
        evidence.stages.filter(({ aboveWarningM }) => aboveWarningM >= when.aboveWarningM),
        when.stations,
        (row) => `${row.station} ${signed(row.aboveWarningM)} m`,
      );
    case 'forecast-stage':
      return atStations(
        evidence.forecasts.filter(({ aboveWarningM }) => aboveWarningM !== null && aboveWarningM >= when.aboveWarningM),
        when.stations,
        (row) => `${row.station} ${signed(row.aboveWarningM ?? 0)} m`,
      );
    case 'forecast-flow':
      return atStations(
        evidence.forecasts.filter(
          ({ station, flowM3s }) => station === when.station && flowM3s !== null && flowM3s >= when.flowM3s,
        ),
        1,
        (row) => `${row.station} ${row.flowM3s} m³/s`,
      );
    case 'forecast-return-period':
      return atStations(
        evidence.forecasts.filter(
          ({ returnPeriodYears }) => returnPeriodYears !== null && returnPeriodYears >= when.years,
        ),
        1,
        (row) => `${row.station} ${row.returnPeriodYears} years`,
      );
    case 'rain':
      return atStations(
        evidence.rains.filter(({ hours, mm }) => hours === when.hours && mm >= when.mm),
        when.stations,
        (row) => `${row.station} ${row.mm} mm`,
      );
  }
}

function atStations<T extends { event: string; station: string }>(
  rows: readonly T[],
  stations: number,
  say: (row: T) => string,
): Held | null {
  const found = distinct(rows.map(({ station }) => station));
  if (found.length < stations) return null;
  const first = found.map((station) => rows.find((row) => row.station === station) as T);
  return { by: first.map(say).join(', '), causes: distinct(rows.map(({ event }) => event)), counties: [] };
}

/** Sorted, so that a reason reads the same whatever came first. */
const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();
const signed = (metres: number): string => (metres >= 0 ? `+${metres.toFixed(2)}` : metres.toFixed(2));
