import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromShanghai, type IncidentV1, type UtcInstant } from '@fengsui/contracts';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { NoPeriod, REPORTING_SCHEMA, ReportingModule, ReportingPlan, ReportingQuery, type Asked } from '../index.js';
import { reportOf } from '../incident-for-tests.js';
import { Recounting } from './recounting.js';

const QINGYUAN = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  '..',
  '..',
  'plans',
  'qingyuan',
);
const folders: string[] = [];

/** The city's plan with files of its own beside it. */
function planWith(files: Readonly<Record<string, string>>): ReportingPlan {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
  folders.push(folder);
  cpSync(QINGYUAN, folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return ReportingPlan.read(folder);
}
const PLAN = planWith({
  'indicators.yaml': `
indicators:
  - id: test.drowned
    label: { zh: 甲, en: a }
    definition: { zh: 甲, en: other accidents }
    unit: persons
    kind: incident
    filter: { category: other }
    measure: deaths
    version: 1
  - id: test.drowned
    label: { zh: 甲, en: a }
    definition: { zh: 甲, en: other accidents that hurt }
    unit: persons
    kind: incident
    filter: { category: other }
    measure: injuries
    version: 2
    validFrom: 2020-01-01
  - id: test.sinceMay
    label: { zh: 乙, en: b }
    definition: { zh: 乙, en: drills }
    unit: count
    kind: record
    filter: { record.kind: drill }
    version: 1
    validFrom: 2020-05-01
`,
  'bases.yaml': `
bases:
  - { indicator: accidents.count, period: '2018', value: 300, source: 粤应急〔2019〕1号, verified: true }
  - { indicator: accidents.threeIndustries.count, period: '2018', value: 240, source: 粤应急〔2019〕1号, verified: true }
`,
});

let reporting: LoneService;
const at = (day: string, time = '10:00'): UtcInstant => fromShanghai(`${day}T${time}`);
type Told = Partial<IncidentV1['data']> & Readonly<{ day: string; time?: string; saidOn?: string }>;
let given = 0;
function accident({ day, time, saidOn = day, ...data }: Told): Given {
  const { incidentId = `A${(given += 1)}`, reportNo = 1 } = data;
  return {
    type: 'incident.v1',
    key: incidentId,
    id: `incident/${incidentId}/${reportNo}`,
    occurredAt: at(saidOn),
    data: reportOf({ incidentId, happenedAt: at(day, time), deaths: 0, injuries: 1, ...data }),
  };
}
const record = (kind: string, recordId: string, day: string, data: object, county = '441881'): Given => ({
  type: 'work-record.v1',
  key: recordId,
  id: `record/${recordId}`,
  occurredAt: at(day),
  data: { kind, recordId, county, organ: 'o', text: '', ...data },
});
const query = () => reporting.get(ReportingQuery);
const ask = async (id: string, asked: Asked) => (await query().figures(asked)).figures.find((one) => one.id === id);
const value = async (id: string, asked: Asked) => (await ask(id, asked))?.value;

beforeAll(async () => {
  // Recorded on the days on which they were told, month by month.
  reporting = await loneService('reporting', '2019-01-01', REPORTING_SCHEMA, () => ReportingModule.of(PLAN));
  await reporting.at('+59 12:00'); // 1 March 2019
  await reporting.give(
    accident({ incidentId: 'A2019-1', day: '2019-01-15', deaths: 4 }),
    accident({ incidentId: 'A2019-2', day: '2019-02-28', deaths: 1 }),
    accident({
      incidentId: 'D',
      day: '2019-02-01',
      category: 'other',
      productionRelated: false,
      deaths: 2,
      injuries: 7,
    }),
  );
  await reporting.at('+260 12:00'); // 18 September 2019
  await reporting.give(
    accident({ day: '2019-03-01' }),
    accident({ day: '2019-07-01' }),
    record('reminder', 'r1', '2019-03-01', { recipient: 'x', recipientKind: 'county' }),
  );
  await reporting.at('+425 12:00'); // 1 March 2020
  await reporting.give(
    accident({ day: '2020-01-15', time: '23:59', county: '441802', industry: 'road-transport' }),
    accident({ day: '2020-02-29', time: '03:00' }),
    accident({
      incidentId: 'D2',
      day: '2020-02-01',
      category: 'other',
      productionRelated: false,
      deaths: 2,
      injuries: 7,
    }),
    record('reminder', 'r2', '2020-01-10', { recipient: 'x', recipientKind: 'county' }, '441802'),
    record('reminder', 'r3', '2020-02-10', { recipient: 'x', recipientKind: 'county' }),
    record('reminder', 'r4', '2020-07-10', { recipient: 'x', recipientKind: 'county' }),
    record('reminder', 'r5', '2020-07-11', { recipient: 'y', recipientKind: 'county' }),
    record('drill', 'd1', '2020-02-10', { persons: 1 }),
    record('drill', 'd2', '2020-06-10', { persons: 1 }),
  );
  await reporting.at('+800 12:00'); // March 2021
  // Long after the figures of 2019 were closed.
  await reporting.give(
    accident({ incidentId: 'A2019-1', reportNo: 2, stage: 'write-off', day: '2019-01-15', saidOn: '2021-03-01' }),
    accident({ incidentId: 'A2019-9', day: '2019-06-30', saidOn: '2021-03-02' }),
    accident({
      incidentId: 'A2019-2',
      reportNo: 2,
      day: '2019-02-28',
      saidOn: '2019-03-05',
      deaths: null,
      injuries: 3,
    }),
  );
});
afterAll(async () => {
  await reporting.end();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('figures', () => {
  it.each([
    ['2020', 2, '2019', 4],
    ['2020H1', 2, '2019H1', 3],
    ['2020Q1', 2, '2019Q1', 2],
    ['2020-02', 1, '2019-02', 1],
    ['2020-flood', 0, '2019-flood', 2],
    ['2020-01-01..2020-02-29', 2, '2019-01-01..2019-02-28', 1],
    ['2020-01-01..2020-02-28', 1, '2019-01-01..2019-02-28', 1],
  ])('of %s are %i, against the same span of the year before: %s, %i', async (period, count, base, before) => {
    const figure = await ask('accidents.count', { period });
    expect(figure).toMatchObject({
      value: count,
      previous: before,
      base: { kind: 'known', period: base, value: before },
    });
  });

  it('are held against the span just before, or the mean of three years', async () => {
    const chained = await ask('accidents.count', { period: '2020Q1', against: 'previous' });
    expect(chained).toMatchObject({ value: 2, previous: 0, base: { period: '2019Q4' }, changeNote: 'zero-base' });
    const mean = await ask('accidents.count', { period: '2021', against: 'average' });
    // Of 2018 nothing is held: of three years that is no mean.
    expect(mean).toMatchObject({ previous: null, base: { kind: 'not-held', value: null, period: '2018–2020' } });
  });

  it('count distinct things once in any period', async () => {
    const of = (period: string, county?: string) => value('reminders.written', { period, county: county ?? null });
    expect([await of('2020'), await of('2020H1'), await of('2020H2'), await of('2020', '441802')]).toEqual([
      2, 1, 2, 1,
    ]);
  });

  it('of a county are what lies in it; what the city alone has is not told of a county', async () => {
    const { figures } = await query().figures({ period: '2020', county: '441802' });
    const of = (id: string) => figures.find((one) => one.id === id)?.value;
    expect([of('accidents.count'), of('calls.count'), of('response.flood.level4.started')]).toEqual([1, null, null]);
    for (const county of ['440106', '4418', '441800', '441899', 'x', '441881; drop'])
      await expect(query().figures({ period: '2020', county })).rejects.toThrow(NoPeriod);
  });

  it('are told apart by what the catalogue says, and every part adds up', async () => {
    const by = async (field: string) => {
      const { figures } = await query().parts({ period: '2020' }, field);
      return figures
        .find(({ id }) => id === 'accidents.count')
        ?.rows.map(({ key, value: n, previous }) => [key, n, previous]);
    };
    expect(await by('county')).toEqual([
      ['441802', 1, 0],
      ['441881', 1, 4],
    ]);
    expect(await by('hour')).toEqual([
      ['3', 1, 0],
      ['10', 0, 4],
      ['23', 1, 0],
    ]);
    expect(await by('industry')).toEqual([
      ['construction', 1, 4],
      ['road-transport', 1, 0],
    ]);
    expect((await query().parts({ period: '2020' }, 'grade')).figures.map(({ id }) => id)).toContain('fires.count');
    await expect(query().parts({ period: '2020' }, 'deaths')).rejects.toThrow(NoPeriod);
  });

  it('name each case by which a closed base is another one now', async () => {
    // One less and one more come to the same number, of other cases.
    const count = (await ask('accidents.count', { period: '2020' }))?.base;
    expect(count).toMatchObject({ value: 4, published: 4 });
    expect(count?.restated.map((one) => [one.case, one.from, one.to, one.reason.zh])).toEqual([
      ['A2019-1', 1, 0, '核销 2021-03-11'],
      ['A2019-9', 0, 1, '迟报 2021-03-11'],
    ]);
    const deaths = (await ask('accidents.deaths', { period: '2020' }))?.base;
    expect(deaths).toMatchObject({ value: 1, published: 5 });
    expect(deaths?.restated).toEqual([
      { case: 'A2019-1', from: 4, to: 0, reason: { zh: '核销 2021-03-11', en: 'written off 2021-03-11' } },
    ]);
    // As of the day before nobody knew it.
    const then = await ask('accidents.deaths', { period: '2020', asOf: at('2021-03-10') });
    expect(then).toMatchObject({ previous: 5, base: { published: null, restated: [] } });
  });

  it('have a base that was imported, not held, or of another definition, and never 0 for it', async () => {
    const of = (id: string, period: string) => ask(id, { period });
    expect(await of('accidents.count', '2019')).toMatchObject({
      previous: 300,
      change: -98.7,
      base: { kind: 'imported', value: 300, source: '粤应急〔2019〕1号' },
    });
    expect(await of('accidents.threeIndustries.countShare', '2019')).toMatchObject({
      base: { kind: 'imported', value: 80 },
    });
    expect(await of('fires.count', '2019')).toMatchObject({
      previous: null,
      change: null,
      base: { kind: 'not-held', value: null },
    });
    expect(await of('test.drowned', '2020')).toMatchObject({
      value: 7,
      version: 2,
      previous: null,
      change: null,
      changeNote: 'other-definition',
      base: { kind: 'other-definition', value: 2 },
    });
    expect(await of('test.drowned', '2019')).toMatchObject({
      value: 2,
      version: 1,
      definition: { en: 'other accidents' },
    });
    // Counted from May on, and marked so; before that it is not held.
    expect(await of('test.sinceMay', '2020')).toMatchObject({
      value: 1,
      since: '2020-05-01',
      base: { kind: 'not-held' },
    });
    expect(await of('test.sinceMay', '2020Q1')).toMatchObject({ value: null });
    // A year of which it counted eight months is no base of a whole one.
    expect(await of('test.sinceMay', '2021')).toMatchObject({
      previous: null,
      base: { kind: 'other-definition', value: 1 },
    });
  });

  it('are the facts that a trace gives, page by page, each with the event that states its number', async () => {
    const asked = { period: '2019' };
    const whole = await query().trace('accidents.count', asked);
    const paged = [];
    for (let after: string | null = null, more = true; more; more = after !== null) {
      const page = await query().trace('accidents.count', asked, { after, limit: 1 });
      expect(page?.facts).toHaveLength(1);
      paged.push(...(page?.facts ?? []));
      after = page?.next ?? null;
    }
    expect(paged).toEqual(whole?.facts);
    expect(whole?.facts.map(({ fact }) => fact.split('/')[1])).toEqual([
      'A2019-2',
      expect.any(String),
      'A2019-9',
      expect.any(String),
    ]);
    // The last report of it says nothing of deaths: it is the first that says one.
    const deaths = await query().trace('accidents.deaths', asked);
    expect(deaths).toMatchObject({ value: 1, facts: [{ measure: 1, event: 'incident/A2019-2/1' }] });
    const then = await query().trace('accidents.deaths', { ...asked, asOf: at('2021-03-10') });
    expect(then?.facts.map(({ measure }) => measure)).toEqual([4, 1]);
    const share = await query().trace('accidents.threeIndustries.countShare', asked);
    expect(share?.parts.map(({ figure, value: n, facts }) => [figure, n, facts.length])).toEqual([
      ['accidents.threeIndustries.count', 4, 4],
      ['accidents.count', 4, 4],
    ]);
  });

  it('are as they were after they are counted anew, and right again where they were not', async () => {
    const { db } = reporting.runtime;
    const before = await query().figures({ period: '2020', asOf: at('2020-12-31') });
    await db.query(`update reporting.counter set amount = amount + 1 where indicator = 'accidents.count'`);
    await db.query(`delete from reporting.distinct_key`);
    expect((await query().checks()).map(({ name, ok }) => [name, ok])).toEqual([
      ['figures', false],
      ['indicators', true],
    ]);
    const [one] = await query().rebuild(['accidents.count']);
    expect(one).toMatchObject({ id: 'accidents.count', after: 6 });
    await query().rebuild(null);
    expect(await query().figures({ period: '2020', asOf: at('2020-12-31') })).toEqual(before);
    expect((await query().checks()).every(({ ok }) => ok)).toBe(true);
  });

  it('that differ from their facts are said once a day, until they agree', async () => {
    const { db } = reporting.runtime;
    const said = async () =>
      (await reporting.said('figures-checked.v1')).map(({ data }) => (data as { differences: number }).differences);
    // While years are played, only days of which something is new are held to their facts.
    await reporting.give(accident({ incidentId: 'N', day: '2021-03-01' }));
    await db.query(
      `update reporting.counter set amount = 9 where indicator = 'accidents.count' and day = '2021-03-01'`,
    );
    await reporting.at('+801 12:00');
    expect(await said()).toEqual([1]);
    await query().rebuild(['accidents.count']);
    for (const day of [802, 803]) await reporting.at(`+${day} 12:00`);
    expect(await said()).toEqual([1, 0]);
  });

  it('follow a definition that changed, and keep what it was', async () => {
    const { db, clock } = reporting.runtime;
    const changed = planWith({
      'indicators.yaml': `
indicators:
  - id: drills.count
    label: { zh: 应急演练次数, en: drills }
    definition: { zh: 甲, en: persons in drills }
    unit: count
    kind: record
    filter: { record.kind: drill }
    measure: record.persons
    version: 1
  - id: test.new
    label: { zh: 乙, en: b }
    definition: { zh: 乙, en: b }
    unit: count
    kind: record
    filter: { record.kind: [drill, reminder] }
    version: 1
`,
    });
    const recounting = new Recounting(db, clock, changed, { services: ['reporting'] });
    await recounting.onModuleInit();
    const [{ n }] = await db.query(`select sum(amount)::int as n from reporting.counter where indicator = 'test.new'`);
    expect(n).toBe(7);
    expect(await db.query(`select 1 from reporting.counter where indicator like 'test.d%'`)).toEqual([]);
    // The first plan counts it no more, and says so instead of 0.
    expect(await value('drills.count', { period: '2020' })).toBeNull();
    const [drills] = await query().indicators('drills.count');
    expect([drills?.isCounted, drills?.history.length]).toEqual([false, 2]);
    await new Recounting(db, clock, PLAN, { services: ['reporting'] }).onModuleInit();
    expect(await value('drills.count', { period: '2020' })).toBe(2);
  });
});

describe('a store that begins late', () => {
  let late: LoneService;
  const figureOf = async (id: string, asked: Asked) =>
    (await late.get(ReportingQuery).figures(asked)).figures.find((one) => one.id === id);
  beforeAll(async () => {
    late = await loneService('reporting', '2021-03-01', REPORTING_SCHEMA, () => ReportingModule.of(PLAN));
    await late.give(
      accident({ incidentId: 'W', day: '2021-02-01' }),
      accident({ incidentId: 'W', reportNo: 2, stage: 'write-off', day: '2021-02-01', saidOn: '2021-02-20' }),
      accident({ day: '2021-02-02', county: '441802' }),
      // History, loaded when the figures of its years would long have been closed.
      ...['2019-05-01', '2020-05-01', '2020-05-02'].map((day) => accident({ day, county: '441802' })),
    );
    await late.at('+400 12:00'); // April 2022
    await late.give(
      accident({ incidentId: 'W', reportNo: 3, day: '2021-02-01', saidOn: '2022-04-01' }),
      accident({ day: '2022-02-02', county: '441802' }),
    );
  });
  afterAll(() => late.end());

  it('restates nothing that nobody had closed, and says of what counts again that it does', async () => {
    expect((await figureOf('accidents.count', { period: '2021' }))?.base).toMatchObject({
      value: 2,
      published: null,
      restated: [],
    });
    const { base } = (await figureOf('accidents.count', { period: '2022' })) ?? {};
    expect(base).toMatchObject({ value: 2, published: 1 });
    expect(base?.restated.map((one) => `${one.case} ${one.reason.zh.split(' ')[0]}`)).toEqual(['W 恢复统计']);
  });

  it('holds parts against the mean of their spans', async () => {
    // Of the first quarter of 2019 nothing is held: of three that is no mean.
    const quarter = await figureOf('accidents.count', { period: '2022Q1', against: 'average' });
    expect(quarter).toMatchObject({ base: { kind: 'not-held', value: null } });
    const year = await figureOf('accidents.count', { period: '2022', against: 'average' });
    expect(year).toMatchObject({ base: { kind: 'known', value: 1.67 } });
    const { figures } = await late.get(ReportingQuery).parts({ period: '2022', against: 'average' }, 'county');
    const rows = figures.find(({ id }) => id === 'accidents.count')?.rows;
    expect(rows?.map(({ key, value: n, previous }) => [key, n, previous])).toEqual([
      ['441802', 1, 1.33],
      ['441881', 0, 0.33],
    ]);
  });

  it('takes no value of what another process books by other definitions, until it is counted anew', async () => {
    const { db, clock } = late.runtime;
    const other = planWith({
      'indicators.yaml':
        'indicators:\n  - { id: test.other, label: { zh: 甲, en: a }, definition: { zh: 甲, en: a }, unit: count, version: 1, kind: incident }\n',
    });
    const counting = new Recounting(db, clock, other, { services: ['reporting'] });
    await counting.rebuild(['test.other']);
    await late.give(accident({ day: '2022-03-03' })); // by a plan that does not know it
    const sum = async () =>
      (await db.query(`select sum(amount)::int as n from reporting.counter where indicator = 'test.other'`))[0].n;
    const before = await sum();
    const hash = async () =>
      (await db.query(`select hash from reporting.booked where indicator = 'test.other'`))[0]?.hash;
    expect(await hash()).toBe('');
    await counting.onModuleInit();
    expect([before, await sum()]).toEqual([6, 7]);
    // Counted again by the process that knows it, however long others are there beside it.
    await late.give(accident({ day: '2022-03-04' }));
    await db.transaction(async (tx) => counting.again([], { tx, now: await clock.now(tx), append: () => undefined }));
    expect([await sum(), (await hash()) === '']).toEqual([8, false]);
  });

  it('takes a fact that lacks the field for nothing', async () => {
    const { catalogue } = planWith({
      'indicators.yaml':
        'indicators:\n  - { id: test.any, label: { zh: 甲, en: a }, definition: { zh: 甲, en: a }, unit: persons, version: 1, kind: record, measure: record.persons }\n',
    });
    const [any] = catalogue.counting('record').filter(({ id }) => id === 'test.any');
    const publicity = {
      kind: 'record',
      at: at('2020-05-05'),
      region: '441881',
      record: { kind: 'publicity', attendance: 5 },
    };
    expect(any?.contribution(publicity as never)).toBeNull();
  });
});

describe('a catalogue', () => {
  const one = (text: string) => () =>
    planWith({
      'indicators.yaml': `indicators:\n  - { id: test.a, label: { zh: 甲, en: a }, definition: { zh: 甲, en: a }, unit: count, version: 1, ${text} }\n`,
    });
  it.each([
    ['kind: incident, filter: { industry: road-transprt }', /road-transprt.*永远是0/s],
    ['kind: incident, filter: { colour: red }', /没有 colour/],
    ['kind: accident', /没有 accident 这类事实/],
    ['kind: incident, measure: industry', /industry 不是数/],
    ['kind: incident, filter: { industry: { atLeast: mining } }', /industry 没有大小之分/],
    ['kind: incident, filter: { grade: { atLeast: huge } }', /huge/],
    ['kind: incident, filter: { productionRelated: "true" }', /productionRelated 不会是 true/],
    ['kind: record, distinctBy: [record.nobody]', /没有 record.nobody/],
    ['kind: incident, measure: deaths, distinctBy: [industry]', /只能有一个/],
    ['ratio: [fires.count, nothing.here]', /nothing.here 不是可以相除的指标/],
    ['ratio: [fires.count, permits.online.share]', /permits.online.share 不是可以相除的指标/],
    ['ratio: [fires.count, leaders.inspections.weeks]', /weeks 不是可以相除的指标/],
    ['kind: incident, constant: iso-weeks', /须且只须有/],
    ['filter: { deaths: 1 }', /须且只须有/],
  ])('that says %s is refused, with the reason', (text, reason) =>
    expect(one(text)).toThrow(expect.objectContaining({ message: expect.stringMatching(reason) })),
  );
  it('that gives a second version without a day from which it holds is refused', () =>
    expect(() =>
      planWith({
        'indicators.yaml':
          'indicators:\n  - { id: fires.count, label: { zh: 甲, en: a }, definition: { zh: 甲, en: a }, unit: count, version: 2, kind: incident }\n',
      }),
    ).toThrow(/validFrom/));
  it('whose versions count in different ways is refused', () =>
    expect(() =>
      planWith({
        'indicators.yaml':
          'indicators:\n  - { id: fires.count, label: { zh: 甲, en: a }, definition: { zh: 甲, en: a }, unit: count, version: 2, validFrom: 2021-01-01, kind: incident, distinctBy: [industry] }\n',
      }),
    ).toThrow(/数法不同/));
});
