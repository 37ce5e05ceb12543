import { checkEvent, TOPICS, type DomainEvent } from '@fengsui/contracts';
import { one, run, type Clock, type Notifications, type Db, type Tx } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { exactlyOnce, type Positions } from '../exactly-once.js';
import { partitionOf } from '../partition.js';
import type { Consumption, Handlers, Log, Position, Records } from '../port.js';
import { PostgresConsumer, type PostgresLogOptions } from './consumer.js';

/** An event that breaks its contract is our own mistake: nothing of the transaction may stand. */
class InvalidEvent extends Error {}

/** The log as rows of PostgreSQL: see ./schema.ts for how offsets are given. */
export class PostgresLog implements Log {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
    private readonly options: PostgresLogOptions,
    protected readonly positions: Positions = new PositionRows(),
  ) {}

  async append(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
    if (events.length === 0) return;
    for (const event of events) {
      const checked = checkEvent(event.type, event);
      if (!checked.ok)
        throw new InvalidEvent(
          `${event.type} ${event.id}: ${checked.refusals.map(({ place, reason }) => `${place} ${reason}`).join('; ')}`,
        );
    }
    const counts = new Map<string, number>();
    const placed = events.map(({ type, key }) => {
      const { topic, partitions } = TOPICS[type];
      const partition = partitionOf(key, partitions);
      const where = `${topic} ${partition}`;
      const index = counts.get(where) ?? 0;
      counts.set(where, index + 1);
      return { topic, partition, index };
    });
    await run(tx, 'select log.append($1, $2, $3, $4, $5)', [
      placed.map(({ topic }) => topic),
      placed.map(({ partition }) => partition),
      placed.map(({ index }) => index),
      events.map(({ key }) => key),
      events.map((event) => JSON.stringify(event)),
    ]);
  }

  async consume(consumer: string, handlers: Handlers): Promise<Consumption> {
    const topics = [...new Set([...handlers.keys()].map((type) => TOPICS[type].topic))].sort();
    await run(
      this.db,
      'insert into log.subscription (consumer, topic) select $1, unnest($2::text[]) on conflict do nothing',
      [consumer, topics],
    );
    await run(this.db, 'delete from log.subscription where consumer = $1 and topic <> all($2)', [consumer, topics]);
    const context = {
      db: this.db,
      clock: this.clock,
      positions: this.positions,
      append: (tx: Tx, events: readonly DomainEvent[]) => this.append(tx, events),
    };
    const work = (at: Position, records: Records) => exactlyOnce(context, at, records, handlers);
    const started = new PostgresConsumer(
      { db: this.db, clock: this.clock, notifications: this.notifications },
      consumer,
      topics,
      this.options,
      work,
    );
    await started.start();
    return started;
  }

  async idle(db: Db = this.db): Promise<boolean> {
    const found = await one<{ idle: boolean }>(
      db,
      `
      select not exists (
        select 1 from log.subscription s join log.partition p using (topic)
        left join log.position c on c.consumer = s.consumer and c.topic = p.topic and c.partition = p.partition
        where p.next_offset > coalesce(c.next_offset, 0)
      ) as idle`,
    );
    return found?.idle === true;
  }
}

/** Positions as rows, moved in the transaction of the work. */
export class PositionRows implements Positions {
  async lock(tx: Tx, { consumer, topic, partition }: Position): Promise<number> {
    const key = [consumer, topic, partition];
    const locked = () =>
      one<{ next: number }>(
        tx,
        'select next_offset as next from log.position where consumer = $1 and topic = $2 and partition = $3 for update',
        key,
      );
    const row = await locked();
    if (row !== null) return row.next;
    await run(
      tx,
      'insert into log.position (consumer, topic, partition) values ($1, $2, $3) on conflict do nothing',
      key,
    );
    return (await locked())?.next ?? 0;
  }

  async move(tx: Tx, { consumer, topic, partition }: Position, next: number): Promise<void> {
    await run(tx, 'update log.position set next_offset = $4 where consumer = $1 and topic = $2 and partition = $3', [
      consumer,
      topic,
      partition,
      next,
    ]);
  }
}
