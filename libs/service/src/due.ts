import type { Service } from '@fengsui/contracts';
import type { Job, OutsideRun } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import type { UtcInstant } from '@fengsui/contracts';

/** Does all jobs of one kind that are due now. If it throws, nothing happened and they are tried again, one by one. */
export type DueHandler = (jobs: readonly Job[], unit: UnitOfWork) => Promise<void>;
/** What a job that leaves the system gets: `finish` writes its result and takes the job away, in one transaction. */
export type OutsideUnit = Readonly<{
  now: UtcInstant;
  finish: (write: (unit: UnitOfWork) => Promise<void>) => Promise<void>;
  /** As `finish`, in one transaction with others that end the same way at the same time; it appends nothing. */
  finishTogether: OutsideRun['finishTogether'];
}>;
/** Fetches or sends, outside of any transaction. Cut off in between, it is done again. */
export type OutsideDueHandler = (job: Job, unit: OutsideUnit) => Promise<void>;

export type DueWork = Readonly<{ service: Service; kind: string }>;
export type OutsideDueWork = DueWork & Readonly<{ queues: (instance: never) => readonly Queue[] }>;
/** A queue of work that leaves the system, and how much of it is in hand at a time. */
export type Queue = Readonly<{ name: string; most: number }>;

export const DUE = Symbol('due job');
export const DUE_OUTSIDE = Symbol('due job that leaves the system');

type Method<H> = (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<H>) => void;

/** Marks the method that does a service's due jobs of one kind: `(jobs, { tx, now, append }) => Promise<void>`. */
export const Due =
  (service: Service, kind: string): Method<DueHandler> =>
  (_target, _name, { value }) =>
    Reflect.defineMetadata(DUE, { service, kind } satisfies DueWork, value as object);

/**
 * Marks the method that does a service's due jobs of one kind that leave the system: `(job, { now, finish }) =>
 * Promise<void>`. Each queue does so many at a time, and of those with one `lane` in their payload one, so that what
 * hangs holds up no other.
 * @param queues of the instance; a job lies in `service/queue` (see `schedule`)
 */
export const DueOutside =
  <I>(service: Service, kind: string, queues: (instance: I) => readonly Queue[]): Method<OutsideDueHandler> =>
  (_target, _name, { value }) =>
    Reflect.defineMetadata(DUE_OUTSIDE, { service, kind, queues } satisfies OutsideDueWork, value as object);
