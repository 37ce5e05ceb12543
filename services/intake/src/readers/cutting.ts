import { Unreadable, type Segment, type Unit } from './reader.js';

/** The largest document that is read whole: a message on the log is at most 4 MB, a wrapper may hold several. */
const MAX_DOCUMENT_BYTES = 16_000_000;
/** The largest row, line or element. */
const MAX_RECORD_BYTES = 4_000_000;
/**
 * A quoted field may hold line ends; one that is still open after this much was never closed, and must not swallow
 * the file.
 */
const MAX_QUOTED_BYTES = 65_536;

const [LF, CR, QUOTE, BACKSLASH, COMMA, OPEN_BRACKET] = [0x0a, 0x0d, 0x22, 0x5c, 0x2c, 0x5b];
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Cuts what comes in, chunk by chunk, into segments; it holds no more than one segment and one chunk. */
export interface Cutter {
  push(chunk: Buffer): Iterable<Segment>;
  end(): Iterable<Segment>;
}

export function cutterOf(unit: Unit): Cutter {
  switch (unit) {
    case 'document':
      return new Documents();
    case 'row':
      return new Lines(true);
    case 'line':
      return new Lines(false);
    case 'element':
      return new Elements();
  }
}

class Documents implements Cutter {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  push(chunk: Buffer): Iterable<Segment> {
    this.size += chunk.length;
    if (this.size > MAX_DOCUMENT_BYTES)
      throw new Unreadable(
        'document',
        `more than ${MAX_DOCUMENT_BYTES} bytes`,
        `at most ${MAX_DOCUMENT_BYTES} bytes in one document`,
      );
    this.chunks.push(chunk);
    return [];
  }

  end(): Iterable<Segment> {
    return [{ bytes: Buffer.concat(this.chunks), from: 0, number: 1, last: true }];
  }
}

/** Lines by LF or CRLF; blank ones are passed over. As rows of RFC 4180 a quoted field may hold line ends. */
class Lines implements Cutter {
  private held: Buffer = Buffer.alloc(0);
  /** Where `held` begins in the input. */
  private start = 0;
  private number = 1;

  constructor(private readonly quoted: boolean) {}

  push(chunk: Buffer): Iterable<Segment> {
    if (this.start === 0 && this.held.length === 0 && chunk.subarray(0, 3).equals(BOM)) {
      this.start = 3;
      this.held = chunk.subarray(3);
    } else this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    return this.cut(false);
  }

  end(): Iterable<Segment> {
    return this.cut(true);
  }

  private *cut(last: boolean): Generator<Segment> {
    const { held } = this;
    let at = 0;
    let quote = this.quoted ? held.indexOf(QUOTE) : -1;
    while (at < held.length) {
      let end = held.indexOf(LF, at);
      let lines = 1;
      if (end !== -1 && quote !== -1 && quote < end) {
        const row = quotedRow(held, at, end);
        if (row === 'open' && held.length - at < MAX_QUOTED_BYTES && !last) break;
        if (row !== 'open') [end, lines] = [row.end, row.lines];
      }
      if (end === -1 && !last) {
        if (held.length - at > MAX_RECORD_BYTES)
          throw new Unreadable(
            `line ${this.number}`,
            `more than ${MAX_RECORD_BYTES} bytes without a line end`,
            'shorter lines',
          );
        break;
      }
      const stop = end === -1 ? held.length : end;
      const length = stop - at - (stop > at && held[stop - 1] === CR ? 1 : 0);
      if (length > 0)
        yield { bytes: held.subarray(at, at + length), from: this.start + at, number: this.number, last: end === -1 };
      this.number += lines;
      at = stop + 1;
      if (quote !== -1 && quote < at) quote = held.indexOf(QUOTE, at);
    }
    at = Math.min(at, held.length);
    this.held = held.subarray(at);
    this.start += at;
  }
}

/** The end of a row that holds quotes: the first line end outside of them. */
function quotedRow(held: Buffer, from: number, firstEnd: number): { end: number; lines: number } | 'open' {
  let inside = false;
  let lines = 1;
  const limit = Math.min(held.length, from + MAX_QUOTED_BYTES);
  for (let at = from; at < limit; at += 1) {
    if (held[at] === QUOTE) inside = !inside;
    else if (held[at] === LF) {
      if (!inside) return { end: at, lines };
      lines += 1;
    }
  }
  return inside || limit < held.length ? 'open' : { end: firstEnd, lines: 1 };
}

/**
 * The elements of a JSON array, found without parsing them: one that is broken inside takes no neighbour with it. A
 * document that is no array is one element.
 */
class Elements implements Cutter {
  private held: Buffer = Buffer.alloc(0);
  private start = 0;
  private at = 0;
  private number = 0;
  private depth = 0;
  private quotedText = false;
  private state: 'before' | 'single' | 'inside' | 'after' = 'before';

  *push(chunk: Buffer): Generator<Segment> {
    if (this.state === 'after') return;
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    if (this.state === 'before' && !this.opened()) return;
    if (this.state === 'inside') yield* this.scan();
    if (this.held.length > MAX_DOCUMENT_BYTES)
      throw new Unreadable(`element ${this.number + 1}`, `more than ${MAX_DOCUMENT_BYTES} bytes`, 'smaller elements');
  }

  *end(): Generator<Segment> {
    if (this.state === 'before' || this.state === 'after') return;
    const segment = this.trimmed(this.held.length);
    if (segment !== null) yield { ...segment, number: this.state === 'single' ? 0 : this.number + 1, last: true };
  }

  private opened(): boolean {
    let at = this.held.subarray(0, 3).equals(BOM) ? 3 : 0;
    while (SPACE.has(this.held[at] as number)) at += 1;
    if (at >= this.held.length) return false;
    const array = this.held[at] === OPEN_BRACKET;
    this.state = array ? 'inside' : 'single';
    this.drop(at + (array ? 1 : 0));
    return true;
  }

  private *scan(): Generator<Segment> {
    for (; this.at < this.held.length; this.at += 1) {
      const byte = this.held[this.at] as number;
      if (this.quotedText) {
        if (byte === BACKSLASH) this.at += 1;
        else if (byte === QUOTE) this.quotedText = false;
      } else if (byte === QUOTE) this.quotedText = true;
      else if (OPEN.has(byte)) this.depth += 1;
      else if (CLOSE.has(byte) && this.depth > 0) this.depth -= 1;
      else if (this.depth === 0 && (byte === COMMA || CLOSE.has(byte))) {
        const segment = this.trimmed(this.at);
        if (segment !== null || byte === COMMA)
          yield {
            ...(segment ?? { bytes: Buffer.alloc(0), from: this.start + this.at }),
            number: (this.number += 1),
            last: false,
          };
        this.drop(this.at + 1);
        if (byte !== COMMA) {
          this.state = 'after';
          return;
        }
        this.at = -1;
      }
    }
  }

  /** The bytes up to `end` without space around them; null when nothing is left. */
  private trimmed(end: number): { bytes: Buffer; from: number } | null {
    let [from, to] = [0, Math.min(end, this.held.length)];
    while (from < to && SPACE.has(this.held[from] as number)) from += 1;
    while (to > from && SPACE.has(this.held[to - 1] as number)) to -= 1;
    return to > from ? { bytes: this.held.subarray(from, to), from: this.start + from } : null;
  }

  private drop(count: number): void {
    this.held = this.held.subarray(count);
    this.start += count;
    this.at = 0;
  }
}
