import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from './index.js';
import { shortOf } from './delivery/deliver-messages.js';
import { common, proposed, PROPOSAL } from './proposal-for-tests.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');

let duty: LoneService;
beforeEach(async () => {
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) =>
    DutyModule.of(DutyPlan.read(PLAN), settings),
  );
  await duty.at('20:30');
});
afterEach(() => duty.end());

const views = () => duty.get(DutyQuery).calls();
const calls = async (): Promise<string[]> =>
  (await views()).map(
    ({ cause, state, steps, answeredBy }) => `${cause} ${state} ${steps}${answeredBy === null ? '' : ` ${answeredBy}`}`,
  );
const fireRaised = (fireId: string): Given => ({
  type: 'fire-raised.v1',
  key: fireId,
  id: `fire-raised/${fireId}`,
  data: {
    fireId,
    county: '441881',
    latitude: 24.3,
    longitude: 113.7,
    firstSeenBy: 'satellite',
    signs: 2,
    dueAt: duty.instant('22:30'),
    reason: '2 hotspots',
    plan: 'plan-1',
  },
});
const task = (n: number, correlation: string): Given => ({
  type: 'transfer-task-raised.v1',
  key: correlation,
  id: `transfer-task-raised/${n}`,
  data: {
    taskId: `E01/441881-00${n}`,
    episodeId: 'E01',
    county: '441881',
    riskPoint: `441881-00${n}`,
    riskPointName: '村',
    organiser: '村委会',
    people: 10,
    destination: '学校',
    returnBan: true,
    dueAt: duty.instant('23:30'),
    reason: 'IV',
    plan: 'plan-1',
  },
});

