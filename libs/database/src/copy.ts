import { EntityManager } from 'typeorm';
import { to } from 'pg-copy-streams';
import type { Client } from 'pg';
import type { Db } from './sql.js';

/** A row as PostgreSQL sends it in binary: of a text its UTF-8, of an int4 four bytes; null where it is null. */
export type BinaryRow = readonly (Buffer | null)[];

/** `PGCOPY\n\377\r\n\0`, flags, and how long what is said beside them is. */
const HEADER_BYTES = 19;
const END = -1;

/**
 * The rows of a select by COPY: for tables of millions, where making an object of each row is most of the work. They
 * come as many at a time as the network gave.
 * @param select without parameters: COPY takes none
 */
export async function* copied(db: Db, select: string): AsyncGenerator<BinaryRow[]> {
  const held = db instanceof EntityManager ? db.queryRunner : undefined;
  const runner = held ?? (db instanceof EntityManager ? db.dataSource : db).createQueryRunner();
  try {
    const client = (await runner.connect()) as Client;
    const stream = client.query(to(`copy (${select}) to stdout (format binary)`));
    const rows = new BinaryRows();
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const some = rows.push(chunk);
      if (some.length > 0) yield some;
    }
  } finally {
    if (held === undefined) await runner.release();
  }
}

/** Takes the stream of a binary COPY apart, wherever its chunks were cut. */
class BinaryRows {
  private held: Buffer = Buffer.alloc(0);
  private begun = false;

  push(chunk: Buffer): BinaryRow[] {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    let at = 0;
    if (!this.begun) {
      if (this.held.length < HEADER_BYTES) return [];
      at = HEADER_BYTES + this.held.readInt32BE(HEADER_BYTES - 4);
      this.begun = true;
    }
    const rows: BinaryRow[] = [];
    for (;;) {
      const row = rowAt(this.held, at);
      if (row === null) break;
      rows.push(row.fields);
      at = row.end;
    }
    this.held = this.held.subarray(at);
    return rows;
  }
}

/** The row that begins here; null when it has not come whole, or none is left. */
function rowAt(bytes: Buffer, from: number): { fields: BinaryRow; end: number } | null {
  if (from + 2 > bytes.length) return null;
  const count = bytes.readInt16BE(from);
  if (count === END) return null;
  const fields: (Buffer | null)[] = [];
  let at = from + 2;
  for (let field = 0; field < count; field += 1) {
    if (at + 4 > bytes.length) return null;
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length === END) fields.push(null);
    else {
      if (at + length > bytes.length) return null;
      fields.push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return { fields, end: at };
}
