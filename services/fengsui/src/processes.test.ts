import { afterEach, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tokenOf } from '@fengsui/access/testing';
import { connect } from '@fengsui/database';
import { BASE_SCHEMAS } from '@fengsui/service';
import { startProcess, stopProcess } from './index.js';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const SERVICES = ['intake', 'response', 'wildfire', 'duty', 'reporting'] as const;

let database: TestDatabase;
let running: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(running.map((child) => stopProcess(child)));
  running = [];
  await database.drop();
});

it('each service runs as a process of its own: a warning posted to intake rings in duty', async () => {
  database = await testDatabase([]);
  const addresses = new Map<string, string>();
  for (const service of SERVICES) {
    const { child, address } = await startProcess(service, { DATABASE_URL: database.url, FENGSUI_HTTP_PORT: '0' });
    running.push(child);
    addresses.set(service, address);
  }
  const body = readFileSync(path.join(ROOT, 'examples', 'warning-rain-red.cap.xml'));
  const posted = await fetch(`${addresses.get('intake')}/v1/warnings`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/xml' },
  });
  expect(await posted.json()).toMatchObject({ accepted: 1, refused: 0 });
  const db = await connect(database.url, 'who asks', 1, BASE_SCHEMAS);
  const authorization = `Bearer ${await tokenOf(db, 'chen', ['duty-officer'])}`;
  await db.destroy();
  const ask = async (service: string, what: string): Promise<object[]> =>
    (await fetch(`${addresses.get(service)}/v1/${what}`, { headers: { authorization } })).json() as Promise<object[]>;
  while ((await ask('duty', 'calls')).length === 0) await sleep(50);
  expect(await ask('response', 'levels')).toMatchObject([{ level: 'none' }, { level: 'III', state: 'proposed' }]);
  expect(await ask('duty', 'calls')).toMatchObject([{ cause: 'proposal', state: 'ringing' }]);
  expect(await ask('wildfire', 'wildfires')).toEqual([]);
});

it('a service that is told to stop ends, whatever it waits for, and says so', async () => {
  database = await testDatabase([]);
  const said: string[] = [];
  const settings = { DATABASE_URL: database.url, FENGSUI_HTTP_PORT: '0' };
  const { child } = await startProcess('duty', settings, undefined, (text) => void said.push(text));
  running.push(child);
  const db = await connect(database.url, 'the one that holds', 1);
  await db.transaction(async (tx) => {
    await tx.query('lock table schedule.job, log.position in access exclusive mode');
    await tx.query(`select pg_notify('schedule', '')`);
    await sleep(2_000); // until its runner asks for jobs, and waits
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
  });
  await db.destroy();
  expect(said.join('')).toContain('duty: something did not end within 10 seconds');
});
