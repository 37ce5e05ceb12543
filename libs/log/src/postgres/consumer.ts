import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Notifications } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { onFailure, retryDelay } from '../disposition.js';
import type { Progress } from '../once.js';
import type { Consumption, LogRecord, Position, Records } from '../port.js';
import { readRecord, type PostgresLogOptions } from './record.js';

type Work = (at: Position, records: Records) => Promise<Progress>;
type Row = Readonly<{ offset: number; key: string; body: string }>;

/** Without a notification the log is looked at again after this long. */
const LOOK_AGAIN_MS = 1_000;
/** Partitions of one consumer worked on at a time: some keep the database busy while the others keep us busy. */
const AT_A_TIME = 4;

/** Reads the partitions of one consumer, each in order, a batch a transaction. */
export class PostgresConsumer implements Consumption {
  private running = true;
  private woken = false;
  private wakeUp: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
    private readonly consumer: string,
    private readonly topics: readonly string[],
    private readonly options: PostgresLogOptions,
    private readonly work: Work,
  ) {}

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
        const retried = await this.retryParked();
        if (behind.length === 0 && !retried) await this.untilWoken();
      } catch (error) {
        this.options.onTrouble(error, `consumer ${this.consumer} cannot reach its log; trying again`);
        await sleep(LOOK_AGAIN_MS);
      }
    }
  }

  private async untilWoken(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      timer = setTimeout(resolve, LOOK_AGAIN_MS);
      if (this.woken || !this.running) resolve();
    });
    clearTimeout(timer);
  }

  private async behind(): Promise<(Position & { next: number })[]> {
    const rows = (await this.db.query(
      `select p.topic, p.partition, coalesce(c.next_offset, 0) as next from log.partition p
       left join log.position c on c.consumer = $1 and c.topic = p.topic and c.partition = p.partition
       where p.topic = any($2) and p.next_offset > coalesce(c.next_offset, 0) order by 1, 2`,
      [this.consumer, this.topics],
    )) as { topic: string; partition: number; next: number }[];
    return rows.map(({ topic, partition, next }) => ({ consumer: this.consumer, topic, partition, next }));
  }

  /** Reads one partition to its end. */
  private async catchUp(start: Position & { next: number }): Promise<void> {
    const { next: from, ...at } = start;
    let next = from;
    while (this.running) {
      const records = await this.fetch(at, next);
      if (records.records.length === 0) return;
      next = await this.through(at, records);
    }
  }

  private async fetch({ topic, partition }: Position, from: number): Promise<Records> {
    const rows = (await this.db.query(
      'select "offset", key, body from log.record where topic = $1 and partition = $2 and "offset" >= $3 order by "offset" limit $4',
      [topic, partition, from, this.options.batchSize],
    )) as Row[];
    const records = rows.map(({ offset, key, body }) => readRecord(offset, key, body));
    return { fetchedFrom: from, records, nextOffset: (records.at(-1)?.offset ?? from - 1) + 1 };
  }

  /** Works a batch until it is committed or its bad messages are parked. @returns the offset to read next */
  private async through(at: Position, batch: Records): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const progress = await this.work(at, batch);
        return progress.kind === 'done' ? progress.next : progress.to;
      } catch (error) {
        const disposition = onFailure(error, batch.records.length, attempt);
        this.options.onTrouble(error, `${this.consumer} ${at.topic}/${at.partition} from ${batch.fetchedFrom}: ${disposition}`);
        if (disposition === 'split') return this.oneByOne(at, batch);
        if (disposition === 'park') return this.park(at, batch, error);
        if (!this.running) return batch.fetchedFrom;
        await sleep(retryDelay(attempt, Math.random()));
      }
    }
  }

  private async oneByOne(at: Position, batch: Records): Promise<number> {
    let next = batch.fetchedFrom;
    for (const record of batch.records) {
      if (!this.running) return next;
      if (record.offset < next) continue;
      next = await this.through(at, { fetchedFrom: next, records: [record], nextOffset: record.offset + 1 });
    }
    return next;
  }

  /** Puts the message aside with its reason and goes on, in one transaction. */
  private async park(at: Position, batch: Records, error: unknown): Promise<number> {
    const [record] = batch.records as [LogRecord];
    await this.db.transaction(async (tx) => {
      await tx.query(
        `insert into log.parked (consumer, topic, partition, "offset", key, body, reason, place, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (consumer, topic, partition, "offset") do nothing`,
        [
          at.consumer,
          at.topic,
          at.partition,
          record.offset,
          record.key,
          record.raw,
          String((error as Error)?.message ?? error),
          `${at.topic}/${at.partition}/${record.offset}`,
          await this.clock.now(tx),
        ],
      );
      await tx.query('insert into log.position (consumer, topic, partition) values ($1, $2, $3) on conflict do nothing', [
        at.consumer,
        at.topic,
        at.partition,
      ]);
      await tx.query(
        'update log.position set next_offset = greatest(next_offset, $4) where consumer = $1 and topic = $2 and partition = $3',
        [at.consumer, at.topic, at.partition, batch.nextOffset],
      );
    });
    return batch.nextOffset;
  }

  /** Someone asked for a parked message to be tried again: alone, without touching the position. */
  private async retryParked(): Promise<boolean> {
    const rows = (await this.db.query(
      `select id, topic, partition, "offset", key, body from log.parked where consumer = $1 and state = 'retry' order by id limit 1`,
      [this.consumer],
    )) as (Row & { id: number; topic: string; partition: number })[];
    const [row] = rows;
    if (row === undefined) return false;
    const at = { consumer: `${this.consumer} retry ${row.id}`, topic: row.topic, partition: row.partition };
    try {
      await this.work(at, { fetchedFrom: 0, records: [readRecord(row.offset, row.key, row.body)], nextOffset: row.offset + 1 });
      await this.db.query(`update log.parked set state = 'done', closed_reason = 'retried' where id = $1`, [row.id]);
      await this.db.query('delete from log.position where consumer = $1', [at.consumer]);
    } catch (error) {
      await this.db.query(`update log.parked set state = 'parked', reason = $2 where id = $1`, [
        row.id,
        String((error as Error)?.message ?? error),
      ]);
    }
    return true;
  }
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
