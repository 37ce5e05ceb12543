import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { utc, type DomainEvent, type OrderOf, type OrderV1 } from '@fengsui/contracts';
import { connect, type OwnedSchema } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { Entity, type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { GivenOrder } from './given-order.js';
import { BASE_SCHEMAS } from './process.js';
import { OrdersDesk, type OrderTakers } from './orders-desk.js';
import { done, rejected, targetUnknown } from './takes.js';

@Entity({ schema: 'desk', name: 'given_order' })
class DeskOrder extends GivenOrder {}

class CreateDesk1795641600000 implements MigrationInterface {
  readonly name = 'CreateDesk1795641600000';
  async up(db: QueryRunner): Promise<void> {
    await db.query(`create table desk.given_order (event text primary key, kind text not null, target text, given_at timestamptz,
      outcome text not null, reason text not null, at timestamptz not null, until timestamptz, body jsonb)`);
    await db.query('create table desk.call (id text primary key)');
  }
  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
const SCHEMA: OwnedSchema = { schema: 'desk', entities: [DeskOrder], migrations: [CreateDesk1795641600000] };

const now = utc('2020-06-07T00:00:00Z');
const answer = (id: string, minute: number, callId = 'c1', person = 'chen'): OrderV1 => ({
  id: `order/${id}`,
  type: 'order.v1',
  key: callId,
  occurredAt: utc(Date.parse(now) + minute * 60_000),
  recordedAt: now,
  correlationId: callId,
  causes: [],
  data: { orderId: id, actor: 'a', speaksFor: null, reason: '', kind: 'answer', callId, person },
});

describe('the desk of a service', () => {
  let database: TestDatabase;
  let db: DataSource;
  let said: DomainEvent[];
  let carriedOut: string[];
  beforeAll(async () => {
    database = await testDatabase([...BASE_SCHEMAS, SCHEMA]);
    db = await connect(database.url, 'desk test', 4, [...BASE_SCHEMAS, SCHEMA]);
  });
  beforeEach(async () => {
    [said, carriedOut] = [[], []];
    await db.query('truncate desk.given_order, desk.call, schedule.job');
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const takers: OrderTakers = new Map([
    [
      'answer' as const,
      {
        target: (order: OrderV1) => (order as OrderOf<'answer'>).data.callId,
        handle: async (order, { tx }) => {
          const { callId, person } = (order as OrderOf<'answer'>).data;
          if (((await tx.query('select 1 from desk.call where id = $1', [callId])) as unknown[]).length === 0)
            return targetUnknown(`there is no call ${callId}`);
          if (person === 'nobody') return rejected('is not on the roster');
          carriedOut.push(order.id);
          return done('answered');
        },
      },
    ],
  ]);
  const desk = new OrdersDesk('duty', DeskOrder, 30, () => takers);
  const inUnit = <T>(work: (unit: Parameters<typeof desk.take>[1]) => Promise<T>): Promise<T> =>
    db.transaction((tx) => work({ tx, now, append: (...events) => void said.push(...events) }));
  const take = (...orders: OrderV1[]): Promise<void> => inUnit((unit) => desk.take(orders, unit));
  const begin = (call: string): Promise<void> =>
    inUnit(async (unit) => {
      await unit.tx.query('insert into desk.call values ($1)', [call]);
      await desk.targetsKnown([call], unit);
    });
  const outcome = async (id: string): Promise<string> => {
    const found = await desk.outcomeOf(db, `order/${id}`);
    return found === null ? 'unknown' : `${found.outcome}: ${found.reason}`;
  };
  const jobs = async (): Promise<string[]> =>
    ((await db.query('select key from schedule.job order by 1')) as { key: string }[]).map(({ key }) => key);

  it('carries an order out once, however often it comes, and says what became of it', async () => {
    await begin('c1');
    await take(answer('1', 0), answer('1', 0), answer('2', 1, 'c1', 'nobody'));
    await take(answer('1', 0));
    expect(carriedOut).toEqual(['order/1']);
    expect([await outcome('1'), await outcome('2'), await outcome('3')]).toEqual([
      'done: answered',
      'rejected: is not on the roster',
      'unknown',
    ]);
  });

  it('lets orders wait for what they are about, and carries all of them out in the order in which they were given', async () => {
    await take(answer('late', 9), answer('early', 1));
    await take(answer('other', 2, 'c2'));
    expect(await outcome('late')).toBe('waiting: there is no call c1');
    expect(await jobs()).toEqual(['order/early', 'order/late', 'order/other']);
    await begin('c1');
    expect(carriedOut).toEqual(['order/early', 'order/late']);
    expect([await outcome('early'), await outcome('late'), await outcome('other')]).toEqual([
      'done: answered',
      'done: answered',
      'waiting: there is no call c2',
    ]);
    expect(await jobs()).toEqual(['order/other']);
    await begin('c1 again');
    expect(carriedOut).toHaveLength(2);
  });

  it('refuses what waited for nothing when its time is over', async () => {
    await take(answer('1', 0));
    await inUnit((unit) => desk.expire([{ kind: 'order-expiry', key: 'order/1', dueAt: now, payload: {} }], unit));
    expect(await outcome('1')).toBe('rejected: there is no call c1');
    await begin('c1');
    expect(carriedOut).toEqual([]);
  });

  it('never leaves an order waiting for a target that is made known at the same moment', async () => {
    let known: () => void = () => undefined;
    const madeKnown = new Promise<void>((resolve) => (known = resolve));
    let commit: () => void = () => undefined;
    const mayCommit = new Promise<void>((resolve) => (commit = resolve));
    const beginning = inUnit(async (unit) => {
      await unit.tx.query(`insert into desk.call values ('c1')`);
      await desk.targetsKnown(['c1'], unit);
      known();
      await mayCommit;
    });
    await madeKnown;
    const taking = take(answer('1', 0)); // cannot see the call, and must not miss it
    await until(
      async () =>
        ((await db.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`)) as unknown[]).length >
        0,
    );
    commit();
    await Promise.all([beginning, taking]);
    expect(await outcome('1')).toBe('done: answered');
  });
});

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 10));
}
