import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { waitFor } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import type { Consumption, LogRecord, Position } from '../port.js';
import { readRecord } from '../record.js';
import type { BatchWorker } from '../working.js';
import { FROM_HEADER, kafkaPlace, type KafkaLogOptions } from './wire.js';

const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 3_000;
const PARTITIONS_AT_A_TIME = 4;
/** A fetch holds at most this much for a partition, so that memory is bounded whatever the lag. */
const MAX_BYTES_A_PARTITION = 5_000_000;
const LOOK_FOR_RETRIES_MS = 1_000;
/** A consumer that stands still for this long while its topics go on is started anew. */
const STANDSTILL_MS = 60_000;

/** The broker no longer has what this consumer must read next, or never had it. Nothing is skipped without a person. */
class PositionLost extends Error {}

/**
 * One consumer group member over its topics. The brokers' own committed offsets are not used: where to go on is the row in PostgreSQL,
 * which every batch takes, checks and moves in its transaction.
 */
export class KafkaConsumer implements Consumption {
  private consumer: Consumer | null = null;
  private running = true;
  private failed = false;
  private side: Promise<void> = Promise.resolve();
  /** Partitions that were fetched from their position since they were assigned: a gap behind that is what transactions leave. */
  private readonly anchored = new Set<string>();
  /** How often a consumer that stood still was started anew. */
  restarts = 0;

  constructor(
    private readonly db: DataSource,
    private readonly kafka: Kafka,
    private readonly group: string,
    private readonly topics: readonly string[],
    private readonly worker: BatchWorker,
    private readonly options: KafkaLogOptions,
  ) {}

  async start(): Promise<void> {
    await this.connect();
    this.side = this.watch();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.worker.stop();
    await this.consumer?.disconnect();
    await this.side;
  }

