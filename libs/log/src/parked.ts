import type { DataSource } from 'typeorm';
import type { Parked } from './port.js';

/** The messages that were put aside and that someone must look at. */
export class ParkedMessages {
  constructor(private readonly db: DataSource) {}

  list(): Promise<Parked[]> {
    return this.db.query(
      `select id, consumer, topic, partition, "offset", key, reason, place, at from log.parked where state in ('parked', 'retry') order by id`,
    );
  }

  /** With the message as it lies in the log. */
  async show(id: number): Promise<(Parked & { body: string; state: string }) | null> {
    const rows = (await this.db.query(
      `select id, consumer, topic, partition, "offset", key, reason, place, at, body, state from log.parked where id = $1`,
      [id],
    )) as (Parked & { body: string; state: string })[];
    return rows[0] ?? null;
  }

  /** Asks its consumer to try it once more. @returns false when there is no such message */
  async retry(id: number): Promise<boolean> {
    const [, changed] = (await this.db.query(`update log.parked set state = 'retry' where id = $1 and state = 'parked'`, [id])) as [
      unknown,
      number,
    ];
    await this.db.query(`select pg_notify('log', '')`);
    return changed === 1;
  }

  /** Closes it unhandled; the reason and the message stay. */
  async drop(id: number, reason: string): Promise<boolean> {
    const [, changed] = (await this.db.query(
      `update log.parked set state = 'dropped', closed_reason = $2 where id = $1 and state in ('parked', 'retry')`,
      [id, reason],
    )) as [unknown, number];
    return changed === 1;
  }
}
