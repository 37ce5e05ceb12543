import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DomainEvent, type EventType } from '@fengsui/contracts';
import { Clock, connect, Notifications, SCHEDULE_SCHEMA } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';
import { LOG_SCHEMA, murmur2, onFailure, PositionRows, PostgresLog, type Consumption, type Handler } from './index.js';
import { endedUnderWork } from './disposition.js';
import { adapterContract, event } from './contract-for-tests.js';
import { exactlyOnce } from './exactly-once.js';
import { readRecord } from './record.js';

it('hands on what was stored with characters that are forbidden since', () => {
  const stored = { ...event('a', 1), correlationId: 'x\ufffe' };
  expect(readRecord(0, 'a', JSON.stringify(stored))).toMatchObject({
    fault: null,
    event: { correlationId: 'x\ufffd' },
  });
});

describe('the partition of a key', () => {
  // Hashes that Apache Kafka's own tests hold for its murmur2 (UtilsTest.testMurmur2).
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ] as const)('of %s is that of Kafka', (text, hash) => expect(murmur2(Buffer.from(text))).toBe(hash));
});

/** What TypeORM says of a query whose connection ended before it. */
const RELEASED =
  'Database connection provided by a query runner was already released, cannot continue to use its querymanager anymore.';

describe('a failure', () => {
  it.each([
    [{ code: '40001' }, 500, 1, 'retry'],
    [{ code: '57P01' }, 1, 9, 'retry'],
    [{ code: 'ECONNREFUSED' }, 500, 1, 'retry'],
    [{ message: 'Connection terminated unexpectedly' }, 500, 1, 'retry'],
    // Of TypeORM, when a connection ended before this query: also after many tries it is no fault of the message.
    [{ message: RELEASED }, 1, 9, 'retry'],
    [{ code: '23505' }, 500, 1, 'split'],
    [new Error('bad'), 2, 1, 'split'],
    [new Error('bad'), 1, 1, 'retry'],
    [new Error('bad'), 1, 3, 'park'],
    ['a string', 1, 3, 'park'],
  ] as const)('%o in a batch of %i at try %i: %s', (error, size, attempt, expected) =>
    expect(onFailure(error, size, attempt)).toBe(expected),
  );

  it.each([
    [500, 2, 'retry'],
    [500, 3, 'split'],
    [1, 2, 'retry'],
    [1, 3, 'park'],
  ] as const)(
    'of a batch of %i whose connection was lost %i times while the database answered: %s',
    (size, own, then) => {
      for (const message of ['Connection terminated unexpectedly', RELEASED]) {
        expect(endedUnderWork({ message })).toBe(true);
        expect(onFailure({ message }, size, 9, own)).toBe(then);
      }
    },
  );
});

adapterContract('in PostgreSQL', async () => {
  const database = await testDatabase([SCHEDULE_SCHEMA, LOG_SCHEMA]);
  const db = await connect(database.url, 'log contract', 40);
  const notifications = new Notifications(database.url);
  await notifications.open();
  return {
    db,
    log: new PostgresLog(db, new Clock(db), notifications, { batchSize: 50, onTrouble: () => undefined }),
    reset: async () =>
      void (await db.query(
        'truncate log.record, log.position, log.subscription, log.parked; update log.partition set next_offset = 0',
      )),
    stop: async () => {
      await notifications.close();
      await db.destroy();
      await database.drop();
    },
  };
});

