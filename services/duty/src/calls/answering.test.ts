import { afterEach, describe, expect, it } from '@jest/globals';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyQuery } from '../index.js';
import { planWith, type Draft } from '../plan-for-tests.js';
import { proposed, PROPOSAL } from '../proposal-for-tests.js';
import type { CallView } from '../views.js';

const CALL = `proposal/${PROPOSAL}`;
const HEADS = ['li', 'huang', 'zhou'];

let duty: LoneService;
afterEach(() => duty.end());

/** Duty on the evening of 6 June 2020, with a call for a proposal that has just begun. */
async function ringing(change: (plan: Draft) => void = () => undefined): Promise<void> {
  const plan = planWith(change);
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings));
  await duty.at('20:30');
  await duty.give(proposed(duty.instant('23:00')));
}
const call = async (): Promise<CallView> => (await duty.get(DutyQuery).calls())[0] as CallView;
const state = async (): Promise<string> => {
  const { state: now, steps, answeredBy } = await call();
  return `${now} ${steps}${answeredBy === null ? '' : ` ${answeredBy}`}`;
};
const answer = async (person: string, more: object = {}): Promise<string> => {
  await duty.order({ kind: 'answer', callId: CALL, person, actor: person, right: 'answer', ...more });
  const orders = await duty.runtime.db.query<{ outcome: string; reason: string }[]>(
    'select outcome, reason from duty.given_order order by at desc, event desc limit 1',
  );
  return `${orders[0]?.outcome}: ${orders[0]?.reason}`;
};
/** Whom a step has rung. */
const rung = async (step: number): Promise<string[]> =>
  [...new Set((await call()).deliveries.filter((one) => one.step === step).map(({ person }) => person))].sort();

/** Everybody on a list must answer, or so many; then the leader. */
const list =
  (needed: 'all' | number) =>
  (plan: Draft): void => {
    plan.lists = { heads: HEADS };
    plan.chains['heads'] = {
      rounds: 2,
      steps: [
        { list: 'heads', needed, answerWithinMinutes: 5, channels: ['mail'] },
        { role: 'duty-leader', answerWithinMinutes: 5, channels: ['mail'] },
      ],
    };
    Object.assign(plan.causes['proposal'] ?? {}, { chain: 'heads' });
  };

describe('a list of people', () => {
  it('is over when all of them have answered, and the second round calls only who has not', async () => {
    await ringing(list('all'));
    expect(await rung(1)).toEqual([...HEADS].sort());
    expect(await answer('li')).toMatch(/^done: 已记录，尚待其余人员应答/);
    await duty.at('20:41'); // the leader at 20:35, and the second round
    expect([await state(), await rung(3)]).toEqual(['ringing 3', ['huang', 'zhou']]);
    await answer('huang');
    expect(await state()).toBe('ringing 3');
    expect(await answer('zhou')).toBe('done: answered');
    expect(await state()).toBe('answered 3 zhou');
  });

  it('is over when so many have answered', async () => {
    await ringing(list(2));
    await answer('li');
    expect(await state()).toBe('ringing 1');
    await answer('huang');
    expect(await state()).toBe('answered 1 huang');
  });

  it('that does not answer in full goes on to the leader, who ends it for all, and names who has not', async () => {
    await ringing(list('all'));
    await answer('li');
    await duty.at('20:36');
    expect(await rung(2)).toEqual(['wu']);
    await answer('wu');
    expect(await state()).toBe('answered 2 wu');
    expect((await call()).replies.map(({ person }) => person)).toEqual(['li', 'wu']);
  });
});

