import { fileURLToPath } from 'node:url';
import { utc, type UtcInstant } from '@fengsui/contracts';
import { addressOf, copied, one, rows, type Db } from '@fengsui/database';
import { Piscina } from 'piscina';
import { DataSource } from 'typeorm';
import type { AuditRow } from '../tables/tables.js';
import { holds, type Seal } from './seals.js';
import { FIELDS, goneThrough, type Stretch, type StretchVerdict } from './stretch.js';

/** What became of a check of the chain. `brokenAt`: number of the first record that does not fit; null when all do. */
export type Verdict = Readonly<{
  ok: boolean;
  records: number;
  from: UtcInstant | null;
  to: UtcInstant | null;
  brokenAt: number | null;
}>;

/** Stretches are gone through side by side, each on a thread and a connection of its own. */
const LANES = 2;
/** Shorter ones are not worth a thread. */
const LEAST_OF_A_LANE = 20_000;
/** The program of such a thread runs built, also for tests that run the sources. */
const LANE = fileURLToPath(new URL('../../dist/audit/stretch-worker.js', import.meta.url));

/**
 * Goes through the chain: every hash, every link, that no number is left out, and that every seal fits the record it
 * names: what was cut off at the end is missed by a seal that was kept elsewhere. The chain is parted into stretches,
 * each of which begins with the hash that the record before it has: that one is held by the stretch before.
 * @param seals of the database and of the file beside it
 * @param since goes through what came after this seal alone, which must fit as well
 */
export async function verify(db: Db, seals: readonly Seal[] = [], since: Seal | null = null): Promise<Verdict> {
  const last = (await one<{ seq: number }>(db, 'select seq from access.audit order by seq desc limit 1'))?.seq ?? 0;
  // The sealed record is gone through again: it must be the one that was sealed.
  const first = since === null ? 1 : since.seq;
  const sealed = new Map<number, string[]>();
  // What was not signed by its key is the seal of nothing.
  for (const seal of seals) sealed.set(seal.seq, [...(sealed.get(seal.seq) ?? []), holds(seal) ? seal.hash : '']);
  const stretches = boundsOf(first, last).map((bounds) => ({ ...bounds, sealed }));
  const gone =
    db instanceof DataSource && stretches.length > 1 ? await sideBySide(db, stretches) : await inTurn(db, stretches);
  const broken = gone.find(({ brokenAt }) => brokenAt !== null);
  const cutOff = seals.some(({ seq }) => seq > last) ? last + 1 : null;
  const brokenAt = broken?.brokenAt ?? cutOff;
  const until = broken ?? gone.at(-1);
  return {
    ok: brokenAt === null,
    records: brokenAt === null ? Math.max(0, last - first + 1) : Math.max(0, brokenAt - first),
    from: instantAt(gone[0]?.from),
    to: instantAt(until?.to),
    brokenAt,
  };
}

const instantAt = (ms: number | null | undefined): UtcInstant | null =>
  ms === null || ms === undefined ? null : utc(ms);

function boundsOf(first: number, last: number): { first: number; last: number }[] {
  const count = last - first + 1;
  if (count <= 0) return [];
  const lanes = Math.max(1, Math.min(LANES, Math.floor(count / LEAST_OF_A_LANE)));
  const each = Math.ceil(count / lanes);
  return Array.from({ length: lanes }, (_, lane) => ({
    first: first + lane * each,
    last: Math.min(last, first + (lane + 1) * each - 1),
  }));
}

async function sideBySide(db: DataSource, stretches: readonly Stretch[]): Promise<StretchVerdict[]> {
  const pool = new Piscina({ filename: LANE, workerData: addressOf(db), minThreads: 0, maxThreads: LANES });
  try {
    return (await Promise.all(stretches.map((stretch) => pool.run(stretch)))) as StretchVerdict[];
  } finally {
    await pool.destroy();
  }
}

async function inTurn(db: Db, stretches: readonly Stretch[]): Promise<StretchVerdict[]> {
  const gone: StretchVerdict[] = [];
  for (const stretch of stretches)
    gone.push(await goneThrough(stretch, (select, fields, row) => copied(db, select, fields, row)));
  return gone;
}

/** Records in their order. @param after number of the last one that is not wanted */
export const recordsAfter = (db: Db, after: number, limit: number): Promise<AuditRow[]> =>
  rows<AuditRow>(db, `select ${FIELDS} from access.audit where seq > $1 order by seq limit $2`, [after, limit]);
