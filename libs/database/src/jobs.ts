import type { UtcInstant } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import { Clock } from './clock.js';
import type { Tx } from './connect.js';
import type { Notifications } from './notifications.js';

/** Something that must happen at a time. A row, so that it survives every restart. */
export type Job = Readonly<{ kind: string; key: string; dueAt: UtcInstant; payload: Readonly<Record<string, unknown>> }>;
/** What a handler gets beside its jobs: the transaction they are done in. */
export type JobRun = Readonly<{ tx: Tx; now: UtcInstant }>;
export type JobHandler = (jobs: readonly Job[], run: JobRun) => Promise<void>;

/** Asks for jobs at their time. The same kind and key again moves the job to the new time. */
export async function schedule(tx: Tx, service: string, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return;
  const unique = [...new Map(jobs.map((job) => [`${job.kind}\u0000${job.key}`, job])).values()];
  await tx.query(
    `insert into schedule.job (service, kind, key, due_at, payload)
     select $1, * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) as t(kind, key, due_at, payload) order by kind, key
     on conflict (service, kind, key) do update set due_at = excluded.due_at, payload = excluded.payload, attempts = 0, seq = nextval('schedule.job_seq_seq')`,
    [
      service,
      unique.map((job) => job.kind),
      unique.map((job) => job.key),
      unique.map((job) => job.dueAt),
      unique.map((job) => JSON.stringify(job.payload)),
    ],
  );
  await tx.query(`select pg_notify('schedule', $1)`, [service]);
}

/** Takes back what is no longer due. */
export async function unschedule(tx: Tx, service: string, kind: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await tx.query('delete from schedule.job where service = $1 and kind = $2 and key = any($3)', [service, kind, keys]);
}

const BATCH = 200;
/** While nothing wakes it, a runner looks again after this long: the bound on a lost notification. */
const LOOK_AGAIN_MS = 1_000;
const FIRST_RETRY_MINUTES = 0.1;
const LONGEST_RETRY_MINUTES = 15;

/**
 * Does a service's due jobs, each batch in one transaction with its deletion. Several runners share the work: a claimed row is skipped
 * by the others. On virtual time only the jobs are taken that the driver has released (`jobs_up_to`), so a replay is deterministic.
 */
export class JobRunner {
  private running = false;
  private wakeUp: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
    private readonly service: string,
    private readonly handlers: Readonly<Record<string, JobHandler>>,
    private readonly onError: (error: unknown, job: Job | null) => void,
    /** 1 for work that leaves the system: what was handed over must not be repeated because its neighbour failed. */
    private readonly batch = BATCH,
  ) {}

  async start(): Promise<void> {
    this.running = true;
    this.stopListening = await this.notifications.on(
      'schedule',
      (forWhom) => (forWhom === '' || forWhom === this.service) && this.wakeUp(),
    );
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.stopListening();
    this.wakeUp();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (this.running) {
      let woken = false;
      const signal = new Promise<void>((resolve) => (this.wakeUp = () => ((woken = true), resolve())));
      try {
        while (this.running && (await this.runBatch()) > 0);
        if (!woken && this.running) await waitFor(signal, await this.untilNext());
      } catch (error) {
        this.onError(error, null); // the database is away: wait and look again
        await waitFor(signal, LOOK_AGAIN_MS);
      }
    }
  }

  /** @returns how many jobs were dealt with */
  private async runBatch(): Promise<number> {
    if (!(await this.someDue())) return 0;
    let taken: readonly Job[] = [];
    try {
      await this.db.transaction(async (tx) => {
        const { virtualNow, jobsUpTo } = await this.clock.state(tx);
        const now = virtualNow ?? (await this.clock.now(tx));
        taken = await this.claim(tx, now, virtualNow === null ? Number.MAX_SAFE_INTEGER : jobsUpTo, this.batch);
        await this.perform(tx, taken, now);
      });
      return taken.length;
    } catch (error) {
      if (taken.length === 0) throw error;
    }
    for (const job of taken) await this.runAlone(job);
    return taken.length;
  }

  /** One cheap question, asked at every wake-up, before a transaction is opened. */
  private async someDue(): Promise<boolean> {
    const rows = (await this.db.query(
      `select 1 from schedule.job, schedule.clock where service = $1 and due_at <= coalesce(virtual_now, $2) and (virtual_now is null or seq <= jobs_up_to) limit 1`,
      [this.service, await this.clock.now()],
    )) as unknown[];
    return rows.length > 0;
  }

  /** One bad job must not hold up its neighbours: each gets a transaction of its own, and the bad one another time. */
  private async runAlone(job: Job): Promise<void> {
    try {
      await this.db.transaction(async (tx) => {
        const held = await tx.query(
          'select 1 from schedule.job where service = $1 and kind = $2 and key = $3 and due_at = $4 for update skip locked',
          [this.service, job.kind, job.key, job.dueAt],
        );
        if (held.length > 0) await this.perform(tx, [job], await this.clock.now(tx));
      });
    } catch (error) {
      this.onError(error, job);
      await this.db.query(
        `update schedule.job set attempts = attempts + 1, last_error = $4,
           due_at = $5::timestamptz + make_interval(secs => 60 * least($6::float8 * 2 ^ least(attempts, 20), $7::float8))
         where service = $1 and kind = $2 and key = $3`,
        [
          this.service,
          job.kind,
          job.key,
          String((error as Error)?.message ?? error),
          await this.clock.now(),
          FIRST_RETRY_MINUTES,
          LONGEST_RETRY_MINUTES,
        ],
      );
    }
  }

  /** Deleted first: a handler may ask for the same kind and key again, later. */
  private async perform(tx: Tx, jobs: readonly Job[], now: UtcInstant): Promise<void> {
    const [first] = jobs;
    if (first === undefined) return;
    const handler = this.handlers[first.kind];
    if (handler === undefined) throw new Error(`service ${this.service} has no handler for jobs of kind ${first.kind}`);
    await unschedule(
      tx,
      this.service,
      first.kind,
      jobs.map((job) => job.key),
    );
    await handler(jobs, { tx, now });
  }

  /** Due jobs of one kind, oldest first. */
  private async claim(tx: Tx, now: UtcInstant, upTo: number, limit: number): Promise<readonly Job[]> {
    const rows = (await tx.query(
      `select kind, key, due_at, payload from schedule.job where service = $1 and due_at <= $2 and seq <= $3
       order by due_at, kind, key limit $4 for update skip locked`,
      [this.service, now, upTo, limit],
    )) as { kind: string; key: string; due_at: UtcInstant; payload: Record<string, unknown> }[];
    const jobs = rows.map(({ kind, key, due_at, payload }) => ({ kind, key, dueAt: due_at, payload }));
    return jobs.filter((job) => job.kind === jobs[0]?.kind);
  }

  /** Sleeps to the next due time, so that a deadline is met to the millisecond and not to the poll. */
  private async untilNext(): Promise<number> {
    if (await this.clock.isVirtual()) return LOOK_AGAIN_MS;
    const [row] = (await this.db.query('select min(due_at) as at from schedule.job where service = $1', [this.service])) as {
      at: UtcInstant | null;
    }[];
    if (row === undefined || row.at === null) return LOOK_AGAIN_MS;
    const wait = Date.parse(row.at) - Date.parse(await this.clock.now());
    return Math.min(Math.max(wait, 1), LOOK_AGAIN_MS);
  }
}

/** Returns when the signal comes, or after so many milliseconds; leaves no timer behind. */
export async function waitFor(signal: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([signal, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
