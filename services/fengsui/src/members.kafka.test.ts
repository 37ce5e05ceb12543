import { afterEach, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess, stopProcess } from './index.js';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';

let database: TestDatabase;
const running: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => stopProcess(child)));
  await database.drop();
});

/** Starts duty as a process under a name. @returns what it says */
async function duty(name: string): Promise<Readonly<{ child: ChildProcess; said: string[] }>> {
  const said: string[] = [];
  const environment = {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'] ?? 'localhost:9092',
    KAFKA_INSTANCE: name,
    FENGSUI_HTTP_PORT: '0',
  };
  const { child } = await startProcess('duty', environment, undefined, (text) => void said.push(text));
  running.push(child);
  return { child, said };
}

it('ends the older of two processes of one service under one name, and says why; under two names they share the work', async () => {
  database = await testDatabase([]);
  const first = await duty('one-name');
  const other = await duty('another-name');
  const second = await duty('one-name');
  while (first.child.exitCode === null) await sleep(50);
  expect(first.child.exitCode).toBe(1);
  expect(first.said.join('')).toMatch(
    /another process is consumer duty under the same KAFKA_INSTANCE[\s\S]*This process ends/,
  );
  expect([other.child.exitCode, second.child.exitCode]).toEqual([null, null]);
});
