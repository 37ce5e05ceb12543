/**
 * What becomes of a batch that failed. `retry`: the world is down, wait in place. `split`: find the one bad message.
 * `park`: this is it.
 */
export type Disposition = 'retry' | 'split' | 'park';

/**
 * Tries for one message alone before it is parked: enough for a race to pass, few enough that its neighbours do not
 * wait long.
 */
export const MAX_ATTEMPTS = 3;

/**
 * The database or the network is away or busy: down for everyone, so nobody is skipped. PostgreSQL classes 08, 53,
 * 57P and two of 40.
 */
const TRANSIENT =
  /^(08...|53...|57P0[1-5]|40001|40P01|55P03|25P0[2-4]|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EHOSTUNREACH)$/;
/** What `pg`, and TypeORM over it, throw without a code when a connection ends under it. */
const LOST_CONNECTION =
  /Connection terminated|connection timeout|Client has encountered a connection error|timeout exceeded when trying to connect|Driver not Connected|query runner was already released/i;

const ENDED =
  /Connection terminated unexpectedly|Client has encountered a connection error|query runner was already released/i;

/** The connection ended under the work: the database went away, or ended a transaction that took too long. */
function connectionLost(error: unknown): boolean {
  const { message } = (error ?? {}) as { message?: unknown };
  return endedUnderWork(error) || (typeof message === 'string' && LOST_CONNECTION.test(message));
}

/** Of those, what a transaction that took too long looks like; a pool that is empty does not. */
export function endedUnderWork(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '25P03' || code === '25P04' || (typeof message === 'string' && ENDED.test(message));
}

/**
 * Pure, so the whole policy fits in one table test.
 * @param own how often the connection was lost under this batch while the database answered others: then it is the
 * batch that outlives its transaction, and trying on would stop its partition for good
 */
export function onFailure(error: unknown, batchSize: number, attempt: number, own = 0): Disposition {
  const { code } = (error ?? {}) as { code?: unknown };
  const transient = (typeof code === 'string' && TRANSIENT.test(code)) || connectionLost(error);
  if (transient && own < MAX_ATTEMPTS) return 'retry';
  if (batchSize > 1) return 'split';
  return attempt < MAX_ATTEMPTS ? 'retry' : 'park';
}

/**
 * Milliseconds to wait before try number `attempt` (1 is the first retry): doubled each time, at most ten seconds,
 * with jitter.
 */
export const retryDelay = (attempt: number, random: number): number =>
  Math.min(10_000, 50 * 2 ** attempt) * (0.5 + random / 2);
