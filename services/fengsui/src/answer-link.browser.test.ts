import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkEvent, type DomainEvent } from '@fengsui/contracts';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { readSettings } from '@fengsui/settings';
import { chromium, type Browser } from 'playwright-core';
import { openStore, readPlans, startOneProcess, type OneProcess } from './index.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-answer-'));

type Post = Readonly<{ call: string; person: string; link: string; code: string; subject: string; text: string }>;

let database: TestDatabase;
let running: OneProcess;
let gateway: Server;
let browser: Browser;
const posts: Post[] = [];

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const until = async <T>(what: () => T | undefined | Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await what();
    if (found !== undefined) return found;
    await sleep(50);
  }
};

beforeAll(async () => {
  database = await testDatabase([]);
  gateway = await listening();
  gateway.on('request', (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      posts.push(JSON.parse(body) as Post);
      response.end('{}');
    });
  });
  const probe = await listening();
  const port = portOf(probe);
  await new Promise((resolve) => probe.close(resolve));
  const settings = {
    ...readSettings({
      DATABASE_URL: database.url,
      FENGSUI_HTTP_PORT: String(port),
      LOG_LEVEL: 'error',
      FENGSUI_PUBLIC_URL: `http://127.0.0.1:${port}`,
      WEBHOOK_URL: `http://127.0.0.1:${portOf(gateway)}/calls`,
    }),
    FENGSUI_PLAN: PLAN,
    FENGSUI_HOME: folder,
  };
  const store = await openStore(settings);
  running = await startOneProcess(store.url, settings, readPlans(PLAN), { services: true, http: true });
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
});
afterAll(async () => {
  await browser?.close();
  await running?.stop();
  await new Promise((resolve) => gateway.close(resolve));
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** A proposal, as response makes it. @returns the message that went out for it */
async function ring(proposalId: string, to: 'IV' | 'I', reason: string): Promise<Post> {
  const { clock, db, log } = running.ports;
  const now = await clock.now();
  const proposed = {
    id: `response-proposed/${proposalId}`,
    type: 'response-proposed.v1' as const,
    key: '441800/flood',
    occurredAt: now,
    recordedAt: now,
    correlationId: proposalId,
    causes: [],
    data: {
      authority: '441800',
      hazard: 'flood',
      plan: 'p',
      proposalId,
      episodeId: null,
      from: 'none',
      to,
      counties: ['441881'],
      dueAt: now,
      reason,
    },
  };
  const checked = checkEvent('response-proposed.v1', proposed);
  if (!checked.ok) throw new Error(JSON.stringify(checked.refusals));
  await db.transaction((tx) => log.append(tx, [checked.value as DomainEvent]));
  return until(() => posts.find(({ call }) => call === `proposal/${proposalId}`));
}
const stateOf = async (call: string): Promise<string | undefined> =>
  (await running.ports.duty.calls()).find(({ id }) => id === call)?.state;

describe('the link of a message, on a telephone', () => {
  it('shows one card, and changes nothing by being looked at', async () => {
    const { link, call } = await ring('P1', 'IV', '<script>alert(1)</script>英德市暴雨橙色预警');
    const answers = await Promise.all(['GET', 'HEAD', 'GET'].map((method) => fetch(link, { method })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [first] = answers;
    expect(first?.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = (await first?.text()) ?? '';
    expect(html).toContain('建议启动防汛Ⅳ级应急响应');
    expect(html).not.toContain('<script>alert');
    const parts = await Promise.all(['/answer.css', '/answer.js'].map((at) => fetch(new URL(at, link))));
    const sizes = await Promise.all(parts.map(async (part) => (await part.arrayBuffer()).byteLength));
    expect(html.length + sizes.reduce((sum, one) => sum + one, 0)).toBeLessThan(50_000);
    expect(await stateOf(call)).toBe('ringing');
  });

  it('answers with one tap, once; a second look shows who answered', async () => {
    const { link, call, person } = posts[0] as Post;
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => void errors.push(String(error)));
    page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
    await page.goto(link);
    const height = await page.locator('button').evaluate((one) => one.getBoundingClientRect().height);
    expect(height).toBeGreaterThanOrEqual(72);
    if (process.env['SHOTS'] !== undefined)
      await page.screenshot({ path: path.join(process.env['SHOTS'], 'answer.png') });
    await page.click('button');
    await until(async () => ((await stateOf(call)) === 'answered' ? true : undefined));
    const [view] = (await running.ports.duty.calls()).filter(({ id }) => id === call);
    expect([view?.answeredBy, view?.replies[0]?.actor]).toEqual([person, 'answer-link']);
    await page.locator('main.over').waitFor();
    expect(await page.locator('main').innerText()).toMatch(/已由.+应答/);
    expect(await page.locator('button').count()).toBe(0);
    if (process.env['SHOTS'] !== undefined)
      await page.screenshot({ path: path.join(process.env['SHOTS'], 'over.png') });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('wants the two digits of the message read back at level Ⅰ', async () => {
    const { link, call, text } = await ring('P2', 'I', '北江特大洪水');
    const digits = /复述：(\d\d)/.exec(text)?.[1] ?? '';
    const page = await browser.newPage();
    await page.goto(link);
    await page.fill('#read-back', digits === '10' ? '11' : '10');
    await page.click('button');
    await page.locator('text=正在登记').waitFor();
    await page.waitForLoadState('load');
    await until(async () => ((await page.locator('#read-back').inputValue()) === '' ? true : undefined));
    expect(await stateOf(call)).toBe('ringing');
    await page.fill('#read-back', digits);
    await page.click('button');
    await until(async () => ((await stateOf(call)) === 'answered' ? true : undefined));
    await page.close();
  });

  it('is nothing for whoever guesses a code, or has one of another call', async () => {
    const { link, code, person } = posts[0] as Post;
    const { call } = await ring('P3', 'IV', '英德市暴雨橙色预警');
    expect((await fetch(new URL('/answer/AAAAAAAAAA', link))).status).toBe(404);
    const post = (body: object): Promise<Response> =>
      fetch(new URL('/v1/answers', link), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    // It is taken in as an answer, and duty refuses it: the call rings on.
    expect((await post({ call, person, code })).status).toBe(200);
    expect((await post({ call, person, code: 'AAAAAAAAAA' })).status).toBe(200);
    const orders = async (): Promise<number> =>
      (
        (await running.ports.db.query(`select 1 from duty.given_order where target = $1 and outcome = 'rejected'`, [
          call,
        ])) as unknown[]
      ).length;
    await until(async () => ((await orders()) === 2 ? true : undefined));
    expect(await stateOf(call)).toBe('ringing');
    const many = await Promise.all(Array.from({ length: 40 }, (_, n) => post({ call, person, code: `GUESS${n}` })));
    expect(many.some(({ status }) => status === 429)).toBe(true);
  });
});
