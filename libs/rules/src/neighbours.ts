import { EARTH_RADIUS_KM, numberOf, RAD } from './sign-sets.js';

/** Which of many points lie within a distance of one: each finds those in the cubes of space around its own. */
export class Neighbours {
  private readonly cubes = new Map<number, number[]>();
  private readonly places: readonly (readonly [x: number, y: number, z: number] | null)[];

  /** @param points NaN: it has no position, and is near nothing but itself */
  constructor(
    points: readonly Readonly<{ latitude: number; longitude: number }>[],
    private readonly withinKm: number,
  ) {
    this.places = points.map(({ latitude, longitude }) => {
      if (Number.isNaN(latitude) || Number.isNaN(longitude)) return null;
      const [lat, lon] = [latitude * RAD, longitude * RAD];
      const flat = EARTH_RADIUS_KM * Math.cos(lat);
      return [flat * Math.cos(lon), flat * Math.sin(lon), EARTH_RADIUS_KM * Math.sin(lat)] as const;
    });
    this.places.forEach((place, index) => {
      if (place === null) return;
      const key = numberOf(...this.cubeOf(place));
      const there = this.cubes.get(key);
      if (there === undefined) this.cubes.set(key, [index]);
      else there.push(index);
    });
  }

  /** Itself and those around it, with their distance. */
  *of(index: number): Generator<Readonly<{ index: number; km: number }>> {
    const place = this.places[index] ?? null;
    if (place === null) return void (yield { index, km: 0 });
    const [a, b, c] = this.cubeOf(place);
    for (const [dx, dy, dz] of STEPS)
      for (const other of this.cubes.get(numberOf(a + dx, b + dy, c + dz)) ?? []) {
        const km = arcBetween(place, this.places[other] as Place);
        if (km <= this.withinKm) yield { index: other, km };
      }
  }

  private cubeOf([x, y, z]: Place): Place {
    return [Math.floor(x / this.withinKm), Math.floor(y / this.withinKm), Math.floor(z / this.withinKm)];
  }
}

type Place = readonly [x: number, y: number, z: number];
const STEPS = [-1, 0, 1].flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z): Place => [x, y, z])));

/** Along the ground, from the straight line through it. */
function arcBetween(a: Place, b: Place): number {
  const chord = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, chord / (2 * EARTH_RADIUS_KM)));
}
