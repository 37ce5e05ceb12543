import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Clock, connect, Notifications } from '@fengsui/database';
import { findRecord, PostgresLog } from '@fengsui/log';
import { BASE_SCHEMAS } from '@fengsui/service';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { cap12Document } from '../readers/cap/cap12-document.js';
import { INTAKE_SCHEMA, KeptInputs, Receiving, type Receipt } from '../index.js';
import { PLAN, readWhole } from './reading-for-tests.js';

const HEADER =
  'latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight';
type Pixel = Readonly<{ latitude: number; longitude: number; minute: number; satellite: string; brightness: number }>;
const row = ({ latitude, longitude, minute, satellite, brightness }: Pixel, decimals = 5): string =>
  `${Number(latitude.toFixed(decimals))},${Number(longitude.toFixed(decimals))},${brightness},1,1,2022-05-29,${String(minute).padStart(4, '0')},${satellite},39,6.1NRT,290,12.5,D`;

describe('one fact, one id', () => {
  let database: TestDatabase;
  let db: DataSource;
  let receiving: Receiving;
  beforeAll(async () => {
    database = await testDatabase([...BASE_SCHEMAS, INTAKE_SCHEMA]);
    db = await connect(database.url, 'sameness test', 4, [...BASE_SCHEMAS, INTAKE_SCHEMA]);
    const clock = new Clock(db);
    receiving = new Receiving(
      db,
      new PostgresLog(db, clock, new Notifications(database.url), { batchSize: 100, onTrouble: () => undefined }),
      clock,
      new KeptInputs(),
      PLAN,
    );
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });
  const clear = (): Promise<unknown> =>
    db.query(
      'truncate intake.input, intake.input_part, intake.accepted, intake.refusal, intake.note, log.record; update log.partition set next_offset = 0',
    );
  beforeEach(clear);
  let given = 0;
  const give = async (text: string): Promise<Receipt> => {
    const receipt = await receiving.receiveBytes(Buffer.from(text), {
      door: 'file',
      name: `${(given += 1)}`,
      actor: 't',
    });
    if ('skipped' in receipt) throw new Error(receipt.skipped);
    return receipt;
  };
  const pixels = (...list: readonly string[]): string => [HEADER, ...list].join('\n');

  const pixel = fc.record({
    latitude: fc.integer({ min: 2_400_000, max: 2_400_060 }).map((n) => n / 1e5),
    longitude: fc.integer({ min: 11_300_000, max: 11_300_060 }).map((n) => n / 1e5),
    minute: fc.constantFrom(304, 305),
    satellite: fc.constantFrom('T', 'A'),
    brightness: fc.integer({ min: 3000, max: 3999 }).map((n) => n / 10),
  });

  it('never takes two pixels for one because a rule is too wide: as many are accepted as differ in what they were published with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pixel, { minLength: 1, maxLength: 30 }), async (list) => {
        await clear();
        // Positions that themselves have 4 decimals may stand for a rounded one: keep those out, they are the next
        // property.
        const fine = list.map((one) => ({ ...one, latitude: Math.floor(one.latitude * 1e4) / 1e4 + 0.00003 }));
        const different = new Set(
          fine.map((one) =>
            row(one)
              .split(',')
              .filter((_, index) => [0, 1, 6, 7].includes(index))
              .join(),
          ),
        );
        const receipt = await give(pixels(...fine.map((one) => row(one))));
        expect([receipt.accepted, receipt.duplicates]).toEqual([different.size, fine.length - different.size]);
      }),
      { numRuns: 60, seed: 20261124 },
    );
  });

  it('takes a pixel that is published again with fewer decimals and other temperatures for the same, in either order', async () => {
    await fc.assert(
      fc.asyncProperty(pixel, fc.boolean(), fc.boolean(), async (one, roundedFirst, down) => {
        await clear();
        const coarse = (degrees: number): number =>
          down ? Math.floor(degrees * 1e4 + 1e-6) / 1e4 : Number(degrees.toFixed(4));
        const isHalf = (degrees: number): boolean => Math.round(degrees * 1e5) % 10 === 5;
        // Rounding down is what a half may be, and nothing else.
        if (down && !(isHalf(one.latitude) && isHalf(one.longitude))) return;
        const first = row(one);
        const again = row({
          ...one,
          latitude: coarse(one.latitude),
          longitude: coarse(one.longitude),
          brightness: one.brightness + 0.1,
        });
        const [a, b] = roundedFirst ? [again, first] : [first, again];
        await give(pixels(a));
        expect((await give(pixels(b))).duplicates).toBe(1);
      }),
      { numRuns: 120, seed: 7 },
    );
  });

  it('does not take a second pixel for the first because a rounding of either was repeated between them', async () => {
    const at = (latitude: number): string =>
      row({ latitude, longitude: 113.00003, minute: 304, satellite: 'T', brightness: 320 });
    const rounded = row({ latitude: 24.0001, longitude: 113, minute: 304, satellite: 'T', brightness: 320 });
    expect(await give(pixels(at(24.00011), rounded, at(24.00012)))).toMatchObject({ accepted: 2, duplicates: 1 });
  });

  const alert = (identifier: string, headline = 'x', sent = '2020-06-07T02:14:00+08:00'): string =>
    `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${identifier}</identifier><sender>s</sender><sent>${sent}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>暴雨</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty><headline>${headline}</headline></info></alert>`;
  const atom = (...alerts: readonly string[]): string =>
    `<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>${alerts.map((one) => `<entry><content type="text/xml">${one}</content></entry>`).join('')}</feed>`;
  const edxl = (...alerts: readonly string[]): string =>
    `<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">${alerts.map((one) => `<contentObject><xmlContent><embeddedXMLContent>${one}</embeddedXMLContent></xmlContent></contentObject>`).join('')}</EDXLDistribution>`;

  it('takes a type or final version that comes months later for what was found out about the same pixel', async () => {
    const one = { latitude: 24.3, longitude: 113.68701, minute: 304, satellite: 'T', brightness: 315.4 };
    const archive = (type: string, decimals = 5): string =>
      `${HEADER},type\n${row(one, decimals).replace('6.1NRT', '6.3')},${type}\n`;
    expect(await give(pixels(row(one)))).toMatchObject({ accepted: 1 });
    expect(await give(archive('2'))).toMatchObject({ accepted: 1, conflicts: 0, duplicates: 0 });
    const first = 'hotspot/Terra/2022-05-29T03:04:00.000Z/24.3/113.68701';
    expect(await findRecord(db, 'hotspot.v1', `${first}~2,6.3`)).toMatchObject({
      causes: [first],
      data: { pixelType: 2, version: '6.3' },
    });
    // Neither again, nor what was known before: nothing new.
    expect(await give(`${archive('2')} `)).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await give(`${pixels(row(one))}\n`)).toMatchObject({ accepted: 0, duplicates: 1, conflicts: 0 });
    expect(await give(archive('0'))).toMatchObject({ accepted: 1, conflicts: 0 });
  });

  it('knows an alert again alone, in Atom, in EDXL-DE, as contract JSON and as the CAP that we write', async () => {
    expect(await give(alert('A'))).toMatchObject({ accepted: 1 });
    expect(await give(atom(alert('A'), alert('B')))).toMatchObject({
      records: 2,
      accepted: 1,
      duplicates: 1,
      conflicts: 0,
    });
    expect(await give(edxl(alert('B'), alert('A'), alert('A')))).toMatchObject({ records: 3, duplicates: 3 });
    const [event] = (await readWhole(alert('A'))).events;
    expect(
      await give(JSON.stringify({ type: event?.type, occurredAt: event?.occurredAt, data: event?.data })),
    ).toMatchObject({
      duplicates: 1,
    });
    expect(await give(cap12Document(event?.data as never))).toMatchObject({ duplicates: 1 });
    // Written with another offset and other blanks, it says the same.
    expect(await give(alert('A', 'x', '2020-06-06T18:14:00-00:00').replaceAll('><', '>\n <'))).toMatchObject({
      duplicates: 1,
      conflicts: 0,
    });
  });

  it('takes the same identity with other content as a conflict that a person sees, and another time of sending as another message', async () => {
    await give(alert('A'));
    expect(await give(alert('A', 'y'))).toMatchObject({ accepted: 1, conflicts: 1 });
    expect(await give(alert('A', 'x', '2020-06-07T03:14:00+08:00'))).toMatchObject({ accepted: 1, conflicts: 0 });
  });

  it('takes a record that states its matter anew, as often as it does, and no other record of one number', async () => {
    await clear();
    const record = (kind: string, occurredAt: string, measures: object): string => {
      const common = { recordId: '1', county: '441800', organ: '市应急管理局', text: '甲', kind };
      return JSON.stringify({ type: 'work-record.v1', occurredAt, data: { ...common, ...measures } });
    };
    const task = (day: string, isDone: boolean): string =>
      record('plan-task', `2020-06-${day}T10:00:00+08:00`, {
        section: 'plan-1',
        order: 1,
        task: '建成指挥中心',
        owner: '甲',
        due: '2020-12-31',
        isDone,
      });
    for (const [day, isDone] of [
      ['01', false],
      ['02', true],
      ['03', false],
      ['04', true],
    ] as const)
      expect([day, await give(task(day, isDone))]).toMatchObject([day, { accepted: 1, conflicts: 0 }]);
    expect(await give(task('04', true))).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await give(record('permit', '2020-06-01T10:00:00+08:00', { online: true }))).toMatchObject({ accepted: 1 });
    expect(await give(record('permit', '2020-06-02T10:00:00+08:00', { online: false }))).toMatchObject({
      conflicts: 1,
    });
    const wrong = record('plan-task', '2020-06-05T10:00:00+08:00', {
      section: 'plan-1',
      order: 1,
      task: '乙',
      owner: '甲',
      due: '2020-02-31',
      isDone: false,
    });
    expect(await give(wrong)).toMatchObject({ accepted: 0, refused: 1 });
  });

  it('gives no identity to what is refused: the good copy after a broken one is taken, in one wrapper too', async () => {
    expect(await give(atom(alert('A').replace('Actual', 'Real'), alert('A')))).toMatchObject({
      accepted: 1,
      refused: 1,
      conflicts: 0,
    });
  });

  it('takes one storm, incident and reading once, from CSV and from JSON', async () => {
    const csv = 'station,time,quantity,value,unit,window_minutes\na,2020-06-07T08:00:00+08:00,rain,1.5,mm,60\n';
    await give(csv);
    const json = {
      type: 'reading.v1',
      occurredAt: '2020-06-07T00:00:00Z',
      data: { windowMinutes: 60, rainMm: 1.5, quantity: 'rain', station: 'a' },
    };
    expect(await give(JSON.stringify(json))).toMatchObject({ duplicates: 1 });
    expect(await give(JSON.stringify({ ...json, data: { ...json.data, windowMinutes: 180 } }))).toMatchObject({
      accepted: 1,
      conflicts: 0,
    });
  });
});
