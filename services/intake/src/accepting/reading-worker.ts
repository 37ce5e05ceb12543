import { workerData } from 'piscina';
import { readersOf, type SourceRules } from '../readers/index.js';
import { contractJson } from '../readers/contract-json.js';
import type { Reader } from '../readers/reader.js';
import { check, type CheckedRecord } from './checking.js';
import type { ReadingTask } from './reading-thread.js';

const readers = readersOf(workerData as SourceRules);

/** The program of the thread that reads: a reader by its name, on bytes that were sent. */
export default function readSegment({ reader, head, segment: sent }: ReadingTask): CheckedRecord[] {
  // Bytes arrive as a plain Uint8Array.
  const { buffer, byteOffset, byteLength } = sent.bytes;
  const segment = { ...sent, bytes: Buffer.from(buffer, byteOffset, byteLength) };
  return [...readerOf(reader).begin(head)(segment)].map(check);
}

function readerOf({ format, implied }: ReadingTask['reader']): Reader {
  if (implied !== undefined && implied !== null) return contractJson(implied);
  const reader = readers.find((one) => one.format === format);
  if (reader === undefined) throw new Error(`no reader ${format}`);
  return reader;
}
