import type { UtcInstant } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import type { Clock } from './clock.js';
import type { Tx } from './connect.js';
import type { ClaimedJob, Job } from './schedule.js';
import { SessionLeases } from './session-leases.js';
import { rows, run } from './sql.js';
import { Together } from './together.js';

/**
 * What the handler of a job that leaves the system gets: `finish` writes its result and takes the job away, in one
 * transaction.
 */
export type OutsideRun = Readonly<{
  now: UtcInstant;
  finish: (write: (tx: Tx) => Promise<void>) => Promise<void>;
  /** As `finish`, in one transaction with others that end the same way at the same time. */
  finishTogether: <I>(write: WriteAll<I>, item: I) => Promise<void>;
}>;
/** Writes what became of several jobs. One function, so that they are known to end the same way. */
export type WriteAll<I> = (tx: Tx, items: readonly I[]) => Promise<void>;
/** Does one job that fetches or sends, outside of any transaction. One that was cut off is done again. */
export type OutsideHandler = (job: Job, run: OutsideRun) => Promise<void>;

/** Looked at for each turn. */
const LOOKED_AT = 2_000;
/** Of these so many are tried for a lease. */
const TRIED = 200;
/** Where many are in hand at a time, so many times as many are leased ahead; else none: another process may be free. */
const AHEAD = 4;

/**
 * Jobs that fetch or send, up to so many at a time, each claimed by a lease of its process. Of jobs with one `lane` in
 * their payload one is in hand at a time, and lanes take turns: what is slow for one receiver holds up no other.
 */
export class OutsideJobs {
  private readonly leases: SessionLeases;
  /** Leased, and not begun. */
  private waiting: ClaimedJob[] = [];
  private readonly inHand = new Map<string, Promise<void>>();
  private stopped = false;
  /** Whether there may be something due that was not looked at; false: all that is left waits for lanes in hand. */
  private unseen = true;
  /** Lanes of which nothing is in hand any more, since it was last looked. */
  private freed = new Set<string>();
  private readonly given: Together<string>;
  private readonly finished = new Map<WriteAll<never>, Together<Readonly<{ job: ClaimedJob; item: never }>>>();

  constructor(
    private readonly base: Readonly<{ db: DataSource; clock: Clock }>,
    private readonly queue: string,
    private readonly handlers: Readonly<Record<string, OutsideHandler>>,
    private readonly most: number,
    private readonly on: Readonly<{
      error: (error: unknown, job: Job) => void;
      /** Something may begin now. */ room: () => void;
    }>,
  ) {
    this.leases = new SessionLeases(base.db, `fengsui job ${queue}`);
    this.given = new Together((names) => this.leases.give(names));
  }

  /** Something was asked for, or has become due. */
  changed(): void {
    this.unseen = true;
  }

  /**
   * Begins what there is room for.
   * @param upTo jobs up to this number
   * @returns how many were begun
   */
  async begin(now: UtcInstant, upTo: number): Promise<number> {
    const begun = this.beginWaiting();
    if (this.waiting.length > 0 || this.inHand.size >= this.most) return begun;
    // Taken before it is asked: what is asked for or freed meanwhile is looked for the next time.
    const [all, lanes] = [this.unseen, [...this.freed]];
    [this.unseen, this.freed] = [false, new Set()];
    const due = all ? await this.due(now, upTo) : await this.dueOf(lanes, now, upTo);
    const room = (this.most - this.inHand.size) * (this.most > 1 ? AHEAD : 1);
    const taken = await this.leases.take(due.map(nameOf), room);
    if (due.length === TRIED || taken.size < due.length) this.unseen = true;
    const held = due.filter((job) => taken.has(nameOf(job)));
    // Whoever had one before may have done it meanwhile, or failed, and put it off.
    const still = await this.stillDue(held, now);
    this.waiting.push(...held.filter(({ seq }) => still.has(seq)));
    await this.leases.give(held.filter(({ seq }) => !still.has(seq)).map(nameOf));
    return begun + this.beginWaiting();
  }

