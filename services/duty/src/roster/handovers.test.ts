import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { onDuty } from '@fengsui/rules';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '../index.js';
import { PLAN } from '../plan-for-tests.js';
import { proposed, PROPOSAL } from '../proposal-for-tests.js';
import { Handovers } from './handovers.js';

const CALL = `proposal/${PROPOSAL}`;
let duty: LoneService;
let plan: DutyPlan;
let [goes, comes] = ['', ''];

/** A day, the evening before which nothing is open, and whose shifts change at half past eight. */
async function day(date: string): Promise<void> {
  plan = DutyPlan.read(PLAN);
  duty = await loneService('duty', date, DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings));
  await duty.at('08:00');
  goes = onDuty(plan.roster, 'duty-officer', duty.instant('08:29'));
  comes = onDuty(plan.roster, 'duty-officer', duty.instant('08:31'));
  await duty.runtime.db.transaction(async (tx) => duty.get(Handovers).watch(tx, duty.instant('08:00')));
}
afterEach(() => duty.end());

const id = (): string => `handover/441800/duty-officer/${duty.instant('08:30')}`;
const states = async (): Promise<string[]> =>
  (await duty.get(DutyQuery).calls()).map(({ cause, state, steps }) => `${cause} ${state} ${steps}`);
const rungAt = async (call: string, step: number): Promise<string[]> => {
  const found = (await duty.get(DutyQuery).calls()).find((one) => one.id === call);
  const people = found?.deliveries.filter((one) => one.step === step && !one.key.includes('/over')) ?? [];
  return [...new Set(people.map(({ person }) => person))];
};
const sign = (kind: 'hand-over' | 'take-over', accepted?: string[]) =>
  duty.order({
    kind,
    authority: '441800',
    handover: id(),
    right: 'judge',
    actor: kind === 'hand-over' ? goes : comes,
    ...(accepted === undefined ? {} : { accepted }),
  });
const said = async (): Promise<string> =>
  (
    (await duty.runtime.db.query(
      `select outcome || ' ' || reason as said from duty.given_order order by at desc, event desc limit 1`,
    )) as { said: string }[]
  )[0]?.said ?? '';

describe('at the border of two shifts', () => {
  beforeEach(() => day('2020-06-06'));

  it('a call that rings goes on with whoever comes, and whoever goes is told', async () => {
    await duty.at('08:28');
    await duty.give(proposed(duty.instant('10:00')));
    await duty.at('08:31');
    expect(await rungAt(CALL, 1)).toEqual([goes]);
    const notices = await duty.runtime.db.query(
      `select person, subject from duty.delivery where call = $1 and key like '%/handed-over/%'`,
      [CALL],
    );
    expect(notices.map((one: { person: string }) => one.person)).toEqual(notices.map(() => goes));
    expect(notices[0]?.subject).toContain(`已交班给${plan.nameOf(comes)}`);
    // The fourth step is the first one of the second round: the role has another person by then.
    await duty.at('08:49');
    expect(await rungAt(CALL, 4)).toEqual([comes]);
  });

  it('both are rung to sign, each open thing is accepted by itself, and then it is over', async () => {
    await duty.at('08:28');
    await duty.give(proposed(duty.instant('10:00')));
    await duty.at('08:31');
    expect(await states()).toEqual(['proposal ringing 1', 'handover ringing 1']);
    expect(await rungAt(id(), 1)).toEqual([goes, comes].sort());
    await sign('hand-over');
    expect(await said()).toContain('尚待对方签字');
    await sign('take-over', []);
    expect(await said()).toContain(`1项未逐项确认：${CALL}`);
    await sign('take-over', [CALL]);
    expect(await said()).toBe('done 交接班完成 / both have signed');
    expect((await states())[1]).toBe('handover closed 1');
  });

  it('what nobody signs climbs after a quarter of an hour', async () => {
    await duty.at('08:44');
    expect(await states()).toEqual(['handover ringing 1']);
    await duty.at('08:46');
    expect(await states()).toEqual(['handover ringing 2']);
  });

  it('somebody who stands in for a shift that has begun takes it over, too', async () => {
    await duty.at('10:00');
    const other = ['chen', 'li', 'huang', 'zhou'].find((one) => one !== comes && one !== goes) ?? '';
    await duty.order({
      kind: 'stand-in',
      authority: '441800',
      role: 'duty-officer',
      person: other,
      fromAt: duty.instant('08:30'),
      untilAt: duty.instant('20:00'),
    });
    await duty.at('10:01');
    const turns = await duty.runtime.db.query('select from_person, to_person from duty.handover order by at');
    expect(turns.slice(1)).toEqual([{ from_person: comes, to_person: other }]);
    await duty.at('20:01');
    const back = await duty.runtime.db.query(
      'select from_person, to_person from duty.handover order by at desc limit 1',
    );
    expect(back).toEqual([{ from_person: other, to_person: comes }]);
  });

  it('an answer is no signature: what is not signed then rings both again', async () => {
    await duty.at('08:31');
    for (const person of [goes, comes]) await duty.order({ kind: 'answer', callId: id(), person });
    expect(await states()).toEqual(['handover answered 1']);
    await duty.at('08:47');
    expect(await states()).toEqual(['handover ringing 2']);
    expect(await rungAt(id(), 2)).toEqual([goes, comes].sort());
  });

  it('nobody else signs, and nothing is accepted that was not handed over', async () => {
    await duty.at('08:31');
    await duty.order({ kind: 'hand-over', authority: '441800', handover: id(), right: 'judge', actor: 'wu' });
    expect(await said()).toMatch(/^rejected 须由/);
    await sign('take-over', ['proposal/none']);
    expect(await said()).toMatch(/^rejected 不在交接事项中/);
  });

  it('what was promised is whoever’s who comes, and says so when it is not done', async () => {
    await duty.at('08:20');
    await duty.give(proposed(duty.instant('10:00')));
    await duty.order({ kind: 'answer', callId: CALL, person: goes });
    await duty.at('08:31');
    const [row] = await duty.runtime.db.query('select answered_by, held_by from duty.call where id = $1', [CALL]);
    expect(row).toEqual({ answered_by: goes, held_by: comes });
    await duty.at('08:51'); // half an hour after the answer
    const call = (await duty.get(DutyQuery).calls()).find((one) => one.id === CALL);
    expect(call?.state).toBe('ringing');
    expect(call?.text).toContain(`${plan.nameOf(goes)}应答、${plan.nameOf(comes)}接班后逾时未办结`);
  });
});

describe.each(['2019-12-31', '2020-02-28', '2020-02-29', '2020-12-31'])('on %s', (date) => {
  beforeEach(() => day(date));

  it('a call over midnight climbs as it would, and the shift is handed over once', async () => {
    await duty.at('08:31');
    await sign('hand-over');
    await sign('take-over', []);
    await duty.at('23:52');
    await duty.give(proposed(duty.instant('+1 01:00')));
    await duty.at('23:58');
    expect((await states()).at(-1)).toBe('proposal ringing 2');
    await duty.at('+1 00:03');
    expect((await states()).at(-1)).toBe('proposal ringing 3');
    const [handovers] = await duty.runtime.db.query('select count(*)::int as n from duty.handover');
    expect(handovers.n).toBe(1);
    await duty.at('+1 08:31');
    expect((await duty.runtime.db.query('select to_person from duty.handover order by at'))[1]).toEqual({
      to_person: onDuty(plan.roster, 'duty-officer', duty.instant('+1 08:31')),
    });
  });
});
