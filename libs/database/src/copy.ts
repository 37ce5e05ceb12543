import { to } from 'pg-copy-streams';
import type { Client } from 'pg';

/** For a thread beside: what needs no entities, which are most of a second to load. */
export { serverAt } from './address.js';

/**
 * A row as PostgreSQL sends it in binary, where it lies: field n begins at `at[2 * n]` and has `at[2 * n + 1]` bytes,
 * −1 where it is null. Of a text its UTF-8, of an int4 four bytes, of an instant eight: microseconds since 2000.
 */
export type BinaryRow = (bytes: Buffer, at: Int32Array) => void;

/** `PGCOPY\n\377\r\n\0`, flags, and how long what is said beside them is. */
const HEADER_BYTES = 19;
const NULL = -1;

/**
 * Goes through the rows of a select by COPY, without making anything of them: for tables of millions, where an object a
 * row is most of the work. Others are answered between two pieces of the network.
 * @param select without parameters: COPY takes none
 * @param fields how many each row has
 */
export async function copiedBy(client: Client, select: string, fields: number, row: BinaryRow): Promise<void> {
  const stream = client.query(to(`copy (${select}) to stdout (format binary)`));
  const at = new Int32Array(2 * fields);
  let left: Buffer = Buffer.alloc(0);
  let begun = false;
  // To its end, whatever was found: a connection in the middle of a COPY does nothing else.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    let from = 0;
    if (!begun && bytes.length >= HEADER_BYTES) {
      from = HEADER_BYTES + bytes.readInt32BE(HEADER_BYTES - 4);
      begun = true;
    }
    for (let end = begun ? endOfRow(bytes, from, at) : NULL; end !== NULL; end = endOfRow(bytes, from, at)) {
      row(bytes, at);
      from = end;
    }
    left = bytes.subarray(from);
  }
}

/** Where the row that begins here ends; −1 when it has not come whole, or none is left. */
function endOfRow(bytes: Buffer, from: number, at: Int32Array): number {
  let next = from + 2;
  if (next > bytes.length || bytes.readInt16BE(from) !== at.length / 2) return NULL;
  for (let place = 0; place < at.length; place += 2) {
    if (next + 4 > bytes.length) return NULL;
    const length = bytes.readInt32BE(next);
    next += 4;
    at[place] = next;
    at[place + 1] = length;
    if (length > 0) next += length;
    if (next > bytes.length) return NULL;
  }
  return next;
}
