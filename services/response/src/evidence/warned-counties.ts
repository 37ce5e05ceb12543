import type { WarningSignal, WeatherWarningV1 } from '@fengsui/contracts';
import { EXACT_POINTS, pointsOf, type Counties, type Shape, type TouchingThread } from '@fengsui/regions';

/** Up to here it takes less time than asking another thread. */
export const HERE_POINTS = 200;

/**
 * The counties of this city where a signal holds: by its divisions (GB/T 2260: 6, 9 or 12 digits), else by the outlines
 * of the infos that give it.
 */
export async function countiesOf(
  { divisions, placedBy, infos: own }: WarningSignal,
  { infos }: WeatherWarningV1['data'],
  counties: Counties,
  thread: TouchingThread,
): Promise<readonly string[]> {
  const named = counties
    .all()
    .filter(({ code }) => divisions.some((given) => given.startsWith(code) || covers(given, code)))
    .map(({ code }) => code);
  // Codes of another country's system look like ours: what is drawn says more than a code of nowhere here.
  if (named.length > 0 || (placedBy !== 'code' && placedBy !== 'outline')) return named;
  const areas = own.flatMap((at) => infos[at]?.areas ?? []);
  const shapes = areas.flatMap(({ polygons, circles }): Shape[] => [...(polygons as [number, number][][]), ...circles]);
  const points = shapes.reduce((sum, shape) => sum + pointsOf(shape), 0);
  if (points > EXACT_POINTS) return counties.touchedByBoxesOf(shapes);
  return points > HERE_POINTS ? thread.touchedByAny(shapes) : counties.touchedByAny(shapes);
}

/** 441800 covers 441881, 440000 covers both. */
const covers = (given: string, county: string): boolean => {
  const six = given.slice(0, 6);
  return (
    (six.endsWith('00') && county.startsWith(six.slice(0, 4)) && !six.endsWith('0000')) ||
    (six.endsWith('0000') && county.startsWith(six.slice(0, 2)))
  );
};
