import pointInPolygon from 'point-in-polygon-hao';
import { openPlanFile, SettingsError } from '@fengsui/settings';
import { KM_PER_DEGREE, nearestOf, RAD, type Line } from './nearest.js';

type Properties = Readonly<Record<string, unknown>>;
/** A thing of a layer: its areas, or else its points and lines, and the box around them. */
type Thing = Readonly<{
  properties: Properties;
  areas: readonly Line[][];
  lines: readonly Line[];
  box: readonly [west: number, south: number, east: number, north: number];
}>;
type Feature = Readonly<{ properties: Properties | null; geometry: { type: string; coordinates: unknown } }>;

/** Things of one kind on the map: forest, houses, works, townships. Not every city has every layer. */
export class Layer {
  private constructor(private readonly things: readonly Thing[]) {}

  /**
   * @param folder of the plan @param file in it: GeoJSON in WGS-84, of areas, lines or points
   * @throws SettingsError when it is not there, or no GeoJSON
   */
  static ofPlan(folder: string, name: string): Layer {
    const { file, text } = openPlanFile(folder, name);
    try {
      const { features } = JSON.parse(text) as Readonly<{ features: readonly Feature[] }>;
      return new Layer(features.map(thingOf));
    } catch (error) {
      throw new SettingsError(`${file} is not GeoJSON of areas, lines or points`, [(error as Error).message]);
    }
  }

  /** What is said of each thing. */
  all(): readonly Properties[] {
    return this.things.map(({ properties }) => properties);
  }

  /** What is said of the first area that holds a point; null: none does. */
  at(latitude: number, longitude: number): Properties | null {
    return this.things.find((thing) => holds(thing, latitude, longitude))?.properties ?? null;
  }

  /** Kilometres to the nearest thing, 0 within one; null: it is farther than `within`. */
  kmTo(latitude: number, longitude: number, within: number): number | null {
    let least = within;
    let found = false;
    for (const thing of this.things) {
      if (isFarther(thing, latitude, longitude, least)) continue;
      if (holds(thing, latitude, longitude)) return 0;
      const { km } = nearestOf(thing.lines, latitude, longitude);
      if (km <= least) [least, found] = [km, true];
    }
    return found ? least : null;
  }
}

const holds = ({ areas, box: [west, south, east, north] }: Thing, latitude: number, longitude: number): boolean =>
  longitude >= west &&
  longitude <= east &&
  latitude >= south &&
  latitude <= north &&
  areas.some((rings) => pointInPolygon([longitude, latitude], rings as [number, number][][]) !== false);

function isFarther({ box: [west, south, east, north] }: Thing, latitude: number, longitude: number, km: number) {
  const dy = Math.max(south - latitude, latitude - north, 0) * KM_PER_DEGREE;
  const dx = Math.max(west - longitude, longitude - east, 0) * KM_PER_DEGREE * Math.cos(latitude * RAD);
  return Math.hypot(dx, dy) > km;
}

function thingOf({ properties, geometry: { type, coordinates } }: Feature): Thing {
  const areas = type === 'Polygon' ? [coordinates as Line[]] : type === 'MultiPolygon' ? (coordinates as Line[][]) : [];
  const lines = areas.length > 0 ? areas.flat() : linesOf(type, coordinates);
  const points = lines.flat();
  if (points.length === 0 || points.some(([x, y]) => typeof x !== 'number' || typeof y !== 'number'))
    throw new TypeError(`a feature is ${type} without coordinates`);
  const [east, north] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const box = [least(east), least(north), most(east), most(north)] as const;
  return { properties: properties ?? {}, areas, lines, box };
}

function linesOf(type: string, coordinates: unknown): readonly Line[] {
  if (type === 'Point') return [[coordinates as Line[0]]] as readonly Line[];
  if (type === 'MultiPoint') return (coordinates as Line).map((point) => [point]);
  if (type === 'LineString') return [coordinates as Line];
  if (type === 'MultiLineString') return coordinates as Line[];
  return [];
}

// A layer of forest has more corners than a call takes arguments.
const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b), Infinity);
const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), -Infinity);
