import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { rows, run, schedule, type Db, type Tx } from '@fengsui/database';
import { FACT_KINDS } from '../facts/fact-content.js';
import { heldOf } from '../facts/tally.js';
import type { BookedRow } from '../tables/tables.js';
import type { Catalogue } from './catalogue.js';

/** How many facts of each kind are held, counted like an indicator that never changes. */
export const HELD = new Map(FACT_KINDS.map((kind) => [heldOf(kind), 'held']));

export const hashOfId = (catalogue: Catalogue, id: string): string => HELD.get(id) ?? catalogue.hashes.get(id) ?? '';

/** Indicators whose counters are what their definitions of now say. */
export async function bookedIn(db: Db, catalogue: Catalogue): Promise<ReadonlySet<string>> {
  const found = await rows<BookedRow>(db, 'select indicator, hash from reporting.booked');
  return new Set(found.flatMap(({ indicator, hash }) => (hash === hashOfId(catalogue, indicator) ? [indicator] : [])));
}

/** A job: what has no value is counted anew. */
export const RECOUNT = 'recount';
const SOON_MINUTES = 1;

/**
 * Whoever books by other definitions than those by which an indicator was counted makes its counters wrong: it has no
 * value from then on, until it is counted anew.
 */
export async function disown(tx: Tx, catalogue: Catalogue, at: UtcInstant): Promise<void> {
  const found = await rows<BookedRow>(tx, `select indicator, hash from reporting.booked where hash <> ''`);
  const foreign = found.filter(({ indicator, hash }) => hash !== hashOfId(catalogue, indicator));
  if (foreign.length === 0) return;
  await run(tx, `update reporting.booked set hash = '' where indicator = any($1)`, [
    foreign.map(({ indicator }) => indicator),
  ]);
  // While processes are exchanged one by one, the last to come has the last word.
  await askToRecount(tx, addMinutes(at, SOON_MINUTES));
}

export const askToRecount = (tx: Tx, dueAt: UtcInstant): Promise<void> =>
  schedule(tx, 'reporting', [{ kind: RECOUNT, key: RECOUNT, dueAt, payload: {} }]);
