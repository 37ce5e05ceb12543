import type { WeatherWarningV1 } from '@fengsui/contracts';
import { EXACT_POINTS, pointsOf, type Counties, type Shape, type TouchingThread } from '@fengsui/regions';

/** Up to here it takes less time than asking another thread. */
export const HERE_POINTS = 200;

/**
 * The counties of this city that a warning covers: by GB/T 2260 geocodes (6, 9 or 12 digits) where it has them, else
 * by its outlines.
 */
export async function countiesOf(
  { infos }: WeatherWarningV1['data'],
  counties: Counties,
  thread: TouchingThread,
): Promise<readonly string[]> {
  const areas = infos.flatMap((info) => info.areas);
  const codes = areas
    .flatMap(({ geocodes }) => geocodes.flatMap(({ value }) => value.split(/[,，\s]+/)))
    .filter((code) => /^\d{6}(\d{3}(\d{3})?)?$/.test(code));
  const named = counties
    .all()
    .filter(({ code }) => codes.some((given) => given.startsWith(code) || covers(given, code)));
  if (named.length > 0) return named.map(({ code }) => code);
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
