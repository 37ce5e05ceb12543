import { afterEach, describe, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DomainEvent, EventType } from '@fengsui/contracts';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery, type LevelView } from '../index.js';
import { warning } from '../warning-for-tests.js';

/** What the city's nights have shown, through the service: what is called for, where, and what becomes of it. */
const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
const [YINGDE, QINGCHENG, FOGANG] = ['441881', '441802', '441821'];
const CITY = { authority: '441800', hazard: 'flood' };

let response: LoneService;
afterEach(() => response.end());
const begin = async (): Promise<void> => {
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(PLAN)),
  );
};
const query = (): ResponseQuery => response.get(ResponseQuery);
const levels = async (): Promise<string[]> =>
  (await ofCity()).map(
    ({ level, state, areas = [] }) => `${state} ${level}: ${areas.map((one) => `${one.name}${one.level}`).join(' ')}`,
  );
/** What its counties decide is in county-levels.test.ts. */
const ofCity = async (): Promise<readonly LevelView[]> =>
  (await query().levels()).filter(({ authority }) => authority === CITY.authority);
const tasksIn = async (): Promise<string[]> => [...new Set((await query().tasks()).map(({ county }) => county))].sort();
const items = async (): Promise<string[]> => (await query().items(true)).map(({ kind, words }) => `${kind} ${words}`);
const said = async (type: EventType): Promise<readonly DomainEvent[]> =>
  (await response.said(type)).filter(({ data }) => ({ ...CITY, ...data }).authority === CITY.authority);
const lastSaid = async (type: EventType): Promise<object | undefined> => (await said(type)).at(-1)?.data;
const reasonOf = async (order: string): Promise<string> => (await query().outcomeOf(`order/${order}`))?.reason ?? '';

let messages = 0;
const warned = (time: string, colour: string, counties: readonly string[], more: object = {}): Promise<void> =>
  response.give(
    warning(
      `w${(messages += 1)}`,
      response.instant(time),
      colour,
      counties.map((county) => `${county}000000`),
      more,
    ),
  );
const reading = (station: string, time: string, data: object): Given => ({
  type: 'reading.v1',
  key: station,
  id: `reading/${station}/${JSON.stringify(data)}/${time}`,
  occurredAt: response.instant(time),
  data: { station, ...data },
});
const stage = (station: string, time: string, stageM: number): Given =>
  reading(station, time, { quantity: 'stage', stageM });
const rain = (station: string, time: string, rainMm: number, windowMinutes: number): Given =>
  reading(station, time, { quantity: 'rain', rainMm, windowMinutes });
const forecast = (station: string, time: string, validAt: string, data: object): Given => ({
  type: 'flood-forecast.v1',
  key: station,
  id: `forecast/${station}/${time}`,
  occurredAt: response.instant(time),
  data: {
    station,
    issuer: 'h',
    validAt: response.instant(validAt),
    stageM: null,
    flowM3s: null,
    returnPeriodYears: null,
    text: null,
    ...data,
  },
});
const confirm = async (level: string, more: object = {}): Promise<void> => {
  const open = (await ofCity()).find(({ state }) => state === 'proposed');
  await response.order({ kind: 'confirm', ...CITY, level, counties: [], proposalId: open?.proposal, ...more });
};

