import { TOPICS, type DomainEvent, type Service } from '@fengsui/contracts';
import { one, run, type Clock, type Db, type Tx } from '@fengsui/database';
import type { Kafka } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { exactlyOnce, type Positions } from '../exactly-once.js';
import type { Consumption, Handlers, Log, LogRecord, Position, Records } from '../port.js';
import type { PostgresLog } from '../postgres/log.js';
import { BatchWorker } from '../delivery.js';
import { KafkaConsumer } from './consumer.js';
import { parkInTopic } from './dead-letter.js';
import { kafkaTopic, type KafkaLogOptions } from './wire.js';

/**
 * The log over Apache Kafka: events are appended to the outbox in PostgreSQL as before, a relay carries them on, and
 * consumers read them from the brokers. Positions stay in PostgreSQL and move with the work.
 */
export class KafkaLog implements Log {
  private readonly db: DataSource;
  private readonly clock: Clock;
  private readonly kafka: Kafka;

  constructor(
    { db, clock, kafka }: Readonly<{ db: DataSource; clock: Clock; kafka: Kafka }>,
    private readonly outbox: PostgresLog,
    private readonly options: KafkaLogOptions,
    private readonly positions: Positions,
  ) {
    this.db = db;
    this.clock = clock;
    this.kafka = kafka;
  }

  append(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
    return this.outbox.append(tx, events);
  }

  async consume(consumer: string, handlers: Handlers): Promise<Consumption> {
    const topics = [...new Set([...handlers.keys()].map((type) => TOPICS[type].topic))].sort();
    await this.subscribe(consumer, topics);
    const context = {
      db: this.db,
      clock: this.clock,
      positions: this.positions,
      append: (tx: Tx, events: readonly DomainEvent[]) => this.append(tx, events),
    };
    const worker = new BatchWorker({
      db: this.db,
      clock: this.clock,
      consumer,
      onTrouble: this.options.onTrouble,
      onParked: (tx, at, record, reason) => parkInTopic(tx, consumer as Service, at, record, reason),
      work: (at: Position, records: Records) =>
        exactlyOnce(context, at, records, handlers, (tx, fresh) => dropRepeated(tx, at, fresh)),
    });
    const started = new KafkaConsumer({ db: this.db, kafka: this.kafka }, consumer, topics, worker, this.options);
    await started.start();
    return started;
  }

  /** Every outbox is carried on, and every consumer has passed what was carried. */
  async idle(db: Db = this.db): Promise<boolean> {
    const found = await one<{ idle: boolean }>(
      db,
      `
      select not exists (
        select 1 from log.partition p left join log.relayed r using (topic, partition)
        where p.next_offset > coalesce(r.next_offset, 0)
      ) and not exists (
        select 1 from log.subscription s join log.relayed r on s.topic = 'kafka/' || r.topic
        left join log.position c on c.consumer = s.consumer and c.topic = s.topic and c.partition = r.partition
        where r.kafka_next > coalesce(c.next_offset, 0)
      ) as idle`,
    );
    return found?.idle === true;
  }

  private async subscribe(consumer: string, topics: readonly string[]): Promise<void> {
    const names = topics.map(kafkaTopic);
    await run(
      this.db,
      'insert into log.subscription (consumer, topic) select $1, unnest($2::text[]) on conflict do nothing',
      [consumer, names],
    );
    await run(this.db, 'delete from log.subscription where consumer = $1 and topic <> all($2)', [consumer, names]);
  }
}

/**
 * A relay that died between publishing and moving its position has published again. Each partition has one writer,
 * and its outbox counts up: what does not lie behind the last one seen is a repetition. Another outbox (a new
 * database) counts anew.
 */
async function dropRepeated(tx: Tx, at: Position, records: readonly LogRecord[]): Promise<readonly LogRecord[]> {
  const held = await one<{ outbox: string; last: number }>(
    tx,
    'select outbox, last from log.origin where consumer = $1 and topic = $2 and partition = $3',
    [at.consumer, at.topic, at.partition],
  );
  let [outbox, last] = [held?.outbox ?? '', held?.last ?? -1];
  const fresh = records.filter(({ from }) => {
    if (from === undefined) return true;
    if (from.outbox === outbox && from.offset <= last) return false;
    [outbox, last] = [from.outbox, from.offset];
    return true;
  });
  if (outbox !== '' && (outbox !== held?.outbox || last !== held?.last))
    await run(
      tx,
      `insert into log.origin (consumer, topic, partition, outbox, last) values ($1, $2, $3, $4, $5)
       on conflict (consumer, topic, partition) do update set outbox = excluded.outbox, last = excluded.last`,
      [at.consumer, at.topic, at.partition, outbox, last],
    );
  return fresh;
}
