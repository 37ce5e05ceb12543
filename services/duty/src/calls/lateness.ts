import type { UtcInstant } from '@fengsui/contracts';
import { one, type Db } from '@fengsui/database';

/** A step of an open call that is later than this: the engine stands. */
export const LATE_SECONDS = 30;

/** By how many seconds the step of an open call that should have come first is late; 0: none is. */
export async function lateSeconds(db: Db, now: UtcInstant): Promise<number> {
  const first = await one<{ seconds: number | null }>(
    db,
    `select extract(epoch from $1::timestamptz - min(due_at))::float8 as seconds
     from duty.call where state in ('ringing', 'unanswered')`,
    [now],
  );
  return Math.max(0, first?.seconds ?? 0);
}
