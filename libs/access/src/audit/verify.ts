import { hash as hashOf } from 'node:crypto';
import type { UtcInstant } from '@fengsui/contracts';
import { copied, one, rows, type Db } from '@fengsui/database';
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
  // A transaction has one connection.
  const stretches = stretchesOf(first, last, db instanceof DataSource ? LANES : 1);
  const gone = await Promise.all(stretches.map((stretch) => goneThrough(db, stretch, bySeq)));
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

/** What a record is hashed over, in its order; then its hash. */
const FIELDS = 'seq, at, actor, "right", origin, act, about, before, after, reason, previous, hash';
const [SEQ, AT, FIRST_TEXT, PREVIOUS, HASH] = [0, 1, 2, 10, 11];

async function goneThrough(
  db: Db,
  [first, last]: Bounds,
  seals: ReadonlyMap<number, readonly Seal[]>,
): Promise<Stretch> {
  const before = await one<{ hash: string }>(db, 'select hash from access.audit where seq = $1', [first - 1]);
  let [seq, previous] = [first - 1, before?.hash ?? (first === 1 ? GENESIS : '')];
  let brokenAt: number | null = null;
  const hashed = new HashedText();
  const select = `select ${FIELDS} from access.audit where seq between ${first} and ${last} order by seq`;
  await copied(db, select, HASH + 1, (bytes, at) => {
    if (brokenAt !== null) return;
    const text = (field: number): string => bytes.toString('latin1', at[2 * field], endOf(at, field));
    const hash = text(HASH);
    const sealed = seals.get(seq + 1);
    const fits =
      bytes.readInt32BE(at[2 * SEQ]) === seq + 1 &&
      text(PREVIOUS) === previous &&
      hashed.of(bytes, at) === hash &&
      sealed?.some((seal) => seal.hash !== hash || !holds(seal)) !== true;
    if (!fits) brokenAt = seq + 1;
    else [seq, previous] = [seq + 1, hash];
  });
  const [from, to] = await Promise.all([instantOf(db, first), instantOf(db, seq)]);
  return { brokenAt: brokenAt ?? (seq === last ? null : seq + 1), from, to };
}

const endOf = (at: Int32Array, field: number): number => (at[2 * field] ?? 0) + Math.max(0, at[2 * field + 1] ?? 0);

const [QUOTE, BACKSLASH, COMMA, CLOSE, SPACE] = [0x22, 0x5c, 0x2c, 0x5d, 0x20];
/** What `JSON.stringify` writes for each byte below a space. */
const CONTROLS = Array.from({ length: SPACE }, (_, code) => JSON.stringify(String.fromCharCode(code)).slice(1, -1));
/** 2000-01-01, from where PostgreSQL counts. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** The text that a record is hashed over, `JSON.stringify` of its fields, made of the bytes that the database sent. */
class HashedText {
  private out = Buffer.alloc(4_096);
  private length = 0;
  private lastMs = Number.NaN;
  private lastInstant = '';

  of(bytes: Buffer, at: Int32Array): string {
    // A byte may become six, `\u0000`.
    const most = 6 * ((at[2 * HASH] ?? 0) - (at[0] ?? 0)) + 200;
    if (this.out.length < most) this.out = Buffer.alloc(2 * most);
    this.length = this.out.write(
      `[${bytes.readInt32BE(at[2 * SEQ])},"${this.instant(bytes, at[2 * AT] ?? 0)}"`,
      0,
      'latin1',
    );
    for (let field = FIRST_TEXT; field <= PREVIOUS; field += 1) {
      this.out[this.length++] = COMMA;
      if (at[2 * field + 1] === -1) this.length += this.out.write('null', this.length, 'latin1');
      else this.quoted(bytes, at[2 * field] ?? 0, endOf(at, field));
    }
    this.out[this.length++] = CLOSE;
    return hashOf('sha256', this.out.subarray(0, this.length), 'hex');
  }

  /** An instant finer than the milliseconds that were written is shown as it is, and does not fit. */
  private instant(bytes: Buffer, from: number): string {
    const micros = bytes.readInt32BE(from) * 2 ** 32 + bytes.readUInt32BE(from + 4);
    const ms = EPOCH_MS + micros / 1_000;
    if (ms === this.lastMs) return this.lastInstant;
    this.lastMs = ms;
    this.lastInstant = Number.isInteger(ms) ? new Date(ms).toISOString() : String(ms);
    return this.lastInstant;
  }

  private quoted(bytes: Buffer, from: number, to: number): void {
    const { out } = this;
    let { length } = this;
    out[length++] = QUOTE;
    for (let place = from; place < to; place += 1) {
      const byte = bytes[place] as number;
      if (byte < SPACE) length += out.write(CONTROLS[byte] as string, length, 'latin1');
      else {
        if (byte === QUOTE || byte === BACKSLASH) out[length++] = BACKSLASH;
        out[length++] = byte;
      }
    }
    out[length++] = QUOTE;
    this.length = length;
  }
}

const instantOf = async (db: Db, seq: number): Promise<UtcInstant | null> =>
  (await one<{ at: UtcInstant }>(db, 'select at from access.audit where seq = $1', [seq]))?.at ?? null;

/** Records in their order. @param after number of the last one that is not wanted */
export const recordsAfter = (db: Db, after: number, limit: number): Promise<AuditRow[]> =>
  rows<AuditRow>(db, `select ${FIELDS} from access.audit where seq > $1 order by seq limit $2`, [after, limit]);
