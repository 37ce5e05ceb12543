import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { connect } from '@fengsui/database';
import { BASE_SCHEMAS } from './process.js';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';
import { Health } from './health.js';

let database: TestDatabase;
let db: DataSource;
let nowMs = 0;
beforeEach(async () => {
  database = await testDatabase(BASE_SCHEMAS);
  db = await connect(database.url, 'health test', 2);
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  await db.query(`
    insert into log.subscription values ('response', 'observed.readings'), ('duty', 'decided.fires');
    update log.partition set next_offset = 5 where (topic, partition) in (('observed.readings', 0), ('decided.fires', 1))`);
});
afterEach(async () => {
  jest.restoreAllMocks();
  if (db.isInitialized) await db.destroy();
  await database.drop();
});

it('says that its own consumer stands still, after a minute without a step, and not that a neighbour does', async () => {
  const health = new Health(db, { services: ['response'] });
  expect(await health.health()).toEqual({ status: 'ok' });
  nowMs += 61_000;
  await expect(health.health()).rejects.toMatchObject({
    status: 503,
    response: { stuck: ['response has 5 records before it and does not move'] },
  });
  await db.query(`insert into log.position values ('response', 'observed.readings', 0, 3)`);
  expect(await health.health()).toEqual({ status: 'ok' });
  await db.query('update log.position set next_offset = 5');
  nowMs += 61_000;
  expect(await health.health()).toEqual({ status: 'ok' });
  expect(await new Health(db, { services: [] }).health()).toEqual({ status: 'ok' });
});

it('says that what is due is not done, of its own services, and not of what failed and has another time', async () => {
  const health = new Health(db, { services: ['duty'] });
  const due = (service: string, key: string, seconds: number, attempts: number): Promise<unknown> =>
    db.query(
      `insert into schedule.job (service, kind, key, due_at, payload, attempts) values ($1, 'climb', $2, now() - make_interval(secs => $3), '{}', $4)`,
      [service, key, seconds, attempts],
    );
  await due('response', 'neighbour', 90, 0);
  await due('duty/mail', 'outside', 90, 0);
  await due('duty', 'failed', 90, 2);
  await due('duty', 'just now', 5, 0);
  expect(await health.health()).toEqual({ status: 'ok' });
  await due('duty', 'late', 45, 0);
  await expect(health.health()).rejects.toMatchObject({
    status: 503,
    response: { stuck: [expect.stringMatching(/^duty has not done what was due 4[5-9] s ago$/)] },
  });
});

it.each([6_000, -6_000])('says when the clock of the machine was set by %d ms, and not for a second', async (by) => {
  const health = new Health(db, { services: [] });
  const real = Date.now;
  const set = jest.spyOn(Date, 'now').mockImplementation(() => real() + by / 6);
  expect(await health.health()).toEqual({ status: 'ok' });
  set.mockImplementation(() => real() + by);
  await expect(health.health()).rejects.toMatchObject({
    status: 503,
    response: { stuck: [expect.stringContaining('the clock of this machine was set')] },
  });
});

it('says when the database does not answer', async () => {
  await db.destroy();
  await expect(new Health(db, { services: ['response'] }).health()).rejects.toMatchObject({
    response: { stuck: [expect.stringMatching(/the database does not answer/)] },
  });
});

it('gives lag and parked messages as metrics', async () => {
  await db.query(
    `insert into log.parked (consumer, topic, partition, "offset", key, body, reason, place, at) values ('duty', 'decided.fires', 1, 0, 'k', '{}', 'r', 'p', now())`,
  );
  const text = await new Health(db, { services: ['response'] }).metrics();
  expect(text).toMatch(/^fengsui_lag_records\{consumer="response",topic="observed.readings"\} 5$/m);
  expect(text).toMatch(/^fengsui_parked_messages\{consumer="duty"\} 1$/m);
  expect(text).toMatch(/^# TYPE fengsui_consumer_restarts_total counter$/m);
});
