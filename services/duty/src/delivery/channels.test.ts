import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addMinutes } from '@fengsui/contracts';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '../index.js';
import { proposed } from '../proposal-for-tests.js';
import { Gateways } from './gateways-for-tests.js';
import { OnWallTime } from '../on-wall-time.js';
import { Heartbeat } from './heartbeat.js';
import { planWith } from '../plan-for-tests.js';
import { testDatabase } from '@fengsui/database/testing';
import { BASE_SCHEMAS, startServices } from '@fengsui/service';
import { readSettings } from '@fengsui/settings';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
const SECRET = 'planted-only-for-this-test';

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
    {
      MAIL_SMTP_URL: gateways.smtpUrl,
      MAIL_FROM: 'duty@example.invalid',
      WEBHOOK_URL: gateways.url('/calls'),
      WEBHOOK_SECRET: SECRET,
    },
  );
});
afterEach(async () => {
  await gateways.close();
  await duty.end();
});

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await sleep(20);
};
/** Wall time, and with it no driver: the service's own runners do what is due. */
const ring = async (): Promise<void> => {
  await duty.toWall();
  const { clock } = duty.runtime;
  await duty.append(proposed(addMinutes(await clock.now(), 30)));
};
const deliveries = async (): Promise<string[]> =>
  (await duty.get(DutyQuery).calls())
    .flatMap((call) => call.deliveries.map(({ channel, state }) => `${channel} ${state}`))
    .sort();

const callsNow = () => duty.get(DutyQuery).calls();
const attempts = (): Promise<{ outcome: string; note: string | null }[]> =>
  duty.runtime.db.query('select outcome, note from duty.attempt order by started_at, delivery, n');
/** Whatever waits for its next try has it now. */
const tryAgain = async (): Promise<void> => {
  await duty.runtime.db.query(`update schedule.job set due_at = now() where service like 'duty/%'`);
  await duty.runtime.db.query(`select pg_notify('schedule', '')`);
};

