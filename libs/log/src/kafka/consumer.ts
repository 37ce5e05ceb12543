import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { one, run, waitFor } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { retryDelay } from '../disposition.js';
import type { Consumption, LogRecord, Position } from '../port.js';
import { readRecord } from '../record.js';
import type { BatchWorker } from '../delivery.js';
import { missingCodec } from './codecs.js';
import { FROM_HEADER, kafkaTopic, type KafkaLogOptions } from './wire.js';

/** A process that was killed is missed after this long, and its partitions go to the others. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 3_000;
const PARTITIONS_AT_A_TIME = 4;
/** A fetch holds at most this much for a partition, so that memory is bounded whatever the lag. */
const MAX_BYTES_A_PARTITION = 5_000_000;
const LOOK_FOR_RETRIES_MS = 1_000;
const STANDSTILL_MS = 60_000;

/** The broker no longer has what this consumer must read next, or never had it. Nothing is skipped without a person. */
class PositionLost extends Error {}

/** Two processes under one name would throw each other out for ever. */
class Fenced extends Error {}

/**
 * @returns what to say of an error that starting again does not help, or null. The client wraps what the broker said.
 */
function neverMended(group: string, error: unknown): Error | null {
  for (let one = error; one instanceof Error; one = one.cause)
    if ((one as { type?: string }).type === 'FENCED_INSTANCE_ID')
      return new Fenced(`another process is consumer ${group} under the same KAFKA_INSTANCE`);
  return missingCodec(error);
}

type Bounds = ReadonlyMap<string, readonly [low: number, high: number]>;

/**
 * One consumer group member over its topics. The brokers' own committed offsets are not used: where to go on is the
 * row in PostgreSQL, which every batch takes, checks and moves in its transaction.
 */
export class KafkaConsumer implements Consumption {
  private readonly db: DataSource;
  private readonly kafka: Kafka;
  private consumer: Consumer | null = null;
  private running = true;
  private failed = false;
  private side: Promise<void> = Promise.resolve();
  private wakeUp: () => void = () => undefined;
  /** How far each partition was worked through since it was assigned: a gap that opens behind that needs a look. */
  private readonly reached = new Map<string, number>();
  /** Counts the assignments; what belongs to an older one stops by itself. */
  private assignment = 0;
  /** Whether any partition is ours: a spare member asks for nothing. */
  private assigned = false;
  private fetches = 0;

  constructor(
    { db, kafka }: Readonly<{ db: DataSource; kafka: Kafka }>,
    private readonly group: string,
    private readonly topics: readonly string[],
    private readonly worker: BatchWorker,
    private readonly options: KafkaLogOptions,
  ) {
    this.db = db;
    this.kafka = kafka;
  }

  async start(): Promise<void> {
    await this.connect();
    this.side = this.watch();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.worker.stop();
    this.wakeUp();
    await this.side; // it may be starting the client anew: that one must go, too
    await this.consumer?.disconnect();
  }

