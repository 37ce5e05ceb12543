import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordsAfter, verifyAudit } from '@fengsui/access';
import { addMinutes, PSEUDONYM, type OrderOf, type TransferLedgerV1 } from '@fengsui/contracts';
import { Clock, connect, Notifications, one, rows } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { PostgresLog } from '@fengsui/log';
import { appended } from '@fengsui/log/testing';
import { BASE_SCHEMAS } from '@fengsui/service';
import type { DataSource } from 'typeorm';
import { INTAKE_SCHEMA, IntakeQuery, KeptInputs, Receiving, type Receipt } from '../index.js';
import { PLAN } from '../accepting/reading-for-tests.js';
import { PersonKeys } from './person-keys.js';
import { Persons } from './persons.js';

/** A name that stands nowhere else on this machine, its telephone and its house. */
const [NAME, OTHER, CONTACT] = ['欧阳测试甲', '司徒测试乙', '上官测试丙'];
const SECRETS = [NAME, OTHER, CONTACT, '13900007654', '测试村北坡九号'];
const TASK = '441800-flood-2020-E01/441881-002';
const HEADER = '风险点,台账日期,户号,姓名,电话,住址,特殊群体,联系人,转移时间,转移方式,转移路线,避护场所';
const row = (name: string, household: string, phone = '', groups = ''): string =>
  `441881-002,2020-03-01,${household},${name},${phone},测试村北坡九号,${groups},${CONTACT},预警后1小时内,步行,村道,`;
const LEDGER = [HEADER, row(NAME, '1', '13900007654', '老人、独居'), row(OTHER, '1'), row(OTHER, '2')].join('\n');
const report = (id: string, fields: object): string =>
  JSON.stringify({
    type: 'order.v1',
    occurredAt: '2020-06-07T12:00:00+08:00',
    data: {
      orderId: id,
      actor: 'x',
      speaksFor: null,
      reason: `${NAME}已上车，${OTHER}未见`,
      kind: 'progress',
      taskId: TASK,
      moved: [NAME],
      absent: 0,
      refusing: 0,
      evidence: 'photo',
      ...fields,
    },
  });