describe('where a level is called for', () => {
  it('a second county widens it: only its tasks are raised, those of the first stay', async () => {
    await begin();
    await response.at('20:30');
    await warned('20:30', 'orange', [YINGDE]);
    await confirm('IV');
    const first = await query().tasks();
    await response.at('21:00');
    await warned('21:00', 'orange', [QINGCHENG]);
    expect(await levels()).toEqual(['ordered IV: 英德市IV', 'proposed IV: 清城区IV 英德市IV']);
    await confirm('IV');
    expect(await tasksIn()).toEqual([QINGCHENG, YINGDE].sort());
    const raised = (await query().tasks()).filter(({ id }) => !first.some((one) => one.id === id));
    expect(new Set(raised.map(({ county }) => county))).toEqual(new Set([QINGCHENG]));
    expect(await lastSaid('response-changed.v1')).toMatchObject({ change: 'widen', from: 'IV', to: 'IV' });
  });

  it('a forecast for 石角 raises Ⅲ there, and leaves 英德 up the river at Ⅳ with the lists of Ⅳ', async () => {
    await begin();
    await response.at('20:30');
    await warned('20:30', 'orange', [YINGDE]);
    await confirm('IV');
    const before = await query().tasks();
    await response.give(forecast('shijiao', '20:30', '+1 08:00', { flowM3s: 13_900 }));
    expect(await levels()).toEqual(['ordered IV: 英德市IV', 'proposed III: 英德市IV 石角站河段III']);
    await confirm('III');
    const points = new Map(ResponsePlan.read(PLAN).riskPoints.map((point) => [point.id, point]));
    const raised = (await query().tasks())
      .filter(({ id }) => !before.some((one) => one.id === id))
      .map(({ riskPoint }) => points.get(riskPoint));
    expect(raised.length).toBeGreaterThan(0);
    expect(new Set(raised.map((point) => point?.reach))).toEqual(new Set(['shijiao']));
  });

  it('龙沥 at its warning stage concerns the points of its reach, and nobody else in eight counties', async () => {
    await begin();
    await response.at('20:30');
    await response.give(stage('longli', '20:30', 13));
    expect(await levels()).toEqual(['ordered none: ', 'proposed IV: 龙沥站河段IV']);
    expect(await lastSaid('response-proposed.v1')).toMatchObject({
      counties: [QINGCHENG],
      areas: [{ area: 'reach:longli', name: '龙沥站河段', level: 'IV' }],
      conditions: ['stage-at-warning'],
      reason: '站点达到警戒水位：龙沥站达到警戒水位',
    });
    await confirm('IV');
    const points = ResponsePlan.read(PLAN).riskPoints.filter(({ reach }) => reach === 'longli');
    const raised = (await query().tasks()).map(({ riskPoint }) => riskPoint);
    expect(raised.length).toBeGreaterThan(0);
    for (const id of raised) expect(points.map((point) => point.id)).toContain(id);
  });

  it('a higher level hastens what is still to be done', async () => {
    await begin();
    await response.at('20:30');
    await response.order({ kind: 'raise', ...CITY, level: 'IV', counties: [YINGDE] });
    await response.at('21:00');
    const raise = { kind: 'raise', ...CITY, level: 'II', counties: [YINGDE] };
    await response.order({ ...raise, actor: 'liang', right: 'approve-I' });
    await response.order({ kind: 'countersign', ...CITY, countersigns: 'o2', actor: 'zheng', right: 'approve-I' });
    expect(await levels()).toEqual(['ordered II: 英德市II']);
    const due = new Set((await query().tasks(true)).map(({ dueAt }) => dueAt));
    expect(due).toEqual(new Set([response.instant('+1 00:00')])); // 180 minutes of level II, not 360 of level IV
  });
});

describe('while a proposal is open', () => {
  it('its grounds that are gone are said within the minute, and it goes on being called out', async () => {
    await begin();
    await response.at('20:30');
    await warned('20:30', 'orange', [YINGDE], { expiresAt: response.instant('20:45') });
    await response.at('20:46');
    expect(await lastSaid('response-proposal-revised.v1')).toMatchObject({ groundsGone: true, calledFor: 'none' });
    await confirm('IV', { reason: '' });
    expect(await reasonOf('o1')).toContain('依据已消失，签发须写明理由');
    await response.at('+1 10:01');
    // Every half hour, without end.
    expect(await said('response-proposal-overdue.v1')).toHaveLength(27);
    await confirm('IV', { reason: '上游仍有强降雨' });
    expect(await levels()).toEqual(['ordered IV: 英德市IV']);
  });

  it('a second county replaces it, and nobody waits anew', async () => {
    await begin();
    await response.at('20:30');
    await warned('20:30', 'orange', [YINGDE]);
    await response.at('20:40');
    await warned('20:40', 'orange', [QINGCHENG]);
    expect(await lastSaid('response-proposed.v1')).toMatchObject({
      proposalId: '441800-flood-2020-P02',
      dueAt: response.instant('21:00'),
      counties: [QINGCHENG, YINGDE].sort(),
    });
    await response.at('21:01');
    expect(await said('response-proposal-overdue.v1')).toHaveLength(1);
  });

  it('the second of two leaders is told who decided', async () => {
    await begin();
    await response.at('20:30');
    await warned('20:30', 'orange', [YINGDE]);
    const both = { kind: 'confirm', ...CITY, level: 'IV', counties: [], proposalId: '441800-flood-2020-P01' };
    await response.order({ ...both, actor: 'liang' });
    await response.order({ ...both, actor: 'zheng' });
    expect(await query().outcomeOf('order/o2')).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringContaining('建议 441800-flood-2020-P01 已由 liang 于 2020-06-06 20:30 签发'),
    });
    await warned('20:30', 'orange', [FOGANG]);
    expect(await levels()).toEqual(['ordered IV: 英德市IV', 'proposed IV: 佛冈县IV 英德市IV']);
  });
});

