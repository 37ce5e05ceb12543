import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { utc } from '@fengsui/contracts';
import { connect, type Tx } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';
import { ACCESS_SCHEMA } from '../tables/migrations.js';
import type { AuditRow } from '../tables/tables.js';
import { append, hashOf, type Act } from './chain.js';
import { newSealKey, sealed, type Seal } from './seals.js';
import { recordsAfter, verify } from './verify.js';

const VERIFIER = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  '..',
  '..',
  'infra',
  'verify-audit.mjs',
);
const NOW = utc('2020-06-07T00:00:00.123Z');
const act = (n: number): Act => ({
  actor: 'liang',
  right: 'approve-I',
  origin: 'browser 10.1.2.3',
  act: 'order.raise',
  about: `order/${n} “引号”\n`,
  before: { level: 'none', n: 0.1 },
  after: n % 2 === 0 ? null : { level: 'I' },
  reason: '暴雨',
});

describe('the audit chain', () => {
  let database: TestDatabase;
  let db: DataSource;
  beforeAll(async () => {
    database = await testDatabase([ACCESS_SCHEMA]);
    db = await connect(database.url, 'audit test', 8, [ACCESS_SCHEMA]);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => db.transaction((tx) => append(tx, [act(2 * n), act(2 * n + 1)], NOW))),
    );
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });
  const verifyIn = async (tx: Tx): Promise<boolean> => (await verify(tx)).ok;
  /** As a superuser who takes the guard away, which no service may. */
  const forged = async (change: string, work: () => Promise<void>): Promise<void> => {
    const runner = db.createQueryRunner();
    await runner.query('alter table access.audit disable trigger audit_only_grows');
    await runner.query('create temporary table kept as select * from access.audit');
    await runner.query(change);
    await work();
    await runner.query('delete from access.audit');
    await runner.query('insert into access.audit select * from kept');
    await runner.query('drop table kept');
    await runner.query('alter table access.audit enable trigger audit_only_grows');
    await runner.release();
  };

  it('is whole however many write at once', async () => {
    expect(await verify(db)).toEqual({ ok: true, records: 40, from: NOW, to: NOW, brokenAt: null });
  });

  it('hashes what the database will hold, whatever was written', async () => {
    const strange = { ...act(1), reason: 'half \ud800 and \0 none', before: { text: '\ud800' } };
    await db
      .transaction(async (tx) => {
        await append(tx, strange, NOW);
        expect(await verifyIn(tx)).toBe(true);
        throw new Error('taken back');
      })
      .catch((error: Error) => expect(error.message).toBe('taken back'));
  });

  it('is hashed over the bytes of the database as JSON.stringify would write them: every sign, long and short', async () => {
    const signs = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code + 1)).join('');
    const acts = [signs, '"\\\b\f\n\r\t\u001f', '😀𠀀', 'x'.repeat(50_000), '"'.repeat(20_000), ''].map(
      (reason, n) => ({
        ...act(n),
        reason,
        about: `${reason.slice(0, 40)}.`,
        after: { reason, n },
      }),
    );
    await db
      .transaction(async (tx) => {
        await append(tx, acts, NOW);
        expect(await verify(tx)).toMatchObject({ ok: true, records: 40 + acts.length });
        throw new Error('taken back');
      })
      .catch((error: Error) => expect(error.message).toBe('taken back'));
  });

  it('cannot be changed, nor emptied', async () => {
    for (const sql of [
      `update access.audit set reason = '' where seq = 1`,
      'delete from access.audit where seq = 40',
      'truncate access.audit',
    ])
      await expect(db.query(sql)).rejects.toThrow('only grows');
  });

  it.each([
    ...['actor', '"right"', 'origin', 'act', 'about', 'before', 'reason', 'previous', 'hash'].map(
      (column) => `update access.audit set ${column} = coalesce(${column}, '') || ' ' where seq = 17`,
    ),
    `update access.audit set at = at + interval '1 millisecond' where seq = 17`,
    `update access.audit set at = at + interval '1 microsecond' where seq = 17`,
    `update access.audit set at = 'infinity' where seq = 17`,
    `update access.audit set after = null where seq = 17 or seq = 18`,
    'delete from access.audit where seq = 17',
  ])('shows where it was broken by: %s', async (change) => {
    const at = change.includes('18') ? 18 : 17;
    await forged(change, async () => {
      const verdict = await verify(db);
      expect(verdict.ok).toBe(false);
      expect(Math.abs((verdict.brokenAt ?? 0) - at)).toBeLessThanOrEqual(1);
    });
    expect(await verify(db)).toMatchObject({ ok: true, records: 40 });
  });

  it('shows where one was written anew with a hash that fits it: the next does not stand on it', async () => {
    const [, record] = (await recordsAfter(db, 15, 2)) as [unknown, AuditRow];
    const forgery = { ...record, actor: 'nobody' };
    const change = `update access.audit set actor = 'nobody', hash = '${hashOf(forgery)}' where seq = 17`;
    await forged(change, async () => expect(await verify(db)).toMatchObject({ ok: false, brokenAt: 18 }));
  });

  it('is closed by seals: what is cut off at its end, or sealed otherwise, is found', async () => {
    const key = newSealKey();
    const records = await recordsAfter(db, 0, 100);
    const at = (seq: number): Seal => {
      const { hash } = records[seq - 1] as { hash: string };
      return sealed({ day: '2020-06-07', seq, hash, at: NOW }, key);
    };
    const [early, last] = [at(20), at(40)];
    expect(await verify(db, [early, last])).toMatchObject({ ok: true, records: 40 });
    await forged('delete from access.audit where seq > 38', async () => {
      expect(await verify(db)).toMatchObject({ ok: true, records: 38 });
      expect(await verify(db, [early])).toMatchObject({ ok: true });
      expect(await verify(db, [early, last])).toMatchObject({ ok: false, brokenAt: 39 });
    });
    expect(await verify(db, [{ ...early, hash: last.hash }])).toMatchObject({ ok: false, brokenAt: 20 });
    expect(await verify(db, [{ ...early, signature: last.signature }])).toMatchObject({ ok: false, brokenAt: 20 });
    expect(await verify(db, [{ ...early, day: '2020-06-08' }])).toMatchObject({ ok: false, brokenAt: 20 });
  });

  it('is found whole, and broken by one byte, by a verifier that shares no code', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-audit-'));
    const file = path.join(folder, 'audit.ndjson');
    writeFileSync(file, (await recordsAfter(db, 0, 100)).map((record) => `${JSON.stringify(record)}\n`).join(''));
    const run = (): [number | null, string] => {
      const { status, stdout } = spawnSync(process.execPath, [VERIFIER, file], { encoding: 'utf8' });
      return [status, stdout];
    };
    expect(run()).toEqual([0, expect.stringContaining('whole: 40 records')]);
    const lines = readFileSync(file, 'utf8').split('\n');
    lines[9] = lines[9]?.replace('"actor":"liang"', '"actor":"liant"') ?? '';
    writeFileSync(file, lines.join('\n'));
    expect(run()).toEqual([1, 'broken at record 10\n']);
    rmSync(folder, { recursive: true });
  });
});

