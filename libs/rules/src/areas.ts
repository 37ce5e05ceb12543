import { levelRank, type Level } from '@fengsui/contracts';
import type { FloodPlan, RaisingLevel } from './flood-plan.js';

/** A part of the city under a level: a county (GB/T 2260), or the reach of a gauge, `reach:<station>`. */
export type Area = string;
/** Which level each part is under. What is not named is under none. */
export type Areas = Readonly<Record<Area, RaisingLevel>>;
/** Where counties and reaches lie. */
export type Places = Pick<FloodPlan, 'counties' | 'stations' | 'names' | 'reaches'>;

export const higher = (a: Level, b: Level): boolean => levelRank(a) > levelRank(b);
export const highest = (levels: readonly Level[]): Level =>
  levels.reduce<Level>((most, level) => (higher(level, most) ? level : most), 'none');
export const highestOf = (areas: Areas): Level => highest(Object.values(areas));

/** The same areas in one order, so that equal areas are written alike. */
const sorted = (entries: readonly (readonly [Area, RaisingLevel])[]): Areas =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Every area of both, each under the higher of its two levels. */
export function mergedAreas(...all: readonly Areas[]): Areas {
  const merged = new Map<Area, RaisingLevel>();
  for (const [area, level] of all.flatMap((one) => Object.entries(one)))
    if (higher(level, merged.get(area) ?? 'none')) merged.set(area, level);
  return sorted([...merged]);
}

/** No area under more than this level; none left under `none`. */
export const loweredTo = (areas: Areas, level: Level): Areas =>
  level === 'none' ? {} : sorted(Object.entries(areas).map(([area, own]) => [area, higher(own, level) ? level : own]));

export const areasAt = (areas: readonly Area[], level: RaisingLevel): Areas =>
  sorted([...new Set(areas)].map((area) => [area, level]));

export const sameAreas = (a: Areas, b: Areas): boolean =>
  JSON.stringify(sorted(Object.entries(a))) === JSON.stringify(sorted(Object.entries(b)));

const REACH = /^reach:(.+)$/;
export const reachOf = (station: string): Area => `reach:${station}`;

/** The counties of the authority in which an area lies: of a reach that goes on into another county, its own. */
export function countiesIn(area: Area, { counties, reaches, stations }: Places): readonly string[] {
  const station = REACH.exec(area)?.[1];
  if (station === undefined) return counties.includes(area) ? [area] : [];
  const along = reaches[station] ?? [stations[station]?.county ?? ''];
  return along.filter((county) => counties.includes(county));
}

/** The counties of all areas, in order. */
export const countiesOfAreas = (areas: Areas, places: Places): readonly string[] =>
  [...new Set(Object.keys(areas).flatMap((area) => countiesIn(area, places)))].sort();

/** The level that an area is under: its own, or that of the counties in which all of it lies. */
function levelOf(area: Area, areas: Areas, places: Places): Level {
  const own = areas[area] ?? 'none';
  const counties = countiesIn(area, places).map((county): Level => areas[county] ?? 'none');
  const around = counties.reduce((least, level) => (higher(least, level) ? level : least), counties[0] ?? 'none');
  return higher(around, own) ? around : own;
}

/** Whether all of `wanted` is under its level, or a higher one, in `areas`. */
export const covers = (areas: Areas, wanted: Areas, places: Places): boolean =>
  Object.keys(beyond(wanted, areas, places)).length === 0;

/** Without the reaches that are under their level already because their counties are. */
export const tidied = (areas: Areas, places: Places): Areas =>
  sorted(
    Object.entries(areas).filter(([area, level]) => {
      const { [area]: _, ...others } = areas;
      return !REACH.test(area) || higher(level, levelOf(area, others, places));
    }),
  );

/** Of `wanted`, what is not under its level yet in `areas`. */
export const beyond = (wanted: Areas, areas: Areas, places: Places): Areas =>
  sorted(Object.entries(wanted).filter(([area, level]) => higher(level, levelOf(area, areas, places))));

/** In words: counties by name, reaches by the name of their gauge. */
export const namesOfAreas = (areas: readonly Area[], { names }: Places): string =>
  areas
    .map((area) => {
      const station = REACH.exec(area)?.[1];
      return station === undefined ? (names[area] ?? area) : `${names[station] ?? station}河段`;
    })
    .join('、');
