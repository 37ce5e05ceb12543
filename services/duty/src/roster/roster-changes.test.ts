import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { onDuty } from '@fengsui/rules';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '../index.js';
import { PLAN } from '../plan-for-tests.js';
import { proposed } from '../proposal-for-tests.js';
import { RosterChanges } from './roster-changes.js';

let duty: LoneService;
let plan: DutyPlan;
beforeEach(async () => {
  plan = DutyPlan.read(PLAN);
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings));
  await duty.at('20:00');
});
afterEach(() => duty.end());

const change = (fields: object) =>
  duty.order({ authority: '441800', fromAt: duty.instant('20:00'), untilAt: duty.instant('23:00'), ...fields });
const standIn = (person: string, more: object = {}) =>
  change({ kind: 'stand-in', role: 'duty-officer', person, ...more });
const rung = async (): Promise<string[]> =>
  (await duty.get(DutyQuery).calls()).flatMap(({ deliveries }) => [...new Set(deliveries.map(({ person }) => person))]);
const outcomes = async (): Promise<string[]> =>
  (
    (await duty.runtime.db.query(
      `select outcome || ' ' || split_part(reason, ' / ', 1) as said from duty.given_order order by event`,
    )) as { said: string }[]
  ).map(({ said }) => said);

describe('the roster while it runs', () => {
  it('calls whoever stands in, and again whose turn it is when that is withdrawn', async () => {
    const turn = onDuty(plan.roster, 'duty-officer', duty.instant('20:30'));
    const other = ['chen', 'li'].find((one) => one !== turn) ?? '';
    await standIn(other);
    await duty.at('20:30');
    await duty.give(proposed(duty.instant('22:00')));
    expect(await rung()).toEqual([other]);
    await duty.order({ kind: 'withdraw-roster', change: 'o1', reason: '不换了' });
    await duty.give(proposed(duty.instant('22:00'), '441800-flood-2020-P02'));
    expect(await rung()).toEqual([other, turn]);
    const [row] = await duty.get(RosterChanges).history(duty.runtime.db.manager as never);
    expect(row).toMatchObject({ id: 'o1', person: other, by: 'liang', reason: 'test', withdrawnReason: '不换了' });
  });

  it('calls the desk, and says why, where whose turn it is is away and nobody stands in', async () => {
    const turn = onDuty(plan.roster, 'duty-officer', duty.instant('20:30'));
    await change({ kind: 'leave', person: turn });
    await duty.at('20:30');
    await duty.give(proposed(duty.instant('22:00')));
    expect(await rung()).toEqual(['desk']);
    const [step] = await duty.said('call-step.v1');
    expect(step?.data).toMatchObject({ reason: expect.stringContaining(`${turn} is on leave, and nobody stands in`) });
  });

  it('lets a county send its own people on leave, and nobody else', async () => {
    await change({ kind: 'leave', authority: '441881', person: 'chen' });
    await change({ kind: 'leave', authority: '441881', person: 'duty-441881' });
    expect((await outcomes()).map((one) => one.split(' ')[0])).toEqual(['rejected', 'done']);
  });

  it('takes back only what is not over, and what held until then stays in the history', async () => {
    const turn = onDuty(plan.roster, 'duty-officer', duty.instant('20:30'));
    const other = ['chen', 'li'].find((one) => one !== turn) ?? '';
    await standIn(other);
    await duty.at('21:00');
    await duty.order({ kind: 'withdraw-roster', change: 'o1', reason: '回来了' });
    const roster = await duty.get(DutyQuery).roster();
    expect([
      onDuty(roster, 'duty-officer', duty.instant('20:30')),
      onDuty(roster, 'duty-officer', duty.instant('21:01')),
    ]).toEqual([other, turn]);
    await standIn(other, { untilAt: duty.instant('21:30') });
    await duty.at('22:00');
    await duty.order({ kind: 'withdraw-roster', change: 'o3', reason: '太晚' });
    expect((await outcomes()).at(-1)).toMatch(/^rejected 该时段已过/);
  });

  it('refuses what would leave a hole or rewrite what was', async () => {
    await standIn('nobody');
    await standIn('li', { untilAt: duty.instant('19:00') });
    await standIn('li', { fromAt: duty.instant('10:00'), untilAt: duty.instant('12:00') });
    await standIn('li', { role: 'mayor' });
    await standIn('li', { reason: ' ' });
    await standIn('li', { untilAt: '2022-06-06T00:00:00.000Z' });
    await duty.order({ kind: 'withdraw-roster', change: 'o9' });
    expect(await outcomes()).toEqual([
      'rejected 没有此人：nobody',
      'rejected 结束不晚于开始',
      'rejected 该时段已过，值班记录不改写',
      'rejected 没有人轮值mayor（441800）',
      'rejected 须说明理由',
      'rejected 时段超过400天，请改预案的轮班',
      'rejected 没有这次值班调整：o9',
    ]);
  });
});