describe('a call', () => {
  it('climbs from step to step while nobody answers, and stops at the first answer', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    expect(await calls()).toEqual(['proposal ringing 1']);
    await duty.at('20:36'); // five minutes of silence: the next person
    expect(await calls()).toEqual(['proposal ringing 2']);
    await duty.order({ kind: 'answer', callId: `proposal/${PROPOSAL}`, person: 'wu' });
    expect(await calls()).toEqual(['proposal answered 2 wu']);
    await duty.at('21:00');
    expect(await calls()).toEqual(['proposal answered 2 wu']);
    expect(await duty.said('call-answered.v1')).toHaveLength(1);
  });

  it('that was answered rings again when what was promised with it is not done in its time', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    const person = (await views())[0]?.deliveries[0]?.person;
    await duty.order({ kind: 'answer', callId: `proposal/${PROPOSAL}`, person });
    await duty.at('21:01');
    expect(await calls()).toEqual(['proposal ringing 2']);
    expect((await views())[0]?.subject).toContain('【已应答未办结】');
    expect((await duty.said('call-reopened.v1'))[0]?.data).toMatchObject({ because: 'promise-expired' });
  });

  it('rings once however often its cause is told', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    await duty.give({ ...proposed(duty.instant('21:00')), id: 'response-proposed/again' });
    expect(await duty.said('call-started.v1')).toHaveLength(1);
  });

  it('about a proposal whose grounds are gone stops, tells whoever was called, and rings again when they are back', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    const revised = (groundsGone: boolean): Given => ({
      type: 'response-proposal-revised.v1',
      key: '441800/flood',
      data: {
        ...common,
        proposalId: PROPOSAL,
        to: 'IV',
        calledFor: groundsGone ? 'none' : 'IV',
        groundsGone,
        reason: '英德市暴雨橙色预警',
      },
    });
    await duty.give(revised(true));
    await duty.at('20:50');
    expect(await calls()).toEqual(['proposal closed 1']);
    const told = await duty.runtime.db.query<{ person: string; subject: string }[]>(
      'select distinct person, subject from duty.delivery where subject is not null',
    );
    expect(told).toEqual([{ person: expect.any(String), subject: expect.stringContaining('依据已消失') }]);
    await duty.give(revised(false));
    expect(await calls()).toEqual(['proposal ringing 2']);
    expect(await duty.said('call-started.v1')).toHaveLength(1);
  });

  it('of a response that has ended rings on for nothing', async () => {
    await duty.give(task(1, 'change-1'));
    await duty.at('20:32');
    const ended = { ...common, episodeId: 'E01', proposalId: null, change: 'end', from: 'IV', to: 'none' };
    await duty.give({
      type: 'response-changed.v1',
      key: '441800/flood',
      id: 'response-changed/end',
      data: { ...ended, counties: [], areas: [], decidedBy: 'liang', reason: '雨停' },
    });
    expect((await calls()).sort()).toEqual(['response ringing 1', 'transfers closed 1']);
  });

  it('that nobody answers stays open, and rings the desk and the top again and again, until a person answers', async () => {
    await duty.give(fireRaised('f1'));
    await duty.at('21:29'); // 15, 15 and 30 minutes
    expect(await calls()).toEqual(['fire ringing 3']);
    await duty.at('22:01');
    expect(await calls()).toEqual(['fire unanswered 6']); // 21:30, 21:45 and 22:00
    expect(await duty.said('call-exhausted.v1')).toHaveLength(1);
    expect((await duty.get(DutyQuery).calls(true)).map(({ state }) => state)).toEqual(['unanswered']);
    const [call] = await views();
    const rung = call?.deliveries.filter(({ step }) => step === 6).map(({ person }) => person);
    expect([...new Set(rung)].sort()).toEqual(['desk', 'liang', 'wu']);
    await duty.order({ kind: 'answer', callId: 'fire/f1', person: 'desk' });
    expect(await calls()).toEqual(['fire answered 6 desk']);
    await duty.at('23:59');
    expect(await calls()).toEqual(['fire answered 6 desk']);
  });

  it('ends with the decision of a person, who then has answered; by itself it is closed, and nobody has', async () => {
    await duty.give(proposed(duty.instant('21:00')), proposed(duty.instant('21:00'), 'P02'));
    const closed = { ...common, to: 'IV', reason: 'why' };
    await duty.give(
      {
        type: 'response-proposal-closed.v1',
        key: '441800/flood',
        data: { ...closed, proposalId: PROPOSAL, outcome: 'refused', decidedBy: 'liang' },
      },
      {
        type: 'response-proposal-closed.v1',
        key: '441800/flood',
        data: { ...closed, proposalId: 'P02', outcome: 'superseded', decidedBy: null },
      },
    );
    expect((await calls()).sort()).toEqual(['proposal answered 1 liang', 'proposal closed 1']);
    expect((await duty.said('call-closed.v1'))[0]?.data).toMatchObject({ outcome: 'superseded', reason: 'why' });
  });

  it('about a fire that turned out to be another one is closed', async () => {
    await duty.give(fireRaised('f1'));
    await duty.at('20:31');
    await duty.give(fireRaised('f2'));
    await duty.at('20:33');
    await duty.give({
      type: 'fire-merged.v1',
      key: 'f1',
      data: { fireId: 'f1', mergedFireId: 'f2', reason: 'near', plan: 'plan-1' },
    });
    expect((await calls()).sort()).toEqual(['fire closed 1', 'fire ringing 1']);
  });

  it('is one for all tasks of a change', async () => {
    await duty.give(task(1, 'change-1'), task(2, 'change-1'), task(3, 'change-1'));
    await duty.at('20:32');
    expect(await calls()).toEqual(['transfers ringing 1']);
    expect((await views())[0]?.subject).toContain('3');
  });
});

describe('a list of calls', () => {
  it('begins with what nobody answered, and a page of ten thousand is small', async () => {
    await duty.runtime.db.query(`
      insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, reason, events)
      select 'c' || n, 'fire', 'f' || n, true, '【火情核查】英德市 卫星热点', repeat('英德市，北纬24.3000 东经113.7000。', 12), '{}',
             case when n = 17 then 'unanswered' when n = 4711 then 'ringing' else 'answered' end,
             '2020-06-06T00:00:00Z'::timestamptz + make_interval(secs => n), 3, now(), '热点核查反馈', '{call-started/c}'
      from generate_series(1, 10000) n`);
    await duty.runtime.db.query(`
      insert into duty.delivery (key, call, step, person, channel, state, created_at)
      select id || '/' || step || '/chen/' || channel, id, step, 'chen', channel, 'accepted', now()
      from duty.call, generate_series(1, 3) step, (values ('mail'), ('webhook')) as c(channel)`);
    const query = duty.get(DutyQuery);
    const seen: string[] = [];
    for (let page = 0; page < 3; page += 1) {
      const calls = await query.page({ open: false, after: seen.at(-1) ?? null, most: 25 });
      expect(Buffer.byteLength(JSON.stringify(calls))).toBeLessThan(50_000);
      seen.push(...calls.map(({ id }) => id));
    }
    expect(seen.slice(0, 4)).toEqual(['c17', 'c4711', 'c10000', 'c9999']);
    expect(new Set(seen).size).toBe(75);
    expect((await query.page({ open: true, after: null, most: 25 })).map(({ id }) => id)).toEqual(['c17', 'c4711']);
  });
});

