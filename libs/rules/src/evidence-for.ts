import { countiesIn, reachOf } from './areas.js';
import type { Evidence } from './evidence.js';
import type { FloodPlan } from './flood-plan.js';

/** Gauges of an authority, and those whose water comes to it. */
type Gauges = Readonly<{ own: ReadonlySet<string>; above: ReadonlySet<string> }>;
const known = new WeakMap<FloodPlan, Gauges>();

function gaugesOf(plan: FloodPlan): Gauges {
  const found = known.get(plan);
  if (found !== undefined) return found;
  const stations = Object.keys(plan.stations);
  const touches = (station: string): boolean =>
    plan.counties.includes(plan.stations[station]?.county ?? '') || countiesIn(reachOf(station), plan).length > 0;
  const own = new Set(stations.filter(touches));
  const comesTo = (station: string): boolean => {
    const passed = new Set<string>();
    for (let at: string | null = station; at !== null && !passed.has(at); at = plan.stations[at]?.below ?? null) {
      if (own.has(at)) return true;
      passed.add(at);
    }
    return false;
  };
  const gauges = { own, above: new Set(stations.filter(comesTo)) };
  known.set(plan, gauges);
  return gauges;
}

/**
 * Of all that is known, what may concern an authority: its counties, its gauges, and for forecasts those above. The
 * plan calls for the same by it, and there is less to look through for each of a city's counties. An authority without
 * gauges of its own sees by those around it that the rain is over.
 */
export function evidenceFor(plan: FloodPlan, evidence: Evidence): Evidence {
  const { warnings, stages, forecasts, rains, flows, reservoirs, situations } = evidence;
  const { own, above } = gaugesOf(plan);
  const ofOwn = <T extends Readonly<{ station: string }>>(rows: readonly T[]): readonly T[] => {
    const mine = rows.filter(({ station }) => own.has(station));
    return mine.length > 0 ? mine : rows;
  };
  return {
    warnings: warnings.filter(({ counties }) => counties.some((county) => plan.counties.includes(county))),
    stages: ofOwn(stages),
    forecasts: forecasts.filter(({ station }) => above.has(station)),
    rains: ofOwn(rains),
    levels: evidence.levels,
    flows: flows.filter(({ station }) => own.has(station)),
    reservoirs: reservoirs.filter(({ station }) => own.has(station)),
    situations: situations.filter(({ counties }) => counties.some((county) => plan.counties.includes(county))),
    storms: evidence.storms,
  };
}
