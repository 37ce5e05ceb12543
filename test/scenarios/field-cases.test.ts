import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { sharedFile } from '@fengsui/testing';
import type { DomainEvent, WeatherWarningV1 } from '@fengsui/contracts';
import { cap12Document } from '@fengsui/intake';
import { XmlDocument } from 'libxml2-wasm';
import { day, type Day } from './day.js';

const ROOT = sharedFile('data', 'field-cases');
const real = ROOT === null ? it.skip : it;
const withoutData = '(left out where the real data are not at hand)';
/** Rows of polled sources are tested at the polling itself: doors.test.ts, “a polled source”. */
const POLLED = ['02-firms-not-csv', '15-empty-answers', '16-index-two-links'];

/** What an input became: counts, refusals, notes, what is proposed, and the events that came of it. */
type Came = Readonly<{
  counts: string;
  refused: string;
  notes: string;
  proposed: readonly string[];
  events: readonly DomainEvent[];
}>;
const DOORS = ['folder', 'http', 'kafka'] as const;
let turn = 0;
const read = new Set<string>();
let today: Day | undefined;

/** Feeds files of a folder one after the other on an empty database, through the next of the doors. */
async function fed(folder: string, ...files: readonly (string | Buffer)[]): Promise<Came[]> {
  const door = DOORS[(turn += 1) % DOORS.length] as (typeof DOORS)[number];
  read.add(folder);
  today = await day('2026-11-25');
  await today.at('15:40');
  const came: Came[] = [];
  for (const [n, file] of files.entries()) {
    const bytes = typeof file === 'string' ? readFileSync(path.join(ROOT as string, folder, file)) : file;
    const about = { door, name: folder, actor: 'test' };
    const receipt = await today.ports.receiving.receiveBytes(bytes, about);
    if ('skipped' in receipt) throw new Error(receipt.skipped);
    await today.at(`15:${41 + n}`);
    const levels = await today.ports.response.levels();
    const bodies = await today.ports.db.query<{ body: string }[]>(
      `select body from log.record where topic like 'observed.%' order by topic, partition, "offset"`,
    );
    came.push({
      counts: `${receipt.accepted} ${receipt.duplicates} ${receipt.refused} ${receipt.conflicts}`,
      refused: receipt.refusals.map(({ place, reason }) => `${place}: ${reason}`).join('; '),
      notes: receipt.notes.map(({ note }) => note).join('; '),
      proposed: levels
        // The city's: what its counties are proposed is tried where counties decide.
        .filter(({ state, authority }) => state === 'proposed' && authority === '441800')
        .map(({ level, areas = [], reason }) => `${level} ${areas.map(({ area }) => area).join(' ')} ${reason}`),
      events: bodies.map(({ body }) => JSON.parse(body) as DomainEvent),
    });
  }
  await today.end();
  today = undefined;
  return came;
}
const one = async (folder: string, file: string): Promise<Came> => (await fed(folder, file))[0] as Came;
const signals = ({ events }: Came): string[] =>
  events.flatMap(({ type, data }) =>
    type === 'weather-warning.v1'
      ? data.signals.map(({ eventCode, colour, divisions }) => `${eventCode} ${colour} ${divisions.join(' ')}`)
      : [],
  );

