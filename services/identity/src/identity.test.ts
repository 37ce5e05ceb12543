import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { people, sealsOf, verifyAudit, type Seal } from '@fengsui/access';
import { generate } from 'otplib';
import { accountOf, TEST_PASSWORD as PASSWORD, tokenOf } from '@fengsui/access/testing';
import { Clock, connect } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { BASE_SCHEMAS, startServices, type ServiceProcess } from '@fengsui/service';
import { readSettings } from '@fengsui/settings';
import type { DataSource } from 'typeorm';
import { firstLink, IdentityModule } from './index.js';
import { pageHtml } from './pages.js';
import { providerAt } from './provider-for-tests.js';

let database: TestDatabase;
let db: DataSource;
let running: ServiceProcess;
let url: string;
let provider: Server;
let issuer: string;

/** A browser, as far as cookies go: it keeps them and sends them along. */
class Browser {
  private readonly cookies = new Map<string, string>();
  csrf: string | null = null;

  async ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const form = body instanceof URLSearchParams;
    const address = path.startsWith('http') ? path : `${url}${path}`;
    const cookie = this.cookie();
    const json = body === undefined || form ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(address, {
      method,
      redirect: 'manual',
      body: body === undefined || form ? body : JSON.stringify(body),
      headers: { ...json, ...(this.csrf === null ? {} : { 'x-csrf-token': this.csrf }), cookie, ...headers },
    } as RequestInit);
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async login(person: string, password = PASSWORD): Promise<number> {
    const answer = await this.ask('POST', '/v1/session', { person, password });
    if (answer.ok) this.csrf = ((await answer.json()) as { csrf: string }).csrf;
    return answer.status;
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return (await (await this.ask('GET', path)).json()) as Record<string, unknown>;
  }
}

const enter = (id: string, more: object = {}): Promise<void> => accountOf(db, id, [], more);

