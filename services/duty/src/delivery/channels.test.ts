import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addMinutes } from '@fengsui/contracts';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '../index.js';
import { proposed } from '../proposal-for-tests.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');

/** A real SMTP server and a real HTTP server, on this machine. */
type Servers = {
  smtp: SMTPServer;
  http: Server;
  mails: string[];
  posts: { key: string; body: string }[];
  refuseMails: number;
  hang: boolean;
};
const servers: Servers = { mails: [], posts: [], refuseMails: 0, hang: false } as unknown as Servers;
const sockets = new Set<Socket>();
let duty: LoneService;

beforeEach(async () => {
  Object.assign(servers, { mails: [], posts: [], refuseMails: 0, hang: false });
  servers.smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        if (servers.refuseMails > 0) {
          servers.refuseMails -= 1;
          return done(Object.assign(new Error('try later'), { responseCode: 451 }));
        }
        servers.mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => servers.smtp.listen(0, '127.0.0.1', () => resolve()));
  servers.http = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (servers.hang) return; // accepts, and never answers
      servers.posts.push({ key: String(request.headers['idempotency-key']), body });
      response.end('{}');
    });
  });
  servers.http.on('connection', (socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => servers.http.listen(0, '127.0.0.1', () => resolve()));
  const smtpPort = (servers.smtp.server.address() as AddressInfo).port;
  const httpPort = (servers.http.address() as AddressInfo).port;
  duty = await loneService(
    'duty',
    '2020-06-06',
    DUTY_SCHEMA,
    (settings) => DutyModule.of(DutyPlan.read(PLAN), settings),
    {
      MAIL_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      MAIL_FROM: 'duty@example.invalid',
      WEBHOOK_URL: `http://127.0.0.1:${httpPort}/calls`,
    },
  );
});
afterEach(async () => {
  await duty.end();
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => servers.http.close(() => resolve()));
  await new Promise<void>((resolve) => servers.smtp.close(() => resolve()));
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

describe('calls over real channels', () => {
  it('go out by mail and webhook, once, under a key, in words a person understands', async () => {
    await ring();
    await until(() => servers.mails.length > 0 && servers.posts.length > 0);
    await until(async () => (await deliveries()).every((one) => one.endsWith('sent')));
    expect(await deliveries()).toEqual(['mail sent', 'webhook sent']);
    expect([servers.mails.length, servers.posts.length]).toEqual([1, 1]);
    expect(servers.mails[0]).toMatch(/Message-ID: <[0-9a-f]{32}@fengsui>/);
    const post = JSON.parse(servers.posts[0]?.body ?? '{}') as { key: string; subject: string; text: string };
    expect(encodeURIComponent(post.key)).toBe(servers.posts[0]?.key);
    expect(post.subject).toBe('【待签发】建议启动防汛Ⅳ级应急响应');
    expect(post.text).toContain('英德市');
  });

  it('never reach a gateway on virtual time', async () => {
    await duty.at('08:00');
    await duty.give(proposed(duty.instant('08:30')));
    await duty.at('08:20');
    expect(new Set(await deliveries())).toEqual(new Set(['sink shown']));
    expect([servers.mails.length, servers.posts.length]).toEqual([0, 0]);
  });

  it('go out by the other channel while one refuses and one hangs; what was refused is tried again under the same key', async () => {
    servers.hang = true;
    servers.refuseMails = 1;
    await ring();
    await until(async () => (await deliveries()).length === 2);
    await until(() => servers.refuseMails === 0);
    // its next try, without waiting for it
    await duty.runtime.db.query(`update schedule.job set due_at = now() where service = 'duty/mail'`);
    await duty.runtime.db.query(`select pg_notify('schedule', '')`);
    await until(() => servers.mails.length === 1);
    await until(async () => (await deliveries())[0] === 'mail sent');
    expect(await deliveries()).toEqual(['mail sent', 'webhook pending']);
  });
});
