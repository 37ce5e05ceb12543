import { setTimeout as sleep } from 'node:timers/promises';
import type { UtcInstant } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import type { Tx } from './connect.js';
import { wakeRunners } from './schedule.js';
import { one, run, type Db } from './sql.js';

/** How often the driver looks whether everyone is done. Short, because a replay stops thousands of times. */
const LOOK_MS = 2;
/** A service that does not come to rest has a fault; without a bound the driver would wait for ever. */
const LONGEST_WAIT_MS = 600_000;

/** Raised when the services do not come to rest. */
class NotAtRest extends Error {}

/**
 * Moves virtual now on: only when every consumer has reached the end of its log and nothing is due. There is one
 * driver; the services read the row. Due jobs are released in rounds, all that were due when everyone was at rest: so
 * what happens at one instant does not depend on who was faster.
 */
export class VirtualTime {
  constructor(
    private readonly db: DataSource,
    private readonly log: Readonly<{
      /** True when every consumer has passed everything that was appended. */ idle: () => Promise<boolean>;
    }>,
  ) {}

  async set(now: UtcInstant): Promise<void> {
    await setVirtualNow(this.db, now);
  }

  private async now(): Promise<UtcInstant | null> {
    return (
      (await one<{ now: UtcInstant | null }>(this.db, 'select virtual_now as now from schedule.clock'))?.now ?? null
    );
  }

  /** Goes on to `until`, stopping wherever something is due. */
  async advance(until: UtcInstant): Promise<void> {
    for (;;) {
      const due = await one<{ next: UtcInstant | null }>(this.db, 'select min(due_at) as next from schedule.job');
      if (due === null || due.next === null || due.next > until) break;
      const now = await this.now();
      await this.set(now !== null && due.next < now ? now : due.next); // overdue work is done now; time never goes back
      await this.comeToRest();
    }
    await this.set(until);
  }

  /** Returns when every consumer is at the end of its log and nothing is due. */
  async comeToRest(): Promise<void> {
    for (;;) {
      await this.until('consumers', () => this.log.idle());
      const released = await this.release();
      if (released === 0) return;
      await this.until('jobs', async () => !(await this.someDue(released)));
    }
  }

  /** Lets the runners take every job that is due now. @returns the mark up to which they may, 0 when nothing is due */
  private async release(): Promise<number> {
    const due = await one<{ upto: number | null }>(
      this.db,
      'select max(seq) as upto from schedule.job, schedule.clock where due_at <= virtual_now',
    );
    const upTo = due?.upto ?? 0;
    if (upTo > 0) {
      await run(this.db, 'update schedule.clock set jobs_up_to = $1', [upTo]);
      await wakeRunners(this.db);
    }
    return upTo;
  }

  private async someDue(upTo: number): Promise<boolean> {
    const due = await one(
      this.db,
      'select 1 from schedule.job, schedule.clock where due_at <= virtual_now and seq <= $1 limit 1',
      [upTo],
    );
    return due !== null;
  }

  private async until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; !(await done()); waited += LOOK_MS) {
      if (waited > LONGEST_WAIT_MS)
        throw new NotAtRest(`the ${what} did not come to rest; see \`fengsui parked list\` and the log`);
      await sleep(LOOK_MS);
    }
  }
}

/** Sets virtual now, and holds every job back until the driver releases it. */
async function setVirtualNow(db: Db, now: UtcInstant): Promise<void> {
  await run(db, 'update schedule.clock set virtual_now = $1, jobs_up_to = 0', [now]);
}

/** Wall time from here on, for good; in the transaction of whatever ends the virtual time. */
export async function switchToWall(tx: Tx): Promise<void> {
  await run(tx, 'update schedule.clock set virtual_now = null, jobs_up_to = 0');
  await wakeRunners(tx);
}

/** How far the demonstration of this installation is. `none`: never begun. */
export type PlayState =
  | Readonly<{ state: 'none' }>
  | Readonly<{ state: 'cut-off' | 'ended'; script: string; delivered: number; deliveries: number }>;

export async function playState(db: Db): Promise<PlayState> {
  const row = await one<{ script: string; delivered: number; deliveries: number; ended_at: UtcInstant | null }>(
    db,
    'select script, delivered, deliveries, ended_at from schedule.demonstration',
  );
  if (row === null) return { state: 'none' };
  const { script, delivered, deliveries } = row;
  return { state: row.ended_at === null ? 'cut-off' : 'ended', script, delivered, deliveries };
}

/** Sets the clock to the beginning, before the services start: their first schedules must stand on virtual time. */
export async function beginPlay(tx: Tx, script: string, deliveries: number, at: UtcInstant): Promise<void> {
  await run(tx, 'insert into schedule.demonstration (script, delivered, deliveries) values ($1, 0, $2)', [
    script,
    deliveries,
  ]);
  await setVirtualNow(tx, at);
}

export async function noteDelivered(db: Db, delivered: number): Promise<void> {
  await run(db, 'update schedule.demonstration set delivered = $1', [delivered]);
}

/**
 * Ends the demonstration and the virtual time with it, so that nothing can stand still between the two. @returns wall
 * now
 */
export async function endPlay(tx: Tx, at: UtcInstant): Promise<void> {
  await run(tx, 'update schedule.demonstration set ended_at = $1', [at]);
  await switchToWall(tx);
}

/** Wall time while virtual time is still on: what the clock will say once it is switched. */
export async function wallNowIn(tx: Tx): Promise<UtcInstant> {
  const row = await one<{ now: UtcInstant }>(tx, 'select now() as now');
  return (row as { now: UtcInstant }).now;
}
