import { afterEach, describe, expect, it } from '@jest/globals';
import { day, type Day } from './day.js';

let today: Day;
afterEach(() => today.end());

type Place = readonly [latitude: number, longitude: number];
/** In Yingde, Yangshan, Qingxin, Fogang, Lianzhou, Qingcheng and Lianshan. */
const [A, B, WORKS, PERMITTED, CLEARED, C, CALLED]: readonly Place[] = [
  [24.2943, 113.687],
  [24.47, 112.64],
  [23.75, 112.85],
  [23.88, 113.53],
  [24.95, 112.4],
  [23.62, 113.08],
  [24.55, 112.08],
] as [Place, Place, Place, Place, Place, Place, Place];
const HEADER =
  'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';

/** So many pixels beside each other, going north. @param pass `2026-04-04 0605` in UTC @param km from the place */
const pixels = (
  place: Place | undefined,
  count: number,
  pass: string,
  { frp = 6.5, km = 0, satellite = 'N' } = {},
): string[] => {
  const [date = '', time = ''] = pass.split(' ');
  const [latitude, longitude] = place as Place;
  return Array.from({ length: count }, (_, n) => {
    const north = (latitude + (km + n * 0.4) / 111.195).toFixed(5);
    return `${north},${longitude},330,0.39,0.36,${date},${time},${satellite},VIIRS,n,2.0NRT,290,${frp},D`;
  });
};
let fed = 0;
const feed = (...rows: readonly string[][]): Promise<void> => {
  fed += rows.flat().length;
  return today.feed([HEADER, ...rows.flat()].join('\n'));
};
const report = (reportId: string, [latitude, longitude]: Place, county: string): Promise<void> =>
  today.ports.clock.now().then((occurredAt) =>
    today.feed(
      JSON.stringify({
        type: 'public-report.v1',
        occurredAt,
        data: {
          reportId,
          channel: 'call',
          hazard: 'forest-fire',
          county,
          place: '后山',
          latitude,
          longitude,
          text: '冒烟',
        },
      }),
    ),
  );
const fireAt = async (county: string, nth = 0): Promise<string> =>
  (await today.ports.wildfire.wildfires({ county })).filter(({ asked }) => asked > 0)[nth]?.id ?? `none in ${county}`;
const judge = async (county: string, verdict: string, fields: object = {}, nth = 0): Promise<void> =>
  today.order({
    kind: 'verdict',
    fireId: await fireAt(county, nth),
    verdict,
    deaths: 0,
    burnedAreaHa: null,
    ...fields,
  });
/** Whoever was called answers what rings. */
const answerAll = async (): Promise<void> => {
  for (const { id } of await today.ports.duty.calls(true)) {
    const person = (await today.ports.duty.call(id))?.deliveries.at(-1)?.person;
    await today.order({ kind: 'answer', callId: id, person, actor: person });
  }
};
/** Calls since the last time it was asked: what each says first. */
let told = 0;
const newCalls = async (): Promise<string[]> => {
  const calls = await today.ports.duty.calls();
  const fresh = calls.slice(told);
  told = calls.length;
  return fresh.map(({ cause, subject }) => `${cause} ${subject}`);
};

