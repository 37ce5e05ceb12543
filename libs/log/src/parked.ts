import { one, rows, run, type Db } from '@fengsui/database';
import type { Parked } from './port.js';

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
