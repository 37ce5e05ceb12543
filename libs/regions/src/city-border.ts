import { union } from 'polyclip-ts';
import pointInPolygon from 'point-in-polygon-hao';
import type { Counties, Outline } from './counties.js';
import { KM_PER_DEGREE, nearestOf, RAD, type Line } from './nearest.js';

/** Where a point lies: in which county, or outside of the city, and how far from the city's border. */
export type CityPlace = Readonly<{
  /** GB/T 2260 code; null: outside of the city. */ county: string | null;
  /** Kilometres to the nearest point of the city's border, from within or from outside. */ borderKm: number;
  /** Where that point lies, degrees from north, clockwise. */ bearing: number;
}>;

/**
 * A city as one area. Neighbouring counties were drawn one by one, so slivers between them belong to neither outline:
 * what lies in one of these is the nearer county's.
 */
export class CityBorder {
  private readonly outer: readonly Line[];
  private readonly gaps: readonly Line[];
  private readonly box: Outline['box'];

  constructor(private readonly counties: Counties) {
    const { outlines } = counties;
    const polygons = outlines.map((outline) => outline.polygons as [number, number][][][]);
    const [first, ...others] = polygons;
    const city = first === undefined ? [] : union(first, ...others);
    this.outer = city.flatMap(([ring]) => (ring === undefined ? [] : [ring]));
    this.gaps = city.flatMap(([, ...holes]) => holes);
    const boxes = outlines.map(({ box }) => box);
    this.box = [
      Math.min(...boxes.map(([west]) => west)),
      Math.min(...boxes.map(([, south]) => south)),
      Math.max(...boxes.map(([, , east]) => east)),
      Math.max(...boxes.map(([, , , north]) => north)),
    ];
  }

  /**
   * @param latitude degrees north, WGS-84
   * @param longitude degrees east, WGS-84
   */
  placeOf(latitude: number, longitude: number): CityPlace {
    return { county: this.countyAt(latitude, longitude), ...nearest(this.outer, latitude, longitude) };
  }

  /** The county of a point; of one between two of them the nearer. */
  countyAt(latitude: number, longitude: number): string | null {
    const held = this.counties.at(latitude, longitude);
    if (held !== null) return held;
    if (!this.gaps.some((gap) => pointInPolygon([longitude, latitude], [gap as [number, number][]]) !== false))
      return null;
    const near = this.counties.outlines.map(({ code, polygons }) => {
      return { code, km: nearest(polygons.flat(), latitude, longitude).borderKm };
    });
    return near.reduce((a, b) => (b.km < a.km ? b : a)).code;
  }

  /** Whether a point is farther from the city than so many kilometres, told by the box around it: never too near. */
  isBeyond(latitude: number, longitude: number, km: number): boolean {
    const [west, south, east, north] = this.box;
    const dy = km / KM_PER_DEGREE;
    const dx = dy / Math.max(0.01, Math.cos((Math.max(Math.abs(south), Math.abs(north)) + dy) * RAD));
    return latitude < south - dy || latitude > north + dy || longitude < west - dx || longitude > east + dx;
  }
}

const nearest = (rings: readonly Line[], latitude: number, longitude: number) => {
  const { km, bearing } = nearestOf(rings, latitude, longitude);
  return { borderKm: km, bearing };
};
