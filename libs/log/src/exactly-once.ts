import type { DomainEvent, EventType } from '@fengsui/contracts';
import type { Clock, Tx } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import type { UnitOfWork, Handlers, LogRecord, Position, Records } from './port.js';

/** What became of a batch: `done`, or it was fetched from beyond the position and must be fetched again from `to`. */
export type Progress = Readonly<{ kind: 'done'; next: number }> | Readonly<{ kind: 'seek'; to: number }>;

/** A record that no handler can take: unreadable, or of a type that nobody here handles. */
class NoHandlerCanTake extends Error {}

/** Where a consumer stands. Moved in the transaction of the work it stands for. */
export interface Positions {
  lock(tx: Tx, at: Position): Promise<number>;
  move(tx: Tx, at: Position, next: number): Promise<void>;
}

/** What one exactly-once step needs; the adapters share it. */
export type OnceContext = Readonly<{
  db: DataSource;
  clock: Clock;
  positions: Positions;
  append: (tx: Tx, events: readonly DomainEvent[]) => Promise<void>;
}>;

/**
 * Runs the handlers on the part of the batch that is not done yet, and moves the position with it, or does neither.
 * @param drop leaves out, in the transaction, what was handled before under other offsets
 */
export function exactlyOnce(
  { db, clock, positions, append }: OnceContext,
  at: Position,
  batch: Records,
  handlers: Handlers,
  drop: (tx: Tx, records: readonly LogRecord[]) => Promise<readonly LogRecord[]> = (_, records) =>
    Promise.resolve(records),
): Promise<Progress> {
  return db.transaction(async (tx) => {
    const next = await positions.lock(tx, at);
    if (batch.fetchedFrom > next) return { kind: 'seek', to: next }; // we were handed the future
    const ahead = batch.records.filter(({ offset }) => offset >= next); // cut what is behind us
    const fresh = ahead.length === 0 ? ahead : await drop(tx, ahead);
    const after = Math.max(next, batch.nextOffset);
    const outgoing: DomainEvent[] = [];
    if (fresh.length > 0)
      await handle(fresh, handlers, {
        tx,
        now: await clock.now(tx),
        append: (...events) => void outgoing.push(...events),
      });
    await positions.move(tx, at, after);
    await append(tx, outgoing); // last: offsets are given under the partitions' locks
    return { kind: 'done', next: after };
  });
}

/** A topic may hold several types. Order is kept by handing over runs of one type. */
async function handle(records: readonly LogRecord[], handlers: Handlers, batch: UnitOfWork): Promise<void> {
  let run: DomainEvent[] = [];
  for (const { event, fault } of records) {
    if (event === null) throw new NoHandlerCanTake(fault ?? 'unreadable');
    if (run[0] !== undefined && run[0].type !== event.type) {
      await handlers.get(run[0].type)?.(run, batch);
      run = [];
    }
    if (handlers.has(event.type)) run.push(event);
  }
  if (run[0] !== undefined) await handlers.get(run[0].type as EventType)?.(run, batch);
}
