import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { EventOf, EventType } from '@fengsui/contracts';
import { sharedFile } from '@fengsui/testing';
import { parse as parseYaml } from 'yaml';
import { mappedCsv } from './csv/mapped-csv.js';
import type { Mapping } from './csv/mapping.js';
import { degrees } from './text.js';
import { PLAN, readWhole, type Read } from '../accepting/reading-for-tests.js';

const at = (folder: string, name: string): string | null => sharedFile('data', folder, name);
const withData = at('hydro', 'beijiang_stations.csv') === null ? it.skip : it;
const withoutData = '(left out where the real data are not at hand)';
const realFile = (folder: string, name: string): Promise<Read> => readWhole(readFileSync(at(folder, name) as string));
const dataOf = <T extends EventType>(read: Read, type: T): EventOf<T>['data'][] =>
  read.events
    .filter((event) => event.type === (type as string))
    .map(({ data }) => data as unknown as EventOf<T>['data']);

describe('hotspots', () => {
  const header =
    'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';
  const row = (change: (fields: string[]) => void = () => undefined): string => {
    const fields = '24.3,113.6,330.1,0.4,0.4,2023-01-01,605,N20,VIIRS,n,2.0NRT,290,12.5,D'.split(',');
    change(fields);
    return fields.join(',');
  };

  it.each([
    [
      'NOAA-20 unpadded',
      row(),
      { satellite: 'NOAA-20', confidence: 'nominal', instrument: 'VIIRS' },
      '2023-01-01T06:05:00.000Z',
    ],
    [
      'NOAA-21, confidence spelled out',
      row((f) => ((f[7] = 'N21'), (f[9] = 'High'))),
      { satellite: 'NOAA-21', confidence: 'high' },
      '2023-01-01T06:05:00.000Z',
    ],
    [
      'Suomi NPP at 00:02 as `2`',
      row((f) => ((f[6] = '2'), (f[7] = 'N'))),
      { satellite: 'Suomi-NPP' },
      '2023-01-01T00:02:00.000Z',
    ],
    [
      'a spreadsheet’s date and time',
      row((f) => ((f[5] = '1/13/2023'), (f[6] = '18'))),
      {},
      '2023-01-13T00:18:00.000Z',
    ],
  ])('of %s', async (_, text, data, occurredAt) => {
    const { events, refusals } = await readWhole(`${header}\n${text}\n`);
    expect(refusals).toEqual([]);
    expect(events[0]).toMatchObject({ occurredAt, data });
  });

  it('with dates in two orders are read in the one that the whole file proves, or refused with both', async () => {
    const file = (...dates: string[]): string =>
      `${[header, ...dates.map((date) => row((f) => (f[5] = date)))].join('\n')}\n`;
    const days = async (...dates: string[]): Promise<(string | undefined)[]> =>
      (await readWhole(file(...dates))).events.map(({ occurredAt }) => occurredAt.slice(0, 10));
    const far = Array.from({ length: 3_000 }, () => '3/1/2023'); // the proof stands behind the head of the file
    expect(new Set(await days(...far, '13/1/2023'))).toEqual(new Set(['2023-01-03', '2023-01-13']));
    expect(new Set(await days(...far, '1/13/2023'))).toEqual(new Set(['2023-03-01', '2023-01-13']));
    // A file of near-real-time data holds ten days at most: a month apart is the wrong order.
    expect(await days('6/3/2022', '6/4/2022')).toEqual(['2022-06-03', '2022-06-04']);
    const { events, refusals } = await readWhole(file('1/2/2023', '2/2/2023', '2/1/2023'));
    expect(events.map(({ occurredAt }) => occurredAt)).toEqual(['2023-02-02T06:05:00.000Z']);
    expect(refusals).toMatchObject([
      { place: 'line 2, acq_date', expected: expect.stringContaining('2023-01-02 或 2023-02-01') },
      { place: 'line 4, acq_date' },
    ]);
  });

  it('cut within the last field is cut off there, whatever the last column is', async () => {
    const whole = `${header}\n${row()}\n${row((f) => (f[6] = '606'))}`;
    expect((await readWhole(whole)).refusals).toEqual([]);
    const cut = (await readWhole(whole.slice(0, -1))).refusals;
    expect(cut).toMatchObject([
      { place: 'line 3', reason: expect.stringContaining('the file ends in the middle of a row') },
    ]);
  });

  it.each([
    ['an error page', '<html><body>Invalid MAP_KEY.</body></html>', /web page/],
    ['a message', 'Invalid MAP_KEY.', /no format/],
    ['nothing', '  \n', /empty/],
    ['rows without their header', `${row()}\n${row()}\n`, /without a header/],
  ])('%s is a failed fetch, not an empty one', async (_, text, reason) => {
    expect((await readWhole(text)).skipped).toMatch(reason);
  });

  it('that end in the middle of a row say so; a header alone is an empty answer', async () => {
    expect((await readWhole(`${header}\n${row()}\n24.3,113.6,33`)).refusals[0]?.reason).toMatch(
      /ends in the middle of a row/,
    );
    expect(await readWhole(`${header}\n`)).toMatchObject({ skipped: null, records: 0 });
  });

  it('come as point lists of a Chinese centre, in Beijing time', async () => {
    const { events, refusals } = await readWhole(
      '编号,卫星,观测时间,经度,纬度,可信度\n1,FY-3D,2024-03-02 14:05,113.6870,24.2943,高\n',
    );
    expect(refusals).toEqual([]);
    expect(events[0]).toMatchObject({
      occurredAt: '2024-03-02T06:05:00.000Z',
      key: '242:1136',
      data: { satellite: 'FY-3D', confidence: 'high' },
    });
  });
});

