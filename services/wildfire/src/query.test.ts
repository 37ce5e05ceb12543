import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { utc } from '@fengsui/contracts';
import { WildfireQuery } from './index.js';
import { Watch } from './wildfire-for-tests.js';

let watch: Watch;
const query = () => watch.service.get(WildfireQuery);
const HERE = { latitude: 24.2943, longitude: 113.687 };
const OUTSIDE = { latitude: 23.44173, longitude: 112.9269 };
beforeEach(async () => {
  watch = await Watch.on('2020-12-02');
  await watch.at('16:30');
});
afterEach(() => watch.service.end());

describe('what is asked of wildfire', () => {
  it('is one fire as it went: signs, to what they belonged, every verdict with its grade, how far it spread', async () => {
    await watch.see({ ...HERE, time: '13:20' }, { ...HERE, latitude: 24.3, time: '14:05' });
    const { id } = await watch.fire();
    await watch.judge(id, 'forest-fire', { burnedAreaHa: 3, damagedAreaHa: 1.2, photo: 'IMG_1.jpg' });
    const fire = await query().fire(id);
    expect(fire?.detections.map(({ at, source, frpMw, county }) => [at, source, frpMw, county])).toEqual([
      [watch.service.instant('14:05'), 'Suomi-NPP', 4.1, '441881'],
      [watch.service.instant('13:20'), 'Suomi-NPP', 4.1, '441881'],
    ]);
    expect(fire?.memberships.map(({ fire: of, because }) => [of, because])).toEqual([
      [id, 'raised'],
      [id, 'raised'],
    ]);
    expect(fire?.verdicts).toMatchObject([
      { verdict: 'forest-fire', grade: 'larger', damagedAreaHa: 1.2, photo: 'IMG_1.jpg' },
    ]);
    expect(fire?.spread.map(({ pixels }) => pixels)).toEqual([1, 2]);
    expect(fire?.spread[0]?.atMostHa).toBeCloseTo(16, 6);
    expect(await query().fire('none')).toBeNull();
  });

  it('finds fires and detections by county, time, satellite and verdict, and those outside apart', async () => {
    await watch.see(
      { ...HERE, time: '13:20' },
      { ...OUTSIDE, time: '13:20' },
      { latitude: 24.62136, longitude: 112.39336, time: '14:05' },
    );
    const [first] = await watch.views();
    await watch.judge(first?.id ?? '', 'farm-burn');
    const counties = async (wanted: Parameters<WildfireQuery['detections']>[0]) =>
      (await query().detections(wanted)).map(({ county }) => county);
    expect(await counties({})).toEqual(['441823', '441881']);
    expect(await counties({ outside: true })).toEqual([null]);
    expect(await counties({ verdict: 'farm-burn' })).toEqual(['441881']);
    expect(await counties({ from: watch.service.instant('14:00') })).toEqual(['441823']);
    expect(await counties({ satellite: 'NOAA-20' })).toEqual([]);
    expect((await query().wildfires({ county: '441823' })).map(({ county }) => county)).toEqual(['441823']);
    expect(await query().wildfires({ verdict: 'forest-fire' })).toEqual([]);
  });

  it('tells a pass without fire from one that has not come', async () => {
    expect(await query().passes()).toEqual([]);
    await watch.see({ latitude: -33.1, longitude: 150.2, time: '13:20' });
    await watch.see({ latitude: -33.1, longitude: 150.3, time: '13:21' });
    expect(await query().passes()).toMatchObject([
      { satellite: 'Suomi-NPP', at: watch.service.instant('13:15'), pixels: 2, inside: 0 },
    ]);
  });

  it('says how good it was: what was no fire, what people saw first though a pass should have', async () => {
    await watch.see({ ...HERE, time: '13:20' });
    await watch.service.give(watch.report({ county: '441821', latitude: 23.88, longitude: 113.53 }));
    await watch.see({ latitude: -33.1, longitude: 150.2, time: '16:20' }); // a pass after the call, without heat there
    const [seen, called] = await watch.views();
    await watch.at('17:00');
    await watch.judge(seen?.id ?? '', 'industrial-heat');
    await watch.at('19:00');
    await watch.judge(called?.id ?? '', 'forest-fire');
    const year = { from: utc('2020-01-01T00:00:00+08:00'), until: utc('2021-01-01T00:00:00+08:00') };
    expect(await query().accuracy(year)).toEqual([
      {
        month: '2020-12',
        county: '441821',
        source: 'call',
        raised: 1,
        confirmed: 1,
        otherFires: 0,
        falseAlarms: 0,
        unjudged: 0,
        missed: 1,
        inTime: 0,
        seenToPublished: null,
        publishedToReceived: null,
        seenToReceived: 100,
        receivedToJudged: 150,
      },
      expect.objectContaining({
        county: '441881',
        source: 'Suomi-NPP',
        falseAlarms: 1,
        missed: 0,
        inTime: 1,
        seenToReceived: 190,
        receivedToJudged: 30,
      }),
    ]);
  });

  it('says when its calendar of festivals ends too soon', async () => {
    expect(await query().checks()).toMatchObject([{ name: 'fire-calendar', ok: true }]);
    await watch.service.end();
    watch = await Watch.on('2030-11-20');
    expect(await query().checks()).toMatchObject([{ ok: false, expected: expect.stringContaining('2031') }]);
  });
});
