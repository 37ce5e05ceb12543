import { setTimeout as sleep } from 'node:timers/promises';
import { one, run, type Clock, type Tx } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { endedUnderWork, onFailure, retryDelay } from './disposition.js';
import type { Progress } from './exactly-once.js';
import type { LogRecord, Position, Records } from './port.js';
import { parkRow, storable } from './parked.js';
import { readRecord } from './record.js';

export type Work = (at: Position, records: Records) => Promise<Progress>;

/** What the adapters' consumers need to work batches through. */
export type WorkerContext = Readonly<{
  db: DataSource;
  clock: Clock;
  consumer: string;
  /** One exactly-once step. */ work: Work;
  /** Told about every failure, with what will be done. */ onTrouble: (error: unknown, what: string) => void;
  /** Runs in the transaction that parks a message. */ onParked?: (
    tx: Tx,
    at: Position,
    record: LogRecord,
    reason: string,
  ) => Promise<void>;
}>;

/** Works batches through until they are committed or their bad messages are parked; the adapters share it. */
export class BatchWorker {
  private running = true;

  constructor(private readonly context: WorkerContext) {}

  /** Lets go of what fails; what is in hand is finished. */
  stop(): void {
    this.running = false;
  }

  /** @returns how far it came: `done` at an offset, or `seek` when the batch was fetched from beyond the position */
  async through(at: Position, batch: Records): Promise<Progress> {
    let own = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.context.work(at, batch);
      } catch (error) {
        // The database ends a transaction that idles too long, and it looks as if it had gone away itself.
        if (endedUnderWork(error) && (await this.answers())) own += 1;
        const disposition = onFailure(error, batch.records.length, attempt, own);
        this.context.onTrouble(
          error,
          `${at.consumer} ${at.topic}/${at.partition} from ${batch.records[0]?.offset ?? batch.fetchedFrom}: ${disposition}`,
        );
        if (disposition === 'split') return this.oneByOne(at, batch);
        if (disposition === 'park') return this.park(at, batch, error);
        if (!this.running) return { kind: 'done', next: batch.fetchedFrom };
        await sleep(retryDelay(attempt, Math.random()));
      }
    }
  }

  private async answers(): Promise<boolean> {
    try {
      return (await one(this.context.db, 'select 1 as here')) !== null;
    } catch {
      return false;
    }
  }

  private async oneByOne(at: Position, batch: Records): Promise<Progress> {
    let next = batch.fetchedFrom;
    for (const [index, record] of batch.records.entries()) {
      if (!this.running) return { kind: 'done', next };
      if (record.offset < next) continue;
      const last = index === batch.records.length - 1;
      const progress = await this.through(at, {
        fetchedFrom: next,
        records: [record],
        nextOffset: last ? batch.nextOffset : record.offset + 1,
      });
      if (progress.kind === 'seek') return progress;
      next = progress.next;
    }
    return { kind: 'done', next };
  }

  /** Puts the message aside with its reason and goes on, in one transaction. */
  private async park(at: Position, batch: Records, error: unknown): Promise<Progress> {
    const [record] = batch.records as [LogRecord];
    const reason = String((error as Error)?.message ?? error);
    await this.context.db.transaction(async (tx) => {
      await parkRow(tx, at, record, reason, await this.context.clock.now(tx));
      await run(
        tx,
        'insert into log.position (consumer, topic, partition) values ($1, $2, $3) on conflict do nothing',
        [at.consumer, at.topic, at.partition],
      );
      await run(
        tx,
        'update log.position set next_offset = greatest(next_offset, $4) where consumer = $1 and topic = $2 and partition = $3',
        [at.consumer, at.topic, at.partition, batch.nextOffset],
      );
      await this.context.onParked?.(tx, at, record, reason);
    });
    return { kind: 'done', next: batch.nextOffset };
  }

  /**
   * Someone asked for a parked message to be tried again: alone, without touching the position. @returns true when
   * there was one
   */
  async retryParked(): Promise<boolean> {
    const { db, consumer, work } = this.context;
    const row = await one<{ id: number; topic: string; partition: number; offset: number; key: string; body: string }>(
      db,
      `select id, topic, partition, "offset", key, body from log.parked where consumer = $1 and state = 'retry' order by id limit 1`,
      [consumer],
    );
    if (row === null) return false;
    const at = { consumer: `${consumer} retry ${row.id}`, topic: row.topic, partition: row.partition };
    try {
      await work(at, {
        fetchedFrom: 0,
        records: [readRecord(row.offset, row.key, row.body)],
        nextOffset: row.offset + 1,
      });
      await run(db, `update log.parked set state = 'done', closed_reason = 'retried' where id = $1`, [row.id]);
      await run(db, 'delete from log.position where consumer = $1', [at.consumer]);
    } catch (error) {
      await run(db, `update log.parked set state = 'parked', reason = $2 where id = $1`, [
        row.id,
        storable(String((error as Error)?.message ?? error)),
      ]);
    }
    return true;
  }
}
