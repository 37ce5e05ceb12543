import { afterEach, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@fengsui/database';
import { startProcess, stopProcess } from './index.js';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';

let database: TestDatabase;
let running: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(running.map((child) => stopProcess(child)));
  running = [];
  await database.drop();
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