describe('calls over real channels', () => {
  it('go out by mail and webhook, once, under a key, in words a person understands', async () => {
    await ring();
    await until(() => gateways.mails.length > 0 && gateways.posts.length > 0);
    await until(async () => (await deliveries()).every((one) => one.endsWith('accepted')));
    expect(await deliveries()).toEqual(['mail accepted', 'webhook accepted']);
    expect([gateways.mails.length, gateways.posts.length]).toEqual([1, 1]);
    expect(gateways.mails[0]).toMatch(/Message-ID: <[0-9a-f]{32}@fengsui>/);
    const [post] = gateways.posts;
    expect(post?.body).toMatchObject({ key: post?.key, subject: '【待签发】建议启动防汛Ⅳ级应急响应', repeated: 0 });
    expect(post?.body['text']).toContain('英德市');
  });

  it('are signed with the time, so that nobody else can post them', async () => {
    await ring();
    await until(() => gateways.posts.length > 0);
    const [post] = gateways.posts;
    const at = String(post?.headers['x-fengsui-timestamp']);
    const hash = createHmac('sha256', SECRET).update(`${at}.${post?.raw}`).digest('hex');
    expect(post?.headers['x-fengsui-signature']).toBe(`sha256=${hash}`);
  });

  it('never reach a gateway on virtual time', async () => {
    await duty.at('08:00');
    await duty.give(proposed(duty.instant('08:30')));
    await duty.at('08:20');
    expect(new Set(await deliveries())).toEqual(new Set(['sink shown']));
    expect([gateways.mails.length, gateways.posts.length]).toEqual([0, 0]);
  });

  it('that are refused for now are tried again under the same key, one post a try, while the call is open', async () => {
    gateways.mailCode = (nth) => (nth <= 2 ? 451 : null);
    gateways.answer = (nth) => (nth === 1 ? { status: 500, body: 'busy' } : {});
    await ring();
    await until(async () => (await attempts()).filter(({ outcome }) => outcome === 'temporary').length === 2);
    expect(gateways.posts).toHaveLength(1);
    await tryAgain();
    await until(async () => (await attempts()).length === 4);
    await tryAgain();
    await until(async () => (await deliveries()).join() === 'mail accepted,webhook accepted');
    expect(gateways.posts.map(({ key }) => key)).toEqual([gateways.posts[0]?.key, gateways.posts[0]?.key]);
    expect(gateways.mails).toHaveLength(1);
    expect((await attempts()).map(({ outcome }) => outcome).sort()).toEqual([
      'accepted',
      'accepted',
      'temporary',
      'temporary',
      'temporary',
    ]);
  });

  it('that a gateway reports as delivered are; those that will not arrive count as refused, and the chain climbs when none did', async () => {
    gateways.answer = () => ({ body: '{"id":"r1"}' });
    await ring();
    await until(async () => (await deliveries()).join() === 'mail accepted,webhook accepted');
    const [call] = await callsNow();
    const mail = call?.deliveries.find(({ channel }) => channel === 'mail')?.key ?? '';
    const report = (message: string, channel: string, outcome: string, n: number) =>
      duty.append({
        type: 'delivery-report.v1',
        key: message,
        id: `delivery-report/${channel}/${message}/${outcome}/${n}`,
        data: { channel, message, outcome, text: 'UNDELIV' },
      });
    await report(mail, 'mail', 'delivered', 1);
    await report(mail, 'mail', 'failed', 2); // later than it knows
    await report('r1', 'webhook', 'failed', 3);
    await until(async () => (await deliveries()).join() === 'mail delivered,webhook failed');
    expect((await callsNow())[0]?.steps).toBe(1);
    await duty.runtime.db.query(`update duty.delivery set state = 'accepted' where channel = 'mail'`);
    await report(mail, 'mail', 'failed', 4);
    await until(async () => (await callsNow())[0]?.steps === 2);
    await report('nothing-of-ours', 'sms', 'delivered', 5);
  });

  it('that nobody takes wait no longer than the call: after an answer nothing is sent any more', async () => {
    gateways.mailCode = () => 451;
    gateways.answer = () => ({ status: 503 });
    await ring();
    await until(async () => (await attempts()).length === 2);
    const [call] = await callsNow();
    const person = call?.deliveries[0]?.person;
    await duty.append({
      type: 'order.v1',
      key: 'o',
      id: 'order/o',
      data: {
        orderId: 'o',
        actor: person,
        right: 'answer',
        speaksFor: null,
        reason: '',
        kind: 'answer',
        callId: call?.id,
        person,
      },
    });
    await until(async () => (await callsNow())[0]?.state === 'answered');
    await tryAgain();
    await until(async () => (await deliveries()).join() === 'mail withdrawn,webhook withdrawn');
    expect(gateways.posts).toHaveLength(1);
  });

  it.each([
    [
      '200 with an errcode',
      { body: '{"errcode":93000,"errmsg":"invalid webhook url"}' },
      'temporary',
      /93000.*invalid webhook/,
    ],
    [
      '200 that says it failed',
      { body: '{"success":false,"message":"no such template"}' },
      'temporary',
      /no such template/,
    ],
    ['404', { status: 404 }, 'refused', /answered 404/],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'refused', /answered 302/],
    ['429', { status: 429, headers: { 'retry-after': '120' } }, 'temporary', /answered 429/],
  ] as const)('take %s for what it is', async (_what, answer, outcome, words) => {
    gateways.answer = () => answer;
    await ring();
    await until(async () => (await attempts()).some((one) => one.outcome === outcome));
    const said = (await attempts()).find((one) => one.outcome === outcome);
    expect(said?.note).toMatch(words);
    expect(gateways.posts).toHaveLength(1);
    const [webhook] = (await callsNow())
      .flatMap((call) => call.deliveries)
      .filter(({ channel }) => channel === 'webhook');
    expect(webhook?.state).toBe(outcome === 'refused' ? 'failed' : 'queued');
  });

  it('leave a channel alone for as long as it asks to be', async () => {
    gateways.answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    await ring();
    await until(async () => (await attempts()).some(({ outcome }) => outcome === 'temporary'));
    const due = async (): Promise<number> => {
      const found = (await duty.runtime.db.query(
        `select extract(epoch from due_at - now())::float8 as seconds from schedule.job where service = 'duty/webhook-urgent'`,
      )) as { seconds: number }[];
      return found[0]?.seconds ?? 0;
    };
    await until(async () => (await due()) > 60);
    expect(await due()).toBeLessThanOrEqual(120);
  });

  it('that may have arrived are repeated once under the same key and say so, and then go no further', async () => {
    gateways.answer = () => 'cut';
    await ring();
    await until(async () => (await deliveries()).includes('webhook failed'));
    expect(gateways.posts.map(({ body }) => [body['repeated'], String(body['subject']).slice(0, 5)])).toEqual([
      [0, '【待签发】'],
      [1, '【重发1】'],
    ]);
    expect(new Set(gateways.posts.map(({ key }) => key)).size).toBe(1);
  });

  it('that were cut off by the end of a process are in doubt: the next one repeats them once', async () => {
    gateways.answer = () => 'hang';
    await ring();
    await until(() => gateways.posts.length === 1);
    // As a process leaves it that is killed now: the try stays open, its job is there, and its lease is gone.
    const key = gateways.posts[0]?.key ?? '';
    const { db } = duty.runtime;
    await db.query(`insert into duty.delivery (key, call, step, person, channel, state, attempts, created_at)
      select key || '/copy', call, step, 'li', channel, 'attempt', 1, created_at from duty.delivery where key = '${key}'`);
    await db.query(`insert into duty.attempt values ('${key}/copy', 1, now(), null, 'open', null)`);
    gateways.answer = () => ({});
    await db.query(`insert into schedule.job (service, kind, key, due_at, payload)
      values ('duty/webhook-urgent', 'deliver', '${key}/copy', now(), '{"lane":"li"}')`);
    await db.query(`select pg_notify('schedule', '')`);
    await until(() => gateways.posts.some((post) => post.key === `${key}/copy`));
    expect(gateways.posts.find((post) => post.key === `${key}/copy`)?.body).toMatchObject({ repeated: 1 });
    const outcomes = (): Promise<{ outcome: string }[]> =>
      db.query(`select outcome from duty.attempt where delivery = '${key}/copy' order by n`);
    await until(async () => (await outcomes()).map(({ outcome }) => outcome).join() === 'in-doubt,accepted');
  });

  it('hold up nobody else while one of twenty receivers hangs', async () => {
    gateways.answer = (_nth, post) => (post.body['person'] === 'person-7' ? 'hang' : {});
    await ring();
    await until(async () => (await deliveries()).join() === 'mail accepted,webhook accepted');
    const { db } = duty.runtime;
    await db.query(`insert into duty.delivery (key, call, step, person, channel, state, created_at)
      select 'many/' || n || '/' || turn, call, step, 'person-' || n, 'webhook', 'queued', created_at
      from duty.delivery, generate_series(1, 20) n, generate_series(1, 3) turn where channel = 'webhook'`);
    await db.query(`insert into schedule.job (service, kind, key, due_at, payload)
      select 'duty/webhook', 'deliver', key, now(), jsonb_build_object('lane', person) from duty.delivery where key like 'many/%'`);
    await db.query(`select pg_notify('schedule', '')`);
    const states = async (state: string): Promise<number> =>
      ((await db.query(`select 1 from duty.delivery where key like 'many/%' and state = '${state}'`)) as unknown[])
        .length;
    await until(async () => (await states('accepted')) === 57);
    // The one that hangs has one message in hand; its others wait for it and for nobody else.
    expect(gateways.posts.filter(({ body }) => body['person'] === 'person-7')).toHaveLength(1);
    expect([await states('attempt'), await states('queued')]).toEqual([1, 2]);
  });
});

