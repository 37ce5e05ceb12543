import { refuse, Unreadable, type Head, type Reader, type SourceRecord } from '../readers/reader.js';
import { BadPayload, type Payload } from '../keeping/payload.js';
import { cutterOf } from '../readers/cutting.js';
import { recognise } from '../readers/index.js';

const HEAD_BYTES = 65_536;
const STEP_BYTES = 16_384;

export type Opened =
  Readonly<{ format: string; records: AsyncIterable<SourceRecord[]> }> | Readonly<{ skipped: string }>;

/** Finds the reader of an input and reads it, chunk by chunk: only what one chunk holds is in memory. */
export async function readInput(payload: Payload, readers: readonly Reader[]): Promise<Opened> {
  const head = await headOf(payload);
  const reader = recognise(head, readers);
  if ('reason' in reader) return { skipped: reader.reason };
  const records = recordsOf(payload, reader, head);
  if (reader.whyEmpty === undefined) return { format: reader.format, records };
  const all: SourceRecord[][] = [];
  for await (const some of records) if (some.length > 0) all.push(some);
  return all.length === 0 ? { skipped: reader.whyEmpty(head) } : { format: reader.format, records: once(all) };
}

async function* once(all: readonly SourceRecord[][]): AsyncGenerator<SourceRecord[]> {
  yield* all;
}

async function headOf({ open, size }: Payload): Promise<Head> {
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of open()) {
    chunks.push(chunk);
    held += chunk.length;
    if (held >= HEAD_BYTES) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, HEAD_BYTES);
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8';
  return { text: bytes.toString(utf16), complete: size <= HEAD_BYTES };
}

async function* recordsOf({ open }: Payload, reader: Reader, head: Head): AsyncGenerator<SourceRecord[]> {
  const cutter = cutterOf(reader.unit(head));
  const read = reader.begin(head);
  const take = function* (segments: ReturnType<typeof cutter.push>): Generator<SourceRecord> {
    for (const segment of segments) yield* read(segment);
  };
  const some: SourceRecord[] = [];
  let passed = 0;
  try {
    for await (const chunk of open())
      // A large chunk is taken in steps, so that its records are gone before the next ones are made.
      for (let at = 0; at < chunk.length; at += STEP_BYTES) {
        const step = chunk.subarray(at, at + STEP_BYTES);
        for (const record of take(cutter.push(step))) some.push(record);
        passed += step.length;
        if (some.length > 0) yield some.splice(0);
      }
    for (const record of take(cutter.end())) some.push(record);
  } catch (error) {
    // What was read before stays; what cannot be cut is one refused record, to the end of the input.
    if (error instanceof Unreadable)
      some.push({
        place: error.place,
        from: passed,
        length: 0,
        refusals: [refuse(error.place, error.reason, error.expected)],
      });
    else if (error instanceof BadPayload)
      some.push({
        place: 'document',
        from: passed,
        length: 0,
        refusals: [refuse('document', error.message, 'a whole input')],
      });
    else throw error;
  }
  if (some.length > 0) yield some;
}
