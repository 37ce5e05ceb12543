import { afterEach, describe, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { utc, type DomainEvent, type EventType, type UtcInstant } from '@fengsui/contracts';
import { recordsAfter, verifyAudit } from '@fengsui/access';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from './index.js';
import { warning } from './warning-for-tests.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const YINGDE = '441881000000';
const CITY = { authority: '441800', hazard: 'flood' };

let response: LoneService;
afterEach(() => response.end());
const begin = async (): Promise<void> => {
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(PLAN)),
  );
};
const query = (): ResponseQuery => response.get(ResponseQuery);
const said = async (type: EventType): Promise<readonly DomainEvent[]> =>
  (await response.said(type)).filter(({ data }) => ({ ...CITY, ...data }).authority === CITY.authority);
/** Of the city; what its counties decide is in county-levels.test.ts. */
const levels = async (): Promise<string[]> =>
  (await query().levels()).flatMap(({ authority, level, state }) =>
    authority === CITY.authority ? [`${state} ${level}`] : [],
  );
const warned = (colour: string, time: string, ...counties: string[]): Promise<void> =>
  response.give(warning(`w${time}`, response.instant(time), colour, counties));

describe('a warning of whoever may not say so', () => {
  it.each(['unknown', 'beyond'])('proposes nothing and ends nothing: %s', async (standing) => {
    await begin();
    await response.at('20:30');
    const by = (identifier: string, more: object = {}): ReturnType<typeof warning> => {
      const given = warning(identifier, response.instant('20:30'), 'red', [YINGDE], more);
      return { ...given, data: { ...given.data, trust: { standing, signed: false, reason: 'for the test' } } } as never;
    };
    await response.give(by('forged'));
    expect(await levels()).toEqual([]);
    await warned('orange', '20:30', YINGDE);
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    await response.give(by('end', { msgType: 'Cancel', references: [['w20:30', response.instant('20:30')]] }));
    await response.at('20:40');
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
  });
});

describe('a warning whose place nothing here knows', () => {
  const EVERY = ['441800000000'];
  const red = (): ReturnType<typeof warning> =>
    warning('where', response.instant('20:30'), 'red', EVERY, { placedBy: 'issuer' });
  const locate = (fields: object): Promise<void> => response.order({ kind: 'locate', eventId: red().id, ...fields });
  const reasonOf = async (order: string): Promise<string | undefined> =>
    (await query().outcomeOf(`order/${order}`))?.reason;

  it('counts for all of its sender until a person has said where it holds', async () => {
    await begin();
    await response.at('20:30');
    await response.give(red());
    expect(await levels()).toEqual(['ordered none', 'proposed II']);
    expect(await query().checks()).toMatchObject([{ name: 'places', ok: false, found: `${red().id}: a` }]);
    await response.order({ kind: 'refuse', ...CITY });
    await locate({ counties: ['110105'] });
    expect(await reasonOf('o2')).toContain('不是本市');
    await locate({ counties: ['441821'] });
    // Red in one county calls for Ⅳ there, and nowhere else any more.
    expect(await levels()).toEqual(['ordered none', 'proposed III']);
    const [revised] = await said('response-proposal-revised.v1');
    const reason = expect.stringContaining('目前按现有依据为Ⅳ级（佛冈县）');
    expect(revised?.data).toMatchObject({ calledFor: 'IV', groundsGone: false, reason });
    expect(await query().checks()).toMatchObject([{ name: 'places', ok: true }]);
  });

  it('may be located before it has come, and elsewhere; what its issuer has placed is not placed by others', async () => {
    await begin();
    await response.at('20:30');
    await locate({ counties: [] });
    expect(await query().outcomeOf('order/o1')).toMatchObject({ outcome: 'waiting' });
    await response.give(red());
    expect(await query().outcomeOf('order/o1')).toMatchObject({ outcome: 'done' });
    expect(await levels()).toEqual(['ordered none']);
    await warned('orange', '20:30', YINGDE);
    await response.order({
      kind: 'locate',
      eventId: `weather-warning/s/w20:30/${response.instant('20:30')}`,
      counties: [],
    });
    expect(await reasonOf('o2')).toContain('已写明区域');
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
  });
});

