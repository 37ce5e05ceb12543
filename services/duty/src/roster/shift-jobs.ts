import type { UtcInstant } from '@fengsui/contracts';
import { schedule, scheduled, type Tx } from '@fengsui/database';

/** The kind of job that looks which shifts have ended. Key: authority and role. Payload: since when it looks. */
export const SHIFT = 'shift';
/** The kind of job that looks for gaps ahead. */
export const ROSTER_CHECK = 'roster-check';

/** The roster has changed: whatever looks at it looks again now. */
export async function lookAtShifts(tx: Tx, now: UtcInstant): Promise<void> {
  // Asked twice: the first waits for a job that is being done, and only the second sees when it is due again.
  await scheduled(tx, 'duty', [SHIFT, ROSTER_CHECK]);
  const jobs = await scheduled(tx, 'duty', [SHIFT, ROSTER_CHECK]);
  await schedule(
    tx,
    'duty',
    jobs.map((job) => ({ ...job, dueAt: now })),
  );
}