describe('an answer', () => {
  const CALL = `proposal/${PROPOSAL}`;
  const outcome = (order: string) => duty.get(DutyQuery).outcomeOf(`order/${order}`);
  const answer = (person: string, more: object = {}): Promise<void> =>
    duty.order({ kind: 'answer', callId: CALL, person, ...more });
  const codeTo = async (person: string): Promise<string> => {
    const sql = 'select code from duty.delivery where call = $1 and person = $2 limit 1';
    return ((await duty.runtime.db.query(sql, [CALL, person])) as [{ code: string }])[0].code;
  };
  /** Whose turn it is: the roster says so. */
  const called = async (): Promise<string> => (await views())[0]?.deliveries.at(-1)?.person ?? '';
  const rejected = { outcome: 'rejected' };

  it('before its call is none: the alarm rings and climbs', async () => {
    await answer('chen', { actor: 'chen', right: 'answer' });
    expect(await outcome('o1')).toMatchObject({ ...rejected, reason: expect.stringContaining(CALL) });
    await duty.give(proposed(duty.instant('21:00')));
    expect(await calls()).toEqual(['proposal ringing 1']);
    await duty.at('20:36');
    expect(await calls()).toEqual(['proposal ringing 2']);
  });

  it('to a call that needs nobody any more is refused with the reason', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    const officer = await called();
    const data = { ...common, to: 'IV', reason: 'why', proposalId: PROPOSAL, outcome: 'superseded', decidedBy: null };
    await duty.give({ type: 'response-proposal-closed.v1', key: '441800/flood', data });
    await answer(officer, { actor: officer, right: 'answer' });
    expect(await outcome('o1')).toMatchObject({ ...rejected, reason: expect.stringContaining('why') });
    expect(await calls()).toEqual(['proposal closed 1']);
  });

  it('by somebody who was not called is none, and neither is one after another', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    const officer = await called();
    await answer('zheng', { actor: 'zheng', right: 'answer' });
    expect(await outcome('o1')).toMatchObject(rejected);
    await answer(officer, { actor: officer, right: 'answer' });
    expect(await calls()).toEqual([`proposal answered 1 ${officer}`]);
    await answer(officer, { actor: officer, right: 'answer' });
    expect(await outcome('o3')).toMatchObject({ ...rejected, reason: expect.stringContaining(officer) });
    expect(await duty.said('call-answered.v1')).toHaveLength(1);
  });

  it('in the name of another counts with the code that only their message carried, while it works', async () => {
    await duty.give(proposed(duty.instant('21:00')));
    const officer = await called();
    const gateway = { actor: 'feeder:sms', right: 'answer' };
    await answer(officer, gateway);
    await answer(officer, { ...gateway, code: 'WRONG' });
    expect(await outcome('o2')).toMatchObject(rejected);
    const code = await codeTo(officer);
    await duty.at('20:36'); // the next step has called somebody else, whose code is another
    await answer(officer, { ...gateway, code: await codeTo('wu') });
    expect(await outcome('o3')).toMatchObject(rejected);
    await duty.runtime.db.query('update duty.delivery set code_ends_at = $1 where person = $2', [
      duty.instant('20:35'),
      officer,
    ]);
    await answer(officer, { ...gateway, code });
    expect(await outcome('o4')).toMatchObject({ ...rejected, reason: expect.stringContaining('过期') });
    expect(await calls()).toEqual(['proposal ringing 2']);
    await answer('wu', { ...gateway, code: (await codeTo('wu')).toLowerCase() });
    expect(await calls()).toEqual(['proposal answered 2 wu']);
  });
});

describe('a short message', () => {
  it('holds 70 characters, and always the code that answers it', () => {
    const long = `【待签发】${'建议扩大防汛防风应急响应范围至'.repeat(6)}`;
    const short = shortOf(long, 'K7Q2M9XPAB');
    expect([short.length, short.slice(-14)]).toEqual([70, ' 应答码K7Q2M9XPAB']);
    expect(shortOf('【待签发】建议', null)).toBe('【待签发】建议');
  });
});
