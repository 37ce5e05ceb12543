/// <reference lib="dom" />
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyAudit, type Role } from '@fengsui/access';
import { accountOf, TEST_PASSWORD as PASSWORD } from '@fengsui/access/testing';
import { connect } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { providerAt } from '@fengsui/identity/testing';
import { BASE_SCHEMAS } from '@fengsui/service';
import { readSettings } from '@fengsui/settings';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { DataSource } from 'typeorm';
import { openStore, readPlans, startOneProcess, type OneProcess } from './index.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const CITY = { authority: '441800', hazard: 'flood' };

let database: TestDatabase;
let db: DataSource;
let running: OneProcess;
let url: string;
let provider: Server;
let foreign: Server;
let foreignPage = '';
let browser: Browser;
let context: BrowserContext;
let page: Page;

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const enter = (id: string, roles: readonly Role[], more: object = {}): Promise<void> => accountOf(db, id, roles, more);

beforeAll(async () => {
  database = await testDatabase([]);
  provider = await listening();
  foreign = await listening();
  foreign.on('request', (_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(foreignPage);
  });
  const probe = await listening();
  const port = portOf(probe);
  await new Promise((resolve) => probe.close(resolve));
  const issuer = `http://127.0.0.1:${portOf(provider)}`;
  url = `http://127.0.0.1:${port}`;
  provider.on('request', providerAt(issuer, `${url}/login/provider/callback`));
  const settings = {
    ...readSettings({
      DATABASE_URL: database.url,
      FENGSUI_HTTP_PORT: String(port),
      LOG_LEVEL: 'error',
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'fengsui',
      OIDC_CLIENT_SECRET: 'a secret of the client',
      FENGSUI_PUBLIC_URL: url,
    }),
    FENGSUI_PLAN: PLAN,
  };
  const store = await openStore(settings);
  running = await startOneProcess(store.url, settings, readPlans(PLAN), { services: true, http: true });
  db = await connect(database.url, 'browser test', 2, BASE_SCHEMAS);
  for (const id of ['liang', 'zheng']) await enter(id, ['approver']);
  await enter('wu', ['leader'], { oidc: { issuer, subject: 'gov-000123' } });
  await enter('anquan', ['security-administrator']);
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP rebound.example 127.0.0.1',
    ],
  });
});
beforeEach(async () => {
  await context?.close();
  context = await browser.newContext();
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await running?.stop();
  for (const server of [provider, foreign]) await new Promise((resolve) => server.close(resolve));
  expect(await verifyAudit(db)).toMatchObject({ ok: true });
  await db.destroy();
  await database.drop();
});

async function login(person: string, password = PASSWORD): Promise<void> {
  await page.goto(`${url}/account`);
  await page.fill('#login-form [name=person]', person);
  await page.fill('#login-form [name=password]', password);
  await page.click('#login-form button');
}
const me = (): Promise<string> => page.locator('#who').innerText();
/** As our own page asks: with the token of the session. */
const order = (data: object): Promise<number> =>
  page.evaluate(async (given) => {
    const { csrf } = (await (await fetch('/v1/me')).json()) as { csrf: string };
    const event = {
      type: 'order.v1',
      occurredAt: new Date().toISOString(),
      data: { speaksFor: null, reason: '会商', actor: '-', ...given },
    };
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
    return (await fetch('/v1/orders', { method: 'POST', headers, body: JSON.stringify(event) })).status;
  }, data);
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
const level = async (): Promise<string> =>
  (await running.ports.response.levels()).find(({ state }) => state === 'ordered')?.level ?? 'none';

