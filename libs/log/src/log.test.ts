import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { utc, type DomainEvent, type EventType } from '@fengsui/contracts';
import { Clock, connect, Notifications, SCHEDULE_SCHEMA } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/testing';
import type { DataSource } from 'typeorm';
import {
  LOG_SCHEMA,
  murmur2,
  onFailure,
  ParkedMessages,
  partitionOf,
  PositionRows,
  PostgresLog,
  type Consumption,
  type Handler,
} from './index.js';
import { once } from './once.js';
import { readRecord } from './postgres/record.js';

const at = utc('2020-06-07T00:00:00Z');
const event = (key: string, n: number): DomainEvent => ({
  id: `${key}/${n}`,
  type: 'reading.v1',
  key,
  occurredAt: at,
  recordedAt: at,
  correlationId: key,
  causes: [],
  data: { station: key, quantity: 'stage', stageM: n },
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

describe('a failure', () => {
  it.each([
    [{ code: '40001' }, 500, 1, 'retry'],
    [{ code: '57P01' }, 1, 9, 'retry'],
    [{ code: 'ECONNREFUSED' }, 500, 1, 'retry'],
    [{ message: 'Connection terminated unexpectedly' }, 500, 1, 'retry'],
    [{ code: '23505' }, 500, 1, 'split'],
    [new Error('bad'), 2, 1, 'split'],
    [new Error('bad'), 1, 1, 'retry'],
    [new Error('bad'), 1, 3, 'park'],
    ['a string', 1, 3, 'park'],
  ] as const)('%o in a batch of %i at try %i: %s', (error, size, attempt, expected) =>
    expect(onFailure(error, size, attempt)).toBe(expected),
  );
});

/** What every adapter of the log must do. */
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
    await db.query('truncate log.record, log.position, log.subscription, log.parked; update log.partition set next_offset = 0');
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

  it('hands over what was appended, once, in order per key', async () => {
    const seen = new Map<string, number[]>();
    await consume(async (events) => void events.forEach((one) => seen.set(one.key, [...(seen.get(one.key) ?? []), stageOf(one)])));
    for (let n = 0; n < 30; n += 1) await append(...['a', 'b', 'c', 'd', 'e'].map((key) => event(key, n)));
    await idle();
    for (const numbers of seen.values()) expect(numbers).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(seen.size).toBe(5);
  });

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
        const fate = (name * 7 + round * 3) % 10;
        await db
          .transaction(async (tx) => {
            await tx.query('select 1');
            await log.append(tx, events);
            if (fate < 3) await sleep(8);
            if (fate === 4) throw new Error('rolled back on purpose');
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
    const gaps = await db.query('select topic, partition from log.record group by 1, 2 having max("offset") + 1 <> count(*)');
    expect(gaps).toEqual([]);
  });

  it('commits state, position and outgoing events together, or none of them', async () => {
    await db.query('create table if not exists public.seen (id text primary key); truncate public.seen');
    let fail = true;
    await consume(async (events, { tx, append: out }) => {
      for (const { id } of events) await tx.query('insert into public.seen values ($1)', [id]);
      out(
        ...events.map((one): DomainEvent => ({
          ...one,
          id: `again/${one.id}`,
          type: 'hotspot.v1',
          data: {
            cellId: 'c',
            latitude: 1,
            longitude: 1,
            satellite: 's',
            instrument: 'MODIS',
            confidence: 'low',
            confidencePercent: null,
            frpMw: null,
            brightnessK: null,
            backgroundK: null,
            scanKm: null,
            trackKm: null,
            dayNight: null,
            pixelType: null,
            version: null,
          },
        })),
      );
      if (fail) {
        fail = false;
        throw Object.assign(new Error('the database went away'), { code: '57P01' });
      }
    });
    await append(event('a', 1), event('b', 2));
    await idle();
    expect(await db.query('select count(*) as n from public.seen')).toEqual([{ n: 2 }]);
    expect(await db.query(`select count(*) as n from log.record where topic = 'observed.hotspots'`)).toEqual([{ n: 2 }]);
  });

  it('parks the one bad message with its reason, and its neighbours go on', async () => {
    const seen: number[] = [];
    let broken = true;
    await consume(async (events) => {
      if (broken && events.some((one) => stageOf(one) === 3)) throw new Error('cannot handle 3');
      seen.push(...events.map(stageOf));
    });
    await append(...[1, 2, 3, 4, 5].map((n) => event('a', n)));
    await idle();
    expect(seen).toEqual([1, 2, 4, 5]);
    const parked = new ParkedMessages(db);
    const [message] = await parked.list();
    expect(message).toMatchObject({ consumer: 'response', topic: 'observed.readings', offset: 2, key: 'a', reason: 'cannot handle 3' });

    broken = false;
    await parked.retry(message?.id ?? 0);
    while ((await parked.list()).length > 0) await sleep(10);
    expect(seen).toEqual([1, 2, 4, 5, 3]);
  });

  it('parks bytes that are no event, and says why', async () => {
    await append(event('a', 1));
    await db.query(
      `insert into log.record (topic, partition, "offset", key, body) values ('observed.readings', $1, 1, 'a', '{"type":"reading.v1"'); `,
      [partitionOf('a', 4)],
    );
    await db.query(`update log.partition set next_offset = 2 where topic = 'observed.readings' and partition = $1`, [partitionOf('a', 4)]);
    await append(event('a', 2));
    const seen: number[] = [];
    await consume(async (events) => void seen.push(...events.map(stageOf)));
    await idle();
    expect(seen).toEqual([1, 2]);
    expect(await new ParkedMessages(db).list()).toMatchObject([{ offset: 1, reason: expect.stringContaining('not JSON') }]);
  });

  it('lets two processes share a consumer without doing anything twice', async () => {
    await db.query('create table if not exists public.counted (id text primary key, n int); truncate public.counted');
    const work: Handler = async (events, { tx }) => {
      for (const { id } of events)
        await tx.query('insert into public.counted values ($1, 1) on conflict (id) do update set n = counted.n + 1', [id]);
    };
    await consume(work);
    await consume(work);
    for (let n = 0; n < 40; n += 1) await append(...['a', 'b', 'c', 'd'].map((key) => event(key, n)));
    await idle();
    expect(await db.query('select count(*) as n, max(n) as most from public.counted')).toEqual([{ n: 160, most: 1 }]);
  });

  it('cuts what is behind the position and asks again for what is beyond it', async () => {
    const handled: number[] = [];
    const context = { db, clock: new Clock(db), positions: new PositionRows(), append: () => Promise.resolve() };
    const handlers = new Map<EventType, Handler>([['reading.v1', async (events) => void handled.push(...events.map(stageOf))]]);
    const records = (from: number, ...numbers: number[]) => ({
      fetchedFrom: from,
      records: numbers.map((n) => readRecord(n, 'a', JSON.stringify(event('a', n)))),
      nextOffset: (numbers.at(-1) ?? from) + 1,
    });
    const position = { consumer: 'c', topic: 't', partition: 0 };
    expect(await once(context, position, records(0, 0, 1, 2), handlers)).toEqual({ kind: 'done', next: 3 });
    expect(await once(context, position, records(1, 1, 2, 3), handlers)).toEqual({ kind: 'done', next: 4 });
    expect(await once(context, position, records(6, 6, 7), handlers)).toEqual({ kind: 'seek', to: 4 });
    // Offsets may have gaps: judged by where it was fetched from, not by the first record.
    expect(await once(context, position, records(4, 6, 7), handlers)).toEqual({ kind: 'done', next: 8 });
    expect(await once(context, position, records(0, 0, 1), handlers)).toEqual({ kind: 'done', next: 8 });
    expect(handled).toEqual([0, 1, 2, 3, 6, 7]);
  });

  it('refuses to append what breaks its contract', async () => {
    await expect(append({ ...event('a', 1), data: { station: 'a' } } as unknown as DomainEvent)).rejects.toThrow(/quantity/);
  });
});
