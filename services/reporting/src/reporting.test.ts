import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMinutes, utc, type DomainEvent, type Envelope, type IncidentV1, type UtcInstant } from '@fengsui/contracts';
import { Clock, connect, nextMatch, SCHEDULE_SCHEMA, type Tx } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import mammoth from 'mammoth';
import JSZip from 'jszip';
import type { DataSource } from 'typeorm';
import { dayBefore, isoWeek, weeksIn } from './calendar.js';
import { FactBook } from './facts/fact-book.js';
import type { KeptEntry } from './facts/fact-content.js';
import { partsOf, summarise } from './facts/facts.js';
import { FigureBook } from './figures/figures.js';
import { ALL } from './figures/tracing.js';
import type { Figure } from './views.js';
import { Recounting } from './figures/recounting.js';
import { REPORTING_SCHEMA } from './index.js';
import { HAPPENED, reportOf } from './incident-for-tests.js';
import { ReportingPlan } from './plan.js';
import { compose } from './summary/compose.js';
import { writeDocument } from './summary/document.js';
import { bothOf, changeOf, changesTogether, fill } from './summary/wording.js';

const PLANS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans');
const RULES = ReportingPlan.read(path.join(PLANS, 'qingyuan'));
const report = (reportNo: number, day: number, data: Partial<IncidentV1['data']> = {}): IncidentV1 => ({
  id: `incident/i/${reportNo}`,
  type: 'incident.v1',
  key: 'i',
  occurredAt: addMinutes(HAPPENED, day * 1_440),
  recordedAt: addMinutes(HAPPENED, day * 1_440 + 60),
  correlationId: 'i',
  causes: [],
  data: reportOf({ incidentId: 'i', reportNo, ...data }),
});
const entries = (...reports: IncidentV1[]): KeptEntry[] => reports.map((one) => partsOf(one)[0]?.kept as KeptEntry);

describe('a call', () => {
  const at = utc('2020-06-06T19:58:00Z'); // 03:58 in Beijing
  const event = (type: string, minute: number, data: object): Envelope => ({
    id: `${type}/${minute}`,
    type,
    key: 'c',
    occurredAt: addMinutes(at, minute),
    recordedAt: addMinutes(at, minute),
    correlationId: 'c',
    causes: [],
    data: { callId: 'c', cause: 'proposal', ...data },
  });
  const all = [
    event('call-started.v1', 0, { about: 'p' }),
    event('call-step.v1', 0, { step: 1, role: 'duty-officer' }),
    event('call-step.v1', 5, { step: 2, role: 'duty-leader' }),
    event('call-answered.v1', 7, { step: 2, minutes: 7, answeredBy: 'wu' }),
    event('call-answered.v1', 50, { step: 4, minutes: 50, answeredBy: 'liang' }),
  ];
  const kept = (events: readonly Envelope[]): KeptEntry[] =>
    events.flatMap((one) => partsOf(one as never).map((part) => part.kept));

  it('counts by its first answer, whatever the order in which it is told', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (events) => {
        expect(summarise('call', kept(events), RULES)).toEqual({
          kind: 'call',
          at,
          region: '',
          cause: 'proposal',
          role: 'duty-leader',
          hour: 3,
          minutes: 7,
        });
      }),
    );
  });

  it('that nobody answered counts as such, and an exercise, a test or a probe not at all', () => {
    expect(summarise('call', kept(all.slice(0, 3)), RULES)).toMatchObject({ role: 'duty-officer', minutes: null });
    for (const cause of ['exercise', 'contact-test', 'probe', 'self-check', 'handover'])
      expect(partsOf(event('call-started.v1', 0, { cause }) as never)).toEqual([]);
  });
});

