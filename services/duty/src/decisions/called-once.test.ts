import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromShanghai } from '@fengsui/contracts';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '../index.js';
import { common, proposed, PROPOSAL } from '../proposal-for-tests.js';

/** Nobody is called twice for nothing. */
const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');

let duty: LoneService;
beforeEach(async () => {
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) =>
    DutyModule.of(DutyPlan.read(PLAN), settings),
  );
  await duty.at('20:30');
});
afterEach(() => duty.end());

const calls = async (): Promise<string[]> =>
  (await duty.get(DutyQuery).calls()).map(({ cause, state, steps }) => `${cause} ${state} ${steps}`);
const words = async (): Promise<readonly Readonly<{ subject: string; text: string }>[]> =>
  duty.runtime.db.query('select subject, text from duty.call order by started_at');
const overdue = (reminder: number): Given => ({
  type: 'response-proposal-overdue.v1',
  key: '441800/flood',
  id: `response-proposal-overdue/${PROPOSAL}/${reminder}`,
  data: {
    ...common,
    proposalId: PROPOSAL,
    from: 'none',
    to: 'IV',
    dueAt: duty.instant('21:00'),
    reminder,
    reason: '雨',
  },
});
const gauge = (kind: 'silent' | 'heard', station: string): Given => ({
  type: `gauge-${kind}.v1`,
  key: station,
  id: `gauge-${kind}/${station}/1`,
  occurredAt: duty.instant('20:30'),
  data: {
    station,
    county: '441881',
    plan: 'plan-1',
    ...(kind === 'heard' ? {} : { lastAt: duty.instant('12:30'), missed: 3, reason: `${station}站无新读数` }),
  },
});

describe('a reminder of what nobody has decided', () => {
  it('rings nobody anew while the call for it still climbs, and says so in that call', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    await duty.at('21:00');
    await duty.give(overdue(1));
    expect(await calls()).toEqual(['proposal-overdue ringing 6']);
    expect((await words())[0]?.subject).toContain('【逾期未签发】');
  });

  it('goes on in that call when nobody answered it, and rings it anew when somebody did', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    await duty.at('21:30');
    await duty.give(overdue(2));
    expect(await calls()).toEqual(['proposal-overdue unanswered 8']); // 20:30 to 21:05, 21:10, 21:25
    await duty.order({ kind: 'answer', callId: `proposal/${PROPOSAL}`, person: 'desk' });
    expect(await calls()).toEqual(['proposal-overdue answered 8']);
    await duty.give(overdue(3));
    expect(await calls()).toEqual(['proposal-overdue ringing 9']);
    expect((await duty.said('call-started.v1')).length).toBe(1);
  });
});

describe('a proposal that lowers or ends', () => {
  it('climbs no urgent chain: nothing is at risk while nobody decides', async () => {
    const lower = proposed(duty.instant('21:00'));
    await duty.give({ ...lower, data: { ...lower.data, from: 'IV', to: 'none' } });
    await duty.at('20:36');
    expect(await calls()).toEqual(['proposal-lower ringing 1']);
  });
});

describe('a proposal of a county', () => {
  it('is for its own people first, and climbs on to the city', async () => {
    const county = proposed(duty.instant('21:00'), '441881-flood-2020-P01');
    await duty.give({ ...county, data: { ...county.data, authority: '441881' } });
    await duty.at('20:36');
    const called = await duty.runtime.db.query<{ person: string }[]>(
      'select distinct person, step from duty.delivery order by step',
    );
    expect(called.map(({ person }) => person)).toEqual(['duty-441881', 'wu']);
    expect((await words())[0]?.subject).toBe('【待签发】建议启动英德市防汛Ⅳ级应急响应');
  });
});

describe('gauges that fall silent at one moment', () => {
  it('are one call, which goes on about those that are not heard again', async () => {
    await duty.give(gauge('silent', 'yingde'), gauge('silent', 'shijiao'));
    await duty.give(gauge('silent', 'longli'));
    expect(await calls()).toEqual(['source-silent ringing 1']);
    expect((await words())[0]?.subject).toContain('3个测站');
    await duty.give(gauge('heard', 'shijiao'));
    const [left] = await words();
    expect(left?.subject).toContain('2个测站');
    expect(left?.text).not.toContain('shijiao');
    await duty.give(gauge('heard', 'yingde'), gauge('heard', 'longli'));
    expect(await calls()).toEqual(['source-silent closed 1']);
  });
});

