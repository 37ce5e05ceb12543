import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { higher } from './areas.js';
import type { Evidence } from './evidence.js';
import { aboveInWords, rainInWords, type Demand, type Ground } from './flood-evidence.js';
import { endsWithOf, isOther } from './other-measures.js';
import type { FloodPlan } from './flood-plan.js';
import type { Decisive, FloodResponse } from './flood-response.js';

/** What speaks against a lower level: what is seen not to be calm, and what is not seen at all. In words. */
export type Calm = Readonly<{ notCalm: readonly string[]; unseen: readonly string[] }>;

/** By what the levels of a response have been called for, so far. */
export function decisiveAfter(state: FloodResponse, { met }: Demand): readonly Decisive[] {
  if (state.level === 'none') return [];
  const known = new Map(state.decisive.map((one) => [keyOf(one), one]));
  for (const { grounds } of met)
    for (const ground of grounds) {
      const one = decisiveBy(ground);
      known.set(keyOf(one), one);
    }
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

const keyOf = ({ level, measure, place, trigger, eventCode }: Decisive): string =>
  [measure, place, level, trigger, eventCode].join('|');

function decisiveBy({ level, place, by: when }: Ground): Decisive {
  const nothing = { level, place, trigger: null, eventCode: null };
  if (isOther(when)) {
    const ends = endsWithOf(when);
    return { ...nothing, measure: ends === 'rain' ? 'rain' : ends === 'gauge' ? 'forecast' : 'report' };
  }
  switch (when.measure) {
    case 'warning':
      return { ...nothing, measure: 'warning', eventCode: when.eventCode };
    case 'stage':
      return { ...nothing, measure: 'stage', trigger: when.aboveWarningM };
    case 'rain':
    case 'critical-rain': // over where less than the plan says falls, whatever called
      return { ...nothing, measure: 'rain' };
    case 'authority-level':
      return { ...nothing, measure: 'authority-level' };
    default:
      return { ...nothing, measure: 'forecast' };
  }
}

/** Gauges by whose stage the level in force was called for. */
export const decisiveGauges = ({ decisive }: FloodResponse): ReadonlySet<string> =>
  new Set(decisive.filter(({ measure }) => measure === 'stage').map(({ place }) => place));

/** Whether all that called for the level in force is seen to be calm: only observation lets a level down. */
export function calmOf(state: FloodResponse, evidence: Evidence, plan: FloodPlan, now: UtcInstant): Calm {
  const decisive = state.decisive.filter(({ level }) => !higher(state.level, level));
  const looks = decisive.map((one) => lookAt(one, evidence, plan, now));
  if (decisive.length === 0 && !anythingFresh(evidence, plan, now)) return { notCalm: [], unseen: ['各站均无新读数'] };
  return {
    notCalm: distinct(looks.flatMap((look) => look.notCalm)),
    unseen: distinct(looks.flatMap((look) => look.unseen)),
  };
}

const CALM: Calm = { notCalm: [], unseen: [] };
const distinct = (list: readonly string[]): string[] => [...new Set(list)].sort();

function lookAt(one: Decisive, evidence: Evidence, plan: FloodPlan, now: UtcInstant): Calm {
  switch (one.measure) {
    case 'stage':
    case 'forecast':
      return lookAtGauge(one, evidence, plan, now);
    case 'rain':
      return plan.stations[one.place] === undefined
        ? lookAtRain(gaugesOf(one.place, plan), evidence, plan, now, one.place)
        : lookAtRain([one.place], evidence, plan, now);
    case 'report':
    case 'authority-level': // whether it has ended is all that can be seen of it
      return CALM;
    case 'warning': {
      const endsWith = plan.warnings.find(({ eventCode }) => eventCode === one.eventCode)?.endsWith ?? 'rain';
      if (endsWith === 'nothing') return CALM;
      const here = gaugesOf(one.place, plan);
      return endsWith === 'rain'
        ? lookAtRain(here, evidence, plan, now, one.place)
        : here.map((place) => lookAtGauge({ ...one, place, trigger: 0 }, evidence, plan, now)).reduce(both, CALM);
    }
  }
}

const gaugesOf = (of: string, { stations }: FloodPlan): readonly string[] =>
  Object.entries(stations).flatMap(([station, { county }]) => (county === of ? [station] : []));

const both = (a: Calm, b: Calm): Calm => ({
  notCalm: [...a.notCalm, ...b.notCalm],
  unseen: [...a.unseen, ...b.unseen],
});

function lookAtGauge(
  { place, trigger }: Pick<Decisive, 'place' | 'trigger'>,
  { stages }: Evidence,
  { names, lowering, silence }: FloodPlan,
  now: UtcInstant,
): Calm {
  const name = names[place] ?? place;
  const stage = stages.find(({ station }) => station === place);
  // A place that only forecasts are made for has nothing to be seen.
  if (stage === undefined) return trigger === null ? CALM : { notCalm: [], unseen: [`${name}无读数`] };
  if (addMinutes(stage.at, silence.freshForMinutes) < now) return { notCalm: [], unseen: [`${name}无新读数`] };
  if (trigger !== null && stage.aboveWarningM >= trigger)
    return { notCalm: [`${name}仍${aboveInWords(stage.aboveWarningM)}`], unseen: [] };
  return stage.risingMPerHour !== null && stage.risingMPerHour >= lowering.risingMPerHour
    ? { notCalm: [`${name}仍在上涨（每小时${stage.risingMPerHour.toFixed(2)}米）`], unseen: [] }
    : CALM;
}

/** Whether the rain is over at gauges: one that speaks is enough, and none of those that speak may have more. */
function lookAtRain(
  gauges: readonly string[],
  { rains }: Evidence,
  { names, lowering: { rainOver }, silence }: FloodPlan,
  now: UtcInstant,
  county?: string,
): Calm {
  const recent = rains.filter(
    ({ hours, at }) => hours === rainOver.hours && addMinutes(at, silence.freshForMinutes) >= now,
  );
  const own = recent.filter(({ station }) => gauges.includes(station));
  // A county without a gauge of its own is seen by those around it.
  const seen =
    own.length > 0 || gauges.some((gauge) => rains.some(({ station }) => station === gauge))
      ? own
      : county === undefined
        ? []
        : recent;
  const raining = seen.filter(({ mm }) => mm >= rainOver.mm);
  if (raining.length > 0)
    return { notCalm: raining.map((one) => `${names[one.station] ?? one.station}${rainInWords(one)}`), unseen: [] };
  return seen.length > 0
    ? CALM
    : { notCalm: [], unseen: [`${names[county ?? gauges[0] ?? ''] ?? county ?? ''}无新的雨量`] };
}

/** Any gauge of the authority; where it has none, any at all. */
function anythingFresh(
  { stages, rains }: Evidence,
  { silence, stations, counties }: FloodPlan,
  now: UtcInstant,
): boolean {
  const own = (station: string): boolean => counties.includes(stations[station]?.county ?? '');
  const anyOwn = Object.keys(stations).some(own);
  return [...stages, ...rains].some(
    ({ at, station }) => (!anyOwn || own(station)) && addMinutes(at, silence.freshForMinutes) >= now,
  );
}