describe('an answer', () => {
  it('by the desk, or somebody above, counts for whoever was called, with both names', async () => {
    await ringing();
    const [officer = ''] = await rung(1);
    expect(await answer(officer, { actor: 'zheng' })).toMatch(/rejected: zheng 不能替/); // not on duty this week
    expect(await answer(officer, { actor: 'wu' })).toBe('done: answered');
    expect((await call()).replies).toMatchObject([{ person: officer, actor: 'wu' }]);
    expect(await state()).toBe(`answered 1 ${officer}`);
  });

  it('that comes later is kept beside the first; the same person answers once', async () => {
    await ringing();
    const [officer = ''] = await rung(1);
    await duty.at('20:36');
    await answer('wu');
    expect(await answer(officer)).toMatch(/^done: 已记录；先由 wu 应答/);
    expect(await answer(officer)).toMatch(/^rejected: .*已应答/);
    expect((await call()).replies.map(({ person }) => person)).toEqual(['wu', officer]);
    expect(await state()).toBe('answered 2 wu');
  });

  it('is dated neither ahead nor before its call', async () => {
    await ringing();
    const [officer = ''] = await rung(1);
    const at = async (time: string, id: string): Promise<string> => {
      const data = { orderId: id, actor: officer, right: 'answer', speaksFor: null, reason: '', kind: 'answer' };
      const order = { type: 'order.v1' as const, key: id, id: `order/${id}`, occurredAt: duty.instant(time) };
      await duty.give({ ...order, data: { ...data, callId: CALL, person: officer } });
      const [row] = await duty.runtime.db.query<{ reason: string }[]>(
        `select reason from duty.given_order where event = 'order/${id}'`,
      );
      return row?.reason ?? '';
    };
    expect([await at('20:29', 'a'), await at('20:31', 'b'), await at('20:30', 'c')]).toEqual([
      expect.stringContaining('早于呼叫'),
      expect.stringContaining('晚于现在'),
      'answered',
    ]);
  });

  it('that declines wants a reason, and the next step is called at once', async () => {
    await ringing();
    const [officer = ''] = await rung(1);
    expect(await answer(officer, { reply: 'decline', reason: ' ' })).toMatch(/须说明理由/);
    expect(await answer(officer, { reply: 'decline', reason: '在途，无法处置' })).toMatch(/^done/);
    expect([await state(), await rung(2)]).toEqual(['ringing 2', ['wu']]);
  });

  it('that hands on calls whoever takes it over, and they may answer', async () => {
    await ringing();
    const [officer = ''] = await rung(1);
    expect(await answer(officer, { reply: 'hand-on', reason: '换班', to: 'nobody' })).toMatch(/转交给谁：nobody/);
    expect(await answer(officer, { reply: 'hand-on', reason: '换班', to: 'zheng' })).toMatch(/^done: 已转交 郑带班/);
    expect(await rung(1)).toEqual([officer, 'zheng'].sort());
    expect(await answer('zheng')).toBe('done: answered');
  });

  it('at level Ⅱ reads back the two digits of the message', async () => {
    const plan = planWith(() => undefined);
    duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings));
    await duty.at('20:30');
    const given = proposed(duty.instant('23:00'));
    await duty.give({ ...given, data: { ...given.data, to: 'II' } });
    const [officer = ''] = await rung(1);
    const digits = /复述：(\d\d)/.exec((await call()).text)?.[1] ?? '';
    expect(await answer(officer)).toMatch(/复述码不符/);
    expect(await answer(officer, { readBack: digits === '10' ? '11' : '10' })).toMatch(/复述码不符/);
    expect(await answer(officer, { readBack: digits })).toBe('done: answered');
  });
});

describe('a step', () => {
  it('that nobody can be reached by is skipped at once, and said', async () => {
    const plan = planWith((draft) => {
      draft.lists = { heads: ['li'] };
      draft.chains['urgent']?.steps.unshift({ list: 'heads', answerWithinMinutes: 5, channels: ['mail'] });
      const li = draft.people.find(({ id }) => id === 'li') ?? {};
      Object.assign(li, { phones: ['13800000001'] });
    });
    duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings), {
      SMS_URL: 'http://127.0.0.1:1/sms',
    });
    await duty.at('20:30');
    // li alone has a telephone, and an SMS gateway is all that there is.
    await duty.give(proposed(duty.instant('23:00')));
    expect(await rung(1)).toEqual(['li']);
    await duty.at('20:36');
    const [, second] = await duty.said('call-step.v1');
    expect(second?.data).toMatchObject({ reason: expect.stringContaining('was skipped: no channel leads to') });
    expect([await state(), await rung(5)]).toEqual(['ringing 5', ['li']]); // the second round
  });
});
