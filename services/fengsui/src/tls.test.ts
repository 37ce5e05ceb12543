import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AddressFault, connect, startEmbedded, type EmbeddedServer } from '@fengsui/database';
import { accountOf, TEST_PASSWORD } from '@fengsui/access/testing';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { BASE_SCHEMAS } from '@fengsui/service';
import { readSettings } from '@fengsui/settings';
import { openStore, readPlans, startOneProcess, type OneProcess } from './index.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-tls-'));
const at = (name: string): string => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate of its own authority, made for this run. */
function certificate(name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = [
    'req',
    '-x509',
    '-nodes',
    '-newkey',
    'rsa:2048',
    '-days',
    '2',
    '-keyout',
    at(`${name}.key`),
    '-out',
    at(`${name}.pem`),
  ];
  const { status, stderr } = spawnSync('openssl', [...made, ...subject], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
beforeAll(() => ['ours', 'other'].forEach(certificate));

describe('HTTP with a certificate', () => {
  let database: TestDatabase;
  let running: OneProcess;
  beforeAll(async () => {
    database = await testDatabase([]);
    const settings = {
      ...readSettings({
        DATABASE_URL: database.url,
        FENGSUI_HTTP_PORT: '0',
        LOG_LEVEL: 'error',
        FENGSUI_HTTP_TLS_CERT: at('ours.pem'),
        FENGSUI_HTTP_TLS_KEY: at('ours.key'),
      }),
      FENGSUI_PLAN: PLAN,
      FENGSUI_HOME: at('home'),
    };
    const store = await openStore(settings);
    running = await startOneProcess(store.url, settings, readPlans(PLAN), { services: true, http: true });
  });
  afterAll(async () => {
    await running.stop();
    await database.drop();
  });
  const asked = (url: string, ca: string, options: object = {}): Promise<{ status: number; hsts: unknown }> =>
    new Promise((resolve, reject) => {
      get(url, { ca: readFileSync(at(ca)), ...options }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0, hsts: answer.headers['strict-transport-security'] });
      }).once('error', reject);
    });

  it('is HTTPS, and tells browsers to stay with it', async () => {
    const { address } = running;
    expect(address).toMatch(/^https:/);
    expect(await asked(`${address}/account`, 'ours.pem')).toEqual({ status: 200, hsts: 'max-age=31536000' });
  });

  it('speaks to nobody in the clear, nor by an old protocol', async () => {
    const address = running.address ?? '';
    await expect(fetch(address.replace('https:', 'http:'))).rejects.toThrow();
    await expect(asked(`${address}/account`, 'ours.pem', { maxVersion: 'TLSv1.1' })).rejects.toThrow();
    await expect(asked(`${address}/account`, 'other.pem')).rejects.toThrow(/certificate|self.signed/i);
  });

  it('believes of whom a proxy speaks only from the proxies that are named', async () => {
    const db = await connect(database.url, 'tls test', 1, BASE_SCHEMAS);
    await accountOf(db, 'liang', ['viewer']);
    const login = async (named: string | undefined): Promise<string> => {
      const settings = {
        ...readSettings({
          FENGSUI_HTTP_PORT: '0',
          LOG_LEVEL: 'error',
          ...(named === undefined ? {} : { FENGSUI_HTTP_PROXIES: named }),
        }),
        FENGSUI_HOME: at('home'),
      };
      const one = await startOneProcess(database.url, settings, readPlans(PLAN), { services: false, http: true });
      const answer = await fetch(`${one.address}/v1/session`, {
        method: 'POST',
        body: JSON.stringify({ person: 'liang', password: TEST_PASSWORD }),
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.7' },
      });
      expect(answer.status).toBe(200);
      await one.stop();
      const [row] = (await db.query('select address from access.session order by started_at desc limit 1')) as [
        { address: string },
      ];
      return row.address;
    };
    expect([await login(undefined), await login('10.0.0.1'), await login('127.0.0.1')]).toEqual([
      '127.0.0.1',
      '127.0.0.1',
      '192.0.2.7',
    ]);
    await db.destroy();
  });

  it('says which file cannot be used', async () => {
    const settings = readSettings({ FENGSUI_HTTP_TLS_CERT: at('ours.pem'), FENGSUI_HTTP_TLS_KEY: at('other.key') });
    const started = startOneProcess(database.url, { ...settings, FENGSUI_HOME: at('home') }, readPlans(PLAN), {
      services: false,
      http: true,
    });
    await expect(started).rejects.toThrow(/FENGSUI_HTTP_TLS_KEY/);
  });
});

describe('PostgreSQL over TLS', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded(at('postgres'));
    for (const [name, as] of [
      ['ours.pem', 'server.crt'],
      ['ours.key', 'server.key'],
    ] as const) {
      const copy = path.join(server.dataFolder, as);
      copyFileSync(at(name), copy);
      if (process.getuid?.() === 0) chownSync(copy, 65534, 65534);
    }
    const db = await connect(server.url, 'tls test', 1);
    await db.query('alter system set ssl = on');
    await db.query('select pg_reload_conf()');
    await db.destroy();
  });
  afterAll(async () => {
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
  });
  const encrypted = async (asked: string): Promise<boolean> => {
    const db = await connect(`${server.url}?${asked}`, 'tls test', 1);
    try {
      const [row] = (await db.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')) as [{ ssl: boolean }];
      return row.ssl;
    } finally {
      await db.destroy();
    }
  };

  it('is encrypted, with a server that proves its name, where the address says so', async () => {
    expect(await encrypted(`sslmode=verify-full&sslrootcert=${at('ours.pem')}`)).toBe(true);
    expect(await encrypted(`sslmode=verify-ca&sslrootcert=${at('ours.pem')}`)).toBe(true);
    await expect(encrypted(`sslmode=verify-full&sslrootcert=${at('other.pem')}`)).rejects.toThrow(
      /certificate|self.signed/i,
    );
  });

  it('refuses a mode that believes any server, and a file that is not there', async () => {
    for (const asked of ['sslmode=require', 'sslmode=prefer', 'sslmode=verify-full&sslrootcert=/nowhere.pem'])
      await expect(encrypted(asked)).rejects.toThrow(AddressFault);
  });
});
