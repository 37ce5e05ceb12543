import * as path from 'node:path';
import { openPlanFile, SettingsError } from '@fengsui/settings';
import pointInPolygon from 'point-in-polygon-hao';
import { EdgeGrid } from './edge-grid.js';

type Ring = [number, number][];
/** Plain data: another thread gets it whole. */
export type Outline = Readonly<{
  code: string;
  name: string;
  polygons: readonly Ring[][];
  box: readonly [number, number, number, number];
}>;

type Outlines = Readonly<{
  features: readonly Readonly<{ properties: County; geometry: { type: string; coordinates: unknown } }>[];
}>;

function outlineOf({
  properties: { code, name },
  geometry: { type, coordinates },
}: Outlines['features'][number]): Outline {
  const polygons = (type === 'MultiPolygon' ? coordinates : [coordinates]) as Ring[][];
  return { code, name, polygons, box: boxOf(polygons) };
}

/** A county of the city: GB/T 2260 code and name. */
export type County = Readonly<{ code: string; name: string }>;

/**
 * The counties of one city by their outlines in WGS-84. Never matched by name alone: two towns of one city may share
 * a name.
 */
export class Counties {
  private readonly grids = new Map<string, EdgeGrid>();

  constructor(readonly outlines: readonly Outline[]) {}

  /**
   * @param folder of the plan; `boundaries/counties.geojson` there is GeoJSON in WGS-84, each feature with `code` and
   * `name`
   * @throws SettingsError when it is not there, or no GeoJSON
   */
  static ofPlan(folder: string): Counties {
    const { file, text } = openPlanFile(folder, path.join('boundaries', 'counties.geojson'));
    try {
      const { features } = JSON.parse(text) as Outlines;
      return new Counties(features.map(outlineOf));
    } catch (error) {
      throw new SettingsError(`${file} is not GeoJSON with a code and a name in each feature`, [
        (error as Error).message,
      ]);
    }
  }

  all(): readonly County[] {
    return this.outlines.map(({ code, name }) => ({ code, name }));
  }

  has(code: string): boolean {
    return this.outlines.some((outline) => outline.code === code);
  }

  nameOf(code: string): string {
    return this.outlines.find((outline) => code.startsWith(outline.code))?.name ?? code;
  }

  /**
   * The county that holds a point, or null outside the city. A point on a shared border goes to the county listed
   * first, always the same.
   * @param latitude degrees north, WGS-84
   * @param longitude degrees east, WGS-84
   */
  at(latitude: number, longitude: number): string | null {
    const found = this.outlines.find(
      ({ box: [west, south, east, north], polygons }) =>
        longitude >= west &&
        longitude <= east &&
        latitude >= south &&
        latitude <= north &&
        polygons.some((rings) => pointInPolygon([longitude, latitude], rings) !== false),
    );
    return found?.code ?? null;
  }

  /**
   * Counties that an outline of an alert touches: one that holds a corner of the other, or edges that cross. The
   * outline may cross the antimeridian, and may cross itself: what it winds around at all is inside, because a warned
   * place must not fall into a hole of the even-odd rule.
   */
  touchedBy(polygon: readonly LatLon[]): readonly string[] {
    if (polygon.length < 3) return [];
    const ring = unwrapped(polygon);
    const box = boxOf([[ring]]);
    return this.outlines
      .filter((outline) =>
        SHIFTS.some((shift) => meets(shifted(box, shift), outline.box) && this.touches(ring, shift, outline)),
      )
      .map(({ code }) => code);
  }

  /** Counties whose box the box around an outline meets: those that the outline touches, and perhaps others. */
  touchedByBoxOf(polygon: readonly LatLon[]): readonly string[] {
    if (polygon.length < 3) return [];
    const box = boxOf([[unwrapped(polygon)]]);
    return this.outlines
      .filter((outline) => SHIFTS.some((shift) => meets(shifted(box, shift), outline.box)))
      .map(({ code }) => code);
  }

  /** Counties that a circle of an alert touches. @param radiusKm kilometres; 0 is a point */
  touchedByCircle({ latitude, longitude, radiusKm }: Circle): readonly string[] {
    const centre = this.at(latitude, longitude);
    if (radiusKm === 0) return centre === null ? [] : [centre];
    const touched = new Set(this.touchedBy(cornersOf({ latitude, longitude, radiusKm })));
    if (centre !== null) touched.add(centre);
    return [...touched].sort();
  }