describe('the heartbeat', () => {
  it('goes out while calls climb, and stops when an open call waits for its step', async () => {
    await duty.toWall();
    const beats = (): number => gateways.posts.filter(({ path: at }) => at === '/heartbeat').length;
    const { db, clock, services } = duty.runtime;
    const beat = new Heartbeat(db, gateways.url('/heartbeat'), new OnWallTime(db, clock, { services } as never));
    const now = await clock.now();
    const once = (): Promise<void> => beat.beat({} as never, { now, finish: async () => undefined } as never);
    await once();
    expect([beats(), gateways.posts.at(-1)?.body]).toEqual([1, { at: now, lateSeconds: 0 }]);
    await db.query(`insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, reason, events)
      values ('stuck', 'fire', 'f', true, '', '', '{}', 'ringing', now(), 1, now() - interval '2 minutes', '', '{}')`);
    await once();
    expect(beats()).toBe(1);
  });
});

describe('a live start', () => {
  it('is refused while somebody of the plan is reached by nothing that is configured', async () => {
    const plan = planWith((draft) => {
      const li = draft.people.find(({ id }) => id === 'li') ?? {};
      delete li['mail'];
      li['phones'] = ['13800000001'];
      for (const chain of Object.values(draft.chains)) for (const step of chain.steps) step['channels'] = ['webhook'];
      draft.unanswered.channels = ['webhook'];
    });
    await expect(startOf(plan)).rejects.toThrow(/li（李值班）: mail do not lead there/);
  });

  it('is refused while a chain names a channel that is not configured, but for what the plan lets be missing', async () => {
    const plan = planWith((draft) => {
      for (const person of draft.people) person['phones'] = ['13800000001'];
      for (const step of draft.chains['urgent']?.steps ?? []) step['channels'] = ['mail', 'voice'];
    });
    await expect(startOf(plan)).rejects.toThrow(/voice: set it/);
    expect(plan.mayBeMissing).toEqual(['mail', 'webhook']);
  });

  /** With mail alone. */
  const startOf = async (plan: DutyPlan): Promise<void> => {
    const database = await testDatabase([...BASE_SCHEMAS, DUTY_SCHEMA]);
    const settings = readSettings({
      DATABASE_URL: database.url,
      LOG_LEVEL: 'error',
      MAIL_SMTP_URL: gateways.smtpUrl,
      MAIL_FROM: 'duty@example.invalid',
    });
    const parts = {
      schemas: [DUTY_SCHEMA],
      modules: [DutyModule.of(plan, settings)],
      http: false,
      consumers: ['duty' as const],
    };
    try {
      await (await startServices(database.url, settings, parts)).stop();
    } finally {
      await database.drop();
    }
  };
});
