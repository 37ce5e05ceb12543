import type { UtcInstant } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import type { Clock } from './clock.js';
import type { Tx } from './connect.js';
import type { Notifications } from './notifications.js';
import { OutsideJobs, putOff, type OutsideHandler } from './outside-jobs.js';
import { unschedule, type ClaimedJob, type Job } from './schedule.js';
import { one, rows } from './sql.js';

/** What a handler gets beside its jobs: the transaction they are done in, and one now for all of them. */
export type JobRun = Readonly<{ tx: Tx; now: UtcInstant }>;
/** Does jobs of one kind. If it throws, nothing happened and they are still due. */
export type JobHandler = (jobs: readonly Job[], run: JobRun) => Promise<void>;
type Handlers = Readonly<Record<string, JobHandler>>;
/** By kind. A runner takes only what it has a handler for. */
export type JobHandlers =
  | Readonly<{ inTransaction: Handlers }>
  | Readonly<{ outside: Readonly<Record<string, OutsideHandler>>; /** At a time. */ most: number }>;

/** Larger ones take longer for each: what is held in memory for them outlives the collector's first look. */
const BATCH = 500;
/** While nothing wakes it, a runner looks again after this long: the bound on a lost notification. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Does a service's due jobs: each batch in one transaction with its deletion, or, for work that leaves the system,
 * outside of any. Several runners share the work: what one has claimed is skipped by the others. On
 * virtual time only the jobs are taken that the driver has released (`jobs_up_to`), so a replay is deterministic.
 */
export class JobRunner {
  private running = false;
  private wakeUp: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();
  private stopListening: () => void = () => undefined;
  private readonly kinds: readonly string[];
  private readonly outside: OutsideJobs | null;

  constructor(
    private readonly base: Readonly<{ db: DataSource; clock: Clock; notifications: Notifications }>,
    private readonly service: string,
    private readonly handlers: JobHandlers,
    private readonly onError: (error: unknown, job: Job | null) => void,
  ) {
    this.kinds = Object.keys('outside' in handlers ? handlers.outside : handlers.inTransaction);
    this.outside =
      'outside' in handlers
        ? new OutsideJobs(base, service, handlers.outside, handlers.most, { error: onError, room: () => this.wakeUp() })
        : null;
  }

  async start(): Promise<void> {
    this.running = true;
    this.stopListening = await this.base.notifications.on('schedule', (forWhom) => {
      if (forWhom !== '' && forWhom !== this.service) return;
      this.outside?.changed();
      this.wakeUp();
    });
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.stopListening();
    this.wakeUp();
    await this.loop;
    await this.outside?.stop();
  }

  private async run(): Promise<void> {
    while (this.running) {
      let woken = false;
      const signal = new Promise<void>((resolve) => (this.wakeUp = () => ((woken = true), resolve())));
      try {
        let progress = await this.runSome();
        while (this.running && progress === 'done') progress = await this.runSome();
        // What somebody else holds is not asked for again and again while they are at it.
        const pause = progress === 'held' ? LOOK_AGAIN_MS : await this.untilNext();
        if (!woken && this.running) await waitFor(signal, pause);
        if (!woken) this.outside?.changed(); // its time has come
      } catch (error) {
        this.onError(error, null); // the database is away: wait and look again
        this.outside?.changed();
        await waitFor(signal, LOOK_AGAIN_MS);
      }
    }
  }

  /** @returns `held`: something is due, and other runners have all of it in hand */
  private async runSome(): Promise<'done' | 'held' | 'nothing due'> {
    if (!(await this.someDue())) return 'nothing due';
    return (await this.runDue()) > 0 ? 'done' : 'held';
  }

  /** @returns how many jobs were dealt with, or begun */
  private async runDue(): Promise<number> {
    if ('inTransaction' in this.handlers) return this.runBatches(this.handlers.inTransaction);
    const { now, upTo } = await this.horizon(this.base.db.manager);
    return (await this.outside?.begin(now, upTo)) ?? 0;
  }

  /**
   * Batch after batch while they are full. Where there is more than one, a second lane begins as soon as the first has
   * claimed its own: one batch is worked on here while another is in the database.
   */
  private async runBatches(handlers: Handlers): Promise<number> {
    const isAlone = await this.base.clock.isVirtual(); // a replay does one thing after the other
    let claimed: (jobs: number) => void = () => undefined;
    const firstClaim = new Promise<number>((resolve) => (claimed = resolve));
    const lanes = await Promise.allSettled([
      this.lane(handlers, claimed).finally(() => claimed(0)),
      firstClaim.then((jobs) => (isAlone || jobs < BATCH ? 0 : this.lane(handlers))),
    ]);
    return lanes.reduce((sum, lane) => {
      if (lane.status === 'rejected') throw lane.reason;
      return sum + lane.value;
    }, 0);
  }