describe('rain', () => {
  it('of overlapping windows is counted once: 60-minute sums every 10 minutes are no hundred millimetres', async () => {
    await begin();
    await response.at('12:00');
    const times = Array.from({ length: 24 }, (_, n) => `${String(8 + Math.floor(n / 6)).padStart(2, '0')}:${n % 6}0`);
    await response.give(...times.map((time) => rain('fogang', time, 12, 60)));
    expect(await query().items(true)).toEqual([]); // 36 mm in three hours, not 216
    await response.give(rain('fogang', '12:00', 78, 60)); // 10:00 to 12:00 before: 102 mm
    expect(await lastSaid('response-proposed.v1')).toMatchObject({
      reason: expect.stringContaining('佛冈站3小时雨量102毫米'),
    });
  });

  it('measured over three hours counts, and what is not known is said', async () => {
    await begin();
    await response.at('12:00');
    const five = Array.from({ length: 36 }, (_, n) => n)
      .filter((n) => n !== 20)
      .map(
        (n) =>
          `${String(9 + Math.floor((n + 1) / 12)).padStart(2, '0')}:${String(((n + 1) % 12) * 5).padStart(2, '0')}`,
      );
    await response.give(...five.map((time) => rain('yangshan', time, 2.85, 5)));
    expect((await ofCity()).filter(({ state }) => state === 'proposed')).toEqual([]);
    expect(await items()).toEqual([
      'rain-incomplete 阳山站3小时雨量至少99.75毫米（资料覆盖97%），接近“站点3小时雨量100毫米以上”，请核实缺报时段',
    ]);
    await response.give(rain('yangshan', '12:00', 250, 180));
    expect(await lastSaid('response-proposed.v1')).toMatchObject({
      reason: expect.stringContaining('阳山站3小时雨量250毫米'),
    });
  });
});

describe('silence', () => {
  it('of a gauge at a level in force is an item after one missed time, a call after three, and over when it speaks', async () => {
    await begin();
    await response.at('02:00');
    await response.give(stage('yingde', '02:00', 26.5));
    await confirm('IV');
    await response.at('08:01');
    expect(await items()).toEqual(['gauge-silent 英德(五)站自6日02:00后无新读数（Ⅳ级响应期间应每360分钟一报）']);
    expect(await response.said('gauge-silent.v1')).toHaveLength(0);
    await response.at('20:01');
    expect(await lastSaid('gauge-silent.v1')).toMatchObject({ station: 'yingde', missed: 3 });
    await response.at('+1 02:05');
    expect((await items())[0]).toContain('其读数已不再计入研判');
    expect(await levels()).toEqual(['ordered IV: 英德(五)站河段IV']); // it is never lowered by silence
    await response.give(stage('yingde', '+1 02:05', 25));
    expect(await items()).toEqual([]);
    expect(await response.said('gauge-silent.v1')).toHaveLength(1);
    expect(await lastSaid('gauge-heard.v1')).toMatchObject({ station: 'yingde' });
  });

  it('of an issuer: a warning without end holds for the time of its kind, and then a person is asked', async () => {
    await begin();
    await response.at('08:00');
    await warned('08:00', 'orange', [YINGDE]);
    await response.at('+1 07:59');
    expect(await items()).toEqual([]);
    await response.at('+1 08:01');
    expect(await lastSaid('response-proposal-revised.v1')).toMatchObject({ groundsGone: true });
    expect(await items()).toEqual([
      'warning-lapsed 英德市暴雨预警未见解除，已计至7日08:00，不再计入，请核实是否仍有效',
    ]);
  });
});