describe('readings', () => {
  withData(
    `of Sri Lanka: feet at one gauge, two names of one station, windows that say how long, thresholds that are not set ${withoutData}`,
    async () => {
      const read = await realFile('hydro', 'srilanka_dmc_river_levels_202005_202408.csv');
      const readings = dataOf(read, 'reading.v1');
      expect([read.format, read.records, read.refusals]).toEqual(['srilanka-dmc-river-levels', 31_732, []]);
      // Rain below zero loses no stage beside it.
      expect(read.notes.filter(({ note }) => note.includes('该列未收'))).toHaveLength(18);
      expect(readings.some(({ quantity }) => quantity === 'rain')).toBe(true);
      const stations = new Set(readings.map(({ station }) => station));
      expect(stations.has('lk-dmc/Ratnapura') && !stations.has('lk-dmc/Rathnapura')).toBe(true);
      const nagalagam = read.events.find(
        ({ key, occurredAt, type }) =>
          key === 'lk-dmc/Nagalagam Street' && type === 'reading.v1' && occurredAt === '2024-08-17T07:00:00.000Z',
      );
      expect(nagalagam?.data).toMatchObject({
        quantity: 'stage',
        stageM: 0.70104,
        thresholds: { alertM: 1.2192, minorFloodM: 1.524, majorFloodM: 2.1336 },
        asReported: 'Normal',
      });
      const unset = readings.filter(
        (one) =>
          one.quantity === 'stage' &&
          one.thresholds?.alertM === null &&
          one.thresholds.minorFloodM === null &&
          one.thresholds.majorFloodM === null,
      );
      expect(unset.length).toBeGreaterThanOrEqual(431);
      const windows = readings.flatMap((one) => (one.quantity === 'rain' ? [one.windowMinutes] : []));
      expect(windows.filter((one) => one === null).length).toBeGreaterThan(900);
      expect(windows.filter((one) => one === 1_440).length).toBeGreaterThan(15_000);
      expect(readings.filter((one) => one.quantity === 'stage' && one.stageM < 0).length).toBeGreaterThan(1_300);
    },
  );

  withData(`of the Wear and the Río Negro, one column or many, with their own zones ${withoutData}`, async () => {
    const wear = await realFile('hydro', 'uk_ea_river_levels_15min_wear_20221018_20221116.csv');
    expect([wear.records, wear.events.length, wear.refusals]).toEqual([14_088, 14_088, []]);
    const negro = await realFile('hydro', 'uruguay_rio_negro_daily_level_rain_2015_2020.csv');
    expect([negro.records, negro.events.length]).toEqual([2_192, 2_192 * 38]);
    expect(negro.events[0]).toMatchObject({
      occurredAt: '2015-01-01T09:00:00.000Z', // Uruguay had summer time until 2015
      data: { station: 'uy-rio-negro/Bonete', quantity: 'reservoir-level', levelM: 80.74 },
    });
    const stations = new Set(negro.events.map(({ key }) => key));
    expect(stations.size).toBe(19);
  });

  withData(`of the Beijiang; a forecast that does not say when it was issued is refused ${withoutData}`, async () => {
    const { events, refusals } = await realFile('hydro', 'beijiang_stage_facts.csv');
    expect([events.length, refusals.length]).toEqual([12, 7]);
    expect(events[0]).toMatchObject({
      occurredAt: '2008-06-15T00:00:00.000Z',
      data: { station: 'yingde', stageM: 31.27 },
    });
    const rain = await realFile('hydro', 'qingyuan_rain_totals.csv');
    expect(rain.events.map(({ data }) => (data as { windowMinutes?: number }).windowMinutes)).toEqual([
      1_440, 300, 300, 300, 300, 300,
    ]);
  });

  withData(`station lists and notices are no input ${withoutData}`, async () => {
    for (const name of ['beijiang_stations.csv', 'uruguay_rio_negro_stations.csv', 'qingyuan_response_notices.jsonl'])
      expect((await realFile('hydro', name)).skipped).not.toBeNull();
  });

  withData(`JMA’s best tracks give every position of every storm ${withoutData}`, async () => {
    const read = await realFile('hydro', 'typhoon_bst_jma_2015_2021.txt');
    expect([read.format, read.records, read.events.length, read.refusals]).toEqual(['jma-best-track', 169, 6_154, []]);
    const mangkhut = read.events.filter(({ key }) => key === '1822');
    expect(mangkhut.at(0)).toMatchObject({ data: { name: 'MANGKHUT', issuer: 'JMA', windKt: null } });
    const closest = Math.min(
      ...mangkhut.map(
        ({ data }) =>
          Math.hypot(
            (data as { latitude: number }).latitude - 23.7,
            ((data as { longitude: number }).longitude - 113) * 0.92,
          ) * 111,
      ),
    );
    expect(closest).toBeLessThan(260);
  });

  it('a storm that is shorter than its header says is refused; its neighbours are not', async () => {
    const header = (id: string, lines: number): string =>
      `66666 ${id}  ${String(lines).padStart(3, '0')} 0001 ${id} 0 6             TEST                  20200101        `;
    const line = '20010100 002 2 087 1429 1006     000                                            ';
    const { events, refusals } = await readWhole(
      [header('2001', 2), line, header('2002', 1), line, header('2003', 1), line].join('\n'),
    );
    expect([events.length, refusals[0]?.place]).toEqual([2, 'storm 2001 (line 1)']);
  });
});