  /** Counties that any of the shapes touches, sorted. */
  touchedByAny(shapes: readonly Shape[]): readonly string[] {
    return sortedOnce(
      shapes.flatMap((shape) => (isCircle(shape) ? this.touchedByCircle(shape) : this.touchedBy(shape))),
    );
  }

  /** The same by boxes alone: never fewer, and no longer than it takes to read the shapes once. */
  touchedByBoxesOf(shapes: readonly Shape[]): readonly string[] {
    return sortedOnce(shapes.flatMap((shape) => this.touchedByBoxOf(isCircle(shape) ? cornersOf(shape) : shape)));
  }

  /** Whether an outline whose box meets the county's touches it. */
  private touches(given: Ring, shift: number, outline: Outline): boolean {
    const ring = shift === 0 ? given : given.map(([x, y]): [number, number] => [x + shift, y]);
    if (this.gridOf(outline).crosses(ring)) return true;
    // No edges meet, so one lies wholly within the other, or they lie apart: one point of each tells.
    return (
      outline.polygons.some(([outer]) => outer?.[0] !== undefined && windsAround(ring, outer[0])) ||
      outline.polygons.some((rings) => pointInPolygon(ring[0] as [number, number], rings) !== false)
    );
  }

  private gridOf({ code, polygons, box }: Outline): EdgeGrid {
    const known = this.grids.get(code);
    if (known !== undefined) return known;
    const made = new EdgeGrid(polygons.flat(), box);
    this.grids.set(code, made);
    return made;
  }
}

/**
 * An alert of more points is held against the counties by the boxes around its outlines: that never finds fewer, and
 * takes no longer however long the outlines are. A real alert has had 93,040.
 */
export const EXACT_POINTS = 20_000;

/** An outline of an alert: its points, closed; or a circle. */
export type Shape = readonly LatLon[] | Circle;
export type Circle = Readonly<{ latitude: number; longitude: number; radiusKm: number }>;
const isCircle = (shape: Shape): shape is Circle => 'radiusKm' in shape;
/** How many points a shape stands for. */
export const pointsOf = (shape: Shape): number => (isCircle(shape) ? CIRCLE_CORNERS : shape.length);
const sortedOnce = (codes: readonly string[]): readonly string[] => [...new Set(codes)].sort();

/** A circle as an outline, closed. */
function cornersOf({ latitude, longitude, radiusKm }: Circle): LatLon[] {
  const corners = Array.from({ length: CIRCLE_CORNERS }, (_, index): LatLon => {
    const angle = (2 * Math.PI * index) / CIRCLE_CORNERS;
    const north = latitude + (radiusKm / KM_PER_DEGREE) * Math.cos(angle);
    return [
      Math.max(-90, Math.min(90, north)),
      longitude + (radiusKm / (KM_PER_DEGREE * Math.max(Math.cos((latitude * Math.PI) / 180), 0.01))) * Math.sin(angle),
    ];
  });
  return [...corners, corners[0] as LatLon];
}

type LatLon = readonly [latitude: number, longitude: number];
const KM_PER_DEGREE = 111.2;
const CIRCLE_CORNERS = 64;

/** Longitude and latitude, with no step of more than half the world: an outline goes the short way round. */
function unwrapped(polygon: readonly LatLon[]): Ring {
  let turn = 0;
  return polygon.map(([latitude, longitude], index) => {
    const before = index === 0 ? longitude : (polygon[index - 1] as LatLon)[1];
    if (longitude - before > 180) turn -= 360;
    else if (longitude - before < -180) turn += 360;
    return [longitude + turn, latitude];
  });
}

type Box = Outline['box'];

/** An outline may lie a turn around the world from ours. */
const SHIFTS = [0, -360, 360];
const shifted = ([west, south, east, north]: Box, by: number): Box => [west + by, south, east + by, north];
const meets = (a: Box, b: Box): boolean => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];

/** The winding number of a ring around a point is not 0 (Sunday 2001). */
function windsAround(ring: Ring, [x, y]: [number, number]): boolean {
  let winding = 0;
  for (let index = 0; index < ring.length; index += 1) {
    const [x1, y1] = ring[index] as [number, number];
    const [x2, y2] = ring[(index + 1) % ring.length] as [number, number];
    const left = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
    if (y1 <= y && y2 > y && left > 0) winding += 1;
    else if (y1 > y && y2 <= y && left < 0) winding -= 1;
  }
  return winding !== 0;
}

function boxOf(polygons: readonly Ring[][]): readonly [number, number, number, number] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of polygons.flat(2)) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return [west, south, east, north];
}
