import { randomBytes } from 'node:crypto';
import { workerData } from 'piscina';
import { pseudonymsBy } from '../persons/pseudonyms.js';
import { readersOf, type SourceRules } from '../readers/index.js';
import { contractJson } from '../readers/contract-json.js';
import type { Reader } from '../readers/reader.js';
import { check, type CheckedRecord } from './checking.js';
import { linksIn, type Link } from '../sources/links.js';
import type { IndexTask, ReadingTask } from './reading-thread.js';

const rules = workerData as SourceRules;
const readers = readersOf(rules);
const pseudonyms = pseudonymsBy(rules.pseudonymKey ?? randomBytes(32).toString('hex'));

/** The program of the thread that reads: a reader by its name on bytes that were sent, or the links of an index. */
export default function work(task: ReadingTask | IndexTask): CheckedRecord[] | readonly Link[] | null {
  if ('index' in task) return linksIn(bufferOf(task.index), task.base);
  const { reader, head, segment: sent } = task;
  const segment = { ...sent, bytes: bufferOf(sent.bytes) };
  return [...readerOf(reader).begin(head)(segment)].map((record) => check(record, pseudonyms));
}

/** Bytes arrive as a plain array of them. */
const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function readerOf({ format, implied }: ReadingTask['reader']): Reader {
  if (implied !== undefined && implied !== null) return contractJson(implied);
  const reader = readers.find((one) => one.format === format);
  if (reader === undefined) throw new Error(`no reader ${format}`);
  return reader;
}