describe('a transfer', () => {
  const task = { taskId: 'E1/441881-002', episodeId: 'E1', county: '441881' };
  const overdueTask = (reminder: number): Given => ({
    type: 'transfer-task-overdue.v1',
    key: task.taskId,
    id: `transfer-task-overdue/${task.taskId}/${reminder}`,
    data: { ...task, unaccounted: 7 - reminder, dueAt: duty.instant('20:30'), reminder, reason: '-', plan: 'p' },
  });

  it('that is overdue calls again and again, but nobody anew while its call still climbs', async () => {
    await duty.give(overdueTask(1));
    await duty.at('20:31');
    await duty.give(overdueTask(2));
    await duty.at('20:32');
    expect(await calls()).toEqual([expect.stringMatching(/^transfer-overdue ringing/)]);
    expect((await words())[0]?.subject).toContain('5人未落实');
    await duty.at('22:00');
    await duty.give(overdueTask(3));
    await duty.at('22:01');
    expect(await calls()).toEqual([expect.stringMatching(/^transfer-overdue unanswered/)]);
    expect((await words())[0]?.subject).toContain('4人未落实');
  });

  it('needs nobody any more when all of its tasks are closed, and somebody while one is not', async () => {
    const other = { ...task, taskId: 'E1/441881-003' };
    const overdueOf = (one: typeof task): Given => {
      const given = overdueTask(1);
      return {
        ...given,
        key: one.taskId,
        id: `transfer-task-overdue/${one.taskId}/1`,
        data: { ...given.data, ...one },
      };
    };
    const closed = (one: typeof task): Given => ({
      type: 'transfer-task-closed.v1',
      key: one.taskId,
      data: { ...one, movedTotal: 7, people: 7, outcome: 'everyone-accounted-for', reason: '-' },
    });
    await duty.give(overdueOf(task), overdueOf(other));
    await duty.at('20:31');
    await duty.give(closed(task));
    expect(await calls()).toEqual(['transfer-overdue ringing 1']);
    await duty.give(closed(other));
    expect(await calls()).toEqual(['transfer-overdue closed 1']);
  });

  it('whose people come back before they are released is an alarm; one that was released is none', async () => {
    const back = (id: string, unreleased: object): Given => ({
      type: 'transfer-task-progressed.v1',
      key: task.taskId,
      id,
      data: {
        ...task,
        moved: [],
        returned: ['p1', 'p2'],
        ...unreleased,
        movedTotal: 3,
        people: 5,
        absent: 0,
        refusing: 0,
        evidence: 'head-count',
        reportedBy: 'x',
      },
    });
    await duty.give(back('a', {}));
    expect(await calls()).toEqual([]);
    await duty.give(back('b', { unreleased: 2 }));
    expect(await calls()).toEqual(['transfer-returned ringing 1']);
    expect((await words())[0]?.subject).toBe('【擅自返回】英德市 2人');
  });
});

describe('what is owed', () => {
  const common = {
    matter: 'receipt/清防〔2020〕1号',
    kind: 'receipt',
    authority: '441800',
    dueAt: fromShanghai('2020-06-06T20:30'),
  };
  const overdueFor = (reminder: number, ...names: string[]): Given => ({
    type: 'obligation-overdue.v1',
    key: common.matter,
    id: `obligation-overdue/${common.matter}/${common.dueAt}/${reminder}`,
    data: {
      ...common,
      missing: names.map((name) => ({ owner: name, name, words: '签收清防〔2020〕1号' })),
      reminder,
      reason: '-',
      plan: 'p',
    },
  });

  it('calls once for all who owe it, says who is left, and stops when nobody is', async () => {
    await duty.give(overdueFor(1, '英德市三防指挥部', '市水利局'));
    await duty.at('20:31');
    await duty.give(overdueFor(2, '市水利局'));
    expect(await calls()).toEqual(['obligation-overdue ringing 1']);
    expect((await words())[0]?.text).toContain('仍未办：市水利局');
    await duty.give({
      type: 'obligation-met.v1',
      key: common.matter,
      id: 'met',
      data: { ...common, owner: 'water', doneAt: common.dueAt, inTime: false, reportedBy: 'x', left: 0, reason: '-' },
    });
    expect(await calls()).toEqual(['obligation-overdue closed 1']);
  });

  it('is one call for all that falls due together, however many matters, and each is done by itself', async () => {
    const matters = Array.from({ length: 40 }, (_, n) => `step/${n + 10}`);
    const due = matters.map((matter): Given => {
      const one = overdueFor(1, '市水利局');
      return { ...one, key: matter, id: `obligation-overdue/${matter}/1`, data: { ...one.data, matter } };
    });
    await duty.give(...due);
    await duty.give({ ...due[0], id: 'obligation-overdue/again', key: matters[0] ?? '' } as Given);
    await duty.at('20:31');
    expect(await calls()).toEqual(['obligation-overdue ringing 1']);
    expect((await words())[0]?.subject).toBe('【逾期未办】40项');
    for (const [n, matter] of matters.entries()) {
      const met = {
        ...common,
        matter,
        owner: 'water',
        doneAt: common.dueAt,
        inTime: false,
        reportedBy: 'x',
        left: 0,
        reason: '-',
      };
      await duty.give({ type: 'obligation-met.v1', key: matter, id: `met/${n}`, data: met });
      const left = matters.length - n - 1;
      expect(await calls()).toEqual([`obligation-overdue ${left === 0 ? 'closed' : 'ringing'} 1`]);
    }
  });
});

