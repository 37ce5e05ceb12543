import { createHash } from 'node:crypto';
import type { UtcInstant } from '@fengsui/contracts';
import { insertRows, one, run, type Tx } from '@fengsui/database';
import { AuditRow } from '../tables/tables.js';
import { GENESIS } from './stretch.js';

/** Something that a person did. `before` and `after`: any JSON, or null. */
export type Act = Readonly<{
  actor: string;
  right: string;
  origin: string;
  act: string;
  about: string;
  before: unknown;
  after: unknown;
  reason: string;
}>;

/** What a record is hashed over: every field, in this order, with the hash of the record before. */
export type Hashed = Omit<AuditRow, 'hash'>;

/** Any number, the same in every process: records are written one after the other. */
const CHAIN_LOCK = 7_310_004;

/**
 * Writes what was done, in the transaction that does it: both stand, or neither. Whoever writes next waits for this
 * transaction to end, so call it last.
 */
export async function append(tx: Tx, acts: Act | readonly Act[], now: UtcInstant): Promise<void> {
  const all = [acts].flat();
  if (all.length === 0) return;
  await run(tx, 'select pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
  const last = await one<{ seq: number; hash: string }>(
    tx,
    'select seq, hash from access.audit order by seq desc limit 1',
  );
  let [seq, previous] = [last?.seq ?? 0, last?.hash ?? GENESIS];
  const written = all.map(({ before, after, ...given }) => {
    seq += 1;
    const record: Hashed = { ...storable(given), seq, at: now, before: textOf(before), after: textOf(after), previous };
    previous = hashOf(record);
    return { ...record, hash: previous };
  });
  await insertRows(tx, AuditRow, written);
}

/** SHA-256 over a JSON array of all fields: an array has one order, so the text of a record is always the same. */
export const hashOf = (record: Hashed): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        record.seq,
        record.at,
        record.actor,
        record.right,
        record.origin,
        record.act,
        record.about,
        record.before,
        record.after,
        record.reason,
        record.previous,
      ]),
    )
    .digest('hex');

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

/** What the database would write otherwise than it was hashed: halves of characters, and NUL. */
const storable = <T extends Readonly<Record<string, string>>>(texts: T): T =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, text.replace(/\p{Surrogate}|\0/gu, '\ufffd')]),
  ) as T;
