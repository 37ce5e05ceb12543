import { hash as hashOf } from 'node:crypto';
import type { UtcInstant } from '@fengsui/contracts';
import { copied, one, rows, type BinaryRow, type Db } from '@fengsui/database';
import { DataSource } from 'typeorm';
import { AuditRow } from '../tables/tables.js';
import { GENESIS } from './chain.js';
import { holds, type Seal } from './seals.js';

/** What became of a check of the chain. `brokenAt`: number of the first record that does not fit; null when all do. */
export type Verdict = Readonly<{
  ok: boolean;
  records: number;
  from: UtcInstant | null;
  to: UtcInstant | null;
  brokenAt: number | null;
}>;

/** Stretches are gone through side by side, each on a connection of its own. */
const LANES = 2;
/** Shorter ones are not worth a connection. */
const LEAST_OF_A_LANE = 20_000;

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
  const bySeq = new Map<number, Seal[]>();
  for (const seal of seals) bySeq.set(seal.seq, [...(bySeq.get(seal.seq) ?? []), seal]);
  const stretches = stretchesOf(first, last, db instanceof DataSource ? LANES : 1);
  const gone: Stretch[] = [];
  const lanes = stretches.map((stretch) => () => goneThrough(db, stretch, bySeq));
  if (db instanceof DataSource) gone.push(...(await Promise.all(lanes.map((lane) => lane()))));
  else for (const lane of lanes) gone.push(await lane());
  const broken = gone.find(({ brokenAt }) => brokenAt !== null);
  const cutOff = seals.some(({ seq }) => seq > last) ? last + 1 : null;
  const brokenAt = broken?.brokenAt ?? cutOff;
  const until = broken ?? gone.at(-1);
  return {
    ok: brokenAt === null,
    records: brokenAt === null ? Math.max(0, last - first + 1) : Math.max(0, brokenAt - first),
    from: gone[0]?.from ?? null,
    to: until?.to ?? null,
    brokenAt,
  };
}

type Stretch = Readonly<{ brokenAt: number | null; from: UtcInstant | null; to: UtcInstant | null }>;
type Bounds = readonly [first: number, last: number];

function stretchesOf(first: number, last: number, most: number): Bounds[] {
  const count = last - first + 1;
  if (count <= 0) return [];
  const lanes = Math.max(1, Math.min(most, Math.floor(count / LEAST_OF_A_LANE)));
  const each = Math.ceil(count / lanes);
  return Array.from({ length: lanes }, (_, lane) => [
    first + lane * each,
    Math.min(last, first + (lane + 1) * each - 1),
  ]);
}

/**
 * What a record is hashed over, as the text that `JSON.stringify` makes of its fields: PostgreSQL escapes texts as
 * JavaScript does. An instant finer than the milliseconds that were written is shown as it is, and does not fit.
 */
const HASHED = `concat('[', seq, ',"',
  case when date_trunc('milliseconds', at) = at then to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else at::text end,
  '",', to_json(actor), ',', to_json("right"), ',', to_json(origin), ',', to_json(act), ',', to_json(about), ',',
  coalesce(to_json(before), 'null'), ',', coalesce(to_json(after), 'null'), ',', to_json(reason), ',"', previous, '"]')`;

async function goneThrough(
  db: Db,
  [first, last]: Bounds,
  seals: ReadonlyMap<number, readonly Seal[]>,
): Promise<Stretch> {
  const before = await one<{ hash: string }>(db, 'select hash from access.audit where seq = $1', [first - 1]);
  let [seq, previous] = [first - 1, before?.hash ?? (first === 1 ? GENESIS : '')];
  let brokenAt: number | null = null;
  // A stretch that is broken is still read to its end: a connection in the middle of a COPY does nothing else.
  const select = `select ${HASHED}, hash from access.audit where seq between ${first} and ${last} order by seq`;
  for await (const some of copied(db, select)) {
    if (brokenAt !== null) continue;
    for (const row of some) {
      const fits = fitting(row, seq + 1, previous, seals);
      if (fits === null) brokenAt = seq + 1;
      if (fits === null) break;
      [seq, previous] = [seq + 1, fits];
    }
  }
  const [from, to] = await Promise.all([instantOf(db, first), instantOf(db, seq)]);
  return { brokenAt: brokenAt ?? (seq === last ? null : seq + 1), from, to };
}

const instantOf = async (db: Db, seq: number): Promise<UtcInstant | null> =>
  (await one<{ at: UtcInstant }>(db, 'select at from access.audit where seq = $1', [seq]))?.at ?? null;

/** The hash of a record that is the next one of the chain, or null. */
function fitting(
  [hashed, written]: BinaryRow,
  seq: number,
  previous: string,
  seals: ReadonlyMap<number, readonly Seal[]>,
): string | null {
  if (hashed === null || hashed === undefined) return null;
  const hash = written?.toString('latin1') ?? '';
  // What is hashed begins with the number of the record and ends with the hash of the one before.
  const begins = `[${seq},"`;
  const ends = `,"${previous}"]`;
  const linked =
    hashed.toString('latin1', 0, begins.length) === begins &&
    hashed.toString('latin1', hashed.length - ends.length) === ends;
  if (!linked || hashOf('sha256', hashed, 'hex') !== hash) return null;
  const sealed = seals.get(seq);
  return sealed?.some((seal) => seal.hash !== hash || !holds(seal)) === true ? null : hash;
}

/** Records in their order. @param after number of the last one that is not wanted */
export const recordsAfter = (db: Db, after: number, limit: number): Promise<AuditRow[]> =>
  rows<AuditRow>(
    db,
    'select seq, at, actor, "right", origin, act, about, before, after, reason, previous, hash from access.audit where seq > $1 order by seq limit $2',
    [after, limit],
  );