describe('the level of a response', () => {
  it('is proposed when a warning calls for it, ordered by a person, and raises the tasks of the counties warned', async () => {
    await begin();
    await response.at('20:30');
    await warned('orange', '20:30', YINGDE);
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    const [proposed] = await said('response-proposed.v1');
    expect(proposed?.data).toMatchObject({ from: 'none', to: 'IV', counties: ['441881'] });
    expect(proposed?.causes).toEqual([`weather-warning/s/w20:30/${response.instant('20:30')}`]);

    await response.order({ kind: 'confirm', ...CITY, level: 'IV', counties: [] });
    expect(await levels()).toEqual(['ordered IV']);
    const tasks = await query().tasks();
    expect(tasks.length).toBeGreaterThan(10);
    expect(new Set(tasks.map(({ county }) => county))).toEqual(new Set(['441881']));
    expect(await response.said('transfer-task-raised.v1')).toHaveLength(tasks.length);

    await response.order({ kind: 'end', ...CITY }); // people are not accounted for: it takes two
    await response.order({ kind: 'countersign', ...CITY, countersigns: 'o2', actor: 'zheng' });
    expect(await levels()).toEqual(['ordered none']);
    expect((await query().tasks(true)).every(({ state }) => state === 'unverified')).toBe(true);
  });

  it('stays as it is while nobody decides, and says so again and again', async () => {
    await begin();
    await response.at('01:00');
    await warned('orange', '01:00', YINGDE);
    await response.at('02:31');
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    expect(await said('response-proposal-overdue.v1')).toHaveLength(3);
    await response.order({ kind: 'refuse', ...CITY });
    await response.at('08:00');
    expect(await levels()).toEqual(['ordered none']);
    expect(await said('response-proposal-overdue.v1')).toHaveLength(3);
  });

  it('is left alone by an exercise, a test, a foreign alert, a warning of another kind and one that is over', async () => {
    await begin();
    await response.at('10:00');
    const at = response.instant('10:00');
    for (const status of ['Exercise', 'Test', 'System', 'Draft'])
      await response.give(warning(status, at, 'red', [YINGDE], { status }));
    await response.give(warning('elsewhere', at, 'red', ['440100000000']));
    await response.give(warning('lightning', at, 'red', [YINGDE], { eventCode: '11B14' }));
    await response.give(warning('expired', at, 'red', [YINGDE], { expiresAt: response.instant('09:00') }));
    expect((await levels()).filter((level) => level !== 'ordered none')).toEqual([]);
    expect(await response.said()).toEqual([]);
  });

  it('is not called for by history; what is still in force counts however long it was under way', async () => {
    await begin();
    await response.at('20:30');
    const lastYear = '2019-06-06T12:00:00.000Z' as UtcInstant;
    const stage = (at: UtcInstant, stageM: number) => ({
      type: 'reading.v1' as const,
      key: 'longli',
      id: `reading/longli/stage/${at}`,
      occurredAt: at,
      data: { station: 'longli', quantity: 'stage', stageM },
    });
    await response.give(warning('no-end', lastYear, 'red', [YINGDE]), stage(lastYear, 14.6));
    await response.at('20:40');
    expect(await levels()).toEqual(['ordered none']);
    // A reading that had to wait for an hour is the newest of its gauge, and fresh.
    await response.give(stage(response.instant('19:40'), 14.6));
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    await response.order({ kind: 'refuse', ...CITY });
    await response.give(
      warning('until-tonight', response.instant('-2 20:00'), 'red', [YINGDE, '441882000000'], {
        expiresAt: response.instant('23:00'),
      }),
    );
    expect(await levels()).toEqual(['ordered none', 'proposed III']);
  });

  it('goes on by an update that was long under way, of what is in force here', async () => {
    await begin();
    await response.at('01:00');
    await warned('orange', '01:00', YINGDE);
    await response.order({ kind: 'confirm', ...CITY, level: 'IV', counties: [] });
    await response.at('+3 12:00');
    const references: readonly (readonly [string, UtcInstant])[] = [['w01:00', response.instant('01:00')]];
    await response.give(
      warning('update', response.instant('+1 08:00'), 'red', [YINGDE, '441882000000'], {
        msgType: 'Update',
        references,
      }),
    );
    expect(await levels()).toEqual(['ordered IV', 'proposed III']);
  });

  it('believes a jump that a neighbour on the same river bears out, whichever of the two comes first', async () => {
    const stage = (station: string, time: string, stageM: number) => ({
      type: 'reading.v1' as const,
      key: station,
      id: `reading/${station}/stage/${time}`,
      occurredAt: response.instant(time),
      data: { station, quantity: 'stage', stageM },
    });
    const [calm, jump, beside] = [
      () => stage('qingyuan', '19:50', 8),
      () => stage('qingyuan', '20:00', 13),
      () => stage('shijiao', '20:05', 11.2),
    ];
    for (const order of [
      [calm, jump, beside],
      [calm, beside, jump],
    ]) {
      await begin();
      await response.at('20:10');
      for (const given of order) await response.give(given());
      const gauges = await query().gauges();
      expect(gauges.find(({ station }) => station === 'qingyuan')).toMatchObject({ stageM: 13, doubtful: null });
      await response.end();
    }
    // What lies beyond all that the gauge can show is borne out by nobody, and neither is a jump beside calm water.
    await begin();
    await response.at('20:10');
    await response.give(beside(), calm(), stage('qingyuan', '20:00', 99.9));
    await response.give(stage('yingde', '19:50', 20), stage('yingde', '20:00', 27), stage('feilaixia', '20:00', 12));
    const gauges = await query().gauges();
    expect(gauges.find(({ station }) => station === 'qingyuan')).toMatchObject({
      stageM: 8,
      doubtful: { stageM: 99.9 },
    });
    expect(gauges.find(({ station }) => station === 'yingde')).toMatchObject({ stageM: 20, doubtful: { stageM: 27 } });
  });

  it('comes to the same whatever the order in which warning, update and cancel arrive', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
      [0, 2, 1],
      [1, 2, 0],
    ]) {
      await begin();
      await response.at('12:00');
      const [t1, t2, t3] = ['09:00', '10:00', '11:00'].map((time) => response.instant(time)) as [
        UtcInstant,
        UtcInstant,
        UtcInstant,
      ];
      const messages = [
        warning('a', t1, 'orange', [YINGDE]),
        warning('b', t2, 'red', [YINGDE], { msgType: 'Update', references: [['a', t1]] }),
        warning('c', t3, 'red', [YINGDE], { msgType: 'Cancel', references: [['b', t2]] }),
      ];
      for (const index of order) await response.give(...messages.slice(index, index + 1));
      await response.at('12:01');
      const inForce = await response.runtime.db.query('select event from response.warning where ended_by is null');
      expect([order, inForce]).toEqual([order, []]);
      if (order[0] !== 1 || order[1] !== 2) await response.end();
    }
  });

  it('is proposed to end only after the gauges were observed calm for the dwell time', async () => {
    await begin();
    const stage = (time: string, stageM: number): Promise<void> =>
      response.give({
        type: 'reading.v1',
        key: 'qingyuan',
        occurredAt: response.instant(time),
        data: { station: 'qingyuan', quantity: 'stage', stageM },
      });
    await response.at('08:00');
    await stage('08:00', 12.1); // warning stage 12.00
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    await response.order({ kind: 'confirm', ...CITY, level: 'IV', counties: [] });
    await response.at('14:00'); // no reading for six hours: the last one goes on holding the level up
    expect(await levels()).toEqual(['ordered IV']);
    await stage('14:00', 11.4);
    await response.at('20:01'); // calm for six hours, but nobody looked at the river lately
    expect(await levels()).toEqual(['ordered IV']);
    await stage('20:01', 11.2);
    await response.at('23:30');
    expect(await levels()).toEqual(['ordered IV', 'proposed none']);
  });

  it('is weighed again after an order: what still calls for more is proposed again', async () => {
    await begin();
    await response.at('10:00');
    await warned('red', '10:00', YINGDE, '441802000000');
    expect(await levels()).toEqual(['ordered none', 'proposed III']);
    await response.order({ kind: 'raise', ...CITY, level: 'IV', counties: [] });
    expect(await levels()).toEqual(['ordered IV', 'proposed III']);
  });
});

