import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '../index.js';
import { PLAN } from '../plan-for-tests.js';
import { proposed } from '../proposal-for-tests.js';

let duty: LoneService;
beforeEach(async () => {
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) =>
    DutyModule.of(DutyPlan.read(PLAN), settings),
  );
  await duty.at('20:30');
});
afterEach(() => duty.end());

const fire = (fireId: string, type: Given['type'] = 'fire-raised.v1', data: object = {}): Given => ({
  type,
  key: fireId,
  id: `${type}/${fireId}`,
  data: {
    fireId,
    plan: 'plan-1',
    ...(type === 'fire-judged.v1' ? {} : { county: '441881', dueAt: duty.instant('21:30'), reason: 'seen' }),
    ...(type === 'fire-raised.v1' ? { latitude: 24.3, longitude: 113.7, firstSeenBy: 'satellite', signs: 2 } : {}),
    ...data,
  },
});
const fires = (...ids: string[]): Promise<void> => duty.give(...ids.map((id) => fire(id)));
const judged = (fireId: string): Promise<void> =>
  duty.give(
    fire(fireId, 'fire-judged.v1', {
      county: '441881',
      verdict: 'farm-burn',
      deaths: 0,
      burnedAreaHa: null,
      firstSeenAt: duty.instant('20:30'),
      decidedBy: 'liang',
      reason: 'seen',
    }),
  );
const source = (name: string, kind: 'silent' | 'heard', since = '20:20'): Given => ({
  type: `source-${kind}.v1`,
  key: name,
  id: `source-${kind}/${name}/${since}`,
  data: {
    source: name,
    silentSince: duty.instant(since),
    ...(kind === 'silent' ? { heardAt: null, reason: '503 见 http://evil.example' } : {}),
  },
});
const calls = async (): Promise<string[]> =>
  (await duty.get(DutyQuery).calls()).map(({ id, state, steps, subject }) => `${id} ${state} ${steps} ${subject}`);
const messages = async (): Promise<number> =>
  Number((await duty.runtime.db.query('select count(*)::int as n from duty.delivery where subject is null'))[0].n);

