import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyAudit } from '@fengsui/access';
import { utc, type DomainEvent } from '@fengsui/contracts';
import { Clock, connect, Notifications } from '@fengsui/database';
import { PostgresLog } from '@fengsui/log';
import { BASE_SCHEMAS } from '@fengsui/service';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { sharedFile } from '@fengsui/testing';
import type { DataSource } from 'typeorm';
import { PersonKeys } from '../persons/person-keys.js';
import { Persons } from '../persons/persons.js';
import { mappedCsv } from '../readers/csv/mapped-csv.js';
import { Stations } from './stations.js';
import { INTAKE_SCHEMA, IntakePlan, KeptInputs, IntakeQuery, Receiving, type Receipt } from '../index.js';

const TESTER = { person: 'tester', origin: 'test' };
const plan = IntakePlan.read(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan'),
);
const header =
  'latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight';
const cap = (change: (text: string) => string = (text) => text): string =>
  change(`<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A1</identifier><sender>s</sender><sent>2020-06-07T02:14:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><category>Met</category><event>暴雨</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<eventCode><valueName>GB</valueName><value>11B03</value></eventCode><expires>2020-06-07T12:00:00+08:00</expires><headline>暴雨橙色，响应Ⅳ级</headline>
<parameter><valueName>signalColour</valueName><value>橙色</value></parameter>
<area><areaDesc>英德</areaDesc><polygon>24.1,113.1 24.2,113.1 24.2,113.2 24.1,113.1</polygon><geocode><valueName>GB/T 2260</valueName><value>441881</value></geocode></area></info></alert>`);
const reading = (value: number, station = 'a') => ({
  type: 'reading.v1',
  occurredAt: '2020-06-07T08:00:00+08:00',
  data: { station, quantity: 'stage', stageM: value },
});