let home: string;
beforeAll(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-identity-'));
  database = await testDatabase(BASE_SCHEMAS);
  db = await connect(database.url, 'identity test', 2, BASE_SCHEMAS);
  provider = createServer();
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const port = await freePort();
  const settings = readSettings({
    FENGSUI_HOME: home,
    FENGSUI_HTTP_PORT: String(port),
    LOG_LEVEL: 'error',
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'fengsui',
    OIDC_CLIENT_SECRET: 'a secret of the client',
    FENGSUI_PUBLIC_URL: `http://127.0.0.1:${port}`,
  });
  running = await startServices(database.url, settings, {
    schemas: [],
    modules: [IdentityModule.of(settings)],
    consumers: [],
    http: true,
  });
  url = `http://127.0.0.1:${port}`;
  provider.on('request', providerAt(issuer, `${url}/login/provider/callback`));
});
beforeEach(async () => {
  await db.query(
    'delete from access.session; delete from access.delegation; delete from access.one_time_link; delete from access.granted_role; delete from access.person',
  );
});
afterAll(async () => {
  await running.stop();
  await new Promise((resolve) => provider.close(resolve));
  expect(await verifyAudit(db)).toMatchObject({ ok: true });
  await db.destroy();
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('a session over HTTP', () => {
  it('begins with a strict cookie that no script reads, and ends', async () => {
    await enter('liang');
    const browser = new Browser();
    const answer = await browser.ask('POST', '/v1/session', { person: 'liang', password: PASSWORD });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-fengsui=fst_\S+; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    );
    browser.csrf = ((await answer.json()) as { csrf: string }).csrf;
    expect(await browser.json('/v1/me')).toMatchObject({ person: 'liang', acts: true, csrf: browser.csrf });
    expect((await browser.ask('DELETE', '/v1/session', {})).status).toBe(200);
    expect((await browser.ask('GET', '/v1/me')).status).toBe(401);
  });

  it('writes nothing without the token that only our own page knows, nor as anything but JSON', async () => {
    await enter('liang');
    const browser = new Browser();
    await browser.login('liang');
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await browser.ask('DELETE', '/v1/sessions', {}, headers)).status;
    expect(await status({ 'x-csrf-token': 'guessed' })).toBe(403);
    expect(await status({ 'content-type': 'text/plain' })).toBe(415);
    expect(await status({ origin: 'http://evil.example' })).toBe(403);
    expect((await browser.ask('GET', '/v1/me')).status).toBe(200);
    expect(await status({})).toBe(200);
    expect((await browser.ask('GET', '/v1/me')).status).toBe(401);
  });

  it.each([
    ['no JSON', '{', 400],
    ['a field that is not known', '{"person":"liang","password":"x","admin":true}', 400],
    ['half a character', '{"person":"\\ud800","password":"x"}', 400],
    ['megabytes', `{"person":"${'x'.repeat(200_000)}"}`, 413],
  ])('takes a login with %s for none', async (_what, body, status) => {
    const answer = await fetch(`${url}/v1/session`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(status);
  });
});

describe('the page', () => {
  it('shows what it was told as text, hides passwords, and lets them be pasted', async () => {
    expect(pageHtml('<b>"')).not.toContain('<b>"');
    const fields = pageHtml(null).match(/<input[^>]*name="(?:password|before)"[^>]*>/g) ?? [];
    expect(fields.length).toBeGreaterThan(4);
    for (const field of fields) expect(field).toMatch(/type="password" autocomplete="(current|new)-password"/);
    expect(pageHtml(null)).not.toMatch(/onpaste/i);
  });

  it('begins a login at the provider from our own page alone, in a cookie of its own', async () => {
    const begun = await new Browser().ask('GET', '/login/provider');
    expect(begun.headers.get('set-cookie')).toMatch(
      /^__Host-fengsui-login=\S+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    expect(
      (await new Browser().ask('GET', '/login/provider', undefined, { 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(403);
  });
});

describe('what proves who somebody is', () => {
  const secondFactor = async (browser: Browser, password: string): Promise<Response> =>
    browser.ask('POST', '/v1/me/second-factor', { password });

  it('is changed by who knows the one before; every other session ends, and a common one is refused', async () => {
    await enter('liang');
    const [here, elsewhere] = [new Browser(), new Browser()];
    await here.login('liang');
    await elsewhere.login('liang');
    const change = async (before: string, password: string): Promise<number> =>
      (await here.ask('PUT', '/v1/me/password', { before, password })).status;
    expect(await change('not the password', 'kettle 44 pergola oxide')).toBe(401);
    for (const weak of ['short', 'password1234', 'qwertyuiop123', 'liang19900307', `${'kettle pergola '.repeat(9)}`])
      expect([weak, await change(PASSWORD, weak)]).toEqual([weak, 422]);
    expect(await change(PASSWORD, 'kettle 44 pergola oxide')).toBe(200);
    expect((await here.ask('GET', '/v1/me')).status).toBe(200);
    expect((await elsewhere.ask('GET', '/v1/me')).status).toBe(401);
    const again = new Browser();
    expect([await again.login('liang'), await again.login('liang', 'kettle 44 pergola oxide')]).toEqual([401, 200]);
    // What comes after the longest password counts, too.
    const longest = 'kettle 44 pergola oxide '.repeat(6).slice(0, 128);
    expect(
      (await again.ask('PUT', '/v1/me/password', { before: 'kettle 44 pergola oxide', password: longest })).status,
    ).toBe(200);
    expect([await again.login('liang', `${longest}x`), await again.login('liang', longest)]).toEqual([401, 200]);
  });

  it('binds an authenticator for who knows the password, and keeps its secret closed', async () => {
    await enter('liang');
    const browser = new Browser();
    await browser.login('liang');
    expect((await secondFactor(browser, 'not the password')).status).toBe(401);
    const { secret } = (await (await secondFactor(browser, PASSWORD)).json()) as { secret: string };
    expect((await browser.ask('PUT', '/v1/me/second-factor', { code: '000000' })).status).toBe(422);
    const code = await generate({ secret });
    expect((await browser.ask('PUT', '/v1/me/second-factor', { code })).status).toBe(200);
    const [row] = (await db.query(`select totp_secret from access.person where id = 'liang'`)) as [
      { totp_secret: string },
    ];
    expect(row.totp_secret).toMatch(/^v1\./);
    expect(row.totp_secret).not.toContain(secret);
    const answer = await new Browser().ask('POST', '/v1/session', { person: 'liang', password: PASSWORD });
    expect([answer.status, (await answer.json()) as object]).toEqual([
      401,
      expect.objectContaining({ type: 'urn:fengsui:problem:code-wanted' }),
    ]);
  });

  it('ends what was open in the browser where somebody logs in, and leaves nothing behind at the end', async () => {
    await enter('liang');
    await enter('wu');
    const browser = new Browser();
    await browser.login('liang');
    const before = browser.cookie();
    await browser.login('wu');
    const old = await fetch(`${url}/v1/me`, { headers: { cookie: before } });
    expect([old.status, (await browser.json('/v1/me'))['person']]).toEqual([401, 'wu']);
    const ended = await browser.ask('DELETE', '/v1/session', {});
    expect(ended.headers.get('clear-site-data')).toBe('"cache", "cookies", "storage"');
  });
});

describe('people, by the security administrator', () => {
  const link = async (): Promise<string> =>
    (await db.transaction(async (tx) => firstLink(tx, await new Clock(db).now(tx)))) ?? '';

  it('begin with a link that makes the first one, once', async () => {
    const browser = new Browser();
    const given = { token: await link(), person: 'wang', name: '王安全', password: PASSWORD };
    expect((await browser.ask('POST', '/v1/first-administrator', { ...given, token: 'guessed' })).status).toBe(422);
    expect((await browser.ask('POST', '/v1/first-administrator', given)).status).toBe(200);
    expect((await browser.ask('POST', '/v1/first-administrator', { ...given, person: 'other' })).status).toBe(422);
    expect(await link()).toBe('');
    expect(await browser.login('wang')).toBe(200);
    const added = await browser.ask('POST', '/v1/people', { id: 'chen', name: '陈', reason: '新任' });
    const { link: password } = (await added.json()) as { link: string };
    expect((await browser.ask('POST', '/v1/password', { token: password, password: PASSWORD })).status).toBe(200);
    const role = { role: 'approver', authority: '441800', given: true, reason: '任命' };
    expect((await browser.ask('PUT', '/v1/people/chen/roles', role)).status).toBe(200);
    expect((await browser.ask('PUT', '/v1/people/wang/roles', role)).status).toBe(422);
    const chen = new Browser();
    expect(await chen.login('chen')).toBe(200);
    expect(await chen.json('/v1/me')).toMatchObject({ roles: [{ role: 'approver', authority: '441800' }] });
    expect((await chen.ask('GET', '/v1/people')).status).toBe(403);
    // Whoever forgot their password, or lost their authenticator, gets a link anew.
    const again = await browser.ask('POST', '/v1/people/chen/link', { reason: '忘记密码' });
    const { link: anew } = (await again.json()) as { link: string };
    expect((await chen.ask('GET', '/v1/me')).status).toBe(401);
    expect((await browser.ask('POST', '/v1/password', { token: anew, password: `${PASSWORD} anew` })).status).toBe(200);
    expect([await chen.login('chen'), await chen.login('chen', `${PASSWORD} anew`)]).toEqual([401, 200]);
    expect((await browser.ask('DELETE', '/v1/people/chen', { reason: '离任' })).status).toBe(200);
    expect((await chen.ask('GET', '/v1/me')).status).toBe(401);
    expect(await chen.login('chen')).toBe(401);
  });

  it('delegate what is their own, and take it back', async () => {
    for (const person of ['liang', 'wu']) await enter(person);
    const [liang, wu] = [new Browser(), new Browser()];
    await liang.login('liang');
    await wu.login('wu');
    const now = Date.now();
    const given = {
      principal: 'liang',
      agent: 'wu',
      beginsAt: new Date(now - 1_000).toISOString(),
      endsAt: new Date(now + 3_600_000).toISOString(),
      reason: '出差',
    };
    expect((await wu.ask('POST', '/v1/delegations', given)).status).toBe(403);
    const { id } = (await (await liang.ask('POST', '/v1/delegations', given)).json()) as { id: string };
    expect(await wu.json('/v1/me')).toMatchObject({ speaksFor: ['liang'] });
    expect((await wu.ask('DELETE', `/v1/delegations/${id}`, { reason: '不' })).status).toBe(403);
    expect((await liang.ask('DELETE', `/v1/delegations/${id}`, { reason: '回来' })).status).toBe(200);
    expect(await wu.json('/v1/me')).toMatchObject({ speaksFor: [] });
  });
});

describe('the identity provider', () => {
  /** What a person does there: follow its pages, fill in the name, agree. */
  async function through(browser: Browser, login: string): Promise<Response> {
    let answer = await browser.ask('GET', '/login/provider');
    for (let step = 0; step < 12; step += 1) {
      const to = answer.headers.get('location');
      if (to === null) {
        const page = await answer.text();
        const form = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
        if (form === undefined) return new Response(page, { status: answer.status });
        const prompt = page.includes('name="login"')
          ? { prompt: 'login', login, password: 'x' }
          : { prompt: 'consent' };
        answer = await browser.ask('POST', new URL(form, issuer).href, new URLSearchParams(prompt));
      } else answer = await browser.ask('GET', new URL(to, answer.url || issuer).href);
    }
    throw new Error('it goes round in circles');
  }

  it('lets in who is entered with the subject that it vouches for, and nobody else', async () => {
    const authorization = `Bearer ${await tokenOf(db, 'wang', ['security-administrator'])}`;
    const added = await fetch(`${url}/v1/people`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'liang', name: '梁', oidcSubject: 'gov-000123', reason: '登记' }),
    });
    expect(added.status).toBe(201);
    const browser = new Browser();
    expect((await through(browser, 'gov-000123')).status).toBe(200);
    expect(await browser.json('/v1/me')).toMatchObject({ person: 'liang' });
    const stranger = new Browser();
    const refused = await through(stranger, 'gov-000999');
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('gov-000999')]);
    expect((await stranger.ask('GET', '/v1/me')).status).toBe(401);
  });

  it('takes no answer that this browser did not begin, nor one twice', async () => {
    await enter('liang', { oidc: { issuer, subject: 'gov-000123' } });
    const victim = new Browser();
    expect((await victim.ask('GET', '/login/provider/callback?code=stolen&state=guessed')).status).toBe(403);
    await victim.ask('GET', '/login/provider');
    expect((await victim.ask('GET', '/login/provider/callback?code=stolen&state=guessed')).status).toBe(403);
    expect(await people(db, await new Clock(db).now())).toHaveLength(1);
  });
});

it('seals a day of the audit chain in the database and in a file beside it, and makes its key once', async () => {
  await enter('liang');
  await db.query(`update schedule.job set due_at = now(), key = to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM-DD')
    where service = 'access/audit'; select pg_notify('schedule', '')`);
  while ((await sealsOf(db)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const [kept] = await sealsOf(db);
  const written = JSON.parse(readFileSync(path.join(home, 'audit-seals.ndjson'), 'utf8')) as Seal;
  expect(written).toEqual(kept);
  expect(statSync(path.join(home, 'audit-key.pem')).mode & 0o777).toBe(0o600);
  expect(await verifyAudit(db, [written])).toMatchObject({ ok: true });
  const jobs = (await db.query(
    `select due_at > now() as later from schedule.job where service = 'access/audit'`,
  )) as unknown[];
  expect(jobs).toEqual([{ later: true }]);
  await expect(db.query('delete from access.audit_seal')).rejects.toThrow('only grows');
});

it('gives a program that has a token what the token is for, and no more', async () => {
  const authorization = `Bearer ${await tokenOf(db, 'wang', ['security-administrator'], ['watch'])}`;
  const ask = async (path: string): Promise<number> =>
    (await fetch(`${url}${path}`, { headers: { authorization } })).status;
  expect([await ask('/v1/me'), await ask('/v1/people')]).toEqual([200, 403]);
  const end = await fetch(`${url}/v1/sessions`, {
    method: 'DELETE',
    body: '{}',
    headers: { authorization, 'content-type': 'application/json' },
  });
  expect(end.status).toBe(403);
});

// The last: nobody logs in from here for a minute afterwards.
it('lets nobody guess for long from one address', async () => {
  await enter('liang');
  const statuses = new Set<number>();
  for (let n = 0; n < 25; n += 1) statuses.add(await new Browser().login(`nobody-${n}`, 'guessed at random'));
  expect([...statuses]).toEqual([401, 429]);
  expect(await new Browser().login('liang')).toBe(429);
});
