import { setTimeout as sleep } from 'node:timers/promises';
import { rows, waitFor, type Clock, type Notifications } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import type { Consumption, Position, Records } from '../port.js';
import { readRecord } from '../record.js';
import { BatchWorker, type Work } from '../delivery.js';

/** How the log is read. */
export type PostgresLogOptions = Readonly<{
  /** Records taken in one transaction: more is faster, and takes longer to hand on. */
  batchSize: number;
  /** Told about every failure, with what will be done. */
  onTrouble: (error: unknown, what: string) => void;
}>;

type Row = Readonly<{ offset: number; key: string; body: string }>;

/** Without a notification the log is looked at again after this long. */
const LOOK_AGAIN_MS = 1_000;
/** Partitions of one consumer worked on at a time: some keep the database busy while the others keep us busy. */
const AT_A_TIME = 4;

/** Reads the partitions of one consumer, each in order, a batch a transaction. */
export class PostgresConsumer implements Consumption {
  private readonly db: DataSource;
  private readonly notifications: Notifications;
  private readonly worker: BatchWorker;
  private running = true;
  private woken = false;
  private wakeUp: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();
  private stopListening: () => void = () => undefined;

  constructor(
    { db, clock, notifications }: Readonly<{ db: DataSource; clock: Clock; notifications: Notifications }>,
    private readonly consumer: string,
    private readonly topics: readonly string[],
    private readonly options: PostgresLogOptions,
    work: Work,
  ) {
    this.db = db;
    this.notifications = notifications;
    this.worker = new BatchWorker({ db, clock, consumer, work, onTrouble: options.onTrouble });
  }

  async start(): Promise<void> {
    this.stopListening = await this.notifications.on('log', (topic) => {
      if (topic !== '' && !this.topics.includes(topic)) return;
      this.woken = true;
      this.wakeUp();
    });
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.worker.stop();
    this.stopListening();
    this.wakeUp();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (this.running) {
      this.woken = false;
      try {
        const behind = await this.behind();
        await inParallel(behind, AT_A_TIME, (at) => this.catchUp(at));
        const retried = await this.worker.retryParked();
        if (behind.length === 0 && !retried) await this.untilWoken();
      } catch (error) {
        this.options.onTrouble(error, `consumer ${this.consumer} cannot reach its log; trying again`);
        await sleep(LOOK_AGAIN_MS);
      }
    }
  }

  private async untilWoken(): Promise<void> {
    const signal = new Promise<void>((resolve) => (this.wakeUp = resolve));
    if (!this.woken && this.running) await waitFor(signal, LOOK_AGAIN_MS);
  }

  private async behind(): Promise<(Position & { next: number })[]> {
    const behind = await rows<{ topic: string; partition: number; next: number }>(
      this.db,
      `select p.topic, p.partition, coalesce(c.next_offset, 0) as next from log.partition p
       left join log.position c on c.consumer = $1 and c.topic = p.topic and c.partition = p.partition
       where p.topic = any($2) and p.next_offset > coalesce(c.next_offset, 0) order by 1, 2`,
      [this.consumer, this.topics],
    );
    return behind.map(({ topic, partition, next }) => ({ consumer: this.consumer, topic, partition, next }));
  }

  /** Reads one partition to its end. */
  private async catchUp(start: Position & { next: number }): Promise<void> {
    const { next: from, ...at } = start;
    let next = from;
    while (this.running) {
      const records = await this.fetch(at, next);
      if (records.records.length === 0) return;
      const progress = await this.worker.through(at, records);
      next = progress.kind === 'done' ? progress.next : progress.to;
    }
  }

  private async fetch({ topic, partition }: Position, from: number): Promise<Records> {
    const found = await rows<Row>(
      this.db,
      'select "offset", key, body from log.record where topic = $1 and partition = $2 and "offset" >= $3 order by "offset" limit $4',
      [topic, partition, from, this.options.batchSize],
    );
    const records = found.map(({ offset, key, body }) => readRecord(offset, key, body));
    return { fetchedFrom: from, records, nextOffset: (records.at(-1)?.offset ?? from - 1) + 1 };
  }
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
