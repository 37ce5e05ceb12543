import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each table and column of schema `log` means, in the database itself: as its entities say it. */
export class DescribeTables1795641700001 implements MigrationInterface {
  readonly name = 'DescribeTables1795641700001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      comment on table log.partition is 'Every partition of every topic, and the next free offset in it';
      comment on column log.partition."topic" is 'topic';
      comment on column log.partition."partition" is 'number of the partition, from 0';
      comment on column log.partition."next_offset" is 'offset of the next record';
      comment on table log.record is 'What travels: every event, in the order of its partition. Over Kafka, the outbox';
      comment on column log.record."topic" is 'topic';
      comment on column log.record."partition" is 'partition';
      comment on column log.record."offset" is 'place in the partition, from 0';
      comment on column log.record."key" is 'what must stay in order';
      comment on column log.record."body" is 'the event as JSON';
      comment on table log.position is 'How far a consumer is in a partition; moves in the transaction of the work';
      comment on column log.position."consumer" is 'consumer';
      comment on column log.position."topic" is 'topic; kafka/… where it is read from Kafka';
      comment on column log.position."partition" is 'partition';
      comment on column log.position."next_offset" is 'offset of the next record to work on';
      comment on table log.subscription is 'Which topics a consumer reads';
      comment on column log.subscription."consumer" is 'consumer';
      comment on column log.subscription."topic" is 'topic; kafka/… where it is read from Kafka';
      comment on table log.parked is 'Messages that were put aside so that their partition could go on';
      comment on column log.parked."id" is 'number';
      comment on column log.parked."consumer" is 'who could not handle it';
      comment on column log.parked."topic" is 'topic';
      comment on column log.parked."partition" is 'partition';
      comment on column log.parked."offset" is 'offset';
      comment on column log.parked."key" is 'key of the message';
      comment on column log.parked."body" is 'the message, as text';
      comment on column log.parked."reason" is 'why it could not be handled';
      comment on column log.parked."place" is 'topic/partition/offset';
      comment on column log.parked."at" is 'when it was put aside';
      comment on column log.parked."state" is 'parked, retry, done or dropped';
      comment on column log.parked."closed_reason" is 'why it was closed';
      comment on table log.outbox is 'Which outbox this is: one row, made with the database';
      comment on column log.outbox."id" is 'random, so that consumers tell two databases apart';
      comment on table log.relayed is 'How far the outbox was carried to Kafka';
      comment on column log.relayed."topic" is 'topic';
      comment on column log.relayed."partition" is 'partition';
      comment on column log.relayed."next_offset" is 'offset in the outbox that is carried next';
      comment on column log.relayed."kafka_next" is 'offset at the broker behind what was carried last';
      comment on table log.origin is 'What a consumer has last had of which outbox, so that repetitions are dropped';
      comment on column log.origin."consumer" is 'consumer';
      comment on column log.origin."topic" is 'topic; kafka/… where it is read from Kafka';
      comment on column log.origin."partition" is 'partition';
      comment on column log.origin."outbox" is 'outbox';
      comment on column log.origin."last" is 'offset in that outbox';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
