import type { UtcInstant } from '@fengsui/contracts';
import { one, rows, run, type Db, type Tx } from '@fengsui/database';
import type { LogRecord, Parked, Position } from './port.js';

/** The messages that were put aside and that someone must look at. */
export class ParkedMessages {
  constructor(private readonly db: Db) {}

  list(): Promise<Parked[]> {
    return rows<Parked>(
      this.db,
      `select id, consumer, topic, partition, "offset", key, reason, place, at from log.parked where state in ('parked', 'retry') order by id`,
    );
  }

  /** How many messages of each consumer someone must look at. */
  counts(): Promise<{ consumer: string; n: number }[]> {
    return rows(
      this.db,
      `select consumer, count(*)::int as n from log.parked where state in ('parked', 'retry') group by 1`,
    );
  }

  /** With the message as it lies in the log. */
  async show(id: number): Promise<(Parked & { body: string; state: string }) | null> {
    return one<Parked & { body: string; state: string }>(
      this.db,
      `select id, consumer, topic, partition, "offset", key, reason, place, at, body, state from log.parked where id = $1`,
      [id],
    );
  }

  /** Asks its consumer to try it once more. @returns false when there is no such message */
  async retry(id: number): Promise<boolean> {
    const changed = await run(this.db, `update log.parked set state = 'retry' where id = $1 and state = 'parked'`, [
      id,
    ]);
    await run(this.db, `select pg_notify('log', '')`);
    return changed === 1;
  }

  /** Closes it unhandled; the reason and the message stay. */
  async drop(id: number, reason: string): Promise<boolean> {
    const changed = await run(
      this.db,
      `update log.parked set state = 'dropped', closed_reason = $2 where id = $1 and state in ('parked', 'retry')`,
      [id, reason],
    );
    return changed === 1;
  }
}

/** Writes a message down as put aside, in the caller's transaction. */
export async function parkRow(tx: Tx, at: Position, record: LogRecord, reason: string, now: UtcInstant): Promise<void> {
  await run(
    tx,
    `insert into log.parked (consumer, topic, partition, "offset", key, body, reason, place, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (consumer, topic, partition, "offset") do nothing`,
    [
      at.consumer,
      at.topic,
      at.partition,
      record.offset,
      storable(record.key),
      storable(record.raw),
      storable(reason),
      `${at.topic}/${at.partition}/${record.offset}`,
      now,
    ],
  );
}

/** What PostgreSQL cannot hold as text; the message itself lies in its topic. */
export const storable = (text: string): string => Buffer.from(text.replaceAll('\u0000', '␀')).toString();
