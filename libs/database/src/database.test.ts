import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMinutes, utc } from '@fengsui/contracts';
import { testDatabase, type TestDatabase } from './testing.js';
import { Entity, type DataSource } from 'typeorm';
import {
  Clock,
  connect,
  DocumentColumn,
  insertRows,
  JobRunner,
  Key,
  Notifications,
  NumberColumn,
  rows,
  run,
  schedule,
  SCHEDULE_SCHEMA,
  startEmbedded,
  TextsColumn,
  unschedule,
  updateRows,
  type JobHandler,
  type JobHandlers,
  type OutsideHandler,
} from './index.js';

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await sleep(10);
};

describe('jobs', () => {
  let database: TestDatabase;
  let db: DataSource;
  let notifications: Notifications;
  const running: JobRunner[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    database = await testDatabase([SCHEDULE_SCHEMA]);
    db = await connect(database.url, 'jobs test', 12);
    notifications = new Notifications(database.url);
    await notifications.open();
  });
  beforeEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await db.query('truncate schedule.job; update schedule.clock set virtual_now = null, jobs_up_to = 0');
  });
  afterAll(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await notifications.close();
    await db.destroy();
    await database.drop();
  });

  const start = async (handler: JobHandler): Promise<void> => {
    await startWith({ inTransaction: { ring: handler } });
  };
  const startWith = async (handlers: JobHandlers): Promise<void> => {
    const runner = new JobRunner(
      { db, clock: new Clock(db), notifications },
      'test',
      handlers,
      (error, job) => void errors.push(`${job?.key}: ${String(error)}`),
    );
    running.push(runner);
    await runner.start();
  };
  const job = (key: string, minutes = 0) => ({
    kind: 'ring',
    key,
    dueAt: addMinutes(utc(new Date()), minutes),
    payload: {},
  });
  const ask = (...jobs: ReturnType<typeof job>[]): Promise<void> => db.transaction((tx) => schedule(tx, 'test', jobs));

  it('are done once, however many runners share them', async () => {
    const done: string[] = [];
    const handler: JobHandler = async (jobs, { tx }) => {
      await tx.query('select 1');
      done.push(...jobs.map(({ key }) => key));
    };
    await start(handler);
    await start(handler);
    await ask(...Array.from({ length: 2_300 }, (_, n) => job(`j${n}`))); // several batches, the last one not full
    await until(async () => ((await db.query('select 1 from schedule.job')) as unknown[]).length === 0);
    expect(done.length).toBe(2_300);
    expect(new Set(done).size).toBe(2_300);
  });

  it('that leave the system are done one at a time outside of any transaction, and their result is written with their end', async () => {
    await db.query('create table if not exists public.sent (key text); truncate public.sent');
    const [begun, failures]: [string[], string[]] = [[], ['b']];
    const send: OutsideHandler = async ({ key }, { finish }) => {
      begun.push(key);
      if (failures.splice(0, failures[0] === key ? 1 : 0).length > 0) throw new Error('the other side is away');
      await finish(async (tx) => void (await tx.query('insert into public.sent values ($1)', [key])));
    };
    await startWith({ outside: { ring: send }, most: 1 });
    await startWith({ outside: { ring: send }, most: 1 });
    await ask(job('a'), job('b'), job('c'));
    await until(async () => ((await db.query('select 1 from public.sent')) as unknown[]).length === 2);
    const failed = { key: 'b', attempts: 1, last_error: 'the other side is away' };
    const left = (): Promise<unknown[]> => db.query('select key, attempts, last_error from schedule.job');
    await until(async () => (await left()).length === 1 && JSON.stringify(await left()) === JSON.stringify([failed]));
    await db.query(`update schedule.job set due_at = now() - interval '1 second'`);
    await db.query(`select pg_notify('schedule', '')`);
    await until(async () => ((await db.query('select 1 from schedule.job')) as unknown[]).length === 0);
    expect(await db.query('select key from public.sent order by key')).toEqual([
      { key: 'a' },
      { key: 'b' },
      { key: 'c' },
    ]);
    expect(begun.filter((key) => key === 'b')).toHaveLength(2);
  });

  it('that leave the system and failed wait for their next time, also for a runner that knew them as due', async () => {
    const begun: string[] = [];
    let slow: () => void = () => undefined;
    const send: OutsideHandler = async ({ key }) => {
      begun.push(key);
      if (key === 'a') await new Promise<void>((resolve) => (slow = resolve));
      else throw new Error('the other side is away');
    };
    await ask(job('a'), job('b'));
    await startWith({ outside: { ring: send }, most: 1 }); // takes a, and has b on its list
    await until(() => begun.length > 0);
    await startWith({ outside: { ring: send }, most: 1 }); // finds a held, and fails at b
    const failedOnce = async (): Promise<boolean> =>
      ((await db.query('select attempts from schedule.job where attempts = 1')) as unknown[]).length === 1;
    await until(failedOnce);
    await db.query(`update schedule.job set due_at = due_at + interval '1 hour' where key = 'b'`); // however slow this machine is
    slow();
    await until(async () => ((await db.query('select 1 from schedule.job')) as unknown[]).length === 1);
    await Promise.all(running.splice(0).map((one) => one.stop())); // each ends the list that it has in hand
    expect(begun).toEqual(['a', 'b']);
    expect(await failedOnce()).toBe(true);
  });

  it('wait for their time, move when asked again, and go when taken back', async () => {
    const done: string[] = [];
    await start(async (jobs) => void done.push(...jobs.map(({ key }) => key)));
    await ask(job('later', 60), job('moved', 60), job('gone', -1 / 60 / 60));
    await db.transaction((tx) => unschedule(tx, 'test', 'ring', ['later']));
    await ask(job('moved', 0));
    await until(() => done.includes('moved'));
    expect(done).not.toContain('later');
  });

  it('that fail hold up no neighbour, and are tried again later with their error kept', async () => {
    const done: string[] = [];
    await start(async (jobs) => {
      if (jobs.some(({ key }) => key === 'bad')) throw new Error('no line');
      done.push(...jobs.map(({ key }) => key));
    });
    await ask(job('a'), job('bad'), job('c'));
    await until(() => done.length === 2 && errors.length > 0);
    // Only the bad one is left, and its failure is written down: both are commits of their own.
    const left = async (): Promise<{ attempts: number }[]> =>
      (await db.query('select attempts from schedule.job')) as { attempts: number }[];
    await until(async () => (await left()).map(({ attempts }) => attempts).join() === '1');
    const [row] = (await db.query(
      'select key, attempts, last_error, due_at > now() as later from schedule.job',
    )) as object[];
    expect(row).toEqual({ key: 'bad', attempts: 1, last_error: 'no line', later: true });
  });

  it('wait on virtual time until the driver releases them', async () => {
    await db.query(`update schedule.clock set virtual_now = '2020-06-07T00:00:00Z'`);
    const done: string[] = [];
    await start(async (jobs) => void done.push(...jobs.map(({ key }) => key)));
    await db.transaction((tx) =>
      schedule(tx, 'test', [{ kind: 'ring', key: 'v', dueAt: utc('2020-06-06T23:00:00Z'), payload: {} }]),
    );
    await sleep(100);
    expect(done).toEqual([]);
    await db.query('update schedule.clock set jobs_up_to = (select max(seq) from schedule.job)');
    await db.query(`select pg_notify('schedule', '')`);
    await until(() => done.length === 1);
  });

  it('go on when the listening connection and all others were cut', async () => {
    const done: string[] = [];
    await start(async (jobs) => void done.push(...jobs.map(({ key }) => key)));
    const other = await connect(database.url, 'the one that cuts', 1);
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await other.query(
      `insert into schedule.job (service, kind, key, due_at, payload) values ('test', 'ring', 'after', now(), '{}')`,
    );
    await other.destroy();
    await until(() => done.includes('after'));
  });
});