describe('the log in PostgreSQL', () => {
  let database: TestDatabase;
  let db: DataSource;
  let notifications: Notifications;
  let log: PostgresLog;
  const running: Consumption[] = [];
  const trouble: string[] = [];

  beforeAll(async () => {
    database = await testDatabase([SCHEDULE_SCHEMA, LOG_SCHEMA]);
    db = await connect(database.url, 'log test', 40);
    notifications = new Notifications(database.url);
    await notifications.open();
    log = new PostgresLog(db, new Clock(db), notifications, {
      batchSize: 50,
      onTrouble: (error, what) => trouble.push(`${what}: ${String(error)}`),
    });
  });
  beforeEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await db.query(
      'truncate log.record, log.position, log.subscription, log.parked; update log.partition set next_offset = 0',
    );
  });
  afterAll(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await notifications.close();
    await db.destroy();
    await database.drop();
  });

  const append = (...events: DomainEvent[]): Promise<void> => db.transaction((tx) => log.append(tx, events));
  const consume = async (handler: Handler, name = 'response', type: EventType = 'reading.v1'): Promise<Consumption> => {
    const started = await log.consume(name, new Map([[type, handler]]));
    running.push(started);
    return started;
  };
  const idle = async (): Promise<void> => {
    while (!(await log.idle())) await sleep(5);
  };
  const stageOf = (one: DomainEvent): number => (one.data as { stageM: number }).stageM;

  it('appends nothing of a transaction that is rolled back', async () => {
    await expect(
      db.transaction(async (tx) => {
        await log.append(tx, [event('a', 1)]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await append(event('a', 2));
    const [{ n, first }] = (await db.query('select count(*) as n, min("offset") as first from log.record')) as [
      { n: number; first: number },
    ];
    expect({ n, first }).toEqual({ n: 1, first: 0 });
  });

  it('never lets a reader pass over a row that commits late', async () => {
    const seen = new Set<string>();
    await consume(async (events) => void events.forEach(({ id }) => seen.add(id)));
    const committed = new Set<string>();
    // Many appenders at once, some slow between append and commit, some rolled back; each on all partitions.
    const appender = async (name: number): Promise<void> => {
      for (let round = 0; round < 15; round += 1) {
        const events = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => event(`${key}${name}`, round));
        const chance = (name * 7 + round * 3) % 10;
        await db
          .transaction(async (tx) => {
            await tx.query('select 1');
            await log.append(tx, events);
            if (chance < 3) await sleep(8);
            if (chance === 4) throw new Error('rolled back on purpose');
          })
          .then(
            () => events.forEach(({ id }) => committed.add(id)),
            (error: Error) => expect(error.message).toBe('rolled back on purpose'),
          );
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, name) => appender(name)));
    await idle();
    expect(committed.size).toBeGreaterThan(1_000);
    expect([...committed].filter((id) => !seen.has(id))).toEqual([]);
    expect(seen.size).toBe(committed.size);
    // Commit order is offset order: without gaps in every partition.
    const gaps = await db.query(
      'select topic, partition from log.record group by 1, 2 having max("offset") + 1 <> count(*)',
    );
    expect(gaps).toEqual([]);
  });

  it('cuts what is behind the position and asks again for what is beyond it', async () => {
    const handled: number[] = [];
    const context = { db, clock: new Clock(db), positions: new PositionRows(), append: () => Promise.resolve() };
    const handlers = new Map<EventType, Handler>([
      ['reading.v1', async (events) => void handled.push(...events.map(stageOf))],
    ]);
    const records = (from: number, ...numbers: number[]) => ({
      fetchedFrom: from,
      records: numbers.map((n) => readRecord(n, 'a', JSON.stringify(event('a', n)))),
      nextOffset: (numbers.at(-1) ?? from) + 1,
    });
    const position = { consumer: 'c', topic: 't', partition: 0 };
    expect(await exactlyOnce(context, position, records(0, 0, 1, 2), handlers)).toEqual({ kind: 'done', next: 3 });
    expect(await exactlyOnce(context, position, records(1, 1, 2, 3), handlers)).toEqual({ kind: 'done', next: 4 });
    expect(await exactlyOnce(context, position, records(6, 6, 7), handlers)).toEqual({ kind: 'seek', to: 4 });
    // Offsets may have gaps: judged by where it was fetched from, not by the first record.
    expect(await exactlyOnce(context, position, records(4, 6, 7), handlers)).toEqual({ kind: 'done', next: 8 });
    expect(await exactlyOnce(context, position, records(0, 0, 1), handlers)).toEqual({ kind: 'done', next: 8 });
    expect(handled).toEqual([0, 1, 2, 3, 6, 7]);
  });

  it('refuses to append what breaks its contract', async () => {
    await expect(append({ ...event('a', 1), data: { station: 'a' } } as unknown as DomainEvent)).rejects.toThrow(
      /quantity/,
    );
  });
});
