import { afterEach, describe, expect, it } from '@jest/globals';
import { ParkedMessages } from '@fengsui/log';
import { Watch } from '../wildfire-for-tests.js';

let watch: Watch;
afterEach(() => watch.service.end());
const begin = async (): Promise<void> => {
  watch = await Watch.on('2020-12-02');
  await watch.at('16:30');
};
const kept = () =>
  watch.service.runtime.db.query(
    `select county, round(border_km::numeric, 2)::float8 as km, round(border_bearing::numeric)::int as bearing from wildfire.sign order by at, event`,
  );

describe('heat', () => {
  it('lies in a county, in the nearer one of two that a gap parts, or outside: then it is kept, and nobody’s fire here', async () => {
    await begin();
    await watch.see(
      { latitude: 24.2943, longitude: 113.687, time: '14:01' },
      { latitude: 24.62136, longitude: 112.39336, time: '14:02' },
      { latitude: 23.44173, longitude: 112.9269, time: '14:03' },
      { latitude: 23.89511, longitude: 112.13582, time: '14:04' },
      { latitude: -33.1, longitude: 150.2, time: '14:05' },
    );
    expect(await kept()).toEqual([
      { county: '441881', km: 13.54, bearing: 11 },
      { county: '441823', km: 27.59, bearing: 197 },
      { county: null, km: 2.48, bearing: 36 },
      { county: null, km: 32.75, bearing: 3 },
    ]);
    expect(await watch.fires()).toEqual(['441881 to-verify 1', '441823 to-verify 1']);
  });
});

describe('a position', () => {
  it.each([
    ['WGS-84', 24.2943, 113.687],
    ['GCJ-02', 24.291411, 113.692243],
    ['BD-09', 24.297099, 113.698819],
  ])('that is given in %s is the same place', async (datum, latitude, longitude) => {
    await begin();
    await watch.service.give(watch.report({ county: null, latitude, longitude, datum }));
    const fire = await watch.fire();
    expect(fire.latitude).toBeCloseTo(24.2943, 4);
    expect(fire.longitude).toBeCloseTo(113.687, 4);
  });

  it('of another datum than these is let in by no door', async () => {
    await begin();
    const report = watch.report({ county: null, latitude: 24.2943, longitude: 113.687, datum: 'BJ-54' });
    await expect(watch.service.give(report)).rejects.toThrow('data/datum');
  });
});

describe('a report', () => {
  const here = { latitude: 24.2943, longitude: 113.687 };
  const nowhere = { latitude: null, longitude: null };
  it.each([
    ['names neither position nor county', { county: null, ...nowhere }],
    ['is of another city and has no position', { county: '440203', ...nowhere }],
    ['names one county and lies in another', { county: '441821', ...here }],
    ['names a county of ours and lies outside', { county: '441802', latitude: 23.44173, longitude: 112.9269 }],
    ['names another city and lies in ours', { county: '440203', ...here }],
  ])('that %s is no fire here: somebody has to look at it', async (_, fields) => {
    await begin();
    await watch.service.give(watch.report(fields));
    expect(await watch.fires()).toEqual([]);
    expect(await new ParkedMessages(watch.service.runtime.db).list()).toMatchObject([
      { consumer: 'wildfire', reason: expect.stringContaining('r1') },
    ]);
  });

  it.each([
    ['a county alone', { county: '441821', ...nowhere }, '441821'],
    ['a township alone', { county: '441821101', ...nowhere }, '441821'],
    ['a position alone', { county: null, ...here }, '441881'],
    ['a position and the city', { county: '441800', ...here }, '441881'],
    ['a position and its township', { county: '441881102', ...here }, '441881'],
  ])('that names %s is one', async (_, fields, county) => {
    await begin();
    await watch.service.give(watch.report(fields));
    expect(await watch.fires()).toEqual([`${county} to-verify 1`]);
    const [sign] = (await watch.service.runtime.db.query('select township from wildfire.sign')) as {
      township: string | null;
    }[];
    expect(sign?.township).toBe(fields.county?.length === 9 ? fields.county : null);
  });
});
