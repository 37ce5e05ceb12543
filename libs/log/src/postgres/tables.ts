import type { UtcInstant } from '@fengsui/contracts';
import { InstantColumn, Key, LongColumn, TextColumn, WholeColumn } from '@fengsui/database';
import { Check, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity({ schema: 'log', name: 'partition', comment: 'Every partition of every topic, and the next free offset in it' })
export class PartitionRow {
  @Key('topic') topic!: string;
  @Key('number of the partition, from 0', 'int') partition!: number;
  @LongColumn('offset of the next record', { default: 0 }) nextOffset!: number;
}

@Entity({
  schema: 'log',
  name: 'record',
  comment: 'What travels: every event, in the order of its partition. Over Kafka, the outbox',
})
export class RecordRow {
  @Key('topic') topic!: string;
  @Key('partition', 'int') partition!: number;
  @Key('place in the partition, from 0', 'bigint') offset!: number;
  @TextColumn('what must stay in order') key!: string;
  @TextColumn('the event as JSON') body!: string;
}

@Entity({
  schema: 'log',
  name: 'position',
  comment: 'How far a consumer is in a partition; moves in the transaction of the work',
})
export class PositionRow {
  @Key('consumer') consumer!: string;
  @Key('topic; kafka/… where it is read from Kafka') topic!: string;
  @Key('partition', 'int') partition!: number;
  @LongColumn('offset of the next record to work on', { default: 0 }) nextOffset!: number;
}

@Entity({ schema: 'log', name: 'subscription', comment: 'Which topics a consumer reads' })
export class SubscriptionRow {
  @Key('consumer') consumer!: string;
  @Key('topic; kafka/… where it is read from Kafka') topic!: string;
}

@Entity({ schema: 'log', name: 'parked', comment: 'Messages that were put aside so that their partition could go on' })
@Unique('parked_consumer_topic_partition_offset_key', ['consumer', 'topic', 'partition', 'offset'])
@Check('parked_state_check', `state in ('parked', 'retry', 'done', 'dropped')`)
export class ParkedRow {
  @PrimaryGeneratedColumn({ type: 'bigint', comment: 'number' }) id!: number;
  @TextColumn('who could not handle it') consumer!: string;
  @TextColumn('topic') topic!: string;
  @WholeColumn('partition') partition!: number;
  @LongColumn('offset') offset!: number;
  @TextColumn('key of the message') key!: string;
  @TextColumn('the message, as text') body!: string;
  @TextColumn('why it could not be handled') reason!: string;
  @TextColumn('topic/partition/offset') place!: string;
  @InstantColumn('when it was put aside') at!: UtcInstant;
  @TextColumn('parked, retry, done or dropped', { default: 'parked' }) state!: string;
  @TextColumn('why it was closed', { nullable: true }) closedReason!: string | null;
}

@Entity({ schema: 'log', name: 'outbox', comment: 'Which outbox this is: one row, made with the database' })
export class OutboxRow {
  @Key('random, so that consumers tell two databases apart') id!: string;
}

@Entity({ schema: 'log', name: 'relayed', comment: 'How far the outbox was carried to Kafka' })
export class RelayedRow {
  @Key('topic') topic!: string;
  @Key('partition', 'int') partition!: number;
  @LongColumn('offset in the outbox that is carried next') nextOffset!: number;
  @LongColumn('offset at the broker behind what was carried last') kafkaNext!: number;
}

@Entity({
  schema: 'log',
  name: 'origin',
  comment: 'What a consumer has last had of which outbox, so that repetitions are dropped',
})
export class OriginRow {
  @Key('consumer') consumer!: string;
  @Key('topic; kafka/… where it is read from Kafka') topic!: string;
  @Key('partition', 'int') partition!: number;
  @TextColumn('outbox') outbox!: string;
  @LongColumn('offset in that outbox') last!: number;
}