describe('the embedded server', () => {
  it('is started once, attached to by the second, and stopped by the last', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-embedded-'));
    const [first, second] = await Promise.all([startEmbedded(folder), startEmbedded(folder)]);
    expect([first.started, second.started].sort()).toEqual([false, true]);
    expect(first.url).toBe(second.url);
    await first.release();
    const db = await connect(second.url, 'still there', 1);
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await db.destroy();
    await second.release();
    await expect(connect(second.url, 'gone', 1)).rejects.toThrow();
    rmSync(path.dirname(first.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('rows that go over as an entity', () => {
  @Entity({ schema: 'rows', name: 'gauge' })
  class GaugeRow {
    @Key('station') station!: string;
    @TextsColumn('counties') counties!: readonly string[];
    @DocumentColumn('as it came', { nullable: true }) body!: object | null;
    @NumberColumn('metres', { nullable: true }) stageM!: number | null;
  }
  const owned = { schema: 'rows', entities: [GaugeRow], migrations: [] };
  let database: TestDatabase;
  let db: DataSource;
  beforeAll(async () => {
    database = await testDatabase([]);
    db = await connect(database.url, 'rows test', 1, [owned]);
    await run(
      db,
      'create schema rows; create table rows.gauge (station text primary key, counties text[], body jsonb, stage_m float8)',
    );
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });
  const gauge = (station: string, stageM: number | null, ...counties: string[]): GaugeRow => ({
    station,
    counties,
    body: stageM === null ? null : { stageM },
    stageM,
  });
  const all = (): Promise<GaugeRow[]> =>
    rows(db, 'select station, counties, body, stage_m as "stageM" from rows.gauge order by station');

  it.each([
    ['quotes, backslashes and braces', 'text', ['a"b', 'c\\d', '{e,f}', '\\n', 'NULL', '', ' ']],
    ['control characters', 'text', ['line\nbreak', 'tab\t', '\u0001', '\\\n']],
    ['nothing', 'text', [null, undefined, 'a']],
    ['Chinese and emoji', 'text', ['清远市', '🔥', '\u2028']],
    ['numbers', 'float8', [1, -0.5, 1e21, null]],
    ['numbers that JSON has not', 'float8', [Infinity, 1]],
    ['truth', 'boolean', [true, false, null]],
    ['documents', 'jsonb', [JSON.stringify({ words: '"\\\n' }), null]],
    ['none', 'text', []],
  ])('arrays of %s go over as they are', async (_, type, values: readonly unknown[]) => {
    const found = await rows<{ v: unknown }>(db, `select v from unnest($1::${type}[]) v`, [values]);
    const meant = values.map((value) =>
      type === 'jsonb' && value !== null ? JSON.parse(String(value)) : (value ?? null),
    );
    expect(found.map(({ v }) => v)).toEqual(meant);
  });

  it('are inserted, replaced where they are there, and changed by their key, lists and documents whole', async () => {
    const first = [gauge('a', 1, '441881', 'x,"y\\'), gauge('b', null)];
    await db.transaction((tx) => insertRows(tx, GaugeRow, first));
    expect(await all()).toEqual(first);
    const second = [gauge('b', 2, '441882'), gauge('c', 3)];
    await db.transaction((tx) =>
      insertRows(tx, GaugeRow, second, { on: { index: 'station' }, set: ['counties', 'body', 'stageM'] }),
    );
    expect(await all()).toEqual([first[0], ...second]);
    const third = [gauge('a', null), gauge('c', 4, '441823', '441802'), gauge('nobody', 5)];
    await db.transaction((tx) => updateRows(tx, GaugeRow, third));
    expect(await all()).toEqual([third[0], second[0], third[1]]);
    await db.transaction((tx) => updateRows(tx, GaugeRow, []));
  });
});