describe('the end', () => {
  it('by a person while a red warning is in force says what still holds, and is watched on', async () => {
    await begin();
    await response.at('10:00');
    await warned('10:00', 'red', [YINGDE, QINGCHENG]);
    await response.order({ kind: 'raise', ...CITY, level: 'IV', counties: [FOGANG] });
    await response.order({ kind: 'refuse', ...CITY });
    await response.order({ kind: 'end', ...CITY });
    await response.order({ kind: 'countersign', ...CITY, countersigns: 'o3', actor: 'zheng' });
    expect(await reasonOf('o3')).toContain('仍达到：暴雨橙色以上预警信号（清城区暴雨红色预警、英德市暴雨红色预警）');
    expect((await levels())[0]).toBe('ordered none: ');
    await response.at('10:30');
    await response.give(stage('dawan', '10:30', 42.1));
    expect((await levels()).at(-1)).toBe('proposed IV: 大湾站河段IV');
  });

  it('and again: tasks are reopened for those who never moved', async () => {
    await begin();
    await response.at('10:00');
    await response.order({ kind: 'raise', ...CITY, level: 'III', counties: [YINGDE] });
    const tasks = await query().tasks();
    const low = tasks.filter(({ name }) => name.includes('低洼'));
    const [all, some] = low as [(typeof low)[number], (typeof low)[number]];
    const persons = (n: number): string[] => Array.from({ length: n }, (_, at) => `p${at}`);
    const told = { refusing: 0, evidence: 'photo' };
    await response.order({ kind: 'progress', taskId: all.id, moved: persons(all.people), absent: 0, ...told });
    await response.order({ kind: 'progress', taskId: some.id, moved: persons(2), absent: some.people - 2, ...told });
    await response.order({ kind: 'lower', ...CITY, level: 'IV' });
    await response.at('15:00');
    await response.order({ kind: 'raise', ...CITY, level: 'III', counties: [YINGDE] });
    const after = new Map((await query().tasks()).map((task) => [task.id, task]));
    expect(after.get(all.id)).toMatchObject({ state: 'closed' });
    expect(after.get(some.id)).toMatchObject({
      state: 'raised',
      absent: 0,
      moved: 2,
      dueAt: response.instant('19:00'),
      reason: expect.stringContaining('再次启动'),
    });
  });
});

it('at any instant says why the level was what it was', async () => {
  await begin();
  await response.at('10:00');
  await warned('10:00', 'red', [YINGDE]);
  await response.at('11:00');
  await confirm('IV');
  await response.at('12:00');
  await response.give(stage('yingde', '12:00', 25.8));
  const [then] = await query().explain(response.instant('10:30'));
  expect(then).toMatchObject({
    level: 'none',
    calledFor: 'IV',
    proposal: '441800-flood-2020-P01',
    conditions: [
      { id: 'rain-orange', state: 'holds', by: '英德市暴雨红色预警', since: response.instant('10:00') },
      { id: 'rain-red-two', state: 'near', by: '英德市暴雨红色预警；尚差1个县（市、区）' },
      { id: 'rain-red-four', state: 'near', by: '英德市暴雨红色预警；尚差3个县（市、区）' },
    ],
  });
  const [now] = await query().explain(null);
  expect(now).toMatchObject({ level: 'IV', at: response.instant('11:00') });
  expect(now?.reason).toMatch(/^防汛Ⅳ级应急响应在行：英德市Ⅳ级。现有依据达到Ⅳ级：/);
  expect(await query().explain(response.instant('09:59'))).toEqual([]);
});
