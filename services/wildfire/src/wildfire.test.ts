import { afterEach, describe, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ParkedMessages } from '@fengsui/log';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { WILDFIRE_SCHEMA, WildfireModule, WildfirePlan, WildfireQuery } from './index.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');

let wildfire: LoneService;
afterEach(() => wildfire.end());
const begin = async (): Promise<void> => {
  wildfire = await loneService('wildfire', '2020-12-02', WILDFIRE_SCHEMA, () =>
    WildfireModule.of(WildfirePlan.read(PLAN)),
  );
};
const hotspot = (latitude: number, longitude: number, time: string): Given => ({
  type: 'hotspot.v1',
  key: `${latitude.toFixed(1)},${longitude.toFixed(1)}`,
  id: `hotspot/N/${time}/${latitude}/${longitude}`,
  occurredAt: wildfire.instant(time),
  data: {
    cellId: `${latitude.toFixed(1)},${longitude.toFixed(1)}`,
    latitude,
    longitude,
    satellite: 'Suomi-NPP',
    instrument: 'VIIRS',
    confidence: 'nominal',
    confidencePercent: null,
    frpMw: 4.1,
    brightnessK: 330,
    backgroundK: 290,
    scanKm: 0.4,
    trackKm: 0.4,
    dayNight: 'D',
    pixelType: null,
    version: '2.0NRT',
  },
});
const report = (fields: object): Given => ({
  type: 'public-report.v1',
  key: 'r1',
  id: 'public-report/r1',
  occurredAt: wildfire.instant('14:50'),
  data: { reportId: 'r1', channel: 'call', hazard: 'forest-fire', place: '后山', text: '冒烟', ...fields },
});
const views = () => wildfire.get(WildfireQuery).wildfires();
const fires = async (): Promise<string[]> =>
  (await views()).map(
    ({ county, state, signs, verdict }) => `${county} ${state} ${signs}${verdict === null ? '' : ` ${verdict}`}`,
  );

describe('a fire', () => {
  it('is one for all hotspots of a place in the city, is judged by a person, and takes late pixels of its time', async () => {
    await begin();
    await wildfire.at('16:30');
    // Two pixels in Yingde; one in the box of the city but outside it; one in another country.
    await wildfire.give(
      hotspot(24.2943, 113.687, '14:05'),
      hotspot(24.2973, 113.689, '14:05'),
      hotspot(23.44173, 112.9269, '14:05'),
      hotspot(-33.1, 150.2, '14:05'),
    );
    expect(await fires()).toEqual(['441881 to-verify 2']);
    const [raised] = await wildfire.said('fire-raised.v1');
    expect(raised?.data).toMatchObject({ county: '441881', firstSeenBy: 'satellite', signs: 2 });

    await wildfire.at('17:00');
    const [fire] = await views();
    await wildfire.order({ kind: 'verdict', fireId: fire?.id, verdict: 'forest-fire', deaths: 0, burnedAreaHa: 0.4 });
    expect(await fires()).toEqual(['441881 judged 2 forest-fire']);
    expect((await wildfire.said('fire-judged.v1'))[0]?.data).toMatchObject({ decidedBy: 'liang' });

    // A pixel seen before the verdict comes late: part of the same fire. One seen later is a new one: embers rekindle.
    await wildfire.at('18:00');
    await wildfire.give(hotspot(24.2953, 113.688, '16:01'));
    expect(await fires()).toEqual(['441881 judged 3 forest-fire']);
    await wildfire.give(hotspot(24.2953, 113.688, '17:30'));
    expect(await fires()).toEqual(['441881 judged 3 forest-fire', '441881 to-verify 1']);
  });

  it('is one for a call from the public and the hotspots of the same place; two that grow together are merged', async () => {
    await begin();
    await wildfire.at('15:00');
    await wildfire.give(report({ county: '441881', latitude: 24.2943, longitude: 113.687 }));
    await wildfire.give(hotspot(24.3003, 113.69, '14:05'), hotspot(24.34, 113.69, '14:05'));
    expect((await fires()).sort()).toEqual(['441881 to-verify 1', '441881 to-verify 2']);
    await wildfire.give(hotspot(24.313, 113.69, '15:00'), hotspot(24.327, 113.69, '15:00'));
    expect((await fires()).filter((fire) => !fire.includes('merged'))).toEqual(['441881 to-verify 5']);
    expect(await wildfire.said('fire-merged.v1')).toHaveLength(1);
  });

  it('of last year sends nobody out: its signs join a fire of their time, or wait for a fresh one near them', async () => {
    await begin();
    await wildfire.at('16:30');
    await wildfire.give(hotspot(24.2943, 113.687, '-300 14:05'), hotspot(24.2963, 113.688, '-1 15:00'));
    expect(await fires()).toEqual([]);
    expect(await wildfire.said('fire-raised.v1')).toEqual([]);
    await wildfire.at('17:00');
    // Twenty-three hours after the late one, and within the plan's hours of it: one fire, first seen yesterday.
    await wildfire.give(hotspot(24.2973, 113.689, '14:05'));
    expect(await fires()).toEqual(['441881 to-verify 2']);
    await wildfire.give(hotspot(24.2953, 113.689, '-1 15:10'));
    expect(await fires()).toEqual(['441881 to-verify 3']);
    expect(await wildfire.said('fire-raised.v1')).toHaveLength(1);
  });

  it('learns from the archive what kind of heat it was, and counts no sign twice', async () => {
    await begin();
    await wildfire.at('16:30');
    const first = hotspot(24.2943, 113.687, '14:05');
    await wildfire.give(first);
    await wildfire.give({
      ...first,
      id: `${first.id}~2,6.3`,
      causes: [first.id as string],
      data: { ...first.data, pixelType: 2 },
    });
    expect(await fires()).toEqual(['441881 to-verify 1']);
    expect(await wildfire.runtime.db.query('select pixel_type from wildfire.sign')).toEqual([{ pixel_type: 2 }]);
  });

  it('that nobody verifies in time is overdue', async () => {
    await begin();
    await wildfire.at('16:30');
    await wildfire.give(hotspot(24.2943, 113.687, '14:05'));
    await wildfire.at('18:29');
    expect(await fires()).toEqual(['441881 to-verify 1']);
    await wildfire.at('18:31');
    expect(await fires()).toEqual(['441881 overdue 1']);
    expect(await wildfire.said('fire-overdue.v1')).toHaveLength(1);
  });

  it('that a report names without a place is put aside for someone to see', async () => {
    await begin();
    await wildfire.at('15:00');
    await wildfire.give(report({ county: null, place: '', latitude: null, longitude: null }));
    expect(await new ParkedMessages(wildfire.runtime.db).list()).toMatchObject([
      { consumer: 'wildfire', reason: expect.stringContaining('r1') },
    ]);
  });

  it('awaits its verdict: one for a fire that is not there is rejected in the end, with the reason', async () => {
    await begin();
    await wildfire.at('15:00');
    await wildfire.order({ kind: 'verdict', fireId: 'none', verdict: 'farm-burn', deaths: 0, burnedAreaHa: null });
    const outcome = () => wildfire.get(WildfireQuery).outcomeOf('order/o1');
    expect(await outcome()).toMatchObject({ outcome: 'waiting' });
    await wildfire.at('+1 15:00');
    expect(await outcome()).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('none') });
  });
});
