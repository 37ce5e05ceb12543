import { expect, it } from '@jest/globals';
import { boxAround } from '../readers/cap/geometry.js';
import { check } from './checking.js';
import { alertOf, readWhole } from './reading-for-tests.js';

const area = (...polygons: readonly [number, number][][]): object => ({
  areaDesc: '英德',
  polygons,
  circles: [],
  geocodes: [],
  altitudeFt: null,
  ceilingFt: null,
});
const outline = (points: number): [number, number][] => Array.from({ length: points }, () => [24.3, 113.69]);
const said = (areas: readonly object[]): string | null => {
  const data = { sender: 'x', infos: [{ areas }] };
  const draft = { type: 'weather-warning.v1' as const, occurredAt: '2026-01-01T00:00:00.000Z', data };
  const { refusals } = check({ place: 'alert', from: 0, length: 1, drafts: [draft] }, String);
  // The rest of the warning is missing: that is said only when its outlines were not too many already.
  return refusals?.[0]?.reason ?? null;
};

it.each([
  ['1,000,000 points', [area(...Array.from({ length: 10 }, () => outline(100_000)))], /missing/],
  ['more', [area(...Array.from({ length: 10 }, () => outline(100_000)), outline(4))], /1000004 points/],
  ['10,000 outlines', [area(...Array.from({ length: 10_000 }, () => outline(4)))], /missing/],
  ['more of them', [area(...Array.from({ length: 10_001 }, () => outline(4)))], /10001 outlines/],
  ['more areas', Array.from({ length: 10_001 }, () => area()), /10001 areas/],
])('counts the outlines of a warning before anything else: %s', (_, areas, reason) =>
  expect(said(areas)).toMatch(reason),
);

it.each([null, 7, 'text', { infos: 7 }, { infos: [null, { areas: 'x' }, { areas: [{ polygons: [7, null] }] }] }])(
  'leaves what has not the shape of a warning to the contract: %j',
  (data) => {
    const draft = { type: 'weather-warning.v1' as const, occurredAt: '2026-01-01T00:00:00.000Z', data };
    expect(check({ place: 'alert', from: 0, length: 1, drafts: [draft] }, String).refusals?.length).toBeGreaterThan(0);
  },
);

it('carries the boxes of outlines that are long, which cover no less, and says so', async () => {
  const checked = async (points: number): Promise<{ polygon: number[][]; notes: string[] }> => {
    const { events, notes } = await readWhole(alertOf(points));
    const [event] = events as [{ data: { infos: { areas: { polygons: number[][][] }[] }[] } }] & typeof events;
    const said = notes.map(({ note }) => note).filter((note) => note.includes('points in its outlines'));
    return { polygon: event.data.infos[0]?.areas[0]?.polygons[0] ?? [], notes: said };
  };
  expect(await checked(20_000)).toMatchObject({ polygon: { length: 20_000 }, notes: [] });
  expect(await checked(100_000)).toMatchObject({
    polygon: { length: 100_000 },
    notes: [expect.stringMatching(/by the boxes/)],
  });
  const { polygon, notes } = await checked(100_001);
  // The outline is a circle of 0.02 degrees around 24.3, 113.69.
  const [south, west, north, east] = [24.28, 113.67, 24.32, 113.71];
  expect(polygon).toEqual([
    [south, west],
    [south, east],
    [north, east],
    [north, west],
    [south, west],
  ]);
  expect(notes).toEqual([expect.stringMatching(/100001 points.*cover no less/)]);
});

it('draws a narrow box across the antimeridian', () => {
  const [[south, west] = [], , [north, east] = []] = boxAround([
    [-17, 179],
    [-17, -179],
    [-16, -179],
    [-17, 179],
  ]);
  expect([south, west, north, east]).toEqual([-17, 179, -16, 181]);
});
