import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainEvent } from '@fengsui/contracts';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { Gateways } from '../delivery/gateways-for-tests.js';
import { DUTY_SCHEMA, DutyModule, DutyPlan } from '../index.js';
import { PLAN } from '../plan-for-tests.js';
import type { Policy } from '../plan.js';
import { Calls } from './calls.js';

const MANY = 120;
/** The second step of each falls due while its answer comes in. */
const DUE_MS = 1_500;

let gateways: Gateways;
let duty: LoneService;
beforeEach(async () => {
  gateways = new Gateways();
  await gateways.open();
  duty = await loneService(
    'duty',
    '2020-06-06',
    DUTY_SCHEMA,
    (settings) => DutyModule.of(DutyPlan.read(PLAN), settings),
    { WEBHOOK_URL: gateways.url('/calls') },
  );
  await duty.toWall();
});
afterEach(async () => {
  await gateways.close();
  await duty.end();
});

const step = (person: string, answerWithinMinutes: number) => ({
  to: [{ person }],
  needed: 'any' as const,
  answerWithinMinutes,
  channels: ['webhook'],
  inTurn: false,
});
const policy: Policy = {
  name: 'instant',
  promiseMinutes: null,
  chain: {
    steps: [step('chen', DUE_MS / 60_000), step('wu', 10)],
    rounds: 1,
    unanswered: { everyMinutes: 10, to: [{ person: 'desk' }], authorities: [], channels: ['webhook'] },
  },
};

it('an answer in the instant of a step gives one of the two histories, and nothing between them', async () => {
  const { db, clock, log } = duty.runtime;
  const ids = Array.from({ length: MANY }, (_, n) => `call/${n}`);
  const now = await clock.now();
  await db.transaction(async (tx) => {
    const events: DomainEvent[] = [];
    const says = { subject: '题', text: '文' };
    const calls = ids.map((id) => ({ id, cause: 'proposal' as const, about: id, says, causes: ['e'], policy }));
    await duty.get(Calls).startAll(calls, { tx: tx as never, now, append: (...more) => void events.push(...more) });
    await log.append(tx as never, events);
  });
  // Answers come in by tens around the instant in which the second steps fall due.
  await sleep(DUE_MS - 150);
  for (let n = 0; n < MANY; n += 10) {
    const at = await clock.now();
    const order = (id: string, index: number) => ({
      type: 'order.v1' as const,
      key: id,
      id: `order/o${n + index}`,
      occurredAt: at,
      data: {
        orderId: `o${n + index}`,
        actor: 'chen',
        right: 'answer',
        speaksFor: null,
        reason: '',
        kind: 'answer',
        callId: id,
        person: 'chen',
      },
    });
    await duty.append(...ids.slice(n, n + 10).map(order));
    await sleep(15);
  }
  const open = async (): Promise<number> =>
    Number((await db.query(`select count(*)::int as n from duty.call where state <> 'answered'`))[0].n);
  while ((await open()) > 0) await sleep(50);
  const unsent = async (): Promise<number> =>
    Number((await db.query(`select count(*)::int as n from duty.delivery where state in ('queued', 'attempt')`))[0].n);
  while ((await unsent()) > 0) await sleep(50);
  const histories = (await db.query(
    `select c.id, c.answered_by, c.steps_called as steps, e.data->>'step' as answered,
            max(d.state) filter (where d.subject is null and d.person = 'wu') as rang,
            count(*) filter (where d.subject is not null and d.person = 'wu')::int as told
     from duty.call c join duty.delivery d on d.call = c.id
     join (select body::jsonb->'data' as data from log.record where body::jsonb->>'type' = 'call-answered.v1') e
       on e.data->>'callId' = c.id
     group by 1, 2, 3, 4 order by 1`,
  )) as { id: string; answered_by: string; steps: number; answered: string; rang: string | null; told: number }[];
  expect(histories).toHaveLength(MANY);
  const posted = new Set(gateways.posts.map(({ key }) => key));
  const legal = [
    // Before the step: nobody else was called.
    { answered_by: 'chen', steps: 1, answered: '1', rang: null, told: 0, posted: false },
    // After it: who was called is told, or the message never left.
    { answered_by: 'chen', steps: 2, answered: '2', rang: 'accepted', told: 1, posted: true },
    { answered_by: 'chen', steps: 2, answered: '2', rang: 'withdrawn', told: 0, posted: false },
  ].map((one) => JSON.stringify(one));
  const found = histories.map(({ id, ...one }) => JSON.stringify({ ...one, posted: posted.has(`${id}/2/wu/webhook`) }));
  expect(found.filter((one) => !legal.includes(one))).toEqual([]);
});