  private async connect(): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId: `fengsui-${this.group}`,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxBytesPerPartition: MAX_BYTES_A_PARTITION,
      maxWaitTimeInMs: 200,
      allowAutoTopicCreation: false,
      retry: {
        restartOnFailure: async (error) => this.running && !this.failed && neverMended(this.group, error) === null,
      },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (restart) this.options.onTrouble(error, `consumer ${this.group} starts again`);
      else if (this.running) this.fail(neverMended(this.group, error) ?? error);
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.reached.clear();
      this.assignment += 1;
      this.assigned = Object.values(memberAssignment).some((partitions) => partitions.length > 0);
      void this.seekAll(memberAssignment, this.assignment);
    });
    consumer.on(consumer.events.FETCH, () => void (this.fetches += 1));
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_A_TIME,
      eachBatch: (payload) => this.batch(payload),
    });
  }

  /**
   * Sends every assigned partition to its position. What cannot be asked now is asked again: a leader may just be
   * moving.
   */
  private async seekAll(assigned: Readonly<Record<string, number[]>>, assignment: number): Promise<void> {
    for (let attempt = 1; this.running && assignment === this.assignment; attempt += 1) {
      try {
        const bounds = await this.boundsOf(Object.keys(assigned));
        const owned = Object.entries(assigned).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        );
        for (const { topic, partition } of owned) {
          const position = await this.positionOf(topic, partition, bounds);
          if (await this.failedAt(topic, partition, position, bounds)) return;
          const current = assignment === this.assignment && !this.reached.has(`${topic} ${partition}`);
          if (current) this.consumer?.seek({ topic, partition, offset: String(position) });
        }
        return;
      } catch (error) {
        this.options.onTrouble(error, `consumer ${this.group} cannot ask for its partitions; trying again`);
        await sleep(retryDelay(attempt, Math.random()));
      }
    }
  }

  private async batch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const fetchedFrom = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    const place = `${topic} ${partition}`;
    const at: Position = { consumer: this.group, topic: kafkaTopic(topic), partition };
    const end = Number(batch.lastOffset()) + 1;
    if (!(await this.mayRead(at, topic, fetchedFrom))) return;
    let from = fetchedFrom;
    const messages = [...batch.messages];
    while ((messages.length > 0 || from < end) && isRunning() && !isStale() && this.running) {
      const some = messages.splice(0, this.options.batchSize);
      const nextOffset = messages.length === 0 ? end : Number(some.at(-1)?.offset) + 1;
      // `mayRead` has looked at what lies between: only transactions leave such gaps.
      const known = this.reached.has(place) ? 0 : from;
      const work = this.worker.through(at, { fetchedFrom: known, records: some.map(recordOf), nextOffset });
      const progress = await beating(work, heartbeat);
      if (progress.kind === 'seek') return this.again(topic, partition, progress.to);
      this.reached.set(place, progress.next);
      if (progress.next < nextOffset && !this.running) return;
      from = nextOffset;
      resolveOffset(String(nextOffset - 1));
      await heartbeat();
    }
  }

  /**
   * What a fetch brings must go on where the work stands. It does not when the broker lost what lies between and the
   * client went on with what is left: of a partition just assigned, or behind a gap, the broker is asked.
   */
  private async mayRead(at: Position, topic: string, fetchedFrom: number): Promise<boolean> {
    const reached = this.reached.get(`${topic} ${at.partition}`);
    if (reached !== undefined && fetchedFrom <= reached) return true;
    const bounds = await this.boundsOf([topic]);
    const position = reached ?? (await this.positionOf(topic, at.partition, bounds));
    return !(await this.failedAt(topic, at.partition, position, bounds));
  }

  /** The batch was fetched from beyond the position: it is fetched again from there, if the broker has it. */
  private async again(topic: string, partition: number, to: number): Promise<void> {
    if (!(await this.failedAt(topic, partition, to, await this.boundsOf([topic]))))
      this.consumer?.seek({ topic, partition, offset: String(to) });
  }

  /**
   * The position may be newer than what was known of the broker: what was written and read in between is no loss. So
   * before it is called one, the broker is asked once more.
   * @returns true when the broker has not what comes next; then this consumer ends
   */
  private async failedAt(topic: string, partition: number, position: number, known: Bounds): Promise<boolean> {
    const lostBy = (bounds: Bounds): Error | null =>
      lostAt(this.group, topic, partition, position, bounds.get(`${topic} ${partition}`));
    const lost = lostBy(known) === null ? null : lostBy(await this.boundsOf([topic]));
    if (lost !== null) this.fail(lost);
    return lost !== null;
  }

  /** Where the work stands. Who never read a partition begins with the first that the broker still has. */
  private async positionOf(topic: string, partition: number, bounds: Bounds): Promise<number> {
    const key = [this.group, kafkaTopic(topic), partition];
    const [low = 0] = bounds.get(`${topic} ${partition}`) ?? [];
    if (low > 0)
      await run(
        this.db,
        'insert into log.position (consumer, topic, partition, next_offset) values ($1, $2, $3, $4) on conflict do nothing',
        [...key, low],
      );
    const row = await one<{ next: number }>(
      this.db,
      'select next_offset as next from log.position where consumer = $1 and topic = $2 and partition = $3',
      key,
    );
    return row?.next ?? 0;
  }

  /** What the broker has of each partition, by `topic partition`. */
  private async boundsOf(topics: readonly string[]): Promise<Bounds> {
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
    const patience = this.options.standstillMs ?? STANDSTILL_MS;
    const stopping = new Promise<void>((resolve) => (this.wakeUp = resolve));
    let [mark, standing, fetches, quiet] = ['', 0, 0, 0];
    while (this.running) {
      try {
        while (await this.worker.retryParked());
        const now = await this.progress();
        standing = now.behind && now.mark === mark ? standing + LOOK_FOR_RETRIES_MS : 0;
        // What outsiders feed has no row here that says how far it goes; but whoever has partitions asks for more
        // again and again.
        quiet = this.assigned && this.fetches === fetches ? quiet + LOOK_FOR_RETRIES_MS : 0;
        [mark, fetches] = [now.mark, this.fetches];
        if (Math.max(standing, quiet) >= patience && !this.failed) {
          await this.startAnew(
            quiet >= patience ? 'it asked for nothing any more' : 'it stood still while its topics went on',
          );
          [standing, quiet] = [0, 0]; // only now: an attempt that failed is made again
        }
      } catch (error) {
        this.options.onTrouble(error, `consumer ${this.group} cannot look at itself`);
      }
      if (this.running) await waitFor(stopping, LOOK_FOR_RETRIES_MS);
    }
  }

  private async startAnew(why: string): Promise<void> {
    this.options.onRestart?.(this.group);
    this.options.onTrouble(new Error(why), `consumer ${this.group} is started anew`);
    await this.consumer?.disconnect();
    await this.connect();
  }

  /** How far it is, and whether the relays of others have carried more. */
  private async progress(): Promise<Readonly<{ mark: string; behind: boolean }>> {
    const found = await one<{ mark: string; behind: boolean }>(
      this.db,
      `select coalesce(sum(coalesce(c.next_offset, 0)), 0)::text as mark,
              coalesce(bool_or(r.kafka_next > coalesce(c.next_offset, 0)), false) as behind
       from log.relayed r
       left join log.position c on c.consumer = $1 and c.topic = 'kafka/' || r.topic and c.partition = r.partition
       where r.topic = any($2)`,
      [this.group, this.topics],
    );
    return found ?? { mark: '', behind: false };
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
    `${consumer} must go on at ${topic}/${partition}/${position}, but the broker has ${low} to ${high}: ${why}. When what lies between is accounted for: fengsui positions move ${consumer} ${topic} ${partition} ${position < low ? low : 0}`,
  );
}

/**
 * Keeps the membership alive while a transaction takes long. One after the other: two heartbeats at once confuse the
 * client.
 */
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
