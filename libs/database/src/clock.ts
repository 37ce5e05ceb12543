import { utc, type UtcInstant } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import { one, type Db } from './sql.js';

/** The state of time: virtual while a demonstration or a test plays, else wall. */
export type ClockState = Readonly<{ virtualNow: UtcInstant | null; jobsUpTo: number }>;

/**
 * The only source of time. Virtual now is a row that every process reads; once it is switched to wall time it stays
 * there, so that answer may be remembered.
 */
export class Clock {
  private wall = false;

  constructor(private readonly db: DataSource) {}

  /** @param tx the transaction the time is for, so that all of it sees one now */
  async now(tx: Db = this.db): Promise<UtcInstant> {
    if (this.wall) return wallNow();
    const { virtualNow } = await this.state(tx);
    return virtualNow ?? wallNow();
  }

  async isVirtual(): Promise<boolean> {
    return !this.wall && (await this.state()).virtualNow !== null;
  }

  async state(tx: Db = this.db): Promise<ClockState> {
    const row = await one<ClockState>(
      tx,
      'select virtual_now as "virtualNow", jobs_up_to as "jobsUpTo" from schedule.clock',
    );
    if (row === null) throw new Error('schedule.clock has no row: migrations have not run');
    this.wall = row.virtualNow === null;
    return row;
  }
}

const wallNow = (): UtcInstant => utc(Date.now());
