import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMinutes, type DomainEvent, type UtcInstant } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { Gateways } from '../delivery/gateways-for-tests.js';
import { DUTY_SCHEMA, DutyModule, DutyQuery } from '../index.js';
import { planWith } from '../plan-for-tests.js';
import { SelfCheck } from '../self-check/self-check.js';
import { Canary } from './canary.js';

let gateways: Gateways;
let duty: LoneService;
beforeEach(async () => {
  gateways = new Gateways();
  await gateways.open();
  const plan = planWith((file) => Object.assign(file, { exercise: { channels: ['webhook'] } }));
  duty = await loneService('duty', '2020-06-06', DUTY_SCHEMA, (settings) => DutyModule.of(plan, settings), {
    MAIL_SMTP_URL: gateways.smtpUrl,
    MAIL_FROM: 'duty@example.invalid',
    WEBHOOK_URL: gateways.url('/calls'),
  });
  await duty.toWall();
});
afterEach(async () => {
  await gateways.close();
  await duty.end();
});

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await sleep(20);
};
const order = async (fields: object): Promise<void> => {
  const now = await duty.runtime.clock.now();
  const data = { actor: 'liang', right: 'roster', speaksFor: null, reason: '每月一次', orderId: 'o1', ...fields };
  await duty.append({ type: 'order.v1', key: 'o1', id: 'order/o1', occurredAt: now, data } as never);
};
const settled = (state: string): boolean => !['queued', 'attempt'].includes(state);
const calls = () => duty.get(DutyQuery).calls();

describe('an exercise', () => {
  it('rings those on duty by the channels of exercises alone, and says in every word that it is one', async () => {
    await order({ kind: 'exercise', cause: 'proposal', reason: '月度演练，详见 http://evil.example/x' });
    await until(() => gateways.posts.length > 0);
    const [call] = await calls();
    expect(call).toMatchObject({ id: 'exercise/o1', cause: 'exercise', state: 'ringing' });
    const { subject, text, short } = gateways.posts[0]?.body ?? {};
    for (const words of [subject, text, short]) expect(words).toMatch(/^【演练】/);
    expect(text).toContain('说明：「月度演练，详见 〔链接略〕」');
    await until(async () => (await calls())[0]?.deliveries.every(({ state }) => settled(state)) === true);
    expect((await calls())[0]?.deliveries.map(({ key, state }) => `${key} ${state}`)).toEqual([
      expect.stringMatching(/mail shown$/),
      expect.stringMatching(/webhook accepted$/),
    ]);
    expect(gateways.mails).toEqual([]);
  });
});

describe('a test of contacts', () => {
  it('goes by every way to one person, climbs to nobody, and is answered by its code', async () => {
    await order({ kind: 'contact-test', person: 'chen', channel: null, right: 'judge' });
    await until(() => gateways.posts.length + gateways.mails.length === 2);
    expect(gateways.posts[0]?.body).toMatchObject({ person: 'chen', subject: '【测试】联系方式核验', urgent: false });
    const { call, code } = gateways.posts[0]?.body ?? {};
    const answer = {
      kind: 'answer',
      callId: call,
      person: 'chen',
      code,
      actor: 'answer-link',
      right: 'answer',
      reason: '',
    };
    const now = await duty.runtime.clock.now();
    const data = { orderId: 'o2', speaksFor: null, ...answer };
    await duty.append({ type: 'order.v1', key: 'o2', id: 'order/o2', occurredAt: now, data } as never);
    await until(async () => (await calls())[0]?.state === 'answered');
    expect((await calls()).map(({ answeredBy }) => answeredBy)).toEqual(['chen']);
    const untested = (await duty.get(DutyQuery).checks()).find(({ name }) => name === 'contacts');
    expect(untested?.ok).toBe(true);
  });

  it('that is declined, or does not arrive, rings nobody else', async () => {
    gateways.mailCode = () => 550;
    gateways.answer = () => ({ status: 404 });
    await order({ kind: 'contact-test', person: 'chen', channel: null, right: 'judge' });
    await until(async () => (await calls())[0]?.deliveries.every(({ state }) => state === 'failed') === true);
    const now = await duty.runtime.clock.now();
    const answer = { kind: 'answer', callId: 'contact-test/o1', person: 'chen', reply: 'decline', reason: '忙' };
    const data = { orderId: 'o2', actor: 'chen', right: 'answer', speaksFor: null, ...answer };
    await duty.append({ type: 'order.v1', key: 'o2', id: 'order/o2', occurredAt: now, data } as never);
    await until(async () => (await duty.get(DutyQuery).outcomeOf('order/o2')) !== null);
    await sleep(1_200); // whatever would climb has had its time
    const [call] = await calls();
    expect([call?.steps, new Set(call?.deliveries.map(({ person }) => person))]).toEqual([1, new Set(['chen'])]);
  });

  it('of a person that no channel reaches, or of nobody, is refused', async () => {
    await order({ kind: 'contact-test', person: 'chen', channel: 'voice', right: 'judge' });
    await until(async () => (await duty.get(DutyQuery).outcomeOf('order/o1')) !== null);
    expect((await duty.get(DutyQuery).outcomeOf('order/o1'))?.reason).toContain('没有已配置的方式可以联系');
  });
});

