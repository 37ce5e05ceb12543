import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { typing, type Typing } from './command-for-tests.js';

const HEADER =
  'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';

let here: Typing;
const typed = (...words: string[]) => here.typed(...words);
const json = <T>(...words: string[]): T => here.json<T>(...words);

beforeAll(async () => {
  here = await typing();
});
afterAll(() => here.end());

it('shows fires and detections, takes them away, and takes what a person found', () => {
  const seen = new Date(Date.now() - 3 * 3_600_000).toISOString();
  const [date, time] = [seen.slice(0, 10), seen.slice(11, 16).replace(':', '')];
  const row = (latitude: number, longitude: number): string =>
    `${latitude},${longitude},330.1,0.39,0.36,${date},${time},N,VIIRS,n,2.0NRT,290.1,4.1,D`;
  const file = path.join(here.folder, 'firms.csv');
  writeFileSync(file, [HEADER, row(24.2943, 113.687), row(24.2973, 113.689), row(23.44173, 112.9269), ''].join('\n'));
  expect(typed('feed', file).status).toBe(0);
  const [fire] = json<{ id: string; state: string; signs: number }[]>('wildfires', '--open');
  expect(fire).toMatchObject({ id: expect.stringMatching(/^441881-\d{8}-01$/), state: 'to-verify', signs: 2 });
  const id = fire?.id ?? '';

  const [csv, geojson] = [path.join(here.folder, 'out.csv'), path.join(here.folder, 'out.geojson')];
  const listed = typed('detections', '--csv', csv, '--geojson', geojson);
  expect(listed.stdout).toMatch(/最近过境: Suomi-NPP .* 本市2个/);
  expect(readFileSync(csv, 'utf8').trim().split('\r\n')).toHaveLength(3);
  const { features } = JSON.parse(readFileSync(geojson, 'utf8')) as {
    features: { geometry: { coordinates: number[] } }[];
  };
  expect(features.map(({ geometry }) => geometry.coordinates[0]).sort()).toEqual([113.687, 113.689]);
  expect(json<object[]>('detections', '--outside')).toMatchObject([
    { county: null, borderKm: expect.closeTo(2.48, 2) },
  ]);

  const found = typed(
    'orders',
    'verdict',
    id,
    'forest-fire',
    '--hectares',
    '3',
    '--damaged',
    '1.2',
    '--serious',
    '1',
    '--reason',
    '野外用火',
  );
  expect([found.stderr, found.status]).toEqual([expect.anything(), 0]);
  expect(typed('orders', 'extinguish', id, '--reason', '无明火').status).toBe(0);
  expect(typed('orders', 'extinguish', 'none', '--reason', '无明火').status).toBe(2);
  expect(json('wildfires', 'show', id)).toMatchObject({
    state: 'judged',
    phase: 'extinguished',
    verdicts: [{ verdict: 'forest-fire', grade: 'larger', seriousInjuries: 1, damagedAreaHa: 1.2 }],
    spread: [{ pixels: 2 }],
    calls: [{ id: `fire/${id}`, state: 'answered' }],
  });
  const words = typed('wildfires', 'show', id, '--geojson', geojson).stdout;
  for (const word of ['明火扑灭', '森林火灾', '野外用火', '非受害面积', `fire/${id}`]) expect(words).toContain(word);
  expect(readFileSync(geojson, 'utf8')).toContain('Polygon');
  expect(typed('wildfires', 'show', 'none')).toMatchObject({ status: 2, stderr: expect.stringContaining('none') });
  expect(json('wildfires', 'accuracy', '--year', id.slice(7, 11))).toMatchObject([
    { source: 'Suomi-NPP', raised: 1, confirmed: 1 },
  ]);
});
