import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyQuery } from '../index.js';
import { planWith } from '../plan-for-tests.js';

/** A list of village heads, all of whom an ordinary cause calls. */
const HEADS = Array.from({ length: 30 }, (_, n) => `head-${n + 1}`);
let duty: LoneService;
beforeEach(async () => {
  const plan = planWith((draft) => {
    for (const id of HEADS) draft.people.push({ id, name: id, post: '村主任', mail: `${id}@example.invalid` });
    draft.lists = { heads: HEADS };
    draft.chains['heads'] = {
      rounds: 1,
      steps: [{ list: 'heads', needed: 'all', answerWithinMinutes: 5, channels: ['mail'] }],
    };
    Object.assign(draft.causes['transfers'] ?? {}, { chain: 'heads' });
  });
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings));
  await duty.at('20:30');
});
afterEach(() => duty.end());

it('is over by itself when nobody answers through the whole chain, and rings nobody on', async () => {
  await duty.order({ kind: 'exercise', cause: 'fire' }); // 15, 15 and 30 minutes
  await duty.at('21:29');
  expect((await duty.get(DutyQuery).calls()).map(({ state, steps }) => `${state} ${steps}`)).toEqual(['ringing 3']);
  await duty.at('23:00');
  const [call] = await duty.get(DutyQuery).calls();
  expect(call).toMatchObject({ state: 'closed', steps: 3, closedReason: '演练结束' });
});

it('says first how many it calls, and begins only when whoever gives it has named that number', async () => {
  const outcome = async (n: number): Promise<string | undefined> =>
    (await duty.get(DutyQuery).outcomeOf(`order/o${n}`))?.reason;
  await duty.order({ kind: 'exercise', cause: 'transfers' });
  expect(await outcome(1)).toContain('将同时通知30人');
  await duty.order({ kind: 'exercise', cause: 'transfers', receivers: 3 });
  expect(await outcome(2)).toContain('将同时通知30人');
  expect(await duty.get(DutyQuery).calls()).toEqual([]);
  await duty.order({ kind: 'exercise', cause: 'transfers', receivers: 30 });
  expect(await outcome(3)).toContain('一次最多通知30人');
  const [call] = await duty.get(DutyQuery).calls();
  expect(new Set(call?.deliveries.map(({ person }) => person)).size).toBe(30);
  // A few people need no number.
  await duty.order({ kind: 'exercise', cause: 'fire' });
  expect(await outcome(4)).toContain('一次最多通知1人');
});
