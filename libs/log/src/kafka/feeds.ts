import { FEED_TOPICS } from '@fengsui/contracts';
import type { Clock, Tx } from '@fengsui/database';
import type { Kafka } from 'kafkajs';
import type { DataSource } from 'typeorm';
import type { Progress } from '../exactly-once.js';
import type { Consumption, LogRecord, Position, Records } from '../port.js';
import { PositionRows } from '../postgres/log.js';
import { BatchWorker } from '../delivery.js';
import { parkRow } from '../parked.js';
import { KafkaConsumer } from './consumer.js';
import { parkInTopic } from './dead-letter.js';
import type { KafkaLogOptions } from './wire.js';

/** One message that somebody put into `feed.*`. */
export type FeedMessage = Readonly<{ topic: string; partition: number; offset: number; key: string; bytes: Buffer }>;
/**
 * Takes messages in, in their order, and moves the position with them: `finish` must run in the transaction that
 * stores what became of them, and is told of each why nothing of it was taken (then it is parked), or null. One that
 * is large comes alone. Throws when a message can become nothing: then they are taken one by one, and the bad one is
 * parked.
 */
export type TakeFeed = (
  messages: readonly FeedMessage[],
  finish: (tx: Tx, refused: readonly (string | null)[]) => Promise<void>,
) => Promise<void>;

/** Messages taken in one transaction: many small ones, or one that holds a whole file. */
const TOGETHER = 500;
const SMALL_BYTES = 64_000;
const TOGETHER_BYTES = 400_000;
const FULL = -1;

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
      onParked: (tx, at, record, reason) => parkInTopic(tx, CONSUMER, at, record, reason),
      work: (at, records) => this.work(at, records, take),
    });
    const started = new KafkaConsumer(
      { db: this.db, kafka: this.kafka },
      CONSUMER,
      FEED_TOPICS.map(({ topic }) => topic),
      worker,
      { ...this.options, batchSize: TOGETHER },
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
    for (const run of runsOf(records.filter(({ offset }) => offset >= next))) {
      const last = run.at(-1)?.offset ?? 0;
      const messages = run.map((record) => ({
        topic: at.topic.replace(/^kafka\//, ''),
        partition: at.partition,
        offset: record.offset,
        key: record.key,
        bytes: bytesOf(record),
      }));
      await take(messages, async (tx, refused) => {
        await move(last + 1)(tx);
        for (const [index, reason] of refused.entries()) {
          const record = run[index];
          if (reason === null || record === undefined) continue;
          await parkRow(tx, at, record, reason, await this.clock.now(tx));
          await parkInTopic(tx, CONSUMER, at, record, reason);
        }
      });
    }
    await this.db.transaction(move(nextOffset));
    return { kind: 'done', next: Math.max(next, nextOffset) };
  }
}

const bytesOf = ({ bytes, raw }: LogRecord): Buffer => bytes ?? Buffer.from(raw);

/** Small messages together, a large one alone. */
function runsOf(records: readonly LogRecord[]): LogRecord[][] {
  const runs: LogRecord[][] = [];
  let room = FULL; // an empty message needs a place as well
  for (const record of records) {
    const { length } = bytesOf(record);
    if (length > room) {
      runs.push([]);
      room = length > SMALL_BYTES ? FULL : TOGETHER_BYTES;
    }
    runs.at(-1)?.push(record);
    if (room !== FULL) room -= length;
  }
  return runs;
}
