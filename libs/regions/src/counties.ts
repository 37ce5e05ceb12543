import { readFileSync } from 'node:fs';
import pointInPolygon from 'point-in-polygon-hao';

type Ring = [number, number][];
type Outline = Readonly<{ code: string; name: string; polygons: readonly Ring[][]; box: readonly [number, number, number, number] }>;

/** A county of the city: GB/T 2260 code and name. */
export type County = Readonly<{ code: string; name: string }>;

/** The counties of one city by their outlines in WGS-84. Never matched by name alone: two towns of one city may share a name. */
export class Counties {
  private constructor(private readonly outlines: readonly Outline[]) {}

  /** @param file GeoJSON in WGS-84; each feature has `code` and `name` */
  static read(file: string): Counties {
    const { features } = JSON.parse(readFileSync(file, 'utf8')) as {
      features: { properties: County; geometry: { type: string; coordinates: unknown } }[];
    };
    return new Counties(
      features.map(({ properties: { code, name }, geometry: { type, coordinates } }) => {
        const polygons = (type === 'MultiPolygon' ? coordinates : [coordinates]) as Ring[][];
        return { code, name, polygons, box: boxOf(polygons) };
      }),
    );
  }

  all(): readonly County[] {
    return this.outlines.map(({ code, name }) => ({ code, name }));
  }

  nameOf(code: string): string {
    return this.outlines.find((outline) => code.startsWith(outline.code))?.name ?? code;
  }

  /**
   * The county that holds a point, or null outside the city. A point on a shared border goes to the county listed first, always the same.
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

  /** Counties that a circle or polygon of an alert touches, judged by its points, its centre and the counties' own points. */
  touchedBy(polygon: readonly (readonly [latitude: number, longitude: number])[]): readonly string[] {
    const ring = polygon.map(([latitude, longitude]) => [longitude, latitude] as [number, number]);
    const corners = new Set(polygon.flatMap(([latitude, longitude]) => this.at(latitude, longitude) ?? []));
    const [west, south, east, north] = boxOf([[ring]]);
    const covered = this.outlines.filter(
      ({ code, box, polygons }) =>
        !corners.has(code) &&
        box[0] <= east &&
        box[2] >= west &&
        box[1] <= north &&
        box[3] >= south &&
        polygons.some(([outer]) => outer?.some((point) => pointInPolygon(point, [ring]) !== false) === true),
    );
    return [...corners, ...covered.map(({ code }) => code)].sort();
  }
}

function boxOf(polygons: readonly Ring[][]): readonly [number, number, number, number] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of polygons.flat(2)) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return [west, south, east, north];
}
