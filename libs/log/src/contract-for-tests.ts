import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { utc, type DomainEvent, type EventType } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import { ParkedMessages } from './parked.js';
import { partitionOf } from './partition.js';
import type { Consumption, Handler, Log } from './port.js';

const at = utc('2020-06-07T00:00:00Z');
export const event = (key: string, n: number): DomainEvent => ({
  id: `${key}/${n}`,
  type: 'reading.v1',
  key,
  occurredAt: at,
  recordedAt: at,
  correlationId: key,
  causes: [],
  data: { station: key, quantity: 'stage', stageM: n },
});

/** An adapter under test, and what brings it back to rest between two tests. */
type Adapter = Readonly<{ db: DataSource; log: Log; reset: () => Promise<void>; stop: () => Promise<void> }>;

/** What every adapter of the log must do. */
export function adapterContract(name: string, start: () => Promise<Adapter>): void {
  describe(`the log ${name}`, () => {
    let adapter: Adapter;
    let db: DataSource;
    const running: Consumption[] = [];
    beforeAll(async () => {
      adapter = await start();
      db = adapter.db;
    });
    beforeEach(async () => {
      await Promise.all(running.splice(0).map((one) => one.stop()));
      await adapter.reset();
    });
    afterAll(async () => {
      await Promise.all(running.splice(0).map((one) => one.stop()));
      await adapter.stop();
    });

    const append = (...events: DomainEvent[]): Promise<void> => db.transaction((tx) => adapter.log.append(tx, events));
    const consume = async (
      handler: Handler,
      consumer = 'response',
      type: EventType = 'reading.v1',
    ): Promise<Consumption> => {
      const started = await adapter.log.consume(consumer, new Map([[type, handler]]));
      running.push(started);
      return started;
    };
    const idle = async (): Promise<void> => {
      while (!(await adapter.log.idle())) await sleep(5);
    };
    const stageOf = (one: DomainEvent): number => (one.data as { stageM: number }).stageM;

    it('hands over what was appended, once, in order per key', async () => {
      const seen = new Map<string, number[]>();
      await consume(
        async (events) => void events.forEach((one) => seen.set(one.key, [...(seen.get(one.key) ?? []), stageOf(one)])),
      );
      for (let n = 0; n < 30; n += 1) await append(...['a', 'b', 'c', 'd', 'e'].map((key) => event(key, n)));
      await idle();
      for (const numbers of seen.values()) expect(numbers).toEqual(Array.from({ length: 30 }, (_, n) => n));
      expect(seen.size).toBe(5);
    });

    it('parks a message whose work outlives its transaction each time, and goes on with its neighbours', async () => {
      const seen: number[] = [];
      await consume(async (events, { tx }) => {
        if (events.some((one) => stageOf(one) === 2)) {
          await tx.query(`set local idle_in_transaction_session_timeout = '50ms'`);
          await sleep(300);
          await tx.query('select 1');
        }
        seen.push(...events.map(stageOf));
      });
      await append(event('a', 1), event('a', 2), event('a', 3));
      await idle();
      expect(seen).toEqual([1, 3]);
      expect(await new ParkedMessages(db).list()).toMatchObject([{ consumer: 'response', key: 'a' }]);
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
      expect(await db.query(`select count(*) as n from log.record where topic = 'observed.hotspots'`)).toEqual([
        { n: 2 },
      ]);
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
      expect(message).toMatchObject({
        consumer: 'response',
        topic: expect.stringMatching(/observed.readings$/),
        key: 'a',
        reason: 'cannot handle 3',
      });

      broken = false;
      await parked.retry(message?.id ?? 0);
      while ((await parked.list()).length > 0) await sleep(10);
      expect(seen).toEqual([1, 2, 4, 5, 3]);
    });

    it('parks bytes that are no event, and says why', async () => {
      await append(event('a', 1));
      await db.query(
        `select log.append(array['observed.readings'], array[$1::int], array[0], array['a'], array['{"type":"reading.v1"'])`,
        [partitionOf('a', 4)],
      );
      await append(event('a', 2));
      const seen: number[] = [];
      await consume(async (events) => void seen.push(...events.map(stageOf)));
      await idle();
      expect(seen).toEqual([1, 2]);
      expect(await new ParkedMessages(db).list()).toMatchObject([{ reason: expect.stringContaining('not JSON') }]);
    });

    it('lets two processes share a consumer without doing anything twice', async () => {
      await db.query('create table if not exists public.counted (id text primary key, n int); truncate public.counted');
      const work: Handler = async (events, { tx }) => {
        for (const { id } of events)
          await tx.query('insert into public.counted values ($1, 1) on conflict (id) do update set n = counted.n + 1', [
            id,
          ]);
      };
      await consume(work);
      await consume(work);
      for (let n = 0; n < 40; n += 1) await append(...['a', 'b', 'c', 'd'].map((key) => event(key, n)));
      await idle();
      expect(await db.query('select count(*) as n, max(n) as most from public.counted')).toEqual([{ n: 160, most: 1 }]);
    });
  });
}