describe('in a browser', () => {
  it('somebody logs in, sees who they are and what is open in their name, and signs out', async () => {
    await login('liang', 'wrong password');
    await page.waitForSelector('#said.bad');
    expect(await page.locator('#said').innerText()).toContain('不正确');
    await login('liang');
    await page.waitForSelector('#me:not([hidden])');
    expect(await me()).toBe('liang（liang）');
    expect(await page.locator('#facts').innerText()).toContain('响应签发人（441800）');
    expect(await page.locator('#sessions tr').count()).toBe(1);
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.click('#sign-out');
    await page.waitForSelector('#login:not([hidden])');
    expect(await page.evaluate(async () => (await fetch('/v1/levels')).status)).toBe(401);
  });

  it('somebody logs in by the identity provider', async () => {
    await page.goto(`${url}/account`);
    await page.click('#provider');
    await page.fill('[name=login]', 'gov-000123');
    await page.fill('[name=password]', 'any');
    await page.click('[type=submit]');
    await page.click('[type=submit]'); // agrees
    await page.waitForSelector('#me:not([hidden])');
    expect([await me(), new URL(page.url()).pathname]).toEqual(['wu（wu）', '/account']);
  });

  it('level I takes two people who are logged in', async () => {
    await login('liang');
    await page.waitForSelector('#me:not([hidden])');
    expect(await order({ kind: 'raise', ...CITY, level: 'I', counties: [], orderId: 'b1' })).toBe(200);
    await until(async () => (await running.ports.response.outcomeOf('order/b1')) !== null);
    expect(await level()).toBe('none');
    const second = await browser.newContext();
    page = await second.newPage();
    await login('zheng');
    await page.waitForSelector('#me:not([hidden])');
    expect(await order({ kind: 'countersign', ...CITY, countersigns: 'b1', orderId: 'b2' })).toBe(200);
    await until(async () => (await level()) === 'I');
    await second.close();
  });

  it('a delegation works until it is taken back', async () => {
    await login('liang');
    await page.waitForSelector('#me:not([hidden])');
    await page.fill('#delegate-form [name=agent]', 'wu');
    await page.fill('#delegate-form [name=beginsAt]', '2020-01-01T00:00');
    await page.fill('#delegate-form [name=endsAt]', '2020-03-01T00:00');
    await page.fill('#delegate-form [name=reason]', '出差');
    await page.click('#delegate-form button');
    await page.waitForSelector('#said.bad'); // sixty days are too long
    await page.fill('#delegate-form [name=endsAt]', '2020-01-20T00:00');
    await page.click('#delegate-form button');
    await page.waitForSelector('#delegations tr');
    await page.click('#delegations button');
    await page.waitForFunction(() => document.querySelector('#delegations')?.textContent?.includes('已撤回'));
  });

  it('the security administrator enters somebody, who sets a password by the link and is known', async () => {
    await login('anquan');
    await page.waitForSelector('#people:not([hidden])');
    await page.fill('#person-form [name=id]', 'xin');
    await page.fill('#person-form [name=name]', '新人');
    await page.fill('#person-form [name=reason]', '新任');
    await page.click('#person-form button');
    await page.waitForFunction(() => document.querySelector('#said')?.textContent?.includes('#password='));
    const link = /http\S+#password=\S+/.exec(await page.locator('#said').innerText())?.[0] ?? '';
    await page.fill('#role-form [name=person]', 'xin');
    await page.selectOption('#role-form [name=role]', 'viewer');
    await page.fill('#role-form [name=authority]', '441800');
    await page.fill('#role-form [name=reason]', '任命');
    await page.click('#role-form button[value=true]');
    await page.waitForFunction(() => document.querySelector('#people-rows')?.textContent?.includes('查看人员'));
    const other = await browser.newContext();
    page = await other.newPage();
    await page.goto(link);
    await page.fill('#password-form [name=password]', PASSWORD);
    await page.click('#password-form button');
    await page.waitForSelector('#login:not([hidden])');
    await login('xin');
    await page.waitForSelector('#me:not([hidden])');
    expect(await me()).toBe('新人（xin）');
    await other.close();
  });

  it('an account is locked after five wrong passwords', async () => {
    await enter('guessed', ['viewer']);
    for (let n = 0; n < 5; n += 1) {
      await login('guessed', `wrong ${n}`);
      await page.waitForSelector('#said.bad');
    }
    await login('guessed');
    await page.waitForFunction(() => document.querySelector('#said')?.textContent?.includes('锁定'));
  });
});

describe('a page of another site', () => {
  const inputs = async (): Promise<number> =>
    ((await db.query('select count(*)::int as n from intake.input')) as [{ n: number }])[0].n;

  it('reads nothing and orders nothing, by script, form or picture, though somebody is logged in', async () => {
    await login('liang');
    await page.waitForSelector('#me:not([hidden])');
    const before = await inputs();
    foreignPage = `<!doctype html><title>evil</title><iframe name="hidden"></iframe>
      <form id="f" method="post" action="${url}/v1/orders" enctype="text/plain" target="hidden">
        <input name='{"type":"order.v1","x":"' value='"}'></form>
      <img id="i" src="${url}/v1/levels"><script>
        window.said = [];
        const tried = (what, init) => fetch('${url}' + what, init).then((answer) => answer.text()).then((text) => window.said.push(text), () => window.said.push('refused'));
        Promise.all([
          tried('/v1/levels', { credentials: 'include' }),
          tried('/v1/me', { credentials: 'include' }),
          tried('/v1/orders', { method: 'POST', mode: 'cors', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' }),
          fetch('${url}/v1/orders', { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then(() => undefined, () => undefined),
        ]).then(() => { document.getElementById('f').submit(); window.finished = true; });
      </script>`;
    await page.goto(`http://localhost:${portOf(foreign)}/`);
    await page.waitForFunction(() => (window as { finished?: boolean }).finished === true);
    await page.waitForTimeout(500); // until the form has gone out
    expect(await page.evaluate(() => (window as { said?: string[] }).said)).toEqual(['refused', 'refused', 'refused']);
    expect(await inputs()).toBe(before);
  });

  it('is answered by no other name that somebody points here', async () => {
    const answer = await page.goto(`http://rebound.example:${new URL(url).port}/v1/levels`);
    expect(answer?.status()).toBe(421);
  });
});
