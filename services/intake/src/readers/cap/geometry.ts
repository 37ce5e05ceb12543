import { Unreadable } from '../reader.js';
import { decimal } from '../text.js';

export type LatLon = [latitude: number, longitude: number];

/**
 * `lat,lon lat,lon …` in WGS-84. CAP says that the last pair repeats the first; an outline that was left open is
 * closed, with a note, because it can only mean one thing.
 */
export function polygonOf(text: string, path: string): { points: LatLon[]; note: string | null } {
  const points = pairsOf(text).map((pair) => pointOf(pair, path));
  const [first, last] = [points[0], points.at(-1)];
  const closed = first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1];
  const whole = closed || first === undefined ? points : [...points, first];
  if (whole.length < 4)
    throw new Unreadable(
      path,
      `${points.length} points: ${text.trim().slice(0, 60)}`,
      'at least three different pairs lat,lon and the first again',
    );
  return { points: whole, note: closed ? null : `${path}: the outline was open and has been closed` };
}

/** `lat,lon radius`, the radius in kilometres. */
export function circleOf(text: string, path: string): { latitude: number; longitude: number; radiusKm: number } {
  const [centre = '', radius, ...more] = text.trim().split(/\s+/);
  const radiusKm = decimal(radius);
  if (more.length > 0 || !(radiusKm >= 0))
    throw new Unreadable(path, JSON.stringify(text.trim().slice(0, 60)), 'lat,lon and a radius in kilometres');
  const [latitude, longitude] = pointOf(centre, path);
  return { latitude, longitude, radiusKm };
}

/** Some issuers put a comma behind each pair. */
const pairsOf = (text: string): string[] =>
  text
    .trim()
    .split(/\s+/)
    .filter((pair) => pair !== '')
    .map((pair) => (pair.endsWith(',') ? pair.slice(0, -1) : pair));

function pointOf(pair: string, path: string): LatLon {
  const comma = pair.indexOf(',');
  const [latitude, longitude] =
    comma === -1 ? [NaN, NaN] : [decimal(pair.slice(0, comma)), decimal(pair.slice(comma + 1))];
  if (Number.isNaN(latitude) || Number.isNaN(longitude))
    throw new Unreadable(
      path,
      `${JSON.stringify(pair.slice(0, 60))}${/[()]/.test(pair) ? ': brackets, as of several outlines run together' : ''}`,
      /[()]/.test(pair) ? 'one outline in each polygon' : 'a pair lat,lon in degrees',
    );
  if (Math.abs(latitude) > 90 && Math.abs(latitude) <= 180 && Math.abs(longitude) <= 90)
    throw new Unreadable(
      path,
      `${JSON.stringify(pair)}: the first number is no latitude`,
      'latitude before longitude; these look exchanged',
    );
  // Beyond 180 an outline goes on across the antimeridian.
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 360)
    throw new Unreadable(
      path,
      JSON.stringify(pair.slice(0, 60)),
      'a latitude of at most 90 and a longitude of at most 180 degrees, 360 across the antimeridian',
    );
  return [latitude, longitude];
}

/**
 * The box around an outline, as an outline. It goes the short way round, so that one across the antimeridian gets a
 * narrow box beyond 180 degrees and not one around the world.
 */
export function boxAround(points: readonly (readonly number[])[]): LatLon[] {
  let [south, west, north, east] = [Infinity, Infinity, -Infinity, -Infinity];
  let [turn, before] = [0, points[0]?.[1] ?? 0];
  for (const [latitude = 0, longitude = 0] of points) {
    if (longitude - before > 180) turn -= 360;
    else if (longitude - before < -180) turn += 360;
    before = longitude;
    [south, north] = [Math.min(south, latitude), Math.max(north, latitude)];
    [west, east] = [Math.min(west, longitude + turn), Math.max(east, longitude + turn)];
  }
  return [
    [south, west],
    [south, east],
    [north, east],
    [north, west],
    [south, west],
  ];
}