describe('an order of a response', () => {
  it('for a proposal that is not there yet waits a while; without its task it is rejected with the reason', async () => {
    await begin();
    await response.at('10:00');
    await response.order({ kind: 'confirm', ...CITY, level: 'IV', counties: [] });
    expect(await query().outcomeOf('order/o1')).toMatchObject({ outcome: 'waiting' });
    await response.at('10:05');
    await warned('orange', '10:05', YINGDE);
    // Nobody decides on what does not exist yet: a spare confirmation starts nothing.
    expect(await levels()).toEqual(['ordered none', 'proposed IV']);
    expect(await query().outcomeOf('order/o1')).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringContaining('早于建议'),
    });
    const none = { moved: [], absent: 0, refusing: 0, evidence: 'none' };
    await response.order({ kind: 'progress', taskId: 'no-such-task', ...none });
    await response.at('10:30');
    expect(await query().outcomeOf('order/o2')).toMatchObject({
      outcome: 'rejected',
      reason: '没有这个任务 / there is no task no-such-task',
    });
  });
});

describe('an order that takes two', () => {
  const raise = (more: object = {}): Promise<void> =>
    response.order({ kind: 'raise', ...CITY, level: 'I', counties: ['441881'], ...more });
  const countersign = (actor: string, right = 'approve-I'): Promise<void> =>
    response.order({ kind: 'countersign', ...CITY, countersigns: 'o1', actor, right });
  const liang = { actor: 'liang', right: 'approve-I' };

  it('waits for another person whose right reaches as far, and then is carried out with both names', async () => {
    await begin();
    await response.at('10:00');
    await raise(liang);
    expect(await levels()).toEqual(['ordered none']);
    expect(await query().outcomeOf('order/o1')).toMatchObject({
      outcome: 'waiting',
      reason: expect.stringContaining('两人'),
    });
    await countersign('liang');
    await countersign('wu', 'approve-III');
    expect(await levels()).toEqual(['ordered none']);
    await countersign('zheng');
    expect(await levels()).toEqual(['ordered I']);
    expect((await response.said('response-changed.v1'))[0]?.data).toMatchObject({
      decidedBy: 'liang',
      countersignedBy: 'zheng',
    });
  });

  it('is not countersigned in the name of who gave it, for another authority, or by a right below the level in force', async () => {
    await begin();
    await response.at('10:00');
    await raise(liang);
    const second = { kind: 'countersign', ...CITY, countersigns: 'o1', actor: 'wu', right: 'approve-I' };
    await response.order({ ...second, speaksFor: 'liang' });
    await response.order({ ...second, authority: '441881' });
    expect(await levels()).toEqual(['ordered none']);
    await response.order(second);
    expect(await levels()).toEqual(['ordered I']);
    await response.order({ kind: 'end', ...CITY, ...liang });
    await response.order({ ...second, countersigns: 'o5', right: 'approve-III' });
    expect(await levels()).toEqual(['ordered I']);
    await response.order({ ...second, countersigns: 'o5' });
    expect(await levels()).toEqual(['ordered none']);
  });

  it('is refused when nobody else comes', async () => {
    await begin();
    await response.at('10:00');
    await raise(liang);
    await response.at('12:00');
    expect(await query().outcomeOf('order/o1')).toMatchObject({ outcome: 'rejected' });
    await countersign('zheng');
    expect(await query().outcomeOf('order/o2')).toMatchObject({ outcome: 'rejected' });
    expect(await levels()).toEqual(['ordered none']);
  });

  it('is not given by whose right does not reach the level in force', async () => {
    await begin();
    await response.at('10:00');
    await raise(liang);
    await countersign('zheng');
    await response.order({ kind: 'lower', ...CITY, level: 'IV', actor: 'wu', right: 'approve-III' });
    expect(await query().outcomeOf('order/o3')).toMatchObject({ outcome: 'rejected' });
    expect(await levels()).toEqual(['ordered I']);
  });

  it('entered late stands in the name of who decided, and bears two others', async () => {
    await begin();
    await response.at('10:00');
    const late = { decidedBy: '市长', where: '清防〔2020〕1号' };
    await raise({ level: 'IV', actor: 'chen', right: 'approve-III', late });
    expect(await levels()).toEqual(['ordered none']);
    await countersign('wu', 'approve-III');
    expect(await levels()).toEqual(['ordered IV']);
    expect((await response.said('response-changed.v1'))[0]?.data).toMatchObject({
      decidedBy: '市长',
      countersignedBy: 'wu',
    });
  });

  it('of years ago is not entered late, whoever bears it', async () => {
    await begin();
    await response.at('10:00');
    const data = { orderId: 'old', actor: 'chen', right: 'approve-III', speaksFor: null, reason: 'test' };
    const late = { decidedBy: '市长', where: '清防〔2015〕1号' };
    await response.give({
      type: 'order.v1',
      key: 'old',
      id: 'order/old',
      occurredAt: utc('2015-05-20T02:00:00Z'),
      data: { ...data, ...CITY, kind: 'raise', level: 'IV', counties: ['441881'], late },
    });
    expect(await levels()).toEqual(['ordered none']);
    expect(await query().outcomeOf('order/old')).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringContaining('补录只限72小时内作出的决定'),
    });
  });

  it('leaves in the audit chain what was before and after, and the chain is whole', async () => {
    await begin();
    await response.at('10:00');
    await raise(liang);
    await countersign('zheng');
    const records = await recordsAfter(response.runtime.db, 0, 100);
    expect(records.map(({ act, about, actor }) => `${act} ${about} ${actor}`)).toEqual([
      'order.done order/o1 liang',
      'order.done order/o2 zheng',
    ]);
    expect(JSON.parse(records[0]?.after ?? '')).toMatchObject({ level: 'I' });
    expect(await verifyAudit(response.runtime.db)).toMatchObject({ ok: true, records: 2 });
  });
});