describe('whoever comes in by name', () => {
  let database: TestDatabase;
  let db: DataSource;
  let clock: Clock;
  let receiving: Receiving;
  let query: IntakeQuery;
  let persons: Persons;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-keys-'));
  const keys = new PersonKeys(folder);

  beforeAll(async () => {
    database = await testDatabase([...BASE_SCHEMAS, INTAKE_SCHEMA]);
    db = await connect(database.url, 'persons test', 4, [...BASE_SCHEMAS, INTAKE_SCHEMA]);
    clock = new Clock(db);
    const log = new PostgresLog(db, clock, new Notifications(database.url), {
      batchSize: 9,
      onTrouble: () => undefined,
    });
    const kept = new KeptInputs(keys);
    persons = Persons.of(keys, PLAN);
    const { readers, senders, rules, ahead, stations } = PLAN;
    const { pseudonyms } = persons;
    receiving = new Receiving(db, log, clock, kept, { readers, senders, rules, ahead, stations, pseudonyms, persons });
    query = new IntakeQuery(db, kept, PLAN, persons, clock);
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
    rmSync(folder, { recursive: true });
  });
  const give = async (text: string): Promise<Receipt | Readonly<{ skipped: string }>> =>
    receiving.receiveBytes(Buffer.from(text), { door: 'demonstration', name: 'ledger', actor: 'tester' });

  it('is a pseudonym in every event, the same in ledger and report', async () => {
    expect(await give(LEDGER)).toMatchObject({ format: 'ledger-csv', accepted: 1, refused: 0 });
    expect(await give(report('r1', { elsewhere: [OTHER], notFound: ['生面孔'] }))).toMatchObject({ accepted: 1 });
    const [ledger, told] = (await appended(db)) as unknown as [TransferLedgerV1, OrderOf<'progress'>];
    const [first, second] = ledger.data.households;
    expect(first).toMatchObject({
      household: '1',
      leaves: '预警后1小时内',
      manner: '步行',
      route: '村道',
      shelter: null,
    });
    expect(first?.persons.map(({ groups, phone }) => [groups, phone])).toEqual([
      [['elderly', 'alone'], true],
      [[], false],
    ]);
    expect(told.data.moved).toHaveLength(1);
    expect(first?.persons[0]?.knownAs).toContain(told.data.moved[0]);
    // Two of one name are two persons, and both may be meant by it.
    const [a, b] = [first?.persons[1], second?.persons[0]];
    expect(a?.person).not.toBe(b?.person);
    for (const one of [a, b]) expect(one?.knownAs).toContain(told.data.elsewhere?.[0]);
    for (const one of [...told.data.moved, ...(told.data.elsewhere ?? [])]) expect(one).toMatch(PSEUDONYM);
    expect(told.data.reason).toBe(`${told.data.moved[0]}已上车，${told.data.elsewhere?.[0]}未见`);
  });

  it('is named nowhere else: not in what is refused or not read, and in no file of the database', async () => {
    const broken = [
      report('r2', {}).replace('"moved"', 'moved'),
      report('r3', { moved: [{ name: NAME }], told: NAME }),
      report('r4', { evidence: NAME, shelter: 7 }).replace(`"evidence":"${NAME}"`, '"evidence":"rumour"'),
      `${LEDGER}\n${row(NAME, '9').replace(CONTACT as string, '')}`,
      `${HEADER}\n${row(NAME, '9')},one field too many`,
      `${row(NAME, '1', '13900007654')}\n${row(OTHER, '2')}`,
    ];
    for (const text of broken) {
      const said = await give(text);
      for (const secret of SECRETS) expect(JSON.stringify(said)).not.toContain(secret);
      expect('skipped' in said || said.refused).toBeTruthy();
    }
    await db.query('checkpoint');
    const { folder: data, oid } = (await one<{ folder: string; oid: number }>(
      db,
      `select current_setting('data_directory') as folder, oid::int from pg_database where datname = current_database()`,
    )) as { folder: string; oid: number };
    const files = [path.join(data, 'base', String(oid)), path.join(data, 'pg_wal')].flatMap((at) =>
      readdirSync(at, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [path.join(at, entry.name)] : [])),
    );
    const holding = files.filter((file) => existsSync(file) && SECRETS.some((one) => readFileSync(file).includes(one)));
    expect([files.length > 100, holding]).toEqual([true, []]);
    // The test can find what is there: its own pseudonyms are.
    const [known] = await rows<{ person: string }>(db, 'select person from intake.person limit 1');
    expect(files.some((file) => existsSync(file) && readFileSync(file).includes(known?.person ?? '-'))).toBe(true);
  });

  it('is shown to whoever may see it, which the audit knows, and the bytes are there to be read again', async () => {
    const [ledger] = (await appended(db)) as unknown as [TransferLedgerV1];
    const asked = ledger.data.households.flatMap((one) => one.persons.map(({ person }) => person));
    const named = await query.named(asked, { person: 'liang', origin: 'test' });
    expect(named.map(({ name }) => name).sort()).toEqual([OTHER, OTHER, NAME].sort());
    expect(named.find(({ name }) => name === NAME)).toMatchObject({ phone: '13900007654', address: '测试村北坡九号' });
    const acts = await recordsAfter(db, 0, 1_000);
    expect(acts.at(-1)).toMatchObject({ act: 'persons.named', actor: 'liang' });
    const [input] = await rows<{ sha256: string }>(
      db,
      `select sha256 from intake.input where format = 'ledger-csv' limit 1`,
    );
    const detail = await query.input(input?.sha256 ?? '');
    const liang = { person: 'liang', origin: 'test' };
    expect((await query.contents(detail as NonNullable<typeof detail>, liang)).toString()).toContain(NAME);
    const looked = (await recordsAfter(db, 0, 1_000)).at(-1);
    expect(looked).toMatchObject({ act: 'input.read', actor: 'liang', about: input?.sha256 });
    await expect(async () => query.contents(detail as NonNullable<typeof detail>, null)).rejects.toThrow(
      /must be known/,
    );
    expect(await receiving.again(input?.sha256 ?? '', 'tester')).toMatchObject({ duplicates: 1, accepted: 0 });
  });

  it('is missed when its key is gone without anybody having destroyed it: the installation says so', async () => {
    const state = async (): Promise<boolean | undefined> =>
      (await query.checks()).find(({ name }) => name === 'person-keys')?.ok;
    expect(await state()).toBe(true);
    const key = readFileSync(path.join(folder, 'ledger'));
    rmSync(path.join(folder, 'ledger'));
    expect(await state()).toBe(false);
    writeFileSync(path.join(folder, 'ledger'), key, { mode: 0o600 });
    expect(await state()).toBe(true);
  });

  it('is nobody any more when the time is over: the key goes, and hashes, counts and chain still verify', async () => {
    const before = await rows<{ sha256: string }>(db, 'select sha256, size from intake.input order by sha256');
    const stranger = (
      await rows<{ person: string }>(db, `select person from intake.person where key_name <> 'ledger'`)
    ).map(({ person }) => person);
    expect(stranger.length).toBeGreaterThan(0);
    const jobs = await rows<{ key: string }>(
      db,
      `select key from schedule.job where kind = 'destroy-key' order by key`,
    );
    const due = jobs.map(({ key }) => ({ kind: 'destroy-key', key, dueAt: null as never, payload: {} }));
    const now = await clock.now();
    const unit = (at: typeof now) => (work: typeof db.manager) =>
      persons.destroy(due, { tx: work, now: at, append: () => undefined } as never);
    await db.transaction(unit(addMinutes(now, 1_094 * 1_440)));
    expect(await persons.named(db, stranger)).toHaveLength(stranger.length);
    await db.transaction(unit(addMinutes(now, 1_096 * 1_440)));
    expect(await persons.named(db, stranger)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['ledger', 'pseudonyms']);
    const [input] = await rows<{ sha256: string }>(
      db,
      `select sha256 from intake.input where format = 'ledger-csv' limit 1`,
    );
    const detail = await query.input(input?.sha256 ?? '');
    const liang = { person: 'liang', origin: 'test' };
    await expect(query.contents(detail as NonNullable<typeof detail>, liang)).rejects.toThrow(/已销毁/);
    expect(await rows(db, 'select sha256, size from intake.input order by sha256')).toEqual(before);
    expect(await verifyAudit(db)).toMatchObject({ ok: true });
    const acts = (await recordsAfter(db, 0, 1_000)).filter(({ act }) => act === 'person-key.destroyed');
    expect(acts.map(({ about }) => about).sort()).toEqual(jobs.map(({ key }) => key).sort());
  });
});