/** Longer than two stretches must be for two threads. */
describe('a long chain, gone through in stretches side by side', () => {
  const RECORDS = 50_000;
  let database: TestDatabase;
  let db: DataSource;
  beforeAll(async () => {
    database = await testDatabase([ACCESS_SCHEMA]);
    db = await connect(database.url, 'audit test', 4, [ACCESS_SCHEMA]);
    const acts = Array.from({ length: RECORDS / 10 }, (_, n) => act(n));
    for (let part = 0; part < 10; part += 1) await db.transaction((tx) => append(tx, acts, NOW));
    await db.query('alter table access.audit disable trigger audit_only_grows');
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  it('is whole', async () => {
    expect(await verify(db)).toEqual({ ok: true, records: RECORDS, from: NOW, to: NOW, brokenAt: null });
  });

  // The first and last record of each stretch, and one in the middle of each.
  it.each([1, 12_345, 25_000, 25_001, 40_000, 50_000])('shows one byte of record %d', async (seq) => {
    await db.query(`update access.audit set actor = 'liant' where seq = $1`, [seq]);
    expect(await verify(db)).toMatchObject({ ok: false, brokenAt: seq });
    await db.query(`update access.audit set actor = 'liang' where seq = $1`, [seq]);
  });

  it('shows a stretch that does not stand on the one before it', async () => {
    const [record] = (await recordsAfter(db, 24_999, 1)) as [AuditRow];
    const hash = hashOf({ ...record, actor: 'nobody' });
    await db.query(`update access.audit set actor = 'nobody', hash = $1 where seq = 25000`, [hash]);
    expect(await verify(db)).toMatchObject({ ok: false, brokenAt: 25_001 });
  });
});