describe('an incident', () => {
  it.each([
    [
      'a death inside 30 days counts',
      [report(1, 0, { deaths: 1 }), report(2, 29, { deaths: 2 })],
      { deaths: 2, grade: 'general' },
    ],
    [
      'a death after 30 days does not',
      [report(1, 0, { deaths: 2 }), report(2, 31, { deaths: 3 })],
      { deaths: 2, grade: 'general' },
    ],
    [
      'on the road the window is 7 days',
      [report(1, 0, { deaths: 2, category: 'road-accident' }), report(2, 8, { deaths: 3, category: 'road-accident' })],
      { deaths: 2 },
    ],
    [
      'the grade follows the deaths',
      [report(1, 0, { deaths: 2 }), report(2, 3, { deaths: 3 })],
      { deaths: 3, grade: 'larger' },
    ],
    [
      'what a report does not state stands as before',
      [report(1, 0, { deaths: 1, economicLossYuan: 500 }), report(2, 3, { injuries: 2 })],
      { deaths: 1, injuries: 2, economicLossYuan: 500 },
    ],
    [
      'loss has no window',
      [report(1, 0, { deaths: 1 }), report(2, 60, { economicLossYuan: 900 })],
      { economicLossYuan: 900 },
    ],
  ] as const)('%s', (_, reports, expected) =>
    expect(summarise('incident', entries(...reports), RULES)).toMatchObject(expected),
  );

  it('that is written off no longer counts', () =>
    expect(
      summarise('incident', entries(report(1, 0, { deaths: 1 }), report(2, 9, { stage: 'write-off' })), RULES),
    ).toBeNull());

  it('comes to the same whatever the order of its reports', () => {
    const all = [
      report(1, 0, { deaths: 1 }),
      report(2, 3, { injuries: 4 }),
      report(3, 12, { deaths: 3 }),
      report(4, 40, { deaths: 5, economicLossYuan: 7 }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 4 }), (shuffled) =>
        expect(summarise('incident', entries(...shuffled), RULES)).toEqual(
          summarise('incident', entries(...all), RULES),
        ),
      ),
    );
  });
});

describe('of several values of one thing', () => {
  const kept = (n: number, recordedAt: number): KeptEntry => ({
    at: utc('2026-11-25T07:15:00Z'),
    recordedAt: utc(recordedAt),
    nth: n,
    data: { kind: 'narrative', recordId: 'r', county: '441881', text: `version ${n}` },
    county: '441881',
    verdict: 'confirmed',
    deaths: n,
    firstSeenAt: utc('2026-11-25T07:15:00Z'),
    step: 'found',
    grade: n % 2 === 0 ? 'general' : 'major',
  });

  it.each(['record', 'fire', 'hazard'] as const)('the one recorded last stands: %s', (kind) => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat()), (times, order) => {
        const all = [...times].sort((a, b) => a - b).map((at, n) => kept(n, at));
        const shuffled = all
          .map((one) => ({ one, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(summarise(kind, shuffled, RULES)).toEqual(summarise(kind, [all.at(-1) as KeptEntry], RULES));
      }),
    );
  });
});