describe('fires that come together', () => {
  it('are one call: the first at once, the rest of two minutes in one, more than ten in ten minutes as one for ten', async () => {
    await fires('f1');
    await duty.at('20:31');
    expect(await calls()).toEqual(['fire/f1 ringing 1 【火情核查】英德市 卫星热点']);
    await fires('f2', 'f3');
    await duty.at('20:32');
    expect(await calls()).toHaveLength(1);
    await duty.at('20:33');
    expect((await calls())[1]).toBe('gathered/fire/f2 ringing 1 【火情核查】2项');
    const many = Array.from({ length: 12 }, (_, n) => `g${n + 10}`);
    await fires(...many);
    await duty.at('20:35');
    expect((await calls())[2]).toContain('【火情核查】12项');
    await fires('h1');
    await duty.at('20:40');
    await fires('h2');
    await duty.at('20:44');
    expect(await calls()).toHaveLength(3);
    await duty.at('20:45');
    expect((await calls())[3]).toContain('【火情核查】2项');
    // Seventeen fires, four calls: the first person had four messages.
    expect(await messages()).toBeLessThanOrEqual(8);
  });

  it('are one call for each pass and county, the most urgent first, and by the urgent chain when one of them is', async () => {
    await duty.give(
      fire('a1', 'fire-raised.v1', { pass: 'Suomi-NPP 2020-12-02T06:00:00.000Z' }),
      fire('a2', 'fire-raised.v1', { pass: 'Suomi-NPP 2020-12-02T06:00:00.000Z', signs: 7 }),
      fire('b1', 'fire-raised.v1', { pass: 'Suomi-NPP 2020-12-02T06:00:00.000Z', county: '441821' }),
      fire('b2', 'fire-raised.v1', {
        pass: 'Suomi-NPP 2020-12-02T06:00:00.000Z',
        county: '441821',
        urgentBecause: ['清明'],
      }),
      fire('r1', 'fire-raised.v1', { firstSeenBy: 'report' }),
    );
    await duty.at('20:31');
    expect((await calls()).sort()).toEqual([
      'fire/r1 ringing 1 【火情核查】英德市 群众报警',
      'gathered/fire/a2 ringing 1 【火情核查】2项',
      'gathered/fire/b2 ringing 1 【火情紧急核查】2项',
    ]);
    const { cause, urgent } = (
      await duty.runtime.db.query(`select cause, urgent from duty.call where id like '%b2'`)
    )[0];
    expect({ cause, urgent }).toEqual({ cause: 'fire-urgent', urgent: true });
  });

  it('that are asked about again while their call rings go on in it; a verdict of before answers nobody', async () => {
    await fires('f1');
    await duty.at('20:31');
    await duty.give({ ...fire('f1', 'fire-raised.v1', { again: 2, reason: '位置更正' }), id: 'fire-raised/f1/2' });
    expect(await calls()).toEqual([expect.stringMatching(/^fire\/f1 ringing 2 【再次核查】英德市/)]);
    const found = {
      county: '441881',
      verdict: 'farm-burn',
      deaths: 0,
      burnedAreaHa: null,
      firstSeenAt: duty.instant('20:30'),
    };
    await duty.give(fire('f1', 'fire-judged.v1', { ...found, decidedBy: 'liang', reason: 'seen', answers: false }));
    expect(await calls()).toEqual([expect.stringContaining('ringing')]);
    await judged('f1');
    expect(await calls()).toEqual([expect.stringContaining('answered')]);
  });

  it('are settled one by one: the call goes on about the others, and is answered with the last', async () => {
    await fires('f1', 'f2', 'f3');
    await duty.at('20:31');
    expect(await calls()).toEqual(['gathered/fire/f1 ringing 1 【火情核查】3项']);
    await judged('f2');
    expect(await calls()).toEqual(['gathered/fire/f1 ringing 1 【火情核查】2项']);
    await duty.give({
      type: 'fire-merged.v1',
      key: 'f1',
      data: { fireId: 'f1', mergedFireId: 'f3', reason: 'near', plan: 'plan-1' },
    });
    expect(await calls()).toEqual(['gathered/fire/f1 ringing 1 【火情核查】1项']);
    await judged('f1');
    expect(await calls()).toEqual(['gathered/fire/f1 answered 1 【火情核查】1项']);
    expect(await duty.said('call-answered.v1')).toHaveLength(1);
  });

  it('that are settled before anybody was rung ring nobody', async () => {
    await fires('f1', 'f2');
    await judged('f1');
    await judged('f2');
    await duty.at('20:40');
    expect(await calls()).toEqual([]);
  });

  it('are answered by the number that each would have had alone', async () => {
    await fires('f1', 'f2');
    await duty.at('20:31');
    await duty.order({ kind: 'answer', callId: 'fire/f2', person: 'desk' });
    const [row] = await duty.runtime.db.query('select outcome, reason from duty.given_order');
    expect(row).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('未被呼叫') });
    const person = (await duty.get(DutyQuery).call('fire/f2'))?.deliveries[0]?.person;
    await duty.order({ kind: 'answer', callId: 'fire/f2', person });
    expect((await calls())[0]).toContain('gathered/fire/f1 answered');
  });

  it('of which one is overdue before anybody was rung is rung by itself, and ends with its verdict', async () => {
    await fires('f1', 'f2');
    await duty.give(fire('f2', 'fire-overdue.v1'));
    await duty.at('20:31');
    expect((await calls()).map((one) => one.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
      'fire/f1 ringing',
      'fire/f2 ringing',
    ]);
    await judged('f2');
    expect((await calls()).map((one) => one.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
      'fire/f1 ringing',
      'fire/f2 answered',
    ]);
  });

  it('are overdue together: the call begins anew once, more urgently', async () => {
    await fires('f1', 'f2', 'f3');
    await duty.at('20:31');
    const steps = async (): Promise<number | undefined> => (await duty.get(DutyQuery).calls())[0]?.steps;
    await duty.give(fire('f1', 'fire-overdue.v1'), fire('f2', 'fire-overdue.v1'));
    await duty.give(fire('f3', 'fire-overdue.v1'));
    expect(await calls()).toEqual(['gathered/fire/f1 ringing 2 【核查逾期】3项']);
    expect(await steps()).toBe(2);
    expect(await duty.said('call-reopened.v1')).toHaveLength(1);
  });
});

