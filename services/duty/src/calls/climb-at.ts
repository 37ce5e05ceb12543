import type { UtcInstant } from '@fengsui/contracts';
import { schedule, type Job, type Tx } from '@fengsui/database';

/** The kind of job that calls the next step of a call. */
export const CLIMB = 'climb';
/** The kind of job that ends an exercise whose chain is through: for something real alone it would ring on. */
export const EXERCISE_OVER = 'exercise-over';

export const climbAt = (call: string, dueAt: UtcInstant): Job => ({ kind: CLIMB, key: call, dueAt, payload: {} });

/** Every way to everybody of a step has failed: the next one is called at once. */
export const climbNow = (tx: Tx, call: string, unreachable: number, now: UtcInstant): Promise<void> =>
  schedule(tx, 'duty', [{ ...climbAt(call, now), payload: { unreachable } }]);
