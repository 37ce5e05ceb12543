import type { UtcInstant } from '@fengsui/contracts';
import { bySeen, type Seen } from './sign-sets.js';

/** A pixel with the size of its footprint, kilometres; null: the source gives none. */
export type Footprint = Seen & Readonly<{ scanKm: number | null; trackKm: number | null }>;

/** How far heat has been seen. It is no area that burned, and grades nothing. */
export type Perimeter = Readonly<{
  /** Hull of the footprints, closed: [longitude, latitude] in degrees, WGS-84. */ ring: readonly Corner[];
  /** Of the hull of the footprints, hectares: heat may be anywhere in a footprint. */ atMostHa: number;
  /** Of the hull of their middles: 0 for one or two pixels. */ atLeastHa: number;
}>;
export type Corner = readonly [longitude: number, latitude: number];
/** How far heat had been seen up to a pass. */
export type Spread = Perimeter & Readonly<{ at: UtcInstant; pixels: number }>;

const KM_PER_DEGREE = 111.195;
const HA_PER_KM2 = 100;
/** Pixels of one pass are seen within so many minutes. */
const PASS_MINUTES = 15;

/** The hull of the pixels' footprints, along and across the meridian; null: none of them has a size. */
export function perimeterOf(pixels: readonly Footprint[]): Perimeter | null {
  const sized = pixels.flatMap(({ latitude, longitude, scanKm, trackKm }) =>
    scanKm === null || trackKm === null || Number.isNaN(latitude) ? [] : [{ latitude, longitude, scanKm, trackKm }],
  );
  const [first] = sized;
  if (first === undefined) return null;
  const kmX = KM_PER_DEGREE * Math.cos((first.latitude * Math.PI) / 180);
  const middles = sized.map(({ latitude, longitude }): Corner => [
    (longitude - first.longitude) * kmX,
    (latitude - first.latitude) * KM_PER_DEGREE,
  ]);
  const corners = sized.flatMap(({ scanKm, trackKm }, index) => {
    const [x, y] = middles[index] as Corner;
    const [dx, dy] = [scanKm / 2, trackKm / 2];
    return [
      [x - dx, y - dy],
      [x + dx, y - dy],
      [x + dx, y + dy],
      [x - dx, y + dy],
    ] as const;
  });
  const hull = hullOf(corners);
  const ring = [...hull, hull[0] as Corner].map(([x, y]): Corner => [
    Number((first.longitude + x / kmX).toFixed(6)),
    Number((first.latitude + y / KM_PER_DEGREE).toFixed(6)),
  ]);
  return { ring, atMostHa: areaOf(hull) * HA_PER_KM2, atLeastHa: areaOf(hullOf(middles)) * HA_PER_KM2 };
}

/** How far heat had been seen after each pass. */
export function spreadByPass(pixels: readonly Footprint[]): readonly Spread[] {
  const ordered = [...pixels].sort(bySeen);
  const spreads: Spread[] = [];
  ordered.forEach(({ at }, index) => {
    const next = ordered[index + 1];
    if (next !== undefined && Date.parse(next.at) - Date.parse(at) <= PASS_MINUTES * 60_000) return;
    const seen = ordered.slice(0, index + 1);
    const perimeter = perimeterOf(seen);
    if (perimeter !== null) spreads.push({ at, pixels: seen.length, ...perimeter });
  });
  return spreads;
}

/** The convex hull, against the clock (Andrew 1979). */
function hullOf(points: readonly Corner[]): readonly Corner[] {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const half = (all: readonly Corner[]): Corner[] => {
    const chain: Corner[] = [];
    for (const point of all) {
      while (chain.length >= 2 && turn(chain.at(-2) as Corner, chain.at(-1) as Corner, point) <= 0) chain.pop();
      chain.push(point);
    }
    chain.pop();
    return chain;
  };
  return sorted.length < 3 ? sorted : [...half(sorted), ...half([...sorted].reverse())];
}

const turn = ([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): number =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

function areaOf(ring: readonly Corner[]): number {
  const twice = ring.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length] as Corner;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
