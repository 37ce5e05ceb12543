import { randomBytes } from 'node:crypto';
import { pseudonymsBy, type Pseudonyms } from '../persons/pseudonyms.js';
import { refuse, Unreadable, type Head, type Reader, type Segment } from '../readers/reader.js';
import { BadPayload, wholeOf, type Payload } from '../keeping/payload.js';
import type { DateOrder } from '../readers/csv/date-order.js';
import { cutterOf } from '../readers/cutting.js';
import { recognise } from '../readers/index.js';
import { tablesOf } from '../readers/spreadsheet/tables.js';
import { openWorkbook } from '../readers/spreadsheet/workbook.js';
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

/** With what an input is read. */
export type ReadBy = Readonly<{
  /** Reads large segments, so that others are answered meanwhile; without one they are read here. */
  thread?: ReadingThread | undefined;
  /** Stand for the persons it names; without them those of this process, which nobody else can tell apart. */
  pseudonyms?: Pseudonyms | undefined;
}>;
type Reading = ReadBy & Readonly<{ pseudonyms: Pseudonyms }>;
/** No name gets through where nobody said what stands for it. */
const OF_THIS_PROCESS = pseudonymsBy(randomBytes(32).toString('hex'));

/**
 * Finds the reader of an input, reads it and holds it against the contracts, chunk by chunk: only what one chunk holds
 * is in memory.
 */
export async function readInput(
  given: Payload,
  readers: readonly Reader[],
  { thread, pseudonyms = OF_THIS_PROCESS }: ReadBy = {},
): Promise<Opened> {
  const head = await headOf(given);
  if (head.complete && head.text.replace(/^\ufeff/, '').trim() === '[]')
    return { skipped: '空列表 / an empty list', emptyList: true };
  if (head.magic.equals(OLE))
    return {
      skipped: '旧版 .xls 或加了密码的工作簿，请另存为无密码的 .xlsx / an old or encrypted workbook: save it as .xlsx',
    };
  if (head.text.startsWith(ZIP)) return readWorkbook(given, readers, { thread, pseudonyms });
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
  const records = recordsOf(
    payload,
    { reader, head, order: await orderOf(payload, reader, head) },
    { thread, pseudonyms },
  );
  if (reader.whyEmpty === undefined) return { format: reader.format, records };
  const all: CheckedRecord[][] = [];
  for await (const some of records) if (some.length > 0) all.push(some);
  if (all.length > 0) return { format: reader.format, records: once(all) };
  return { skipped: reader.whyEmpty(head), ...(reader.isEmptyList?.(head) === true ? { emptyList: true } : {}) };
}

const OLE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);
const ZIP = 'PK\u0003\u0004';
/** A workbook is unpacked from memory. */
const MOST_WORKBOOK_BYTES = 16_000_000;

/** A spreadsheet: each sheet that is a table, by the reader of that table. Places are those in the sheet. */
async function readWorkbook(payload: Payload, readers: readonly Reader[], by: Reading): Promise<Opened> {
  if (payload.size > MOST_WORKBOOK_BYTES) return { skipped: `a workbook of more than ${MOST_WORKBOOK_BYTES} bytes` };
  try {
    const book = await openWorkbook(await wholeOf(payload));
    const { tables, left } = await tablesOf(book, readers);
    if (tables.length === 0)
      return { skipped: ['工作簿中没有可识别的表 / no sheet is a table that is known', ...left].join('; ') };
    const format = [...new Set(tables.map(({ reader }) => reader.format))].join('+');
    return { format, records: inSheets() };
    async function* inSheets(): AsyncGenerator<CheckedRecord[]> {
      let toSay = left;
      try {
        for (const { sheet, firstRow, reader, head, open } of tables) {
          const asCsv = { ...payload, open };
          const whole = { reader, head, order: await orderOf(asCsv, reader, head) };
          for await (const some of recordsOf(asCsv, whole, by)) {
            const placed = some.map((record) => inSheet(record, sheet, firstRow));
            const first = toSay.length === 0 ? -1 : placed.findIndex(({ refusals }) => refusals === undefined);
            yield placed.map((record, n) =>
              n === first && record.refusals === undefined ? { ...record, notes: [...toSay, ...record.notes] } : record,
            );
            if (first !== -1) toSay = [];
          }
        }
      } finally {
        book.close();
      }
    }
  } catch (error) {
    if (error instanceof Unreadable) return { skipped: `${error.place}: ${error.reason}` };
    throw error;
  }
}

/** A record of a sheet's CSV, at its row in the sheet: a workbook is packed, and has no bytes of its own for a row. */
function inSheet(record: CheckedRecord, sheet: string, firstRow: number): CheckedRecord {
  const there = (text: string): string =>
    text.replace(/\bline (\d+)/, (_, line: string) => `sheet "${sheet}", row ${Number(line) + firstRow - 1}`);
  const at = { place: there(record.place), from: 0, length: 0 };
  return record.refusals === undefined
    ? { ...record, ...at, notes: record.notes.map(there) }
    : { ...at, refusals: record.refusals.map((refusal) => ({ ...refusal, place: there(refusal.place) })) };
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

async function headOf({ open, size }: Payload): Promise<Head & Readonly<{ magic: Buffer }>> {
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
  return { text, complete: size <= HEAD_BYTES, encoding, magic: bytes.subarray(0, OLE.length) };
}

/** In which order the dates of a whole input are written, where a reader asks for that. */
async function orderOf({ open }: Payload, reader: Reader, head: Head): Promise<DateOrder | undefined> {
  const survey = reader.survey?.(head) ?? null;
  if (survey === null) return undefined;
  const cutter = cutterOf(reader.unit(head));
  try {
    for await (const chunk of open()) for (const segment of cutter.push(chunk)) survey.see(segment);
    for (const segment of cutter.end()) survey.see(segment);
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof BadPayload)) throw error; // reading will come to it, too
  }
  return survey.order();
}

async function* recordsOf(
  { open }: Payload,
  { reader, head, order }: Readonly<{ reader: Reader; head: Head; order: DateOrder | undefined }>,
  { thread, pseudonyms }: Reading,
): AsyncGenerator<CheckedRecord[]> {
  const cutter = cutterOf(reader.unit(head));
  const read = reader.begin(head, order);
  const some: CheckedRecord[] = [];
  let passed = 0;
  const take = async function* (segments: Iterable<Segment>): AsyncGenerator<CheckedRecord[]> {
    for (const segment of segments) {
      if (thread !== undefined && reader.remembers !== true && segment.bytes.length > OFF_LOOP_BYTES) {
        if (some.length > 0) yield some.splice(0);
        yield await thread.read(reader, head, segment);
      } else for (const record of read(segment)) some.push(check(record, pseudonyms));
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
