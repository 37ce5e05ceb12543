import type { UtcInstant } from '@fengsui/contracts';
import type { Tx } from './connect.js';
import { one, rows, run, type Db } from './sql.js';

/** Something that must happen at a time. A row, so that it survives every restart. */
export type Job = Readonly<{
  kind: string;
  key: string;
  dueAt: UtcInstant;
  payload: Readonly<Record<string, unknown>>;
}>;

/** A job as it was asked for last: asked for again, it has another number. */
export type ClaimedJob = Job & Readonly<{ seq: number }>;

/**
 * Asks for jobs at their time. The same kind and key again moves the job to the new time.
 * @param service who does them: a service, or `service/queue` for work that leaves the system
 */
export const schedule = (tx: Tx, service: string, jobs: readonly Job[]): Promise<void> =>
  scheduleAll(
    tx,
    jobs.map((job) => ({ ...job, service })),
  );

/** A job, and who does it. */
export type JobOf = Job & Readonly<{ service: string }>;

/** As `schedule`, for several services or queues at once. */
export async function scheduleAll(tx: Tx, jobs: readonly JobOf[]): Promise<void> {
  if (jobs.length === 0) return;
  const unique = [...new Map(jobs.map((job) => [`${job.service}\u0000${job.kind}\u0000${job.key}`, job])).values()];
  await run(
    tx,
    `insert into schedule.job (service, kind, key, due_at, payload)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[])
       as t(service, kind, key, due_at, payload) order by service, kind, key
     on conflict (service, kind, key) do update
       set due_at = excluded.due_at, payload = excluded.payload, attempts = 0, seq = nextval('schedule.job_seq_seq')`,
    [
      unique.map((job) => job.service),
      unique.map((job) => job.kind),
      unique.map((job) => job.key),
      unique.map((job) => job.dueAt),
      unique.map((job) => JSON.stringify(job.payload)),
    ],
  );
  await wakeRunners(tx, [...new Set(unique.map((job) => job.service))]);
}

/** Takes back what is no longer due. */
export async function unschedule(tx: Tx, service: string, kind: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0)
    await run(tx, 'delete from schedule.job where service = $1 and kind = $2 and key = any($3)', [service, kind, keys]);
}

/** The jobs of a service of some kinds, whenever they are due. Locked, so that who asks may move them. */
export async function scheduled(tx: Tx, service: string, kinds: readonly string[]): Promise<readonly Job[]> {
  return rows<Job>(
    tx,
    `select kind, key, due_at as "dueAt", payload from schedule.job where service = $1 and kind = any($2) order by kind, key for update`,
    [service, kinds],
  );
}

/**
 * True while something is due that belongs to what was fed; work that leaves the system (`service/queue`) and what
 * failed is not waited for.
 */
export async function someDueNow(db: Db, now: UtcInstant): Promise<boolean> {
  const due = await one(
    db,
    `select 1 from schedule.job where due_at <= $1 and attempts = 0 and service not like '%/%' limit 1`,
    [now],
  );
  return due !== null;
}

/** For how long the oldest job of each service has been due; what failed has another time, and is not counted. */
export async function overdue(
  db: Db,
  services: readonly string[],
  now: UtcInstant,
): Promise<readonly Readonly<{ service: string; seconds: number }>[]> {
  return rows(
    db,
    `select service, extract(epoch from $2::timestamptz - min(due_at))::float8 as seconds from schedule.job
     where service = any($1) and attempts = 0 and due_at <= $2 group by service order by service`,
    [services, now],
  );
}

/** How many jobs failed and are tried again. */
export async function failingJobs(db: Db): Promise<number> {
  return (await one<{ n: number }>(db, 'select count(*)::int as n from schedule.job where attempts > 0'))?.n ?? 0;
}

/** Wakes the runners of some services, or all of them. */
export async function wakeRunners(db: Db, services: readonly string[] = ['']): Promise<void> {
  await run(db, `select pg_notify('schedule', service) from unnest($1::text[]) as t(service)`, [services]);
}
