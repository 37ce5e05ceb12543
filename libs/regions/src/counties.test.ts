import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFile } from '@fengsui/testing';
import fc from 'fast-check';
import pointInPolygon from 'point-in-polygon-hao';
import { Counties } from './index.js';
import { TouchingThread } from './touching-thread.js';

const plan = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const counties = Counties.ofPlan(plan);

describe('the counties of the city', () => {
  it.each([
    ['inside Yingde, a real pixel of 2022-05-29', 24.2943, 113.687, '441881'],
    ['in the box of the city and outside it', 23.44173, 112.9269, null],
    ['the seat of 清城区', 23.6917, 113.0436, '441802'],
    ['the seat of 连州市', 24.7865, 112.3743, '441882'],
    ['Guangzhou', 23.13, 113.26, null],
    ['nowhere', NaN, NaN, null],
  ])('%s', (_, latitude, longitude, county) => expect(counties.at(latitude, longitude)).toBe(county));

  it('are eight, each with its code and name', () => {
    expect(counties.all()).toHaveLength(8);
    expect(counties.nameOf('441825')).toBe('连山壮族瑶族自治县');
    expect(counties.nameOf('441881105')).toBe('英德市');
  });

  it('are touched by an outline that crosses them, or that lies around them', () => {
    const box = (south: number, west: number, north: number, east: number): [number, number][] => [
      [south, west],
      [south, east],
      [north, east],
      [north, west],
      [south, west],
    ];
    expect(counties.touchedBy(box(23.6, 113.0, 23.7, 113.1))).toContain('441802');
    expect(counties.touchedBy(box(22, 111, 26, 115))).toHaveLength(8);
    expect(counties.touchedBy(box(-10, 10, -9, 11))).toEqual([]);
    expect(counties.touchedBy([])).toEqual([]);
  });

  it('are never fewer by the box around an outline than by the outline', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: 22, max: 26, noNaN: true }), fc.double({ min: 111, max: 115, noNaN: true })),
          {
            minLength: 3,
            maxLength: 12,
          },
        ),
        (points) => {
          const outline = [...points, points[0] as [number, number]];
          const byBox = counties.touchedByBoxOf(outline);
          expect(counties.touchedBy(outline).filter((code) => !byBox.includes(code))).toEqual([]);
        },
      ),
    );
    expect(
      counties.touchedByBoxOf([
        [22, 471],
        [26, 471],
        [26, 475],
        [22, 471],
      ]),
    ).toHaveLength(8);
    expect(
      counties.touchedByBoxOf([
        [-10, 10],
        [-9, 10],
        [-9, 11],
        [-10, 10],
      ]),
    ).toEqual([]);
  });

  it('are not touched by an outline on the other side of the world that crosses the antimeridian, however it is written', () => {
    const across = (east: number): [number, number][] => [
      [20, 170],
      [28, 170],
      [28, east],
      [20, east],
      [20, 170],
    ];
    expect(counties.touchedBy(across(-170))).toEqual([]);
    expect(counties.touchedBy(across(190))).toEqual([]);
    // 112 to 115 degrees east, written beyond 180.
    expect(
      counties.touchedBy([
        [22, 472],
        [26, 472],
        [26, 475],
        [22, 475],
        [22, 472],
      ]),
    ).toHaveLength(8);
  });

  it('are touched by a narrow outline that passes through between their corners, and by one that crosses itself', () => {
    expect(
      counties.touchedBy([
        [24.2, 110],
        [24.2001, 116],
        [24.2, 116.0001],
        [24.2, 110],
      ]),
    ).toContain('441881');
    // Wound twice around: the even-odd rule would call the inside a hole.
    const once: [number, number][] = [
      [22, 111],
      [26, 111],
      [26, 115],
      [22, 115],
    ];
    expect(counties.touchedBy([...once, ...once, [22, 111]])).toHaveLength(8);
  });

  /** Every edge against every edge, and every corner of either: slow, and plain to see. */
  const plainly = (polygon: readonly (readonly [number, number])[]): string[] => {
    const ring = polygon.map(([latitude, longitude]): [number, number] => [longitude, latitude]);
    const side = (p: number[], q: number[], r: number[]): number =>
      Math.sign(
        ((q[0] ?? 0) - (p[0] ?? 0)) * ((r[1] ?? 0) - (p[1] ?? 0)) -
          ((q[1] ?? 0) - (p[1] ?? 0)) * ((r[0] ?? 0) - (p[0] ?? 0)),
      );
    const edges = (of: readonly [number, number][]): [[number, number], [number, number]][] =>
      of.slice(1).map((to, at) => [of[at] as [number, number], to]);
    return counties.outlines
      .filter(({ polygons }) => {
        const rings = polygons.flat();
        const crossing = edges(ring).some(([a, b]) =>
          rings.some((other) =>
            edges(other).some(([c, d]) => side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)),
          ),
        );
        return (
          crossing ||
          ring.some(([longitude, latitude]) =>
            polygons.some((own) => pointInPolygon([longitude, latitude], own) !== false),
          ) ||
          polygons.some(([outer]) => pointInPolygon(outer?.[0] as [number, number], [ring]) !== false)
        );
      })
      .map(({ code }) => code);
  };

  it('are found by a grid as they are found plainly', () => {
    const corner = fc.tuple(
      fc.double({ min: 23, max: 25.5, noNaN: true }),
      fc.double({ min: 111.5, max: 114.5, noNaN: true }),
    );
    fc.assert(
      fc.property(
        corner,
        fc.double({ min: 0.001, max: 2, noNaN: true }),
        fc.double({ min: 0.001, max: 2, noNaN: true }),
        fc.boolean(),
        (at, high, wide, slanted) => {
          const [south, west] = at;
          const outline: [number, number][] = [
            [south, west],
            [south + (slanted ? high / 3 : 0), west + wide],
            [south + high, west + wide],
            [south + high, west],
            [south, west],
          ];
          expect([...counties.touchedBy(outline)].sort()).toEqual(plainly(outline).sort());
        },
      ),
      { numRuns: 300 },
    );
    for (const { code, polygons } of counties.outlines)
      expect(counties.touchedBy((polygons[0]?.[0] ?? []).map(([x, y]) => [y, x]))).toContain(code);
  });

  it('are found on another thread as they are found here', async () => {
    const thread = new TouchingThread(counties);
    const circle = { latitude: 23.13, longitude: 113.26, radiusKm: 60 };
    const shapes = [
      circle,
      [
        [24.2, 110],
        [24.2001, 116],
        [24.2, 116.0001],
        [24.2, 110],
      ] as [number, number][],
    ];
    expect(await thread.touchedByAny(shapes)).toEqual(counties.touchedByAny(shapes));
    await thread.onApplicationShutdown();
  });

  it('are never fewer by the boxes of circles', () => {
    const circle = { latitude: 23.13, longitude: 113.26, radiusKm: 60 };
    expect(counties.touchedByBoxesOf([circle])).toEqual(expect.arrayContaining([...counties.touchedByCircle(circle)]));
  });

  it('are touched by a circle that reaches them', () => {
    expect(counties.touchedByCircle({ latitude: 23.13, longitude: 113.26, radiusKm: 5 })).toEqual([]);
    expect(counties.touchedByCircle({ latitude: 23.13, longitude: 113.26, radiusKm: 60 })).toEqual(
      expect.arrayContaining(['441802']),
    );
    expect(counties.touchedByCircle({ latitude: 24.2943, longitude: 113.687, radiusKm: 0 })).toEqual(['441881']);
  });

  const reference = sharedFile('data', 'boundaries', 'qingyuan_cpeas_simplified.geojson');
  (reference === null ? it.skip : it)(
    'agree with independent outlines in WGS-84 (left out where the real data are not at hand)',
    () => {
      const { features } = JSON.parse(readFileSync(reference as string, 'utf8')) as {
        features: { properties: { dt_adcode?: string }; geometry: { coordinates: [number, number][][][] } }[];
      };
      const points = features.flatMap(({ properties, geometry }) => {
        if (properties.dt_adcode === undefined) return [];
        const outline = geometry.coordinates.flat(2) as [number, number][];
        const middle = [
          outline.reduce((sum, [x]) => sum + x, 0) / outline.length,
          outline.reduce((sum, [, y]) => sum + y, 0) / outline.length,
        ] as const;
        // Each corner drawn a third towards the middle: inside both outlines unless one is displaced.
        return outline.map(([x, y]) => ({
          code: properties.dt_adcode as string,
          x: x + (middle[0] - x) / 3,
          y: y + (middle[1] - y) / 3,
        }));
      });
      const agreeing = points.filter(({ code, x, y }) => counties.at(y, x) === code).length;
      expect(agreeing / points.length).toBeGreaterThan(0.9);
    },
  );
});
