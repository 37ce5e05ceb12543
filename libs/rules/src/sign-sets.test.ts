import { describe, expect, it } from '@jest/globals';
import { addMinutes, utc } from '@fengsui/contracts';
import fc from 'fast-check';
import { kilometresBetween, signSets, type Seen, type SignReach } from './sign-sets.js';

const now = utc('2020-12-02T06:00:00Z');
const reach = { joinWithinKm: 2, joinWithinHours: 24 };

/** Every pair held against every other. */
function byPairs(signs: readonly Seen[], { joinWithinKm, joinWithinHours }: SignReach): string[] {
  const parent = signs.map((_, index) => index);
  const root = (at: number): number => (parent[at] === at ? at : root(parent[at] as number));
  signs.forEach((a, i) =>
    signs.slice(0, i).forEach((b, j) => {
      const near = kilometresBetween(a, b) <= joinWithinKm;
      if (near && Math.abs(Date.parse(a.at) - Date.parse(b.at)) <= joinWithinHours * 3_600_000)
        parent[root(i)] = root(j);
    }),
  );
  const sets = new Map<number, Seen[]>();
  signs.forEach((sign, index) => sets.set(root(index), [...(sets.get(root(index)) ?? []), sign]));
  return shape([...sets.values()]);
}
const shape = (sets: readonly (readonly Seen[])[]): string[] =>
  sets
    .map((set) =>
      set
        .map(({ event }) => event)
        .sort()
        .join(' '),
    )
    .sort();

const places = {
  'the city': [24, 113],
  'the antimeridian': [-17, 179.99],
  'a pole': [89.98, 10],
  'the equator': [0, 0],
};

describe('sets of signs', () => {
  it.each(Object.entries(places))(
    'are what every pair within reach makes, at %s',
    (_, [latitude = 0, longitude = 0]) => {
      const anySigns = fc.array(
        fc.record({
          minutes: fc.integer({ min: 0, max: 6_000 }),
          north: fc.double({ min: -0.09, max: 0.09, noNaN: true }),
          east: fc.double({ min: -0.09, max: 0.09, noNaN: true }),
        }),
        { maxLength: 60 },
      );
      fc.assert(
        fc.property(anySigns, fc.double({ min: 0.2, max: 5, noNaN: true }), (given, joinWithinKm) => {
          const signs = given.map(({ minutes, north, east }, index): Seen => ({
            event: `s${index}`,
            at: addMinutes(now, minutes),
            latitude: Math.min(90, latitude + north),
            longitude: ((longitude + east + 540) % 360) - 180,
          }));
          expect(shape(signSets(signs, { ...reach, joinWithinKm }))).toEqual(
            byPairs(signs, { ...reach, joinWithinKm }),
          );
        }),
      );
    },
  );

  it('are the same whatever the order, and however they are cut into batches', () => {
    const anySigns = fc
      .array(
        fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 6 })),
        {
          maxLength: 20,
        },
      )
      .map((rows) =>
        rows.map(([minutes, north, east], index): Seen => ({
          event: `s${index}`,
          at: addMinutes(now, minutes),
          latitude: 24 + (north * 0.9) / 111.2,
          longitude: 113 + (east * 0.9) / 101.6,
        })),
      );
    fc.assert(
      fc.property(anySigns, fc.integer({ min: 0, max: 20 }), fc.boolean(), (signs, cut, isTurned) => {
        const ordered = isTurned ? [...signs].reverse() : signs;
        const setOf = new Map(
          signSets(ordered.slice(0, cut), reach).flatMap((set, n) => set.map((sign) => [sign.event, `f${n}`] as const)),
        );
        const inTwo = signSets(ordered, reach, ({ event }) => setOf.get(event) ?? null);
        expect(shape(inTwo)).toEqual(shape(signSets(signs, reach)));
      }),
    );
  });

  it('begin with their first sign, and leave what has no position alone', () => {
    const at = (minutes: number, latitude: number, event: string): Seen => ({
      event,
      at: addMinutes(now, minutes),
      latitude,
      longitude: 113,
    });
    const sets = signSets([at(9, 24.01, 'b'), at(0, NaN, 'c'), at(3, 24, 'a'), at(1, NaN, 'd')], reach);
    expect(sets.map((set) => set.map(({ event }) => event).join(' '))).toEqual(['c', 'd', 'a b']);
  });

  it('measure distance on the ground', () => {
    expect(kilometresBetween({ latitude: 24, longitude: 113 }, { latitude: 24, longitude: 114 })).toBeCloseTo(
      101.58,
      1,
    );
    expect(kilometresBetween({ latitude: 24, longitude: 113 }, { latitude: 25, longitude: 113 })).toBeCloseTo(111.2, 1);
  });
});
