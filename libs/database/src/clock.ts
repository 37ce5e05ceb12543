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

/** Runs on whatever is done to the machine's clock. Milliseconds. */
const monotonic = performance.now.bind(performance);
const { timeOrigin } = performance;

/**
 * Wall time as this process began with it, and how long it has run since: whoever sets the machine's clock back an
 * hour does not make calls wait for an hour. What is wrong is said (`wallSkewMs`), and a process that is started anew
 * begins with the time that is right by then.
 */
const wallNow = (): UtcInstant => utc(timeOrigin + monotonic());

/** By how much the machine's clock has been set since this process began, milliseconds; above 0: forward. */
export const wallSkewMs = (): number => Date.now() - (timeOrigin + monotonic());
