import { hash as hashOf } from 'node:crypto';
import type { BinaryRow } from '@fengsui/database/copy';

/** The hash that the first record stands on. */
export const GENESIS = '0'.repeat(64);

/** A stretch of the chain: numbers of its first and last record, and the hashes that seals say records have. */
export type Stretch = Readonly<{ first: number; last: number; sealed: ReadonlyMap<number, readonly string[]> }>;
/**
 * What became of it. `brokenAt`: number of the first record that does not fit; null when all do. `from` and `to`: when
 * its first record and the last that fits were written, milliseconds since 1970; null when there is none.
 */
export type StretchVerdict = Readonly<{ brokenAt: number | null; from: number | null; to: number | null }>;

/** What a record is hashed over, in its order; then its hash. */
export const FIELDS = 'seq, at, actor, "right", origin, act, about, before, after, reason, previous, hash';
const [SEQ, AT, FIRST_TEXT, PREVIOUS, HASH] = [0, 1, 2, 10, 11];

/**
 * Goes through the records of a stretch, each of which must follow the one before it. Nothing but a COPY is needed, so
 * that a thread that runs it is there at once.
 * @param copied as `copied` of libs/database, on a connection
 */
export async function goneThrough(
  { first, last, sealed }: Stretch,
  copied: (select: string, fields: number, row: BinaryRow) => Promise<void>,
): Promise<StretchVerdict> {
  let [seq, previous] = [first - 1, first === 1 ? GENESIS : ''];
  let brokenAt: number | null = null;
  let [from, to] = [null, null] as [number | null, number | null];
  const hashed = new HashedText();
  // With the record before it, whose hash is held by the stretch that it belongs to.
  const select = `select ${FIELDS} from access.audit where seq between ${first - 1} and ${last} order by seq`;
  await copied(select, HASH + 1, (bytes, at) => {
    const number = bytes.readInt32BE(at[2 * SEQ]);
    if (number === first - 1) previous = bytes.toString('latin1', at[2 * HASH], endOf(at, HASH));
    if (number === first - 1 || brokenAt !== null) return;
    const hash = hashed.of(bytes, at);
    const fits =
      number === seq + 1 &&
      stands(previous, bytes, at, PREVIOUS) &&
      stands(hash, bytes, at, HASH) &&
      sealed.get(number)?.some((said) => said !== hash) !== true;
    if (number === first) from = hashed.ms;
    if (fits) [seq, previous, to] = [number, hash, hashed.ms];
    else brokenAt = seq + 1;
  });
  return { brokenAt: brokenAt ?? (seq === last ? null : seq + 1), from, to };
}

/** Whether a field is this text. Compared where it lies: two texts made of a record are a quarter of the work. */
function stands(text: string, bytes: Buffer, at: Int32Array, field: number): boolean {
  if (at[2 * field + 1] !== text.length) return false;
  const from = at[2 * field] ?? 0;
  for (let place = 0; place < text.length; place += 1) if (bytes[from + place] !== text.charCodeAt(place)) return false;
  return true;
}

const endOf = (at: Int32Array, field: number): number => (at[2 * field] ?? 0) + Math.max(0, at[2 * field + 1] ?? 0);

const [QUOTE, BACKSLASH, COMMA, CLOSE, SPACE] = [0x22, 0x5c, 0x2c, 0x5d, 0x20];
/** What `JSON.stringify` writes for each byte below a space. */
const CONTROLS = Array.from({ length: SPACE }, (_, code) => JSON.stringify(String.fromCharCode(code)).slice(1, -1));
const [NONE, LONG] = [0, 1];
/** What stands after the backslash, where a byte is written with one; NONE as it is; LONG `\u0000`. */
const ESCAPES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === QUOTE || byte === BACKSLASH) return byte;
  const written = CONTROLS[byte] ?? '';
  return written.length === 2 ? written.charCodeAt(1) : written === '' ? NONE : LONG;
});
/** 2000-01-01, from where PostgreSQL counts. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
/** The last instant that a clock can show (ECMA-262, time values). */
const LAST_MS = 8.64e15;

/** The text that a record is hashed over, `JSON.stringify` of its fields, made of the bytes that the database sent. */
class HashedText {
  private out = Buffer.alloc(4_096);
  private length = 0;
  /** Of the record that was hashed last. */
  ms = Number.NaN;
  private lastInstant = Buffer.alloc(0);

  of(bytes: Buffer, at: Int32Array): string {
    // A byte may become six, `\u0000`.
    const most = 6 * ((at[2 * HASH] ?? 0) - (at[0] ?? 0)) + 200;
    if (this.out.length < most) this.out = Buffer.alloc(2 * most);
    this.length = this.out.write(`[${bytes.readInt32BE(at[2 * SEQ])}`, 0, 'latin1');
    const instant = this.instant(bytes, at[2 * AT] ?? 0);
    for (let place = 0; place < instant.length; place += 1) this.out[this.length++] = instant[place] as number;
    for (let field = FIRST_TEXT; field <= PREVIOUS; field += 1) {
      this.out[this.length++] = COMMA;
      if (at[2 * field + 1] === -1) this.length += this.out.write('null', this.length, 'latin1');
      else this.quoted(bytes, at[2 * field] ?? 0, endOf(at, field));
    }
    this.out[this.length++] = CLOSE;
    return hashOf('sha256', this.out.subarray(0, this.length), 'hex');
  }

  /** `,"2026-…Z"`. One finer than the milliseconds that were written, or `infinity`, is shown as it is. */
  private instant(bytes: Buffer, from: number): Buffer {
    const micros = bytes.readInt32BE(from) * 2 ** 32 + bytes.readUInt32BE(from + 4);
    const ms = EPOCH_MS + micros / 1_000;
    if (ms === this.ms) return this.lastInstant;
    this.ms = ms;
    this.lastInstant = Buffer.from(
      `,"${Number.isInteger(ms) && Math.abs(ms) <= LAST_MS ? new Date(ms).toISOString() : String(ms)}"`,
    );
    return this.lastInstant;
  }

  private quoted(bytes: Buffer, from: number, to: number): void {
    const { out } = this;
    let { length } = this;
    out[length++] = QUOTE;
    for (let place = from; place < to; place += 1) {
      const byte = bytes[place] as number;
      const escape = ESCAPES[byte] as number;
      if (escape === LONG) length += out.write(CONTROLS[byte] as string, length, 'latin1');
      else {
        if (escape !== NONE) out[length++] = BACKSLASH;
        out[length++] = escape === NONE ? byte : escape;
      }
    }
    out[length++] = QUOTE;
    this.length = length;
  }
}
