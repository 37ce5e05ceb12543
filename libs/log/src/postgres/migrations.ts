import { TOPICS, type Topic } from '@fengsui/contracts';
import type { DatabaseRole, OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DescribeTables1795641700001 } from './describe-tables.js';
import {
  OriginRow,
  OutboxRow,
  ParkedRow,
  PartitionRow,
  PositionRow,
  RecordRow,
  RelayedRow,
  SubscriptionRow,
} from './tables.js';

/**
 * The log. First version.
 *
 * `append` gives offsets as the last step of the writer's transaction, under the row lock of each partition,
 * partitions always in the same order. The lock is held until commit, so commit order is offset order and a reader
 * never passes a row that commits late. In PL/pgSQL under READ COMMITTED every statement has its own snapshot: the
 * offsets are read after the lock is held.
 */
class CreateLog1795469100000 implements MigrationInterface {
  static readonly formerly = 'CreateLog1700000000000';
  readonly name = 'CreateLog1795469100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table log.partition (
        topic text not null,
        partition int not null,
        next_offset bigint not null default 0,
        primary key (topic, partition)
      ) with (fillfactor = 50);
      create table log.record (
        topic text not null,
        partition int not null,
        "offset" bigint not null,
        key text not null,
        body text not null,
        primary key (topic, partition, "offset")
      );
      create table log.position (
        consumer text not null,
        topic text not null,
        partition int not null,
        next_offset bigint not null default 0,
        primary key (consumer, topic, partition)
      ) with (fillfactor = 50);
      create table log.subscription (
        consumer text not null,
        topic text not null,
        primary key (consumer, topic)
      );
      create table log.parked (
        id bigserial primary key,
        consumer text not null,
        topic text not null,
        partition int not null,
        "offset" bigint not null,
        key text not null,
        body text not null,
        reason text not null,
        place text not null,
        at timestamptz not null,
        state text not null default 'parked' check (state in ('parked', 'retry', 'done', 'dropped')),
        closed_reason text,
        unique (consumer, topic, partition, "offset")
      );
      create function log.append(topics text[], partitions int[], keys text[], bodies text[]) returns void language plpgsql as $$
      begin
        perform 1 from log.partition p
          join (select distinct * from unnest(topics, partitions) as t(topic, partition)) wanted using (topic, partition)
          order by p.topic, p.partition for update of p;
        insert into log.record (topic, partition, "offset", key, body)
          select i.topic, i.partition, p.next_offset + i.place, i.key, i.body
          from (select *, row_number() over (partition by topic, partition order by n) - 1 as place
                from unnest(topics, partitions, keys, bodies) with ordinality as t(topic, partition, key, body, n)) i
          join log.partition p using (topic, partition);
        update log.partition p set next_offset = p.next_offset + w.n
          from (select topic, partition, count(*) as n from unnest(topics, partitions) as t(topic, partition) group by 1, 2) w
          where p.topic = w.topic and p.partition = w.partition;
        perform pg_notify('log', t.topic) from (select distinct unnest(topics) as topic) t;
      end $$;
    `);
    for (const { topic, partitions } of distinctTopics())
      await db.query('insert into log.partition (topic, partition) select $1, generate_series(0, $2::int - 1)', [
        topic,
        partitions,
      ]);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Topics that the contracts have won since. */
class AddTopics1795479089000 implements MigrationInterface {
  static readonly formerly = 'AddTopics1700000000001';
  readonly name = 'AddTopics1795479089000';

  async up(db: QueryRunner): Promise<void> {
    for (const { topic, partitions } of distinctTopics())
      await db.query(
        'insert into log.partition (topic, partition) select $1, generate_series(0, $2::int - 1) on conflict do nothing',
        [topic, partitions],
      );
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** The caller says which place each event has among its partition's: counting them here meant to sort whole bodies. */
class AppendInPlace1795481564000 implements MigrationInterface {
  static readonly formerly = 'AppendInPlace1700000000002';
  readonly name = 'AppendInPlace1795481564000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function log.append(text[], int[], text[], text[]);
      create function log.append(topics text[], partitions int[], places int[], keys text[], bodies text[]) returns void language plpgsql as $$
      begin
        perform 1 from log.partition p
          join (select distinct * from unnest(topics, partitions) as t(topic, partition)) wanted using (topic, partition)
          order by p.topic, p.partition for update of p;
        insert into log.record (topic, partition, "offset", key, body)
          select i.topic, i.partition, p.next_offset + i.place, i.key, i.body
          from unnest(topics, partitions, places, keys, bodies) as i(topic, partition, place, key, body)
          join log.partition p using (topic, partition);
        update log.partition p set next_offset = p.next_offset + w.n
          from (select topic, partition, max(place) + 1 as n from unnest(topics, partitions, places) as t(topic, partition, place) group by 1, 2) w
          where p.topic = w.topic and p.partition = w.partition;
        perform pg_notify('log', t.topic) from (select distinct unnest(topics) as topic) t;
      end $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/**
 * What the way over Kafka needs: which outbox this is, how far it was carried, and what each consumer had from whom.
 */
class CarryToKafka1795483733000 implements MigrationInterface {
  static readonly formerly = 'CarryToKafka1700000000003';
  readonly name = 'CarryToKafka1795483733000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table log.outbox (id text primary key);
      insert into log.outbox values (gen_random_uuid());
      create table log.relayed (topic text, partition int, next_offset bigint not null, kafka_next bigint not null, primary key (topic, partition));
      create table log.origin (consumer text, topic text, partition int, outbox text not null, last bigint not null, primary key (consumer, topic, partition));
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

const distinctTopics = (): Topic[] => [...new Map(Object.values(TOPICS).map((row) => [row.topic, row])).values()];

export const LOG_SCHEMA: OwnedSchema = {
  schema: 'log',
  entities: [PartitionRow, RecordRow, PositionRow, SubscriptionRow, ParkedRow, OutboxRow, RelayedRow, OriginRow],
  migrations: [
    CreateLog1795469100000,
    AddTopics1795479089000,
    AppendInPlace1795481564000,
    CarryToKafka1795483733000,
    DescribeTables1795641700001,
  ],
  onlyGrow: ['record'],
  shared: grantsOnLog,
};

/** Every service appends, reads and keeps its positions; what it appends is held to the topics that it writes. */
function grantsOnLog({ name, topics }: DatabaseRole): readonly string[] {
  const written =
    topics === null
      ? 'true'
      : `topic = any(array[${topics.map((topic) => `'${topic}'`).join(', ')}]::text[]) or topic like '%.parked'`;
  return [
    `grant select, insert on log.record to ${name}`,
    `grant select, insert, update on log.partition to ${name}`,
    `grant select, insert, update, delete on log.position, log.subscription, log.parked, log.relayed, log.origin to ${name}`,
    `grant select on log.outbox to ${name}`,
    `grant usage, select on all sequences in schema log to ${name}`,
    `grant execute on all functions in schema log to ${name}`,
    // The owner is held to none of it.
    'alter table log.record enable row level security',
    `drop policy if exists ${name}_reads on log.record`,
    `create policy ${name}_reads on log.record for select to ${name} using (true)`,
    `drop policy if exists ${name}_appends on log.record`,
    `create policy ${name}_appends on log.record for insert to ${name} with check (${written})`,
  ];
}