describe('receiving', () => {
  let database: TestDatabase;
  let db: DataSource;
  let notifications: Notifications;
  let receiving: Receiving;
  let clock: Clock;
  let log: PostgresLog;
  let query: IntakeQuery;
  let kept: KeptInputs;
  const planParts = () => {
    const { readers, senders, rules, ahead, stations } = plan;
    return { readers, senders, rules, ahead, stations };
  };

  beforeAll(async () => {
    database = await testDatabase([...BASE_SCHEMAS, INTAKE_SCHEMA]);
    db = await connect(database.url, 'intake test', 8, [...BASE_SCHEMAS, INTAKE_SCHEMA]);
    notifications = new Notifications(database.url);
    clock = new Clock(db);
    log = new PostgresLog(db, clock, notifications, { batchSize: 100, onTrouble: () => undefined });
    const keys = new PersonKeys(null);
    kept = new KeptInputs(keys);
    const persons = Persons.of(keys, plan);
    receiving = new Receiving(db, log, clock, kept, plan);
    query = new IntakeQuery(db, kept, plan, persons, clock);
  });
  beforeEach(() =>
    db.query(
      'truncate intake.unknown, intake.input, intake.input_part, intake.accepted, intake.refusal, intake.note, log.record; update log.partition set next_offset = 0',
    ),
  );
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const give = async (text: string | Buffer, name = 'test'): Promise<Receipt> => {
    const receipt = await receiving.receiveBytes(Buffer.from(text), { door: 'cli', name, actor: 'cli:tester' });
    if ('skipped' in receipt) throw new Error(receipt.skipped);
    return receipt;
  };
  const logged = async (): Promise<DomainEvent[]> =>
    ((await db.query('select body from log.record order by topic, partition, "offset"')) as { body: string }[]).map(
      ({ body }) => JSON.parse(body) as DomainEvent,
    );

  it('takes a station by its alias for the station, and says once of one that nobody knows which are written like it', async () => {
    const table = (...stations: string[]): string =>
      [
        'station,time,quantity,value,unit,window_minutes',
        ...stations.map((one, n) => `${one},2020-06-07T0${n}:00:00Z,stage,1.5,m,`),
        '',
      ].join('\n');
    const { notes, accepted } = await give(table('飞来峡', '飞来峡', 'nowhere-near', 'feilaixia'));
    expect(accepted).toBe(4);
    expect(notes.map(({ place, note }) => [place, note])).toEqual([
      ['line 2', expect.stringContaining('相近的有 feilaixia')],
      ['line 4', expect.stringContaining('nowhere-near')],
    ]);
    await give(table('飞来峡')); // what is here already is counted once
    await give(cap((text) => text.replace('<sender>s<', '<sender>stranger@example.org<')));
    expect(await query.unknown()).toMatchObject([
      { kind: 'sender', name: 'stranger@example.org', records: 1 },
      { kind: 'station', name: 'nowhere-near', records: 1, near: [] },
      { kind: 'station', name: '飞来峡', actor: 'cli:tester', records: 2, near: ['feilaixia'] },
    ]);
    // With an alias in gauges.csv both doors tell of one fact.
    const withAlias = new Stations([
      { station: 'feilaixia', name: 'f', county: '', warning_stage_m: '', source: '', aliases: '飞来峡；FLX' },
    ]);
    const aliased = new Receiving(db, log, clock, kept, { ...planParts(), stations: withAlias });
    const feed = (text: string) => aliased.receiveBytes(Buffer.from(text), { door: 'cli', name: 'alias', actor: 'x' });
    const later = 'station,time,quantity,value,unit,window_minutes\n';
    expect(await feed(`${later}FLX,2020-06-08T00:00:00Z,stage,1.5,m,\n`)).toMatchObject({ accepted: 1, notes: [] });
    expect(await feed(`${later}feilaixia,2020-06-08T00:00:00Z,stage,1.50,m,\n`)).toMatchObject({ duplicates: 1 });
  });

  it('keeps what nothing reads, and reads it again when something does', async () => {
    const csv = 'Pegel,Zeit,Stand cm\nx,2020-06-07T08:00:00Z,150\n';
    const given = { door: 'folder', name: 'pegel.csv', actor: 'folder' } as const;
    expect(await receiving.receiveBytes(Buffer.from(csv), given)).toMatchObject({
      skipped: expect.stringContaining('no mapping knows'),
    });
    const [input] = await query.inputs(true, 10);
    expect(input).toMatchObject({ name: 'pegel.csv', format: 'unrecognised', refused: 1 });
    const id = input?.id.slice(0, 10) as string;
    expect((await query.contents((await query.input(id)) as never, TESTER)).toString()).toBe(csv);
    expect(await receiving.again(id, 'cli:x')).toMatchObject({ skipped: expect.anything() });
    expect(await receiving.again('ffffffff', 'cli:x')).toBeNull();
    const pegel = mappedCsv({
      format: 'pegel',
      about: 'a',
      source: 's',
      header: ['Pegel', 'Zeit', 'Stand cm'],
      time: { column: 'Zeit', patterns: ['iso'] },
      events: [
        {
          contract: 'reading.v1',
          data: { station: { column: 'Pegel' }, quantity: 'stage', stageM: { column: 'Stand cm', unit: 'cm' } },
        },
      ],
    });
    const mended = new Receiving(db, log, clock, kept, { ...planParts(), readers: [pegel] });
    expect(await mended.again(id, 'cli:x')).toMatchObject({ format: 'pegel', accepted: 1 });
    expect(await mended.again(id, 'cli:x')).toMatchObject({ accepted: 0, duplicates: 1 });
    expect((await logged()).map(({ data }) => data)).toMatchObject([{ station: 'x', stageM: 1.5 }]);
    expect(await query.input(id)).toMatchObject({ format: 'unrecognised', name: 'pegel.csv' });
  });

  it('reads a CAP alert whole, with the national code and the colour, and keeps its text as it came', async () => {
    expect(await give(cap())).toMatchObject({
      format: 'cap',
      records: 1,
      accepted: 1,
      refused: 0,
      events: { 'weather-warning.v1': 1 },
    });
    const [event] = await logged();
    expect(event).toMatchObject({
      id: 'warning/s/A1/2020-06-06T18:14:00.000Z',
      key: 's',
      occurredAt: '2020-06-06T18:14:00.000Z',
      data: {
        eventCode: '11B03',
        colour: 'orange',
        infos: [
          {
            severity: 'Severe',
            headline: '暴雨橙色，响应Ⅳ级',
            areas: [
              {
                polygons: [
                  [
                    [24.1, 113.1],
                    [24.2, 113.1],
                    [24.2, 113.2],
                    [24.1, 113.1],
                  ],
                ],
              },
            ],
          },
        ],
      },
    });
  });

  it('never turns a severity into a colour', async () => {
    const bare = (text: string): string => text.replace(/<parameter>.*<\/parameter>/s, '');
    await give(cap((text) => bare(text).replace('暴雨橙色，响应Ⅳ级', '请注意防御')));
    expect((await logged())[0]).toMatchObject({ data: { colour: null, signals: [{ colour: null }] } });
  });

  it('takes the colour from the words of the issuer where no parameter has it', async () => {
    await give(cap((text) => text.replace(/<parameter>.*<\/parameter>/s, '')));
    expect((await logged())[0]).toMatchObject({ data: { colour: 'orange' } });
  });

  it.each([
    ['no sent', (text: string) => text.replace(/<sent>.*<\/sent>/, ''), 'alert/sent (line 2)', /missing/],
    [
      'a time without a zone',
      (text: string) => text.replace('02:14:00+08:00', '02:14:00'),
      'alert/sent (line 2)',
      /2020-06-07T02:14:00/,
    ],
    [
      '30 February',
      (text: string) => text.replace('2020-06-07T02', '2020-02-30T02'),
      'alert/sent (line 2)',
      /2020-02-30/,
    ],
    ['an unknown status', (text: string) => text.replace('Actual', 'Real'), 'alert, status', /Real/],
    ['another namespace', (text: string) => text.replace('cap:1.2', 'cap:9'), 'alert (line 2)', /cap:9/],
    ['broken XML', (text: string) => text.replace('</info>', ''), 'line 6, column 182', /./],
    [
      'a document type',
      (text: string) => text.replace('<alert', '<!DOCTYPE alert [<!ENTITY x "y">]><alert'),
      /line 2/,
      /DOCTYPE/,
    ],
    [
      '100,000 nested elements',
      (text: string) => text.replace('<areaDesc>', `${'<x>'.repeat(100_000)}<areaDesc>`),
      /line 6/,
      /64 elements/,
    ],
  ] as const)('refuses an alert with %s and names the place', async (_, change, place, reason) => {
    const receipt = await give(cap(change));
    expect(receipt).toMatchObject({ records: 1, accepted: 0, refused: 1 });
    expect(receipt.refusals[0]?.reason).toMatch(reason);
    if (typeof place === 'string' && !place.startsWith('line')) expect(receipt.refusals[0]?.place).toBe(place);
    else expect(receipt.refusals[0]?.place).toMatch(/line \d+/);
  });

  it('takes the good neighbours of a bad row', async () => {
    const rows = [
      '24.3,113.6,310.1,1,1,2022-05-29,304,T,39,6.1NRT,290,12.5,D',
      'north,113.6,310.1,1,1,2022-05-29,304,T,39,6.1NRT,290,12.5,D',
      '24.4,113.6,310.1,1,1,2022-13-29,304,T,39,6.1NRT,290,12.5,D',
      '24.5,113.6,310.1,1,1,2022-05-29,0304,A,81,6.1NRT,290,,N',
    ];
    const receipt = await give([header, ...rows].join('\r\n'));
    expect(receipt).toMatchObject({ format: 'firms-csv', records: 4, accepted: 2, refused: 2 });
    expect(receipt.refusals.map(({ place }) => place)).toEqual(
      expect.arrayContaining(
        ['line 3, cellId', 'line 4, acq_date and acq_time'].map((place) =>
          expect.stringContaining(place.split(',')[0] ?? ''),
        ),
      ),
    );
    expect(await logged()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          occurredAt: '2022-05-29T03:04:00.000Z',
          data: expect.objectContaining({ satellite: 'Aqua', confidence: 'high', frpMw: null }),
        }),
      ]),
    );
  });

  it.each([
    ['an unknown unit', 'a,2020-06-07T08:00:00+08:00,stage,1.2,ft,', /unit/],
    ['no zone', 'a,2020-06-07T08:00:00,stage,1.2,m,', /time/],
    ['an empty value', 'a,2020-06-07T08:00:00+08:00,stage,,m,', /value/],
    ['rain without a window', 'a,2020-06-07T08:00:00+08:00,rain,1.2,mm,', /windowMinutes/],
    ['five fields', 'a,2020-06-07T08:00:00+08:00,rain,1.2,mm', /line 2/],
  ])('refuses a reading with %s', async (_, row, place) => {
    const { refused, refusals } = await give(`station,time,quantity,value,unit,window_minutes\n${row}\n`);
    expect(refused).toBe(1);
    expect(`${refusals[0]?.place} ${refusals[0]?.reason}`).toMatch(place);
  });

  it('counts the same fact once, from whatever door and in whatever form', async () => {
    expect(await give(JSON.stringify(reading(1.2)))).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(await give(`${JSON.stringify([reading(1.2)])}\n`, 'as an array')).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect(
      await give('station,time,quantity,value,unit,window_minutes\na,2020-06-07T00:00:00Z,stage,1.20,m,\n', 'as CSV'),
    ).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect(await logged()).toHaveLength(1);
  });

  it('takes a correction as another message under the same identity, and shows it', async () => {
    await give(JSON.stringify(reading(1.2)));
    expect(await give(JSON.stringify(reading(1.4)))).toMatchObject({ accepted: 1, conflicts: 1 });
    expect(await give(JSON.stringify(reading(1.4)), 'again')).toMatchObject({ duplicates: 1 });
    expect(await query.conflicts()).toMatchObject([{ identity: 'reading/a/stage/2020-06-07T00:00:00.000Z' }]);
    expect(new Set((await logged()).map(({ id }) => id)).size).toBe(2);
  });

  it('gives what is refused no identity: a broken copy never blocks the good one', async () => {
    await give(cap((text) => text.replace('<status>Actual</status>', '')));
    expect(await give(cap())).toMatchObject({ accepted: 1, conflicts: 0 });
  });

  it('reads NDJSON line by line and an array element by element, each with its own bytes', async () => {
    const text = `${JSON.stringify(reading(1, 'a'))}\n{"type":"reading.v1", broken\n${JSON.stringify(reading(2, 'b'))}\n`;
    expect(await give(text)).toMatchObject({ records: 3, accepted: 2, refused: 1, refusals: [{ place: 'line 2' }] });
    const array = `[ ${JSON.stringify(reading(3, 'c'))} , {"type": oops}, ${JSON.stringify(reading(4, 'd"}]'))}]`;
    expect(await give(array)).toMatchObject({
      records: 3,
      accepted: 2,
      refused: 1,
      refusals: [{ place: 'element 2' }],
    });
    for (const { id, data } of await logged()) {
      const [origin] = await query.originsOf([id]);
      expect(JSON.parse(String(await query.bytesOf(origin as NonNullable<typeof origin>)))).toMatchObject({
        data,
      });
    }
  });

  it('sets the actor and the right of an order to what the door found, and leaves a link in the audit chain', async () => {
    const order = {
      type: 'order.v1',
      occurredAt: '2020-06-07T08:00:00+08:00',
      data: {
        orderId: 'o1',
        actor: 'the mayor',
        right: 'approve-I',
        speaksFor: null,
        reason: '',
        kind: 'end',
        authority: '441800',
        hazard: 'flood',
      },
    };
    const giver = { person: 'liang', origin: 'test', rightFor: () => 'approve-III' as const };
    const about = { door: 'login' as const, name: 'an order', actor: 'liang', giver };
    const before = (await verifyAudit(db)).records;
    await receiving.receiveBytes(Buffer.from(JSON.stringify(order)), about);
    const [given] = await logged();
    expect(given?.data).toMatchObject({ actor: 'liang', right: 'approve-III', speaksFor: null });
    const { ok, records } = await verifyAudit(db);
    expect([ok, records]).toEqual([true, before + 1]);
  });

  it('lets several doors race for the same facts and accepts each once', async () => {
    const text = Array.from({ length: 40 }, (_, n) => JSON.stringify(reading(n % 2, `s${n}`))).join('\n');
    const receipts = await Promise.all(
      Array.from({ length: 6 }, (_, n) => give(`${text}\n${' '.repeat(n)}`, `door ${n}`)),
    );
    expect(receipts.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(40);
    expect(
      receipts.every(({ records, accepted, duplicates, refused }) => records === accepted + duplicates + refused),
    ).toBe(true);
    expect(await logged()).toHaveLength(40);
  });

  it('skips what is no format it reads', async () => {
    expect(
      await receiving.receiveBytes(Buffer.from('Invalid MAP_KEY.'), { door: 'cli', name: 'x', actor: 'a' }),
    ).toMatchObject({
      skipped: expect.stringContaining('firms-csv'),
    });
  });

  const week = sharedFile('data', 'hotspots', 'modis_c61_nrt_global_7d_20220528_20220604.csv');
  (week === null ? it.skip : it)(
    'counts a real week of MODIS to its last row (left out where the real data are not at hand)',
    async () => {
      expect(await give(readFileSync(week as string))).toMatchObject({
        records: 52_377,
        accepted: 52_373,
        duplicates: 4,
        refused: 0,
      });
    },
  );

  const swiss = sharedFile('data', 'cap', 'oasis_examples', 'cap12_example_a1.xml');
  (swiss === null ? it.skip : it).each([
    'cap12_example_a1.xml',
    'cap12_example_a2.xml',
    'cap12_example_a3.xml',
    'cap12_example_a4.xml',
  ])('reads OASIS’ own %s (left out where the real data are not at hand)', async (name) => {
    expect(await give(readFileSync(sharedFile('data', 'cap', 'oasis_examples', name) as string))).toMatchObject({
      accepted: 1,
      refused: 0,
    });
  });

  it('has one clock: what is recorded is when we knew', async () => {
    const before = utc(new Date());
    await give(JSON.stringify(reading(1.2)));
    expect((await logged())[0]?.recordedAt ?? '').toMatch(new RegExp(`^${before.slice(0, 13)}`));
  });
});