describe('the canary', () => {
  const within = (what: (unit: UnitOfWork) => Promise<void>): Promise<UtcInstant> => {
    const { db, clock, log } = duty.runtime;
    return db.transaction(async (tx) => {
      const [now, events] = [await clock.now(tx as never), [] as DomainEvent[]];
      await what({ tx: tx as never, now, append: (...more) => void events.push(...more) });
      await log.append(tx as never, events);
      return now;
    });
  };

  it('goes by every channel in fixed words, and a channel that does not take it is a call by the others', async () => {
    gateways.answer = (_nth, { body }) => (body['person'] === 'yunwei' ? { status: 404 } : {});
    const at = await within((unit) => duty.get(Canary).probe([], unit));
    await until(async () => (await calls())[0]?.deliveries.every(({ state }) => settled(state)) === true);
    expect(gateways.posts[0]?.body).toMatchObject({ subject: '【通道自检】通知通道自检', urgent: false, code: null });
    const job = {
      kind: 'probe-look',
      key: 'probe-look',
      dueAt: addMinutes(at, 5),
      payload: { call: `probe/${at}` },
    };
    await within((unit) => duty.get(Canary).look([job], unit));
    const found = (await calls()).filter(({ cause }) => cause === 'self-check');
    expect(found.map(({ subject, state }) => `${subject} ${state}`)).toEqual(['【通知方式不通】webhook ringing']);
    gateways.answer = () => ({});
    const later = await within((unit) => duty.get(Canary).probe([], unit));
    const probe = `probe/${later}`;
    await until(
      async () =>
        (await calls()).find(({ id }) => id === probe)?.deliveries.every(({ state }) => state === 'accepted') === true,
    );
    await within((unit) => duty.get(Canary).look([{ ...job, payload: { call: probe } }], unit));
    const checks = async (): Promise<string[]> =>
      (await calls()).flatMap(({ cause, state }) => (cause === 'self-check' ? [state] : []));
    expect(await checks()).toEqual(['closed']);
    // The same another day is another call, also when somebody answered the first.
    const foundAgain = (): Promise<unknown> =>
      within((unit) => duty.get(SelfCheck).found('channel/webhook', { subject: '不通', text: '404' }, unit));
    await foundAgain();
    await duty.runtime.db.query(
      `update duty.call set state = 'answered' where cause = 'self-check' and state = 'ringing'`,
    );
    await within((unit) => duty.get(SelfCheck).good('channel/webhook', unit));
    await foundAgain();
    expect((await checks()).sort()).toEqual(['closed', 'closed', 'ringing']);
  });
});