describe('a transfer task', () => {
  const TASK = '441800-flood-2020-E01/441881-002';
  const taskOf = async () => (await query().tasks()).find(({ id }) => id === TASK);

  it('counts a report of progress that came before it', async () => {
    await begin();
    await response.at('10:00');
    const report = { moved: ['a', 'b'], absent: 0, refusing: 0, evidence: 'photo' };
    await response.order({ kind: 'progress', taskId: TASK, ...report });
    await response.at('10:05');
    await response.order({ kind: 'raise', ...CITY, level: 'III', counties: ['441881'] });
    expect(await taskOf()).toMatchObject({ moved: 2, state: 'moving' });
  });

  it('counts each person once and only with evidence, and closes when everyone is accounted for', async () => {
    await begin();
    await response.at('10:00');
    await response.order({ kind: 'raise', ...CITY, level: 'III', counties: ['441881'] });
    const people = (await taskOf())?.people ?? 0;
    const persons = Array.from({ length: people }, (_, n) => `p${n}`);
    const progress = (moved: readonly string[], evidence: string): Promise<void> =>
      response.order({ kind: 'progress', taskId: TASK, moved, absent: 0, refusing: 0, evidence });
    await progress(persons, 'none');
    expect(await taskOf()).toMatchObject({ moved: 0 });
    await progress(persons.slice(0, 2), 'photo');
    await progress(persons.slice(0, 2), 'photo');
    expect(await taskOf()).toMatchObject({ moved: 2, state: 'moving' });
    await progress(persons, 'head-count');
    expect(await taskOf()).toMatchObject({ moved: people, state: 'closed' });
  });

  it('names what is beyond its ledger, and is open again when somebody comes back while the response is on', async () => {
    await begin();
    await response.at('10:00');
    await response.order({ kind: 'raise', ...CITY, level: 'III', counties: ['441881'] });
    const people = (await taskOf())?.people ?? 0;
    const persons = Array.from({ length: people * 3 }, (_, n) => `p${n}`);
    const told = { kind: 'progress', taskId: TASK, absent: 0, refusing: 0, evidence: 'head-count' };
    await response.order({ ...told, moved: persons });
    expect(await taskOf()).toMatchObject({ moved: people, state: 'closed' });
    const [progressed] = await response.said('transfer-task-progressed.v1');
    expect((progressed?.data as { moved: readonly string[] } | undefined)?.moved).toHaveLength(people);
    const [item] = await query().items(true);
    expect(item).toMatchObject({ kind: 'ledger-exceeded', about: TASK });
    expect(item?.words).toContain(`另报${people * 2}名不在册或超出册内人数的人员已转移`);
    await response.at('12:00');
    await response.order({ ...told, moved: [], returned: ['p1'] });
    expect(await taskOf()).toMatchObject({ moved: people - 1, state: 'moving', dueAt: response.instant('16:00') });
    await response.order({ ...told, moved: ['p1'] });
    expect(await taskOf()).toMatchObject({ moved: people, state: 'closed' });
    expect(await response.said('transfer-task-closed.v1')).toHaveLength(2);
  });
});