  private async lane(handlers: Handlers, claimed?: (jobs: number) => void): Promise<number> {
    let [done, taken] = [0, BATCH];
    while (taken === BATCH && this.running) {
      taken = await this.runBatch(handlers, claimed);
      done += taken;
    }
    return done;
  }

  private async runBatch(handlers: Handlers, claimed?: (jobs: number) => void): Promise<number> {
    let taken: readonly ClaimedJob[] = [];
    try {
      await this.base.db.transaction(async (tx) => {
        const { now, upTo } = await this.horizon(tx);
        taken = await this.claim(tx, now, upTo, BATCH);
        claimed?.(taken.length);
        await this.perform(tx, taken, now, handlers);
      });
      return taken.length;
    } catch (error) {
      if (taken.length === 0) throw error;
    }
    for (const job of taken) await this.runAlone(job, handlers);
    return taken.length;
  }

  /** One bad job must not hold up its neighbours: each gets a transaction of its own, and the bad one another time. */
  private async runAlone(job: ClaimedJob, handlers: Handlers): Promise<void> {
    try {
      await this.base.db.transaction(async (tx) => {
        const now = await this.base.clock.now(tx);
        const held = await one(
          tx,
          'select 1 from schedule.job where service = $1 and kind = $2 and key = $3 and seq = $4 and due_at <= $5 for update skip locked',
          [this.service, job.kind, job.key, job.seq, now],
        );
        if (held !== null) await this.perform(tx, [job], now, handlers);
      });
    } catch (error) {
      await this.failed(job, error);
    }
  }

  /** Deleted first: a handler may ask for the same kind and key again, later. */
  private async perform(tx: Tx, jobs: readonly Job[], now: UtcInstant, handlers: Handlers): Promise<void> {
    const [first] = jobs;
    if (first === undefined) return;
    const keys = jobs.map(({ key }) => key);
    await unschedule(tx, this.service, first.kind, keys);
    await handlers[first.kind]?.(jobs, { tx, now });
  }

  private async failed(job: ClaimedJob, error: unknown): Promise<void> {
    this.onError(error, job);
    await putOff(this.base, this.service, job, error);
  }

  /** What is now, and up to which job the driver of virtual time has let us go. */
  private async horizon(tx: Tx): Promise<Readonly<{ now: UtcInstant; upTo: number }>> {
    const { virtualNow, jobsUpTo } = await this.base.clock.state(tx);
    if (virtualNow !== null) return { now: virtualNow, upTo: jobsUpTo };
    return { now: await this.base.clock.now(tx), upTo: Number.MAX_SAFE_INTEGER };
  }

  /** One cheap question, asked at every wake-up, before a transaction is opened. */
  private async someDue(): Promise<boolean> {
    const due = await one(
      this.base.db,
      `select 1 from schedule.job, schedule.clock
       where service = $1 and kind = any($3) and due_at <= coalesce(virtual_now, $2) and (virtual_now is null or seq <= jobs_up_to) limit 1`,
      [this.service, await this.base.clock.now(), this.kinds],
    );
    return due !== null;
  }

  /** Due jobs of one kind, oldest first. */
  private async claim(tx: Tx, now: UtcInstant, upTo: number, limit: number): Promise<readonly ClaimedJob[]> {
    const jobs = await rows<ClaimedJob>(
      tx,
      `select kind, key, due_at as "dueAt", payload, seq from schedule.job
       where service = $1 and kind = any($5) and due_at <= $2 and seq <= $3
       order by due_at, kind, key limit $4 for update skip locked`,
      [this.service, now, upTo, limit, this.kinds],
    );
    return jobs.filter((job) => job.kind === jobs[0]?.kind);
  }

  /** Sleeps to the next due time, so that a deadline is met to the millisecond and not to the poll. */
  private async untilNext(): Promise<number> {
    if (await this.base.clock.isVirtual()) return LOOK_AGAIN_MS;
    const next = await one<{ at: UtcInstant | null }>(
      this.base.db,
      'select min(due_at) as at from schedule.job where service = $1 and kind = any($2)',
      [this.service, this.kinds],
    );
    if (next === null || next.at === null) return LOOK_AGAIN_MS;
    const wait = Date.parse(next.at) - Date.parse(await this.base.clock.now());
    return Math.min(Math.max(wait, 1), LOOK_AGAIN_MS);
  }
}

/** Returns when the signal comes, or after so many milliseconds; leaves no timer behind. */
export async function waitFor(signal: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([signal, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