describe('incidents', () => {
  withData(`of FARS: what nobody knows is no place and no hour ${withoutData}`, async () => {
    const read = await readWhole(
      gunzipSync(readFileSync(at('incidents', 'us_fars_fatal_crashes_2014.csv.gz') as string)),
    );
    expect([read.records, read.refusals]).toEqual([30_056, []]);
    const incidents = dataOf(read, 'incident.v1');
    expect(incidents.filter(({ latitude }) => latitude === null)).toHaveLength(160);
    expect(incidents.filter(({ happenedPrecision }) => happenedPrecision === 'day')).toHaveLength(222);
    expect(incidents.reduce((sum, { deaths }) => sum + (deaths ?? 0), 0)).toBe(32_744);
    expect(incidents.every(({ county }) => county === null)).toBe(true);
  });

  withData(
    `of San Francisco and of three countries keep dollars and levels in words, never as yuan or grades ${withoutData}`,
    async () => {
      const fires = await realFile('incidents', 'sf_fire_incidents_property_loss_2003_2016.csv');
      expect([fires.records, fires.events.length]).toEqual([2_464, 2_464]);
      expect(fires.events[0]).toMatchObject({
        occurredAt: '2016-07-20T23:55:57.000Z',
        data: { propertyLossYuan: null, text: expect.stringContaining('10000 USD') },
      });
      const industrial = await realFile('incidents', 'industrial_accidents_3countries_2016_2017.csv');
      expect([industrial.records, industrial.events.length]).toEqual([425, 425]);
      expect(industrial.events[0]).toMatchObject({
        data: { happenedPrecision: 'day', industry: 'mining', deaths: null },
      });
    },
  );

  withData(`of China: the grade that Decree 493 gives is the one that the source prints ${withoutData}`, async () => {
    const read = await realFile('incidents', 'china_reported_incidents.csv');
    expect(read.notes).toEqual([]);
    expect(read.refusals.map(({ place }) => place)).toEqual(['line 10, time_local']);
    expect(dataOf(read, 'incident.v1').flatMap(({ officialGrade }) => officialGrade ?? [])).toEqual([
      'major',
      'larger',
      'general',
    ]);
    const text = readFileSync(at('incidents', 'china_reported_incidents.csv') as string, 'utf8').replace(
      '7000000,重大',
      '7000000,较大',
    );
    expect((await readWhole(text)).notes.map(({ note }) => note)).toEqual([
      expect.stringContaining('by its numbers it is major'),
    ]);
  });
});

