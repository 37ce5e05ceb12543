import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { WildfirePlan } from '../plan.js';
import { PLAN, Watch } from '../wildfire-for-tests.js';

const HERE = { latitude: 24.2943, longitude: 113.687, time: '14:01' };
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-layers-'));
let watch: Watch;
afterAll(() => rmSync(folder, { recursive: true }));

const around = (km: number) => {
  const [south, north] = [HERE.latitude - km / 111, HERE.latitude + km / 111];
  const [west, east] = [HERE.longitude - km / 101, HERE.longitude + km / 101];
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]; // prettier-ignore
  return { type: 'Polygon', coordinates: [ring] };
};
const write = (name: string, geometry: object, properties: object = {}): void =>
  writeFileSync(path.join(folder, name), JSON.stringify({ features: [{ type: 'Feature', properties, geometry }] }));

/** The city's plan with layers of its own, and with wind. */
function planWith(lines: string, township = '441881106'): string {
  cpSync(PLAN, folder, { recursive: true });
  write('townships.geojson', around(2), { code: township, name: '望埠镇' });
  write('cover.geojson', around(2), { kind: '林地' });
  write('chemical.geojson', { type: 'Point', coordinates: [HERE.longitude, HERE.latitude + 0.004] });
  writeFileSync(
    path.join(folder, 'wildfire.yaml'),
    `${readFileSync(path.join(PLAN, 'wildfire.yaml'), 'utf8')}\n${lines}`,
  );
  return folder;
}
const LAYERS = `layers:
  townships: townships.geojson
  landCover: { file: cover.geojson, property: kind }
  near: [{ name: 危化企业, file: chemical.geojson, withinKm: 1 }]
`;
const wind = (station: string, speedMs: number, at: string) => ({
  type: 'wind.v1' as const,
  key: station,
  occurredAt: watch.service.instant(at),
  data: { station, speedMs, fromDegrees: null },
});
const urgentBecause = async () => (await watch.said('fire-raised.v1')).map(({ data }) => data.urgentBecause);

describe('what is around a fire', () => {
  afterEach(() => watch.service.end());

  it('is its township by outline, what grows there, and what makes it urgent', async () => {
    watch = await Watch.on('2020-07-02', planWith(LAYERS));
    await watch.at('16:30');
    await watch.see(HERE, { ...HERE, latitude: 24.35, longitude: 113.7 });
    const kept = await watch.service.runtime.db.query(
      'select township, land_cover as cover from wildfire.sign order by latitude',
    );
    expect(kept).toEqual([
      { township: '441881106', cover: '林地' },
      { township: null, cover: null },
    ]);
    expect((await watch.said('fire-raised.v1')).map(({ data }) => data.township).sort()).toEqual(['望埠镇', undefined]);
    expect((await urgentBecause()).sort()).toEqual([['距危化企业0.4公里'], undefined]);
  });

  it('is the wind of the last hour in its county, from the speed that the plan says', async () => {
    const stations = "wind: { urgentMs: 8, withinMinutes: 60, stations: { W1: '441881', W2: '441823' } }\n";
    watch = await Watch.on('2020-07-02', planWith(stations));
    await watch.at('15:00');
    await watch.service.give(wind('W1', 9, '14:00'), wind('W2', 20, '15:00'), wind('W9', 30, '15:00'));
    await watch.at('15:10');
    await watch.see({ ...HERE, time: '15:05' });
    await watch.service.give(wind('W1', 8.2, '15:10'));
    await watch.see({ ...HERE, latitude: 24.35, time: '15:06' });
    expect(await urgentBecause()).toEqual([undefined, ['风速8.2米/秒']]);
  });
});

describe('a plan of layers', () => {
  it.each([
    ['a file that is not there', 'layers: { townships: no.geojson }', '441881106', /no\.geojson/],
    ['a township of another city', LAYERS, '440106001', /440106001/],
    ['a township by another code', LAYERS, '4418811', /4418811/],
    [
      'wind of another city',
      "wind: { urgentMs: 8, withinMinutes: 60, stations: { W: '440100' } }",
      '441881106',
      /W.*440100/,
    ],
  ])('%s is refused', (_, lines, township, why) => {
    expect(() => WildfirePlan.read(planWith(lines, township))).toThrow(why);
  });
});
