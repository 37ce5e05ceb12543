import { setTimeout as sleep } from 'node:timers/promises';
import type { UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import type { Log } from '@fengsui/log';
import type { DataSource } from 'typeorm';

/** How often the driver looks whether everyone is done. Short, because a replay stops thousands of times. */
const LOOK_MS = 2;
/** A service that does not come to rest has a fault; without a bound the driver would wait for ever. */
const LONGEST_WAIT_MS = 120_000;

/** Raised when the services do not come to rest. */
class NotSettled extends Error {}

/**
 * Moves virtual now on: only when every consumer has reached the end of its log and nothing is due. There is one driver; the services read
 * the row. Due jobs are released in rounds, all that were due when everyone was at rest: so what happens at one instant does not depend on
 * who was faster.
 */
export class VirtualTime {
  constructor(
    private readonly db: DataSource,
    private readonly log: Log,
  ) {}

  async set(now: UtcInstant): Promise<void> {
    await this.db.query('update schedule.clock set virtual_now = $1, jobs_up_to = 0', [now]);
  }

  private async now(): Promise<UtcInstant | null> {
    const [row] = (await this.db.query('select virtual_now as now from schedule.clock')) as { now: UtcInstant | null }[];
    return row?.now ?? null;
  }

  /** Goes on to `until`, stopping wherever something is due. */
  async advance(until: UtcInstant): Promise<void> {
    for (;;) {
      const [row] = (await this.db.query('select min(due_at) as next from schedule.job')) as { next: UtcInstant | null }[];
      if (row === undefined || row.next === null || row.next > until) break;
      const now = await this.now();
      await this.set(now !== null && row.next < now ? now : row.next); // overdue work is done now; time never goes back
      await this.settle();
    }
    await this.set(until);
  }

  /** Returns when every consumer is at the end of its log and nothing is due. */
  async settle(): Promise<void> {
    for (;;) {
      await this.until('consumers', () => this.log.idle());
      const released = await this.release();
      if (released === 0) return;
      await this.until('jobs', async () => !(await this.someDue(released)));
    }
  }

  /** Lets the runners take every job that is due now. @returns the mark up to which they may, 0 when nothing is due */
  private async release(): Promise<number> {
    const [row] = (await this.db.query('select max(seq) as upto from schedule.job, schedule.clock where due_at <= virtual_now')) as {
      upto: number | null;
    }[];
    const upTo = row?.upto ?? 0;
    if (upTo > 0) {
      await this.db.query('update schedule.clock set jobs_up_to = $1', [upTo]);
      await this.db.query(`select pg_notify('schedule', '')`);
    }
    return upTo;
  }

  private async someDue(upTo: number): Promise<boolean> {
    const rows = (await this.db.query('select 1 from schedule.job, schedule.clock where due_at <= virtual_now and seq <= $1 limit 1', [
      upTo,
    ])) as unknown[];
    return rows.length > 0;
  }

  private async until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; !(await done()); waited += LOOK_MS) {
      if (waited > LONGEST_WAIT_MS) throw new NotSettled(`the ${what} did not come to rest; see \`fengsui parked list\` and the log`);
      await sleep(LOOK_MS);
    }
  }
}

/** Wall time from here on, for good; in the transaction of whatever ends the virtual time. */
export async function switchToWall(tx: Tx): Promise<void> {
  await tx.query('update schedule.clock set virtual_now = null, jobs_up_to = 0');
  await tx.query(`select pg_notify('schedule', '')`);
}