describe('the reporting store', () => {
  let database: TestDatabase;
  let db: DataSource;
  const book = new FactBook(RULES);
  let figures: FigureBook;

  beforeAll(async () => {
    database = await testDatabase([SCHEDULE_SCHEMA, REPORTING_SCHEMA]);
    db = await connect(database.url, 'reporting test', 6, [REPORTING_SCHEMA]);
    figures = new FigureBook(new Clock(db), RULES);
    await new Recounting(db, new Clock(db), RULES, { services: ['reporting'] }).onModuleInit();
  });
  beforeEach(() =>
    db.query(
      'truncate reporting.subject, reporting.fact, reporting.counter, reporting.distinct_key, reporting.withdrawn',
    ),
  );
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const record = (recordId: string, data: object, at = utc('2020-05-05T02:00:00Z')): Envelope => ({
    id: `record/${recordId}`,
    type: 'work-record.v1',
    key: recordId,
    occurredAt: at,
    recordedAt: at,
    correlationId: recordId,
    causes: [],
    data: { recordId, county: '441881', organ: 'o', text: '', ...data },
  });
  const take = async (...events: Envelope[]): Promise<void> => {
    const bookings = events.map((event) => ({ event, parts: partsOf(event as never) }));
    await db.transaction((tx) => book.book(tx, bookings));
  };
  const known = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => db.transaction('REPEATABLE READ', work);
  const value = async (id: string, asOf: UtcInstant | null = null): Promise<number | null> =>
    (await known((tx) => figures.figures(tx, { period: '2020', asOf }))).figures.find((figure) => figure.id === id)
      ?.value ?? null;

  it('books an event once, however often it comes', async () => {
    for (let n = 0; n < 3; n += 1) await take(report(1, 0, { deaths: 2 }));
    expect([await value('accidents.count'), await value('accidents.deaths')]).toEqual([1, 2]);
  });

  it('knows what was known then, and what is known now', async () => {
    await take(report(1, 0, { deaths: 1 }));
    const then = report(1, 0).recordedAt;
    await take(report(2, 5, { deaths: 3 }));
    expect([await value('accidents.deaths'), await value('accidents.deaths', then)]).toEqual([3, 1]);
    expect(await value('accidents.count', addMinutes(then, -1))).toBeNull(); // nothing was held yet
  });

  it('holds nothing of a year before its first facts, and holds a part of a year against no whole one', async () => {
    const of = async (year: number) =>
      (await known((tx) => figures.figures(tx, { period: String(year) }))).figures.find(
        ({ id }) => id === 'accidents.count',
      );
    const [thisYear] = new Date().toISOString().split('-').map(Number) as [number];
    const now = utc(new Date());
    await take(report(1, 0, { deaths: 1 }), {
      ...report(1, 0, { incidentId: 'j', happenedAt: now, deaths: 1 }),
      id: 'incident/j/1',
    });
    expect(await of(2019)).toMatchObject({ value: null, previous: null });
    expect(await of(2020)).toMatchObject({ value: 1, previous: null, change: null, changeNote: 'no-base' });
    expect(await of(2021)).toMatchObject({ value: 0, previous: 1, change: -100 });
    expect(await of(thisYear)).toMatchObject({ value: 1, change: null, changeNote: 'unfinished', direction: null });
    expect(await of(thisYear + 1)).toMatchObject({ value: null });
  });

  it('counts distinct things once, sums sums, and takes back what was withdrawn', async () => {
    await take(
      record('v1', { kind: 'safety-visit', enterpriseId: 'e' }),
      record('v2', { kind: 'safety-visit', enterpriseId: 'e' }),
      record('x', { kind: 'examination', candidates: 40, passed: 30 }),
    );
    expect([
      await value('inspections.enterprises'),
      await value('inspections.visits'),
      await value('exams.candidates'),
    ]).toEqual([1, 2, 40]);
    const order: Envelope = {
      ...record('o', {}),
      id: 'order/o',
      type: 'order.v1',
      recordedAt: utc('2020-06-01T00:00:00Z'),
    };
    await db.transaction((tx) => book.withdraw(tx, 'record/v2', order));
    await db.transaction((tx) => book.withdraw(tx, 'record/later', order));
    await take(record('later', { kind: 'safety-visit', enterpriseId: 'f' }));
    expect([await value('inspections.enterprises'), await value('inspections.visits')]).toEqual([1, 1]);
    expect(await value('inspections.visits', utc('2020-05-20T00:00:00Z'))).toBe(2);
  });

  it('counts a hazard as fixed also when the fixing is known first', async () => {
    await take(record('b', { kind: 'hazard-fixed', hazardId: 'h' }));
    expect([await value('hazards.found'), await value('hazards.fixed')]).toEqual([0, 0]);
    await take(record('a', { kind: 'hazard-found', hazardId: 'h', enterpriseId: 'e', grade: 'general' }));
    expect([await value('hazards.found'), await value('hazards.fixed')]).toEqual([1, 1]);
  });

  it('counts a person moved twice in one response once, and in two responses twice', async () => {
    const moved = (id: string, episodeId: string, ...people: string[]): DomainEvent => ({
      id,
      type: 'transfer-task-progressed.v1',
      key: 't',
      occurredAt: HAPPENED,
      recordedAt: HAPPENED,
      correlationId: 'c',
      causes: ['order/1'],
      data: {
        taskId: 't',
        episodeId,
        county: '441881',
        moved: people,
        movedTotal: 1,
        people: 9,
        absent: 0,
        refusing: 0,
        evidence: 'photo',
        reportedBy: 'x',
      },
    });
    await take(moved('p1', 'E1', 'a', 'b'), moved('p2', 'E1', 'b', 'c'), moved('p3', 'E2', 'a'));
    expect(await value('transfers.people')).toBe(4);
    const trace = await db.transaction((tx) => figures.trace(tx, 'transfers.people', { period: '2020' }, ALL));
    expect([trace?.facts.length, new Set(trace?.facts.map(({ key }) => key)).size, trace?.facts[0]?.origins]).toEqual([
      4,
      4,
      ['order/1'],
    ]);
  });

  it('holds every counter to the sum of its facts, whatever comes in whatever order', async () => {
    const anyDay = fc.integer({ min: 0, max: 40 });
    const anyReport = fc.record({
      incident: fc.constantFrom('a', 'b', 'c'),
      no: fc.integer({ min: 1, max: 5 }),
      day: anyDay,
      deaths: fc.option(fc.integer({ min: 0, max: 12 })),
      off: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyReport, { minLength: 1, maxLength: 12 }), async (reports) => {
        await db.query('truncate reporting.subject, reporting.fact, reporting.counter, reporting.distinct_key');
        const told = reports.map(({ incident, no, day, deaths, off }) => ({
          ...report(no, day, { incidentId: incident, deaths, stage: off && no === 5 ? 'write-off' : 'follow-up' }),
          id: `${incident}/${no}`,
        }));
        told.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
        for (const one of told) await take(one);
        const valuesAsOf = async (asOf: UtcInstant | null) =>
          (await known((tx) => figures.figures(tx, { period: '2020', asOf }))).figures.map((one) => [
            one.id,
            one.value,
          ]);
        const now = await valuesAsOf(null);
        expect(await known((tx) => figures.differences(tx))).toEqual([]);
        // As of any hour of any day it is what a store would say that had heard no more until then.
        for (const day of [0, 3, 11, 29, 41]) {
          const then = addMinutes(HAPPENED, day * 1_440 + 60);
          const later = await valuesAsOf(then);
          await db.query('truncate reporting.subject, reporting.fact, reporting.counter, reporting.distinct_key');
          const heard = told.filter(({ recordedAt }) => recordedAt <= then);
          await take(...heard);
          expect([day, later]).toEqual([day, await valuesAsOf(null)]);
          await take(...told.filter((event) => !heard.includes(event)));
          expect(await valuesAsOf(null)).toEqual(now);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('finds a counter that does not add up', async () => {
    await take(report(1, 0, { deaths: 2 }));
    await db.query(`update reporting.counter set amount = 7 where indicator = 'accidents.deaths'`);
    await db.query(
      `insert into reporting.distinct_key values ('reminders.written', '2020-05-05', 'x', '', '2020-05-05', 1)`,
    );
    expect(await known((tx) => figures.differences(tx))).toEqual([
      { indicator: 'accidents.deaths', day: '2020-03-01', counted: 7, facts: 2 },
      { indicator: 'reminders.written', day: '2020-05-05', counted: 1, facts: 0 },
    ]);
  });
});

describe('the calendar', () => {
  it('gives 2020 fifty-three ISO weeks, and 2019 fifty-two', () =>
    expect([2020, 2019, 2021].map((year) => weeksIn(`${year}-01-01`, `${year}-12-31`))).toEqual([53, 52, 52]));
  it.each([
    ['2020-01-01T00:00:00Z', '2020-W01'],
    ['2019-12-29T15:59:00Z', '2019-W52'],
    ['2019-12-29T16:00:00Z', '2020-W01'],
    ['2021-01-03T15:59:00Z', '2020-W53'],
    ['2021-01-03T16:00:00Z', '2021-W01'],
  ])('%s lies in %s', (at, week) => expect(isoWeek(utc(at))).toBe(week));
  it.each([
    ['10 1 * * *', '2020-12-31T17:09:59Z', '2020-12-31T17:10:00.000Z'],
    ['10 1 * * *', '2020-12-31T17:10:00Z', '2021-01-01T17:10:00.000Z'],
    ['30 8 22 1 *', '2020-06-01T00:00:00Z', '2021-01-22T00:30:00.000Z'],
    ['30 8 22 1 *', '2021-01-22T00:30:00Z', '2022-01-22T00:30:00.000Z'],
    ['0 0 29 2 *', '2021-01-01T00:00:00Z', '2024-02-28T16:00:00.000Z'],
  ])('%s after %s is %s', (expression, after, next) =>
    expect(nextMatch(expression, 'Asia/Shanghai', utc(after))).toBe(next),
  );
  it('refuses what is no cron expression', () =>
    expect(() => nextMatch('61 * * * *', 'Asia/Shanghai', HAPPENED)).toThrow(/61/));
  it('knows the day before', () => expect(dayBefore(utc('2021-01-01T00:00:00Z'))).toBe('2020-12-31'));
});

const figure = (
  id: string,
  value: number | null,
  previous: number | null,
  change: number | null,
  direction: Figure['direction'],
  changeNote: Figure['changeNote'] = null,
): Figure => ({
  id,
  label: { zh: id, en: id },
  value,
  exact: null,
  unit: 'count',
  previous,
  change,
  changeNote,
  direction,
  indicator: id,
  version: 1,
  method: 'sum',
  definition: { zh: id, en: id },
  since: null,
  base: { kind: 'known', period: '2019', value: previous, published: null, source: null, restated: [] },
});
const YEAR = { name: '2020', from: '2020-01-01', to: '2020-12-31' };
const down = figure('a', 138, 285, -51.6, 'down');
const up = figure('b', 4, 2, 100, 'up');
const level = figure('c', 5, 5, 0, 'level');
const zeroBase = figure('d', 5, 0, null, 'up', 'zero-base');

describe('wording', () => {
  it.each([
    [down, '下降51.6%'],
    [up, '上升100%'],
    [level, '持平'],
    [zeroBase, '增加5起（上年为0）'],
    [figure('e', 5, null, null, null, 'no-base'), '不可比（上年未统计）'],
    [figure('f', 10_001, 10_000, 0, 'up'), '增加1起'],
    [{ ...figure('g', 10_001_000, 10_000_000, 0, 'up'), unit: 'yuan' as const }, '增加0.1万元'],
    [{ ...figure('h', 79.2, 81.3, -2.6, 'down'), unit: 'percent' as const }, '下降2.1个百分点'],
    [{ ...figure('i', 5, 9, null, null), changeNote: 'unfinished' as const }, '不可比（全年未满）'],
    [figure('j', 0, 0, 0, 'level'), '持平'],
  ])('says %o', (one, words) => expect(changeOf(one)).toBe(words));
  it.each([
    [[down, figure('x', 136, 202, -32.7, 'down')], '分别下降51.6%、32.7%'],
    [[down, up], '分别下降51.6%、上升100%'],
    [[down, level], '分别下降51.6%、持平'],
    [[down], '下降51.6%'],
    [
      [figure('e', 5, null, null, null, 'no-base'), figure('f', 6, null, null, null, 'no-base')],
      '不可比（上年未统计）',
    ],
  ])('says several together', (some, words) => expect(changesTogether(some)).toBe(words));
  it.each([
    [[up, up], '“双上升”'],
    [[down, down], '“双下降”'],
    [[up, down], '一升一降'],
    [[level, level], '均持平'],
    [[up, level], '一升一平'],
    [[up, figure('e', 5, null, null, null, 'no-base')], '不可比（上年未统计）'],
  ])('says both', (some, words) => expect(bothOf(some)).toBe(words));

  const known = new Map(
    [
      down,
      up,
      level,
      { ...figure('p', 29_900, null, null, null), unit: 'persons' as const },
      figure('zero', 0, 1, -100, 'down'),
    ].map((one) => [one.id, one]),
  );
  const filled = (text: string, place = 'x') => fill(text, { place, period: YEAR, figures: known, parts: 4 });
  it('fills a paragraph and says which figures it printed', () => {
    expect(
      filled(
        '{{year}}年转移{{p wan}}万人，{{a}}起，{{changes a b}}，{{if zero = 0 ? 没有 : 有[[zero]]起}}，上年{{previous a}}，{{parts}}个方面',
      ),
    ).toEqual({
      text: '2020年转移2.99万人，138起，分别下降51.6%、上升100%，没有，上年285，四个方面',
      printed: ['p', 'a', 'a', 'b', 'zero', 'a'],
    });
  });
  it.each([
    ['{{if a down and zero = 0 ? 平稳 : 严峻}}', '平稳'],
    ['{{if a down and b down ? 平稳 : }}', ''],
    ['{{if b up ? ，上升至[[b]]起 : }}', '，上升至4起'],
    ['{{if b < a ? 较少 : 较多}}', '较少'],
    ['{{if a not-up and c not-up ? 不升 : 升}}', '不升'],
    ['{{if p not-up ? 不升 : }}{{if p up ? 升 : }}', ''], // what cannot be compared goes nowhere
    ['{{if b > 0 ? 同比[[b change]] : }}', '同比上升100%'],
    ['{{if a = 1 ? : 是}}', '是'],
  ])('says %s as %s', (text, words) => expect(filled(text).text).toBe(words));
  it('joins what YAML folded', () => expect(filled('推进。\n汛期 有效').text).toBe('推进。汛期有效'));
  it.each(['{{nothing}}', '{{a upside down}}', '{{if a ~ 3 ? x : y}}', '{{if a ? x : y}}', '{{a', '[[a]]'])(
    'refuses %s and names the place',
    (text) => expect(() => filled(text, 'sections[1]')).toThrow(/sections\[1\]/),
  );
});

describe('the document', () => {
  const template = {
    title: '总结',
    organ: '某局',
    city: '441800',
    opening: ['共{{a}}起，{{a change}}。'],
    sections: [
      {
        heading: '工作',
        parts: [{ heading: '其一', paragraphs: ['甲。'], narratives: 'n' }],
        exhibits: [
          { afterPart: 1, kind: 'table' as const, title: '表1', figures: ['a'] },
          { afterPart: 1, kind: 'chart' as const, title: '图1', figures: ['a'] },
        ],
      },
    ],
  };
  const summary = compose(template, {
    period: YEAR,
    figures: [down],
    narratives: [
      { section: 'n', order: 1, text: '乙。', event: 'e' },
      { section: 'other', order: 1, text: '丙。', event: 'f' },
    ],
  });
  const write = (): Promise<Buffer> =>
    writeDocument(summary, {
      date: '2021年1月22日',
      charts: new Map([
        [
          '图1',
          { title: '图1', unit: '起', series: [{ name: '2020年', values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }] },
        ],
      ]),
      madeAt: '2021-01-22T00:30:00.000Z',
    });

  it('holds title, headings, sentences, what people wrote, table, organ and date', async () => {
    const { value: text } = await mammoth.extractRawText({ buffer: await write() });
    for (const part of [
      '总结',
      '共138起，下降51.6%。',
      '一、工作',
      '（一）其一',
      '甲。',
      '乙。',
      '表1',
      '某局',
      '2021年1月22日',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('丙。');
    expect(text).not.toContain('@@');
  });

  it('is A4 by GB/T 9704 with a real chart', async () => {
    const zip = await JSZip.loadAsync(await write());
    const xml = (await zip.file('word/document.xml')?.async('string')) ?? '';
    expect(xml).toMatch(/<w:pgSz [^>]*w:w="11906"[^>]*w:h="16838"/);
    expect(xml).toMatch(/w:linePitch="579"/);
    expect(xml).toContain('仿宋_GB2312');
    expect(xml).toContain('r:id="rIdChart1"');
    expect(await zip.file('word/charts/chart1.xml')?.async('string')).toContain('<c:v>12</c:v>');
    // Its numbers can be edited, its headings are an outline, and other desks have other fonts.
    const workbook = await JSZip.loadAsync((await zip.file('word/embeddings/chart1.xlsx')?.async('nodebuffer')) ?? '');
    expect(await workbook.file('xl/worksheets/sheet1.xml')?.async('string')).toContain('<c r="B13"><v>12</v></c>');
    expect(xml.match(/<w:outlineLvl w:val="[01]"\/>/g)).toHaveLength(2);
    expect(await zip.file('word/fontTable.xml')?.async('string')).toContain('<w:altName w:val="仿宋"/>');
  });

  it('has an annex that names every number that it prints, with its id, its version and what it counts', async () => {
    const rows = [down, { ...up, unit: 'persons' as const, version: 2 }];
    const bytes = await writeDocument(summary, {
      date: '2021年1月22日',
      charts: new Map(),
      madeAt: '2021-01-22T00:30:00Z',
      annex: { asOf: '2021年1月3日', rows },
    });
    const { value: text } = await mammoth.extractRawText({ buffer: bytes });
    expect(text.replaceAll(/\s+/g, ' ')).toMatch(/数字来源.*2021年1月3日.*a 138 a a（1） b 4人 b b（2）/);
  });

  it('has the same bytes for the same content', async () => expect((await write()).equals(await write())).toBe(true));
});
