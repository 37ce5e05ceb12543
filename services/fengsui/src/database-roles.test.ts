import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tokenOf } from '@fengsui/access/testing';
import { SERVICES, TOPICS, utc } from '@fengsui/contracts';
import { addressAs, connect, migrate, NotPrepared, prepareRoles, type OwnedSchema } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { shiftedTo } from '@fengsui/demonstration';
import { BASE_SCHEMAS } from '@fengsui/service';
import type { DataSource } from 'typeorm';
import { ROLE_OF_ALL, ROLE_OF_ANALYSTS, SCHEMAS, SEPARATE_ROLES, startProcess, stopProcess } from './index.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const ALL = [...SEPARATE_ROLES, ROLE_OF_ALL, ROLE_OF_ANALYSTS];
const NAMES = ALL.map(({ name }) => name);
const OBSERVED = [...new Set(Object.values(TOPICS).map(({ topic }) => topic))];

/** Every role tries, on a real PostgreSQL, what it must not be able to do. */
describe('the database roles of the services', () => {
  let database: TestDatabase;
  const connections = new Map<string, DataSource>();
  const addresses = new Map<string, string>();
  beforeAll(async () => {
    database = await testDatabase(SCHEMAS);
    const passwords = new Map(NAMES.map((name) => [name, randomBytes(12).toString('hex')]));
    await prepareRoles(database.url, ALL, BASE_SCHEMAS, passwords);
    await prepareRoles(database.url, ALL, BASE_SCHEMAS, passwords);
    for (const [name, password] of passwords) {
      addresses.set(name, addressAs(database.url, name, password));
      connections.set(name, await connect(addresses.get(name) ?? '', `role ${name}`, 1));
    }
  });
  afterAll(async () => {
    for (const db of connections.values()) await db.destroy();
    await database.drop();
  });
  /** What PostgreSQL says to a statement of this role; it is taken back whatever it did. */
  const tries = async (name: string, sql: string): Promise<string> => {
    const runner = (connections.get(name) as DataSource).createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query(sql);
      return 'done';
    } catch (error) {
      return (error as Error).message;
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  };

  it.each(NAMES)('%s is no superuser, makes no role and no table, and owns nothing', async (name) => {
    const db = connections.get(name) as DataSource;
    expect(
      await db.query(
        `select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication as can,
                (select count(*)::int from pg_class c where c.relowner = r.oid) as owned
         from pg_roles r where rolname = current_user`,
      ),
    ).toEqual([{ can: false, owned: 0 }]);
    expect(await tries(name, 'create table public.mine (n int)')).toMatch(/permission denied/);
    expect(await tries(name, 'create schema mine')).toMatch(/permission denied/);
    expect(await tries(name, 'set role fengsui')).toMatch(/permission denied/);
  });

  it.each(
    NAMES.flatMap((name) =>
      [
        `update access.audit set reason = ''`,
        'delete from access.audit',
        'truncate access.audit',
        'alter table access.audit disable trigger audit_only_grows',
        'drop table access.audit',
        'create or replace function access.refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
        'delete from access.audit_seal',
        'update log.record set body = body',
        'delete from log.record',
        'alter table log.record disable row level security',
        `update reporting.fact set content = null`,
        'delete from reporting.fact',
        'delete from intake.input_part',
        'update intake.accepted set event_id = event_id',
        'delete from reporting.migration',
      ].map((sql) => [name, sql] as const),
    ),
  )('%s may not: %s', async (name, sql) => expect(await tries(name, sql)).toMatch(/permission denied|must be owner/));

  it('whoever analyses reads every view of the reporting store in its own words, and nothing else anywhere', async () => {
    const { name } = ROLE_OF_ANALYSTS;
    const { views = [] } = SCHEMAS.find(({ schema }) => schema === 'reporting') ?? {};
    expect(views.length).toBeGreaterThan(10);
    for (const view of views)
      expect([view, await tries(name, `select * from reporting."${view}"`)]).toEqual([view, 'done']);
    for (const sql of [
      'select * from reporting.fact',
      'select * from reporting.subject',
      'select * from duty.call',
      'select * from access.person',
      'select * from intake.input',
      'select * from log.record',
      `update reporting."事实" set "区划" = '0'`,
      'create view reporting.x as select 1',
    ])
      expect([sql, await tries(name, sql)]).toEqual([sql, expect.stringMatching(/permission denied|cannot update/)]);
  });

  it.each(SEPARATE_ROLES.filter(({ name }) => name !== 'fengsui_console').map(({ name }) => name))(
    '%s sees neither what another service has nor how people prove who they are',
    async (name) => {
      const own = SEPARATE_ROLES.find((role) => role.name === name)?.writes[0]?.schema;
      const others = { intake: 'input', response: 'task', wildfire: 'fire', duty: 'call', reporting: 'fact' };
      for (const [schema, table] of Object.entries(others))
        expect([schema, await tries(name, `select 1 from ${schema}.${table}`)]).toEqual([
          schema,
          schema === own ? 'done' : expect.stringMatching(/permission denied/),
        ]);
      for (const column of ['password_hash', 'totp_secret'])
        expect(await tries(name, `select ${column} from access.person`)).toMatch(/permission denied/);
      expect(await tries(name, `update access.granted_role set role = 'approver'`)).toMatch(/permission denied/);
      expect(await tries(name, `insert into access.session (id) values ('x')`)).toMatch(/permission denied/);
    },
  );

  it.each(SEPARATE_ROLES.flatMap((role) => OBSERVED.map((topic) => [role.name, topic, role.topics] as const)))(
    '%s appends to %s if the contracts say that it writes it',
    async (name, topic, topics) => {
      const append = `select log.append(array['${topic}'], array[0], array[0], array['k'], array['{}'])`;
      expect(await tries(name, append)).toMatch(topics?.includes(topic) === true ? /^done$/ : /row-level security/);
    },
  );

  it('are enough: a warning posted to intake rings in duty, each service a process under its own', async () => {
    const running: ChildProcess[] = [];
    const asked = new Map<string, string>();
    for (const service of SERVICES) {
      const DATABASE_URL = addresses.get(`fengsui_${service}`) ?? '';
      const { child, address } = await startProcess(service, { DATABASE_URL, FENGSUI_HTTP_PORT: '0' });
      running.push(child);
      asked.set(service, address);
    }
    const example = readFileSync(path.join(ROOT, 'examples', 'warning-rain-red.cap.xml'), 'utf8');
    const body = shiftedTo(utc(Date.now()), example);
    const headers = { 'content-type': 'application/xml' };
    const posted = await fetch(`${asked.get('intake')}/v1/warnings`, { method: 'POST', body, headers });
    expect(await posted.json()).toMatchObject({ accepted: 1, refused: 0 });
    const db = await connect(database.url, 'who asks', 1, BASE_SCHEMAS);
    const authorization = `Bearer ${await tokenOf(db, 'chen', ['duty-officer'])}`;
    await db.destroy();
    const ask = async (service: string, what: string): Promise<object[]> =>
      (await fetch(`${asked.get(service)}/v1/${what}`, { headers: { authorization } })).json() as Promise<object[]>;
    // The city and its two counties under red, each its own people.
    while ((await ask('duty', 'calls')).length < 3) await sleep(50);
    const levels = (await ask('response', 'levels')) as readonly Readonly<{ authority: string }>[];
    expect(levels.filter(({ authority }) => authority === '441800')).toMatchObject([
      { level: 'none' },
      { level: 'III', state: 'proposed' },
    ]);
    expect(await ask('duty', 'calls')).toMatchObject(
      Array.from({ length: 3 }, () => ({ cause: 'proposal', state: 'ringing' })),
    );
    expect(await ask('wildfire', 'wildfires')).toEqual([]);
    await Promise.all(running.map((child) => stopProcess(child)));
  });

  it('lets a service start on tables that are up to date, and says what to do where they are not', async () => {
    const url = addresses.get('fengsui_duty') ?? '';
    const own = SEPARATE_ROLES.find(({ name }) => name === 'fengsui_duty')?.writes ?? [];
    await migrate(url, [...BASE_SCHEMAS, ...own]);
    const newer: OwnedSchema = { schema: 'newer', entities: [], migrations: [] };
    await expect(migrate(url, [...BASE_SCHEMAS, newer])).rejects.toThrow(NotPrepared);
  });
});