  /** Begins nothing more and returns when what is in hand is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting = [];
    await Promise.all(this.inHand.values());
    await this.leases.release();
  }

  private beginWaiting(): number {
    if (!this.leases.open) this.waiting = []; // somebody else may have them by now
    let begun = 0;
    while (!this.stopped && this.inHand.size < this.most) {
      const job = this.waiting.shift();
      if (job === undefined) break;
      begun += 1;
      this.inHand.set(laneOf(job), this.perform(job));
    }
    return begun;
  }

  private async perform(job: ClaimedJob): Promise<void> {
    try {
      await this.done(job, await this.base.clock.now());
    } catch (error) {
      await this.failed(job, error);
    } finally {
      await this.given.ask(nameOf(job));
      this.inHand.delete(laneOf(job));
      this.freed.add(laneOf(job));
      this.beginWaiting();
      if (this.waiting.length === 0) this.on.room();
    }
  }

  private async done(job: ClaimedJob, now: UtcInstant): Promise<void> {
    let finished = false;
    const finish = (write: (tx: Tx) => Promise<void>): Promise<void> =>
      this.base.db.transaction(async (tx) => {
        // Asked for again meanwhile, it stays.
        await run(tx, 'delete from schedule.job where service = $1 and kind = $2 and key = $3 and seq = $4', [
          this.queue,
          job.kind,
          job.key,
          job.seq,
        ]);
        await write(tx);
        finished = true;
      });
    const finishTogether = async <I>(write: WriteAll<I>, item: I): Promise<void> => {
      await this.finishing(write).ask({ job, item: item as never });
      finished = true;
    };
    await this.handlers[job.kind]?.(job, { now, finish, finishTogether });
    if (!finished) await finish(() => Promise.resolve());
  }

  private finishing<I>(write: WriteAll<I>): Together<Readonly<{ job: ClaimedJob; item: never }>> {
    const known = this.finished.get(write as WriteAll<never>);
    if (known !== undefined) return known;
    const made = new Together<Readonly<{ job: ClaimedJob; item: never }>>((ends) =>
      this.base.db.transaction(async (tx) => {
        await run(tx, 'delete from schedule.job where service = $1 and seq = any($2)', [
          this.queue,
          ends.map(({ job }) => job.seq),
        ]);
        await write(
          tx,
          ends.map(({ item }) => item as I),
        );
      }),
    );
    this.finished.set(write as WriteAll<never>, made);
    return made;
  }

  private async failed(job: ClaimedJob, error: unknown): Promise<void> {
    this.on.error(error, job);
    await putOff(this.base, this.queue, job, error).catch((away: unknown) => this.on.error(away, job));
  }

  /** The oldest of each lane of which nothing is in hand. */
  private due(now: UtcInstant, upTo: number): Promise<ClaimedJob[]> {
    return rows<ClaimedJob>(
      this.base.db,
      `select kind, key, due_at as "dueAt", payload, seq from (
         select *, row_number() over (partition by lane order by due_at, kind, key) as nth from (
           select *, coalesce(payload->>'lane', kind || ' ' || key) as lane from schedule.job
           where service = $1 and kind = any($4) and due_at <= $2 and seq <= $3
             and coalesce(payload->>'lane', kind || ' ' || key) <> all($6)
           order by due_at, kind, key limit $7) looked) turns
       where nth = 1 order by due_at, kind, key limit $5`,
      [this.queue, now, upTo, Object.keys(this.handlers), TRIED, [...this.inHand.keys()], LOOKED_AT],
    );
  }

  /** The oldest of some lanes: whoever has many waiting does not make all of them be looked at for each. */
  private async dueOf(lanes: readonly string[], now: UtcInstant, upTo: number): Promise<ClaimedJob[]> {
    if (lanes.length === 0) return [];
    return rows<ClaimedJob>(
      this.base.db,
      `select j.* from unnest($5::text[]) as l(lane) cross join lateral (
         select kind, key, due_at as "dueAt", payload, seq from schedule.job
         where service = $1 and kind = any($4) and due_at <= $2 and seq <= $3 and payload->>'lane' = l.lane
         order by due_at, kind, key limit 1) j order by j."dueAt", j.kind, j.key`,
      [this.queue, now, upTo, Object.keys(this.handlers), lanes],
    );
  }

  private async stillDue(jobs: readonly ClaimedJob[], now: UtcInstant): Promise<ReadonlySet<number>> {
    if (jobs.length === 0) return new Set();
    const still = await rows<{ seq: number }>(
      this.base.db,
      'select seq from schedule.job where service = $1 and seq = any($2) and due_at <= $3',
      [this.queue, jobs.map(({ seq }) => seq), now],
    );
    return new Set(still.map(({ seq }) => seq));
  }
}

const nameOf = ({ kind, key }: Job): string => `${kind} ${key}`;
const laneOf = (job: Job): string => {
  const { lane } = job.payload;
  return typeof lane === 'string' ? lane : nameOf(job);
};

const FIRST_RETRY_MINUTES = 0.1;
const LONGEST_RETRY_MINUTES = 15;

/**
 * A job that failed is tried again later, each time after twice as long. One that was asked for anew keeps its
 * time.
 */
export async function putOff(
  { db, clock }: Readonly<{ db: DataSource; clock: Clock }>,
  queue: string,
  job: ClaimedJob,
  error: unknown,
): Promise<void> {
  await run(
    db,
    `update schedule.job set attempts = attempts + 1, last_error = $4,
       due_at = $5::timestamptz + make_interval(secs => 60 * least($6::float8 * 2 ^ least(attempts, 20), $7::float8))
     where service = $1 and kind = $2 and key = $3 and seq = $8`,
    [
      queue,
      job.kind,
      job.key,
      String((error as Error)?.message ?? error),
      await clock.now(),
      FIRST_RETRY_MINUTES,
      LONGEST_RETRY_MINUTES,
      job.seq,
    ],
  );
}
