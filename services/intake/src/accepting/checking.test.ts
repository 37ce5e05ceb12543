import { expect, it } from '@jest/globals';
import { boxAround } from '../readers/cap/geometry.js';
import { check } from './checking.js';

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
  const { refusals } = check({ place: 'alert', from: 0, length: 1, drafts: [draft] });
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
    expect(check({ place: 'alert', from: 0, length: 1, drafts: [draft] }).refusals?.length).toBeGreaterThan(0);
  },
);

it('carries the boxes of outlines that are long, which cover no less, and says so', () => {
  const warning = (points: number): [number, number][] => [
    ...Array.from({ length: points - 1 }, (_, n): [number, number] => [24 + (n % 7) / 10, 113 + (n % 5) / 10]),
    [24, 113],
  ];
  const checked = (points: number): { polygons: unknown[]; notes: readonly string[] } => {
    const info = {
      language: 'zh-CN',
      categories: ['Met'],
      event: '暴雨',
      responseTypes: [],
      urgency: 'Immediate',
      severity: 'Severe',
      certainty: 'Likely',
      audience: null,
      eventCodes: [],
      effectiveAt: null,
      onsetAt: null,
      expiresAt: null,
      senderName: null,
      headline: null,
      description: null,
      instruction: null,
      web: null,
      contact: null,
      parameters: [],
      resources: [],
      areas: [area(warning(points))],
    };
    const data = {
      identifier: 'a',
      sender: 'b',
      sentAt: '2026-01-01T00:00:00.000Z',
      status: 'Actual',
      msgType: 'Alert',
      source: null,
      scope: 'Public',
      restriction: null,
      addresses: null,
      codes: [],
      note: null,
      references: [],
      incidents: [],
      eventCode: null,
      colour: null,
      infos: [info],
    };
    const record = check({
      place: 'alert',
      from: 0,
      length: 1,
      drafts: [{ type: 'weather-warning.v1', occurredAt: '2026-01-01T00:00:00.000Z', data }],
    });
    if (record.refusals !== undefined) throw new Error(JSON.stringify(record.refusals));
    const [{ event }] = record.events as unknown as [
      { event: { data: { infos: { areas: { polygons: unknown[] }[] }[] } } },
    ];
    return { polygons: event.data.infos[0]?.areas[0]?.polygons ?? [], notes: record.notes };
  };
  expect(checked(20_000)).toMatchObject({ polygons: [{ length: 20_000 }], notes: [] });
  expect(checked(100_000)).toMatchObject({
    polygons: [{ length: 100_000 }],
    notes: [expect.stringMatching(/by the boxes/)],
  });
  const { polygons, notes } = checked(100_001);
  expect(polygons).toEqual([
    [
      [24, 113],
      [24, 113.4],
      [24.6, 113.4],
      [24.6, 113],
      [24, 113],
    ],
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