describe('a mapping file', () => {
  const mapping = (change: (one: Record<string, unknown>) => void = () => undefined): Mapping => {
    const one = parseYaml(`
format: own-stages
about: a test
source: none
header: [gauge, when, level]
time: { column: when, patterns: ['dd.MM.yyyy HH:mm'], zone: Europe/Berlin }
events:
  - contract: reading.v1
    data: { station: { column: gauge, prefix: own/ }, quantity: stage, stageM: { column: level, unit: cm, missing: ['-'] } }
`) as Record<string, unknown>;
    change(one);
    return one as unknown as Mapping;
  };
  const read = (text: string, one = mapping()): Promise<Read> => readWhole(text, [mappedCsv(one)]);

  it('reads one more table without code: units, zones with summer time, words for nothing', async () => {
    const { events, refusals } = await read(
      'gauge,when,level\nA,28.03.2021 01:30,152\nA,28.03.2021 03:30,153.5\nA,28.03.2021 02:30,1\nA,31.10.2021 02:30,1\n',
    );
    expect(events.map(({ occurredAt, data }) => [occurredAt, (data as { stageM: number }).stageM])).toEqual([
      ['2021-03-28T00:30:00.000Z', 1.52],
      ['2021-03-28T01:30:00.000Z', 1.535],
      ['2021-10-31T00:30:00.000Z', 0.01],
    ]);
    expect(refusals).toEqual([
      { place: 'line 4, when', reason: '"28.03.2021 02:30" is no time', expected: 'dd.MM.yyyy HH:mm' },
    ]);
  });

  it.each([
    [
      'an unknown contract',
      (one: Record<string, unknown>) =>
        (((one['events'] as { contract: string }[])[0] as { contract: string }).contract = 'x.v1'),
      /x\.v1/,
    ],
    [
      'a unit that does not go with the field',
      (one: Record<string, unknown>) =>
        ((
          (
            (one['events'] as { data: Record<string, { unit: string }> }[])[0] as {
              data: Record<string, { unit: string }>;
            }
          ).data['stageM'] as { unit: string }
        ).unit = 'kg'),
      /kg/,
    ],
    [
      'a zone that there is not',
      (one: Record<string, unknown>) => ((one['time'] as { zone: string }).zone = 'Europe/Nowhere'),
      /Nowhere/,
    ],
    [
      'a pattern of letters that mean nothing',
      (one: Record<string, unknown>) => ((one['time'] as { patterns: string[] }).patterns = ['dd.MM.YYYY']),
      /YYYY/,
    ],
    [
      'a column that the header has not',
      (one: Record<string, unknown>) => ((one['time'] as { column: string }).column = 'then'),
      /then/,
    ],
  ])('with %s is refused when the plan is loaded', (_, change, reason) => {
    expect(() => mappedCsv(mapping((one) => void change(one)))).toThrow(reason);
  });

  it('leaves out the event whose value was not measured, and keeps the others of the row', async () => {
    const both = mapping((one) => {
      one['header'] = ['gauge', 'when', 'level', 'rain'];
      const rain = {
        contract: 'reading.v1',
        needs: ['rain'],
        data: {
          station: { column: 'gauge' },
          quantity: 'rain',
          rainMm: { column: 'rain', unit: 'mm', missing: ['-99'] },
          windowMinutes: 60,
        },
      };
      const [stage] = one['events'] as object[];
      one['events'] = [{ ...stage, needs: ['level'] }, rain];
    });
    const { events, refusals } = await read(
      'gauge,when,level,rain\nA,01.01.2021 00:00,-,3\nB,01.01.2021 00:00,5,-99.0\nC,01.01.2021 00:00,-,-99\n',
      both,
    );
    expect(events.map(({ data }) => (data as { quantity: string }).quantity)).toEqual(['rain', 'stage']);
    expect(refusals).toEqual([
      { place: 'line 4', reason: 'no value in any column', expected: 'at least one measurement' },
    ]);
  });

  it('names line and column of what it cannot read, and goes on', async () => {
    const { events, refusals } = await read(
      'gauge,when,level\nA,01.01.2021 00:00,high\n"B, upper",01.01.2021 00:00,3\n"C,01.01.2021 00:00,3\nD,01.01.2021 00:00,4\n',
    );
    expect(events.map(({ key }) => key)).toEqual(['own/B, upper', 'own/D']);
    expect(refusals.map(({ place }) => place)).toEqual(['line 2, level', 'line 4']);
  });

  it('has the shipped ones, each with a name of its own', () => {
    const formats = PLAN.readers.map(({ format }) => format);
    expect(new Set(formats).size).toBe(formats.length);
    expect(formats).toEqual(expect.arrayContaining(['us-fars-accidents', 'uk-ea-river-levels', 'cn-hotspot-points']));
  });
});