describe('small inputs after public bug reports', () => {
  // Whatever a case found, its services end.
  afterEach(async () => {
    await today?.end();
    today = undefined;
  });
  afterAll(() => {
    if (ROOT === null) return;
    const all = readdirSync(ROOT).filter((name) => /^\d/.test(name) && !POLLED.includes(name));
    process.stdout.write(`field cases: ${read.size} of ${all.length} folders read, ${POLLED.length} more are polled\n`);
    expect([...read].sort()).toEqual(all.sort());
  });

  real(`01 satellite 1 is NOAA-20 ${withoutData}`, async () => {
    const folder = '01-firms-satellite-1';
    const bytes = readFileSync(path.join(ROOT as string, folder, 'noaa20-as-1.csv'));
    const again = Buffer.from(bytes.toString().replace(',0512,1,', ',0512,N20,'));
    expect(again).not.toEqual(bytes);
    const [first, second] = await fed(folder, bytes, again);
    expect(first?.events[0]?.id).toBe('hotspot/NOAA-20/2026-11-24T05:12:00.000Z/23.90011/113.30022');
    expect(second?.counts).toBe('0 1 0 0');
  });

  real(`05 year first is year, month, day ${withoutData}`, async () => {
    const { events } = await one('05-firms-chinese-spreadsheet', 'zh-excel.csv');
    expect(events[0]?.occurredAt).toBe('2026-11-03T05:12:00.000Z');
  });

  real(`06 what is empty and optional is read with a note ${withoutData}`, async () => {
    const came = await fed('06-cap-empty-optional-parts', 'empty-areaDesc.xml', 'empty-geocode.xml');
    for (const { counts, notes } of came) expect([counts, notes === '']).toEqual(['1 0 0 0', false]);
    const said = signals(came.at(-1) as Came);
    expect(said).toEqual([expect.stringMatching(/^11B03 red 44/), expect.stringMatching(/^11B03 red 44/)]);
  });

  real(`07 each info by itself ${withoutData}`, async () => {
    const mixed = await one('07-cap-several-infos', 'red-one-county-yellow-other.xml');
    expect(signals(mixed)).toEqual(['11B03 red 441823000000', '11B03 yellow 441826000000']);
    expect(mixed.proposed).toEqual([expect.stringMatching(/^IV 441823 .*阳山县暴雨红色预警/)]);
    const second = await one('07-cap-several-infos', 'thunder-first-rain-second.xml');
    expect(signals(second)).toContain('11B03 red 441882000000');
    expect(second.proposed).toEqual([expect.stringContaining('441882')]);
  });

  real(`08 a Cancel, Ack or Error may lack info ${withoutData}`, async () => {
    const folder = '08-cap-without';
    read.add(folder);
    today = await day('2026-11-25');
    await today.at('15:40');
    const inForce = async (): Promise<unknown> =>
      today?.ports.db.query('select counties from response.warning where ended_by is null');
    for (const [file, counties] of [
      ['0-alert-B08A.xml', [{ counties: ['441881'] }]],
      ['no-info-cancel.xml', []],
    ] as const) {
      await today.feed(readFileSync(path.join(ROOT as string, folder, file), 'utf8'));
      expect(await inForce()).toEqual(counties);
    }
    await today.end();
    today = undefined;
    const [ack, error, references] = await fed(folder, 'ack.xml', 'error.xml', 'empty-references.xml');
    for (const came of [ack, error]) expect(came).toMatchObject({ counts: '1 0 0 0', proposed: [] });
    expect(references).toMatchObject({ counts: '1 0 0 0', notes: expect.stringContaining('references') });
  });

  for (const file of ['to-itself-red-two.xml', 'control-red-two.xml'])
    real(`10 ${file} is in force ${withoutData}`, async () => {
      const { proposed } = await one('10-cap-references', file);
      expect(proposed).toEqual([expect.stringMatching(/^III 441881 441882 /)]);
    });

  real(`11 in every encoding it is the same warning ${withoutData}`, async () => {
    const folder = '11-cap-encodings';
    const files = readdirSync(path.join(ROOT as string, folder));
    const came = await fed(folder, ...files);
    expect(came.map(({ counts }) => counts)).toEqual(files.map(() => '1 0 0 0'));
    const last = came.at(-1) as Came;
    expect(signals(last)).toEqual(files.map(() => '11B03 yellow 441802000000'));
    expect(last.events.map((event) => (event as WeatherWarningV1).data.infos[0]?.event)).toEqual(
      files.map(() => '暴雨'),
    );
  });

  real(`12 an info that is not CAP’s is refused ${withoutData}`, async () => {
    const { counts, refused } = await one('12-cap-child-namespace', 'info-without-namespace.xml');
    expect([counts, refused]).toEqual(['0 0 1 0', expect.stringMatching(/info.*namespace/)]);
  });

  real(`13 times ${withoutData}`, async () => {
    const came = await fed('13-cap-times', 'h24.xml', 'no-colon.xml', 'no-expires.xml');
    const h24 = came[0]?.events[0] as WeatherWarningV1 | undefined;
    expect(h24?.data.infos[0]?.expiresAt).toBe('2026-11-25T16:00:00.000Z');
    expect(signals(came.at(-1) as Came)).toEqual([0, 1, 2].map(() => '11B03 yellow 441802000000'));
  });

  real(`14 the same alert in JSON and XML is one ${withoutData}`, async () => {
    const [json, xml] = await fed('14-cap-json', 'red-two-counties.json', 'same-as-xml.xml');
    expect(json?.proposed).toEqual([expect.stringMatching(/^III 441821 441823 /)]);
    expect(json?.events[0]).toMatchObject({ data: { eventCode: '11B03', colour: 'red' } });
    expect([json?.counts, xml?.counts]).toEqual(['1 0 0 0', '0 1 0 0']);
  });

  real(`18 a reading of the future stops no gauge ${withoutData}`, async () => {
    const header = 'station,time,quantity,value,unit,window_minutes\n';
    const good = Buffer.from(`${header}longli,2026-11-25T15:35:00+08:00,stage,14.60,m,\n`);
    const [future, now] = await fed('18-reading-of-the-future', 'future.csv', good);
    expect(future).toMatchObject({ counts: '0 0 2 0', refused: expect.stringContaining('line 2, occurredAt') });
    expect(now?.proposed).toEqual([expect.stringMatching(/^IV reach:longli .*龙沥站/)]);
  });

  real(`19 a code for nothing measured is no measurement ${withoutData}`, async () => {
    const { counts, proposed, events } = await one('19-sentinels', 'sentinels.csv');
    expect([counts, proposed, events]).toEqual(['0 0 9 0', [], []]);
  });

  real(`21 of a corrected correction the last stands ${withoutData}`, async () => {
    read.add('21-reading-corrected');
    today = await day('2026-11-25');
    await today.at('15:40');
    for (const file of ['1-first.csv', '2-corrected.csv', '3-corrected-again.csv'])
      await today.feed(readFileSync(path.join(ROOT as string, '21-reading-corrected', file), 'utf8'));
    expect(await today.ports.db.query(`select stage_m from response.stage where station = 'longli'`)).toEqual([
      { stage_m: 9.35 },
    ]);
    expect(
      await today.ports.db.query(`select count(*)::int as n from log.record where topic = 'observed.readings'`),
    ).toEqual([{ n: 3 }]);
  });

  real(`24 a table in GBK is the same table ${withoutData}`, async () => {
    const [gbk, utf8] = await fed('24-table-gbk', 'points-gbk.csv', 'points-utf8-bom.csv');
    expect([gbk?.counts, utf8?.counts]).toEqual(['2 0 0 0', '0 2 0 0']);
  });

  for (const file of ['over-180.xml', 'short-way-24N.xml'])
    real(`27 ${file} concerns no county here ${withoutData}`, async () => {
      const { counts, proposed, notes } = await one('27-antimeridian', file);
      expect([counts, proposed, notes]).toEqual(['1 0 0 0', [], '']);
    });

  real(`28 characters that XML forbids ${withoutData}`, async () => {
    const record = await one('28-noncharacters', 'narrative.json');
    expect(record).toMatchObject({ counts: '0 0 1 0', refused: expect.stringContaining('text') });
    const warning = await one('28-noncharacters', 'control.json');
    expect(warning).toMatchObject({ counts: '1 0 0 0', notes: expect.stringContaining('XML forbids') });
    const xml = cap12Document((warning.events[0] as WeatherWarningV1).data);
    XmlDocument.fromString(xml).dispose();
    expect(xml).toContain('测\ufffd试\ufffd');
  });

  real(`31 a city’s words that name one county warn that one ${withoutData}`, async () => {
    const came = await one('31-city-bureau-names-county', 'words.txt');
    expect(signals(came)).toEqual(['11B03 red 441821']);
    expect(came.proposed).toEqual([expect.stringMatching(/^IV 441821 .*佛冈县/)]);
  });

  real(`the polled rows are there ${withoutData}`, () => {
    for (const folder of POLLED) expect(existsSync(path.join(ROOT as string, folder))).toBe(true);
  });
});