it('figures that are not what their facts come to are one call to whoever keeps the system, until they agree again', async () => {
  const checked = (differences: number): Given => ({
    type: 'figures-checked.v1',
    key: 'counters',
    data: { check: 'counters', differences, text: differences === 0 ? '' : 'fires.count 2020-06-01: 7 ≠ 2' },
  });
  await duty.give(checked(1), { ...checked(1), id: 'figures-checked/next-day' });
  expect(await calls()).toEqual(['self-check ringing 1']);
  expect((await words())[0]?.text).toContain('fires.count 2020-06-01: 7 ≠ 2');
  const [step] = await duty.said('call-step.v1');
  expect(step?.data).toMatchObject({ role: 'system-keeper' });
  await duty.give(checked(0));
  expect(await calls()).toEqual(['self-check closed 1']);
});

it('a draft is one call to whoever checks it, then one to whoever signs it, by day, until they have', async () => {
  const waits = (version: number, waitsFor: string, by: string): Given => ({
    type: 'report-waits.v1',
    key: '2020/annual-summary',
    id: `report-waits/2020/annual-summary/${version}/${waitsFor}`,
    data: {
      matter: '2020/annual-summary',
      report: `2020/annual-summary/${version}`,
      title: '年度工作总结',
      waitsFor,
      by,
      missing: 2,
      findings: 1,
    },
  });
  const roles = async (): Promise<unknown[]> =>
    (await duty.said('call-step.v1')).map(({ data }) => (data as { role: string }).role);
  await duty.at('23:00');
  await duty.give(waits(1, 'check', 'roll-up'));
  expect(await calls()).toEqual(['report-check ringing 0']); // nobody is woken for a paper
  await duty.at('+1 06:30');
  expect(await roles()).toEqual(['statistician']);
  expect((await words())[0]).toMatchObject({ subject: expect.stringContaining('待核稿】年度工作总结') });
  const [id] = await duty.runtime.db.query(`select id from duty.call`);
  await duty.order({ kind: 'answer', callId: id.id, person: 'sun', reason: '今天核', actor: 'sun' });
  expect(await calls()).toEqual(['report-check answered 1']);
  await duty.give(waits(2, 'check', 'sun')); // the same matter, of which what was promised is told in the new words
  expect(await calls()).toEqual(['report-check answered 1']);
  expect((await words())[0]?.text).toContain('check-report 2020/annual-summary/2');
  await duty.give(waits(2, 'sign', 'sun'));
  expect(await calls()).toEqual(['report-check answered 1', 'report-sign ringing 1']);
  await duty.at('+2 07:00');
  await duty.at('+5 07:00');
  // Nobody answers: the next in the chain, and then once a day; not every quarter of an hour.
  const rung = (await roles()).length;
  expect(rung).toBeGreaterThan(4);
  expect(rung).toBeLessThan(9);
  await duty.give(waits(2, 'nobody', 'liang'));
  await duty.at('+9 07:00');
  expect((await roles()).length).toBe(rung);
  expect((await calls()).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
    'report-check answered',
    'report-sign answered',
  ]);
});