describe('angles', () => {
  it.each([
    ['113.687', 113.687],
    ['113°41′13.2″', 113.687],
    ['113度41分13.2秒', 113.687],
    ['E113°41\'13.2"', 113.687],
    ['113° 41′ 13.2″ E', 113.687],
    ['北纬24度17分', 24.283333],
    ['33°30′S', -33.5],
    ['113°60′', NaN],
    ['113°41′61″', NaN],
    ['about 113', NaN],
    ['', NaN],
  ])('%s', (text, value) => {
    expect(degrees(text)).toBe(value);
  });
});

it('leaves it to each file which part of a date is the month where a mapping names both, and reads year first always', async () => {
  const mapping = {
    format: 'two-orders',
    about: 'a',
    source: 's',
    header: ['gauge', 'time', 'stage', 'rain'],
    time: { column: 'time', patterns: ['d/M/yyyy H:mm', 'M/d/yyyy H:mm'], zone: '+08:00' },
    events: [
      {
        contract: 'reading.v1',
        needs: ['stage'],
        data: { station: { column: 'gauge' }, quantity: 'stage', stageM: { column: 'stage', unit: 'm' } },
      },
      {
        contract: 'reading.v1',
        needs: ['rain'],
        data: {
          station: { column: 'gauge' },
          quantity: 'rain',
          rainMm: { column: 'rain', unit: 'mm' },
          windowMinutes: 60,
        },
      },
    ],
  } satisfies Mapping;
  const read = (...rows: string[]) =>
    readWhole(['gauge,time,stage,rain', ...rows, ''].join('\n'), [mappedCsv(mapping)]);
  const times = async (...rows: string[]) =>
    (await read(...rows)).events.map(({ occurredAt }) => occurredAt.slice(0, 13));
  expect(await times('a,3/4/2026 8:00,1,', 'a,4/13/2026 8:00,1,')).toEqual(['2026-03-04T00', '2026-04-13T00']);
  expect(await times('a,3/4/2026 8:00,1,', 'a,13/4/2026 8:00,1,')).toEqual(['2026-04-03T00', '2026-04-13T00']);
  expect(await times('a,2026/4/3 8:00,1,', 'a,2026-04-03 09:00,1,')).toEqual(['2026-04-03T00', '2026-04-03T01']);
  expect((await read('a,3/4/2026 8:00,1,')).refusals).toMatchObject([
    { place: 'line 2, time', expected: expect.stringContaining('2026-03-04 或 2026-04-03') },
  ]);
  // A column that does not fit takes no other of its row with it.
  const odd = await read('a,13/4/2026 8:00,1.5,Ice', 'a,13/4/2026 9:00,-9999,2');
  expect(odd.events.map(({ data }) => data)).toMatchObject([{ stageM: 1.5 }, { rainMm: 2 }]);
  expect(odd.notes.filter(({ note }) => note.includes('该列未收'))).toHaveLength(2);
  expect((await read('a,13/4/2026 8:00,x,Ice')).refusals).toHaveLength(2);
});