describe('sources that fall silent together', () => {
  it('are one call, which is over when all are heard again', async () => {
    await duty.give(source('a', 'silent'), source('b', 'silent'), source('c', 'silent'));
    await duty.at('20:31');
    expect((await calls()).map((one) => one.replace(/^\S+ /, ''))).toEqual(['ringing 1 【数据中断】3项']);
    await duty.give(source('a', 'heard'), source('c', 'heard'));
    expect((await calls())[0]).toContain('ringing 1 【数据中断】1项');
    await duty.give(source('b', 'heard'));
    expect((await calls())[0]).toContain('closed 1');
  });
});

describe('a source that was in a call with others', () => {
  it('and falls silent alone another time is a call of its own, which ends when it is heard', async () => {
    await duty.give(source('a', 'silent', '20:20'), source('b', 'silent', '20:20'));
    await duty.at('20:31');
    await duty.give(source('a', 'heard', '20:20'), source('b', 'heard', '20:20'));
    await duty.at('21:00');
    await duty.give(source('a', 'silent', '20:55'));
    await duty.at('21:01');
    const states = async (): Promise<string[]> => (await calls()).map((one) => one.split(' ').slice(1, 2).join(' '));
    expect(await states()).toEqual(['closed', 'ringing']);
    const [, alone] = await duty.get(DutyQuery).calls();
    expect(alone?.text).not.toContain('://');
    await duty.give(source('a', 'heard', '20:55'));
    expect(await states()).toEqual(['closed', 'closed']);
  });
});

describe('the quiet hours', () => {
  const lowering = (): Given => {
    const up = proposed(duty.instant('23:30'), 'P-lower');
    return { ...up, data: { ...up.data, from: 'IV', to: 'none' } };
  };
  it('hold back what can wait until the morning, and nothing else', async () => {
    await duty.at('22:31');
    await duty.give(lowering(), proposed(duty.instant('23:30'), 'P-raise'));
    await fires('f1');
    await duty.at('22:40');
    const states = async (): Promise<string[]> =>
      (await duty.get(DutyQuery).calls()).map(({ cause, state, steps }) => `${cause} ${state} ${steps}`).sort();
    expect(await states()).toEqual(['fire ringing 1', 'proposal ringing 2', 'proposal-lower ringing 0']);
    expect((await duty.get(DutyQuery).calls()).find(({ cause }) => cause === 'proposal-lower')?.dueAt).toBe(
      duty.instant('+1 06:30'),
    );
    await duty.at('+1 06:31');
    expect(await states()).toContain('proposal-lower ringing 1');
  });

  it('do not hold back an exercise: whoever orders it at night wants to see who answers at night', async () => {
    await duty.at('23:13');
    await duty.order({ kind: 'exercise', cause: 'proposal-lower', right: 'roster' });
    expect((await calls())[0]).toContain('ringing 1');
  });

  it('hold back the next step, too, of a call that rang before them', async () => {
    await duty.at('22:20');
    await duty.give(lowering());
    expect((await calls())[0]).toContain('ringing 1');
    await duty.at('23:30');
    expect((await calls())[0]).toContain('ringing 1');
    await duty.at('+1 06:31');
    expect((await calls())[0]).toContain('ringing 2');
  });
});
