import { utc, type UtcInstant } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import type { Tx } from './connect.js';

/** The state of time: virtual while a demonstration or a test plays, else wall. */
export type ClockState = Readonly<{ virtualNow: UtcInstant | null; jobsUpTo: number }>;

/**
 * The only source of time. Virtual now is a row that every process reads; once it is switched to wall time it stays there,
 * so that answer may be remembered.
 */
export class Clock {
  private wall = false;

  constructor(private readonly db: DataSource) {}

  /** @param tx the transaction the time is for, so that all of it sees one now */
  async now(tx: Tx | DataSource = this.db): Promise<UtcInstant> {
    if (this.wall) return wallNow();
    const { virtualNow } = await this.state(tx);
    return virtualNow ?? wallNow();
  }

  async isVirtual(): Promise<boolean> {
    return !this.wall && (await this.state()).virtualNow !== null;
  }

  async state(tx: Tx | DataSource = this.db): Promise<ClockState> {
    const [row] = (await tx.query('select virtual_now, jobs_up_to from schedule.clock')) as {
      virtual_now: UtcInstant | null;
      jobs_up_to: number;
    }[];
    if (row === undefined) throw new Error('schedule.clock has no row: migrations have not run');
    this.wall = row.virtual_now === null;
    return { virtualNow: row.virtual_now, jobsUpTo: row.jobs_up_to };
  }
}

const wallNow = (): UtcInstant => utc(Date.now());
