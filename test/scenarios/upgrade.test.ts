import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readPlans, SCHEMAS, startOneProcess, type OneProcess } from '@fengsui/cli';
import { upcast } from '@fengsui/contracts';
import { catalogueOf, connect, migrate } from '@fengsui/database';
import { readSettings } from '@fengsui/settings';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PLAN = path.resolve(HERE, '..', '..', 'plans', 'qingyuan');

/**
 * An installation as the release before the orders desk left it: what made its tables, their rows, and the figures it
 * showed.
 */
type Dump = Readonly<{
  ddl: readonly string[];
  rows: Readonly<Record<string, readonly object[]>>;
  figures: { figures: object[] };
}>;
const dump = JSON.parse(
  gunzipSync(readFileSync(path.join(HERE, '..', 'fixtures', 'installation-before-desk.json.gz'))).toString(),
) as Dump;

let database: TestDatabase;
let db: DataSource;
let running: OneProcess;
beforeAll(async () => {
  database = await testDatabase([]);
  const raw = await connect(database.url, 'upgrade test', 1);
  for (const statement of dump.ddl) await raw.query(statement);
  await raw.query(`set session_replication_role = replica`); // rows come in any order
  for (const [table, rows] of Object.entries(dump.rows)) {
    const [schema, name] = table.split('.') as [string, string];
    await raw.query(`delete from ${schema}."${name}"`);
    await raw.query(
      `insert into ${schema}."${name}" select * from json_populate_recordset(null::${schema}."${name}", $1)`,
      [JSON.stringify(rows)],
    );
  }
  await raw.query(`select setval('schedule.job_seq_seq', (select max(seq) from schedule.job))`);
  // A schema that came later has nothing there yet.
  for (const { schema } of SCHEMAS.filter((one) => `${one.schema}.migration` in dump.rows))
    await raw.query(`select setval('${schema}.migration_id_seq', (select max(id) from ${schema}.migration))`);
  // The moment at which it was left: what is due later stays due later.
  await raw.query(`update schedule.clock set virtual_now = '2026-11-25T22:02:00Z'`);
  await raw.destroy();
  await migrate(database.url, SCHEMAS);
  db = await connect(database.url, 'upgrade test', 2, SCHEMAS);
  const settings = {
    ...readSettings({ DATABASE_URL: database.url, FENGSUI_HTTP_PORT: '0', LOG_LEVEL: 'error' }),
    FENGSUI_PLAN: PLAN,
  };
  running = await startOneProcess(database.url, settings, readPlans(PLAN), { services: true, http: false });
});
afterAll(async () => {
  await running.stop();
  await db.destroy();
  await database.drop();
});

it('has the tables that a new one has', async () => {
  expect((await catalogueOf(db, SCHEMAS)).differences).toEqual([]);
  expect(await migrate(database.url, SCHEMAS)).toBeUndefined(); // and nothing is done twice
});

it('shows the figures that it showed before', async () => {
  const { figures } = await running.ports.reporting.figures({ period: '2020' });
  // What was not held was shown as 0 before, and has no value now.
  const pick = (list: readonly object[]): unknown[] =>
    (list as { id: string; value: number | null; previous: number | null }[]).map(({ id, value, previous }) => [
      id,
      value ?? 0,
      previous ?? 0,
    ]);
  const known = new Set((dump.figures.figures as { id: string }[]).map(({ id }) => id));
  expect(pick(figures.filter(({ id }) => known.has(id)))).toEqual(pick(dump.figures.figures));
});

it('knows what became of its orders, and what waited still waits', async () => {
  const waiting = dump.rows['duty.waiting_answer']?.[0] as { event: string; call: string };
  expect(await running.ports.duty.outcomeOf(waiting.event)).toEqual({
    outcome: 'waiting',
    reason: `there is no call ${waiting.call}`,
  });
  for (const { event, outcome } of dump.rows['response.order_outcome'] as { event: string; outcome: string }[])
    expect(await running.ports.response.outcomeOf(event)).toMatchObject({ outcome });
  const expiries = await db.query(`select kind from schedule.job where kind like '%expiry'`);
  expect(new Set((expiries as { kind: string }[]).map(({ kind }) => kind))).toEqual(new Set(['order-expiry']));
});

it('no longer has a reason where a person belongs', async () => {
  const before = dump.rows['duty.call'] as { id: string; answered_by: string | null }[];
  const merged = before.find(({ answered_by }) => answered_by?.startsWith('merged into') === true);
  const calls = await running.ports.duty.calls();
  expect(calls.find(({ id }) => id === merged?.id)).toMatchObject({
    state: 'closed',
    answeredBy: null,
    closedReason: merged?.answered_by,
  });
  const written = (dump.rows['log.record'] as { body: string }[]).map(
    ({ body }) => JSON.parse(body) as { type: string; data: object },
  );
  const closed = written
    .map((event) => upcast(event) as { type: string; data: object })
    .filter(({ type }) => type === 'call-closed.v1');
  expect(closed).toMatchObject([{ data: { callId: merged?.id, outcome: 'merged', reason: merged?.answered_by } }]);
  expect(written.filter(({ type }) => type === 'call-closed.v1')).toEqual([]);
});