  private async connect(): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId: `fengsui-${this.group}`,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxBytesPerPartition: MAX_BYTES_A_PARTITION,
      maxWaitTimeInMs: 200,
      allowAutoTopicCreation: false,
      retry: { retries: 8, maxRetryTime: 10_000, restartOnFailure: async () => this.running && !this.failed },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (restart) this.options.onTrouble(error, `consumer ${this.group} starts again`);
      else if (this.running) this.fail(error);
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.anchored.clear();
      void this.seekAll(memberAssignment).catch((error: unknown) =>
        this.options.onTrouble(error, `consumer ${this.group} could not seek; it will when it reads`),
      );
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_A_TIME,
      eachBatch: (payload) => this.batch(payload),
    });
  }

  /** Sends every assigned partition to its position, after a look whether the broker still has it. */
  private async seekAll(assignment: Readonly<Record<string, number[]>>): Promise<void> {
    const bounds = await this.boundsOf(Object.keys(assignment));
    for (const [topic, partitions] of Object.entries(assignment))
      for (const partition of partitions) {
        const position = await this.positionOf(topic, partition);
        const lost = lostAt(this.group, topic, partition, position, bounds.get(`${topic} ${partition}`));
        if (lost !== null) return this.fail(lost);
        this.consumer?.seek({ topic, partition, offset: String(position) });
      }
  }

  private async batch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const fetchedFrom = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    const place = `${topic} ${partition}`;
    const at: Position = { consumer: this.group, topic: kafkaPlace(topic), partition };
    const end = Number(batch.lastOffset()) + 1;
    let from = fetchedFrom;
    const messages = [...batch.messages];
    while ((messages.length > 0 || from < end) && isRunning() && !isStale() && this.running) {
      const some = messages.splice(0, this.options.batchSize);
      const nextOffset = messages.length === 0 ? end : Number(some.at(-1)?.offset) + 1;
      // Behind a place that was fetched from its position only transactions leave gaps: nothing there can have been passed over.
      const known = this.anchored.has(place) ? 0 : from;
      const work = this.worker.through(at, { fetchedFrom: known, records: some.map(recordOf), nextOffset });
      const progress = await beating(work, heartbeat);
      if (progress.kind === 'seek') return this.again(topic, partition, progress.to);
      this.anchored.add(place);
      if (progress.next < nextOffset && !this.running) return;
      from = nextOffset;
      resolveOffset(String(nextOffset - 1));
      await heartbeat();
    }
  }

  /** The batch was fetched from beyond the position: it is fetched again from there, if the broker has it. */
  private async again(topic: string, partition: number, to: number): Promise<void> {
    const lost = lostAt(this.group, topic, partition, to, (await this.boundsOf([topic])).get(`${topic} ${partition}`));
    if (lost !== null) return this.fail(lost);
    this.consumer?.seek({ topic, partition, offset: String(to) });
  }

  private async positionOf(topic: string, partition: number): Promise<number> {
    const [row] = (await this.db.query('select next_offset from log.position where consumer = $1 and topic = $2 and partition = $3', [
      this.group,
      kafkaPlace(topic),
      partition,
    ])) as { next_offset: number }[];
    return row?.next_offset ?? 0;
  }

  /** What the broker has of each partition, by `topic partition`. */
  private async boundsOf(topics: readonly string[]): Promise<ReadonlyMap<string, readonly [low: number, high: number]>> {
    const admin = this.kafka.admin();
    const bounds = new Map<string, readonly [number, number]>();
    try {
      await admin.connect();
      for (const topic of topics)
        for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
          bounds.set(`${topic} ${partition}`, [Number(low), Number(high)]);
      return bounds;
    } finally {
      await admin.disconnect();
    }
  }

  private fail(error: Error): void {
    if (this.failed) return;
    this.failed = true;
    this.options.onFatal(error);
  }

  /** Beside the reading: parked messages that someone wants tried again, and a look whether anything moves. */
  private async watch(): Promise<void> {
    let [mark, since] = ['', 0];
    while (this.running) {
      try {
        while (await this.worker.retryParked());
        const [row] = (await this.db.query(
          `select coalesce(sum(coalesce(c.next_offset, 0)), 0)::text as mark, coalesce(bool_or(r.kafka_next > coalesce(c.next_offset, 0)), false) as behind
           from log.relayed r left join log.position c on c.consumer = $1 and c.topic = 'kafka/' || r.topic and c.partition = r.partition where r.topic = any($2)`,
          [this.group, this.topics],
        )) as { mark: string; behind: boolean }[];
        since = row?.behind === true && row.mark === mark ? since + LOOK_FOR_RETRIES_MS : 0;
        mark = row?.mark ?? '';
        if (since >= STANDSTILL_MS && !this.failed) {
          since = 0;
          this.restarts += 1;
          this.options.onTrouble(
            new Error('it stood still while its topics went on'),
            `consumer ${this.group} is started anew (${this.restarts})`,
          );
          await this.consumer?.disconnect();
          await this.connect();
        }
      } catch (error) {
        this.options.onTrouble(error, `consumer ${this.group} cannot look at itself`);
      }
      await sleep(LOOK_FOR_RETRIES_MS);
    }
  }
}

function lostAt(
  consumer: string,
  topic: string,
  partition: number,
  position: number,
  bounds: readonly [number, number] | undefined,
): PositionLost | null {
  if (bounds === undefined) return null;
  const [low, high] = bounds;
  if (position >= low && position <= high) return null;
  const why = position < low ? 'retention has passed it' : 'the topic was made anew';
  return new PositionLost(
    `${consumer} must go on at ${topic}/${partition}/${position}, but the broker has ${low} to ${high}: ${why}. When what lies between is accounted for: fengsui reposition ${consumer} ${topic} ${partition} ${position < low ? low : 0}`,
  );
}

/** Keeps the membership alive while a transaction takes long. One after the other: two heartbeats at once confuse the client. */
async function beating<T>(work: Promise<T>, heartbeat: () => Promise<void>): Promise<T> {
  let done = false;
  const over = work.then(
    () => void (done = true),
    () => void (done = true),
  );
  while (!done) {
    await waitFor(over, HEARTBEAT_MS);
    if (!done) await heartbeat();
  }
  return work;
}

function recordOf({ offset, key, value, headers }: KafkaMessage): LogRecord {
  const bytes = value ?? Buffer.alloc(0);
  const record = { ...readRecord(Number(offset), key?.toString() ?? '', bytes.toString()), bytes };
  const [, outbox, place] = /^([^/]+)\/(\d+)$/.exec(String(headers?.[FROM_HEADER] ?? '')) ?? [];
  return outbox === undefined ? record : { ...record, from: { outbox, offset: Number(place) } };
}