describe('清明, a weekend of fires', () => {
  it('rings for each fire once, for the works, the permit, the archive and what goes on never, and after a restart goes on', async () => {
    today = await day('2026-04-04');
    await today.at('08:00');
    await today.order({
      kind: 'permit-burn',
      permit: '佛林火许12号',
      purpose: 'site-clearing',
      place: '某林场',
      latitude: PERMITTED?.[0],
      longitude: PERMITTED?.[1],
      radiusKm: 2,
      fromAt: today.instant('08:00'),
      untilAt: today.instant('18:00'),
    });
    // Somebody calls before any satellite has seen it.
    await today.at('13:30');
    await report('r1', A as Place, '441881');
    await today.at('13:31');
    expect(await newCalls()).toEqual(['fire-urgent 【火情核查】英德市 群众报警（清明前一日）']);
    await answerAll();

    await today.at('14:30');
    const noon = '2026-04-04 0605';
    await feed(
      pixels(A, 3, noon, { km: 0.3 }),
      pixels(B, 5, noon),
      pixels(WORKS, 2, noon),
      pixels(PERMITTED, 2, noon),
      pixels(CLEARED, 2, noon),
      pixels([23.44173, 112.9269], 1, noon),
    );
    await today.at('14:31');
    // One call a county; the fire that was called in is known, what is permitted is expected, outside is outside.
    expect((await newCalls()).sort()).toEqual([
      'fire-urgent 【火情核查】清新区 卫星热点（清明前一日）',
      'fire-urgent 【火情核查】连州市 卫星热点（清明前一日）',
      'fire-urgent 【火情核查】阳山县 卫星热点（清明前一日，特别防护期，5个像元）',
    ]);
    await answerAll();
    await today.at('15:00');
    await judge('441881', 'forest-fire', { burnedAreaHa: 2 });
    await judge('441823', 'farm-burn');
    await judge('441803', 'industrial-heat');
    await judge('441882', 'site-clearing');
    await today.at('15:30');
    await judge('441823', 'forest-fire', { burnedAreaHa: 1 }); // looked at again: it had run into the wood
    await today.order({ kind: 'extinguish', fireId: await fireAt('441823'), reason: '无明火' });
    await today.restart();

    await today.at('+1 03:30');
    const night = '2026-04-04 1805';
    await feed(pixels(A, 4, night), pixels(WORKS, 2, night));
    await today.at('+1 10:00');
    await feed(pixels(B, 5, '2025-04-05 0605'));
    expect(await newCalls()).toEqual([]);

    // A day after it was seen its open flame is not out: the law asks for a report at once.
    await today.at('+1 13:40');
    const owed = (await today.ports.response.obligations(true)).map(({ matter, words }) => `${matter} ${words}`);
    expect(owed.sort()).toEqual([
      expect.stringMatching(/^fire-report\/nation\/441881-20260404-01 .*超过24小时明火未扑灭/),
      expect.stringMatching(/^fire-report\/province\/441881-20260404-01 .*超过24小时明火未扑灭/),
    ]);
    for (const to of ['nation', 'province'])
      await today.order({ kind: 'fulfil', matter: `fire-report/${to}/441881-20260404-01`, owners: [] });

    await today.at('+1 14:30');
    const sunday = '2026-04-05 0605';
    await feed(pixels(A, 3, sunday), pixels(C, 2, sunday), pixels(C, 2, sunday, { km: 3.5 }));
    await today.at('+1 14:31');
    expect(await newCalls()).toEqual(['fire-urgent 【火情紧急核查】2项']);
    await answerAll();
    await today.at('+1 15:00');
    await feed(pixels(C, 1, '2026-04-05 0640', { km: 1.9, satellite: 'N20' }));
    const joined = await fireAt('441802');
    expect((await today.ports.wildfire.wildfires({ county: '441802' })).map(({ state }) => state).sort()).toEqual([
      'merged',
      'to-verify',
    ]);
    await today.at('+1 15:10');
    await today.order({ kind: 'part-fire', fireId: joined, signs: [], reason: '隔一条路，两处火' });
    await today.at('+1 15:11');
    expect(await newCalls()).toEqual([expect.stringMatching(/^fire-urgent 【再次核查】清城区/)]);
    await answerAll();
    await judge('441802', 'false-alarm');
    await judge('441802', 'waste-burn', {}, 1);

    await today.at('+1 16:30');
    await report('r2', CALLED as Place, '441825');
    await today.at('+1 16:31');
    expect(await newCalls()).toEqual([expect.stringContaining('连山壮族瑶族自治县 群众报警')]);
    await today.order({ kind: 'correct', eventId: 'report/r2', reason: '误报' });
    expect((await today.ports.duty.calls()).at(-1)).toMatchObject({ state: 'closed' });

    await today.at('+2 03:30');
    const last = '2026-04-05 1805';
    await feed(pixels(A, 1, last), pixels(WORKS, 1, last, { frp: 40 }));
    await today.at('+2 03:31');
    expect(await newCalls()).toEqual([expect.stringMatching(/^fire.* 【再次核查】清新区/)]);
    await answerAll();
    await judge('441803', 'industrial-heat');
    await today.order({ kind: 'extinguish', fireId: await fireAt('441881'), reason: '无明火' });
    // The feed of satellites is silent for six hours: that is no all-clear. What comes afterwards is of a fire that is known.
    await today.at('+2 10:00');
    const silentSince = today.instant('+2 10:00');
    const firms = { source: 'firms', silentSince };
    await today.source('source-silent.v1', { ...firms, heardAt: today.instant('+2 03:31'), reason: '' });
    await today.at('+2 10:01');
    expect(await newCalls()).toEqual([expect.stringMatching(/^source-silent .*firms/)]);
    await answerAll();
    await today.at('+2 16:00');
    await today.source('source-heard.v1', firms);
    await feed(pixels(A, 1, '2026-04-05 1900'));
    await today.at('+4 08:00');

    expect(fed).toBe(37);
    expect(await newCalls()).toEqual([]);
    expect(await today.ports.duty.calls(true)).toEqual([]);
    const fires = (await today.ports.wildfire.wildfires()).filter(({ asked }) => asked > 0);
    expect(fires.map(({ county, signs, verdict, state }) => `${county} ${state} ${signs} ${verdict}`).sort()).toEqual([
      '441802 judged 2 waste-burn',
      '441802 judged 3 false-alarm',
      '441803 judged 5 industrial-heat',
      '441823 judged 5 forest-fire',
      '441825 withdrawn 0 null',
      '441881 judged 13 forest-fire',
      '441882 judged 2 site-clearing',
    ]);
    const { figures } = await today.ports.reporting.figures({ period: '2026' });
    expect(figures.find(({ id }) => id === 'forestFires.count')?.value).toBe(2);
  });
});
