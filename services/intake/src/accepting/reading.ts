import { refuse, Unreadable, type Head, type Reader, type Segment } from '../readers/reader.js';
import { BadPayload, type Payload } from '../keeping/payload.js';
import { cutterOf } from '../readers/cutting.js';
import { recognise } from '../readers/index.js';
import { encodingOf } from '../readers/text.js';
import { check, type CheckedRecord } from './checking.js';
import type { ReadingThread } from './reading-thread.js';

const HEAD_BYTES = 65_536;
const STEP_BYTES = 16_384;

export type Opened = Readonly<{ format: string; records: AsyncIterable<CheckedRecord[]> }> | Skipped;
/** Nothing was taken. `emptyList`: because it says that there is nothing. */
export type Skipped = Readonly<{ skipped: string; emptyList?: true }>;

/** A segment up to this is read in some milliseconds; a larger one would hold up whatever else this process does. */
const OFF_LOOP_BYTES = 65_536;

/**
 * Finds the reader of an input, reads it and holds it against the contracts, chunk by chunk: only what one chunk holds
 * is in memory.
 * @param thread reads large segments, so that others are answered meanwhile; without one they are read here
 */
export async function readInput(given: Payload, readers: readonly Reader[], thread?: ReadingThread): Promise<Opened> {
  const head = await headOf(given);
  if (head.complete && head.text.replace(/^\ufeff/, '').trim() === '[]')
    return { skipped: '空列表 / an empty list', emptyList: true };
  const reader = recognise(head, readers);
  if ('reason' in reader) return { skipped: reader.reason };
  // XML says itself what it is written in; what is cut at line ends and quotes is cut as UTF-8.
  const utf16 =
    head.encoding?.startsWith('utf-16') === true &&
    !head.text
      .replace(/^\ufeff/, '')
      .trimStart()
      .startsWith('<');
  const payload = utf16 ? asUtf8(given, head.encoding as string) : given;
  const records = recordsOf(payload, reader, head, thread);
  if (reader.whyEmpty === undefined) return { format: reader.format, records };
  const all: CheckedRecord[][] = [];
  for await (const some of records) if (some.length > 0) all.push(some);
  if (all.length > 0) return { format: reader.format, records: once(all) };
  return { skipped: reader.whyEmpty(head), ...(reader.isEmptyList?.(head) === true ? { emptyList: true } : {}) };
}

async function* once(all: readonly CheckedRecord[][]): AsyncGenerator<CheckedRecord[]> {
  yield* all;
}

/** A text in UTF-16 as UTF-8. Places in it are places in that; what is kept is what came. */
const asUtf8 = (payload: Payload, encoding: string): Payload => ({
  ...payload,
  open: async function* () {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    for await (const chunk of payload.open()) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
  },
});

async function headOf({ open, size }: Payload): Promise<Head> {
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of open()) {
    chunks.push(chunk);
    held += chunk.length;
    if (held >= HEAD_BYTES) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, HEAD_BYTES);
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes, { stream: true });
  return { text, complete: size <= HEAD_BYTES, encoding };
}

async function* recordsOf(
  { open }: Payload,
  reader: Reader,
  head: Head,
  thread: ReadingThread | undefined,
): AsyncGenerator<CheckedRecord[]> {
  const cutter = cutterOf(reader.unit(head));
  const read = reader.begin(head);
  const some: CheckedRecord[] = [];
  let passed = 0;
  const take = async function* (segments: Iterable<Segment>): AsyncGenerator<CheckedRecord[]> {
    for (const segment of segments) {
      if (thread !== undefined && reader.remembers !== true && segment.bytes.length > OFF_LOOP_BYTES) {
        if (some.length > 0) yield some.splice(0);
        yield await thread.read(reader, head, segment);
      } else for (const record of read(segment)) some.push(check(record));
    }
    if (some.length > 0) yield some.splice(0);
  };
  try {
    for await (const chunk of open())
      // A large chunk is taken in steps, so that its records are gone before the next ones are made.
      for (let at = 0; at < chunk.length; at += STEP_BYTES) {
        const step = chunk.subarray(at, at + STEP_BYTES);
        yield* take(cutter.push(step));
        passed += step.length;
      }
    yield* take(cutter.end());
  } catch (error) {
    // What was read before stays; what cannot be cut is one refused record, to the end of the input.
    const refusal =
      error instanceof Unreadable
        ? refuse(error.place, error.reason, error.expected)
        : error instanceof BadPayload
          ? refuse('document', error.message, 'a whole input')
          : null;
    if (refusal === null) throw error;
    some.push({ place: refusal.place, from: passed, length: 0, refusals: [refusal] });
  }
  if (some.length > 0) yield some;
}
