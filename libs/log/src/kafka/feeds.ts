import { FEED_TOPICS } from '@fengsui/contracts';
import type { Clock, Tx } from '@fengsui/database';
import type { Kafka } from 'kafkajs';
import type { DataSource } from 'typeorm';
import type { Progress } from '../once.js';
import type { Consumption, Position, Records } from '../port.js';
import { PositionRows } from '../postgres/log.js';
import { BatchWorker, parkRow } from '../working.js';
import { KafkaConsumer } from './consumer.js';
import type { KafkaLogOptions } from './wire.js';

/** One message that somebody put into `feed.*`. `finish` must run in the transaction that stores what became of it. */
export type FeedMessage = Readonly<{
  topic: string;
  partition: number;
  offset: number;
  key: string;
  bytes: Buffer;
  /** @param refused why nothing of it was taken: then it is parked */ finish: (tx: Tx, refused: string | null) => Promise<void>;
}>;
/** Takes one message in, and moves the position with it by `finish`. Throws when the message can become nothing: then it is parked. */
export type TakeFeed = (message: FeedMessage) => Promise<void>;

const CONSUMER = 'intake';

/** What outsiders write with any Kafka client, read by intake alone. */
export class KafkaFeeds {
  private readonly positions = new PositionRows();

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly kafka: Kafka,
    private readonly options: KafkaLogOptions,
  ) {}

  async consume(take: TakeFeed): Promise<Consumption> {
    const worker = new BatchWorker({
      db: this.db,
      clock: this.clock,
      consumer: CONSUMER,
      onTrouble: this.options.onTrouble,
      work: (at, records) => this.work(at, records, take),
    });
    // One message a step: each has a transaction of its own, because each may hold a whole file.
    const started = new KafkaConsumer(
      this.db,
      this.kafka,
      CONSUMER,
      FEED_TOPICS.map(({ topic }) => topic),
      worker,
      { ...this.options, batchSize: 1 },
    );
    await started.start();
    return started;
  }

  private async work(at: Position, { fetchedFrom, records, nextOffset }: Records, take: TakeFeed): Promise<Progress> {
    const next = await this.db.transaction((tx) => this.positions.lock(tx, at));
    if (fetchedFrom > next) return { kind: 'seek', to: next };
    const move = (to: number) => async (tx: Tx) => {
      const held = await this.positions.lock(tx, at);
      if (held < to) await this.positions.move(tx, at, to);
    };
    const [record] = records;
    if (record === undefined || record.offset < next) {
      await this.db.transaction(move(nextOffset));
      return { kind: 'done', next: Math.max(next, nextOffset) };
    }
    await take({
      topic: at.topic.replace(/^kafka\//, ''),
      partition: at.partition,
      offset: record.offset,
      key: record.key,
      bytes: record.bytes ?? Buffer.from(record.raw),
      finish: async (tx, refused) => {
        if (refused !== null) await parkRow(tx, at, record, refused, await this.clock.now(tx));
        await move(nextOffset)(tx);
      },
    });
    return { kind: 'done', next: nextOffset };
  }
}
