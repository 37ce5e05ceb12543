import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { Unreadable } from '../reader.js';
import { dateStyles, dateText, type DateStyle } from './dates.js';

/**
 * A workbook of Office Open XML (ISO/IEC 29500-1, 18): its sheets in their order. Rows are read as they are unpacked;
 * of formulas the values that were saved with them.
 */
export type Workbook = Readonly<{ sheets: readonly Sheet[]; close: () => void }>;
export type Sheet = Readonly<{
  name: string;
  hidden: boolean;
  /** Rows that hold something, each with its number in the sheet, from 1. */
  rows: () => AsyncGenerator<Readonly<{ number: number; cells: readonly string[] }>>;
}>;

/** Texts of all cells are held at once; no table that anybody keeps by hand has more. */
const MOST_SHARED_BYTES = 64_000_000;
const MOST_SHEET_BYTES = 512_000_000;
const MOST_SMALL_BYTES = 4_000_000;
/** A sheet has 16,384 columns; no table of ours a thousandth of them. */
const MOST_COLUMNS = 1_000;

/** @throws Unreadable for what is no workbook, or unpacks to more than anybody keeps in one */
export async function openWorkbook(bytes: Buffer): Promise<Workbook> {
  const zip = await zipOf(bytes);
  try {
    const parts = await partsOf(zip);
    const part = (name: string): Entry | undefined => parts.get(name);
    const book = part('xl/workbook.xml');
    if (book === undefined) throw noWorkbook('a zip archive without xl/workbook.xml; unpack it first');
    const { listed, date1904 } = await sheetsIn(zip, book);
    const targets = await targetsIn(zip, part('xl/_rels/workbook.xml.rels'));
    const shared = await sharedTexts(zip, part('xl/sharedStrings.xml'));
    const styles = await stylesIn(zip, part('xl/styles.xml'));
    const sheets = listed.flatMap(({ name, hidden, relation }): Sheet[] => {
      const entry = part(targets.get(relation) ?? '');
      const rows = (): AsyncGenerator<{ number: number; cells: string[] }> =>
        rowsIn(zip, entry as Entry, { name, shared, styles, date1904 });
      return entry === undefined ? [] : [{ name, hidden, rows }];
    });
    return { sheets, close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error instanceof Unreadable ? error : noWorkbook((error as Error).message);
  }
}

/** Everything that the visible sheets of a workbook hold. @throws Unreadable as `openWorkbook` */
export async function sheetsOf(bytes: Buffer): Promise<readonly Readonly<{ name: string; rows: string[][] }>[]> {
  const book = await openWorkbook(bytes);
  try {
    const sheets = [];
    for (const sheet of book.sheets.filter(({ hidden }) => !hidden)) {
      const rows: string[][] = [];
      for await (const { cells } of sheet.rows()) rows.push([...cells]);
      sheets.push({ name: sheet.name, rows });
    }
    return sheets;
  } finally {
    book.close();
  }
}

const noWorkbook = (why: string): Unreadable =>
  new Unreadable(
    'document',
    `不是可读的工作簿 / no workbook that can be read: ${why.slice(0, 200)}`,
    '.xlsx (ISO/IEC 29500)',
  );

async function zipOf(bytes: Buffer): Promise<ZipFile> {
  try {
    return await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false });
  } catch (error) {
    throw noWorkbook((error as Error).message);
  }
}

async function partsOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const parts = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) parts.set(entry.fileName.replace(/^\//, ''), entry);
  return parts;
}

type Listed = Readonly<{ name: string; hidden: boolean; relation: string }>;

async function sheetsIn(zip: ZipFile, book: Entry): Promise<Readonly<{ listed: Listed[]; date1904: boolean }>> {
  const listed: Listed[] = [];
  let date1904 = false;
  for await (const seen of elements(zip, book, MOST_SMALL_BYTES)) {
    if (seen.kind !== 'open') continue;
    const { name, values } = seen;
    if (name === 'workbookPr') date1904 = ['1', 'true'].includes(values['date1904'] ?? '');
    if (name === 'sheet')
      listed.push({
        name: values['name'] ?? '',
        hidden: (values['state'] ?? 'visible') !== 'visible',
        relation: values['id'] ?? '',
      });
  }
  return { listed, date1904 };
}

/** Parts by the names of the relations that lead to them. */
async function targetsIn(zip: ZipFile, relations: Entry | undefined): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>();
  if (relations === undefined) return targets;
  for await (const seen of elements(zip, relations, MOST_SMALL_BYTES)) {
    if (seen.kind !== 'open' || seen.name !== 'Relationship') continue;
    const target = seen.values['Target'] ?? '';
    targets.set(seen.values['Id'] ?? '', target.startsWith('/') ? target.slice(1) : `xl/${target}`);
  }
  return targets;
}

async function sharedTexts(zip: ZipFile, part: Entry | undefined): Promise<readonly string[]> {
  const texts: string[] = [];
  if (part === undefined) return texts;
  let [text, within, phonetic] = ['', false, false];
  for await (const seen of elements(zip, part, MOST_SHARED_BYTES)) {
    if (seen.kind === 'text') text += within && !phonetic ? seen.text : '';
    else if (seen.name === 't') within = seen.kind === 'open';
    else if (seen.name === 'rPh')
      phonetic = seen.kind === 'open'; // how it is read aloud, not what it says
    else if (seen.name === 'si') {
      if (seen.kind === 'close') texts.push(text);
      text = '';
    }
  }
  return texts;
}

async function stylesIn(zip: ZipFile, part: Entry | undefined): Promise<readonly (DateStyle | null)[]> {
  const formats = new Map<number, string>();
  const used: number[] = [];
  if (part === undefined) return [];
  let inCells = false;
  for await (const seen of elements(zip, part, MOST_SMALL_BYTES)) {
    if (seen.kind === 'text') continue;
    if (seen.name === 'cellXfs') inCells = seen.kind === 'open';
    if (seen.kind !== 'open') continue;
    if (seen.name === 'numFmt') formats.set(Number(seen.values['numFmtId']), seen.values['formatCode'] ?? '');
    if (seen.name === 'xf' && inCells) used.push(Number(seen.values['numFmtId'] ?? '0'));
  }
  return dateStyles(used, formats);
}

type Around = Readonly<{
  name: string;
  shared: readonly string[];
  styles: readonly (DateStyle | null)[];
  date1904: boolean;
}>;
type Cell = { column: number; type: string; style: number; value: string; formula: boolean };

async function* rowsIn(zip: ZipFile, part: Entry, around: Around): AsyncGenerator<{ number: number; cells: string[] }> {
  let [number, column, within, phonetic] = [0, 0, false, false];
  let cells: string[] = [];
  let cell: Cell | null = null;
  for await (const seen of elements(zip, part, MOST_SHEET_BYTES)) {
    if (seen.kind === 'text') {
      if (cell !== null && within && !phonetic) cell.value += seen.text;
      continue;
    }
    const open = seen.kind === 'open';
    switch (seen.name) {
      case 'row':
        if (open) {
          number = seen.values['r'] === undefined ? number + 1 : Number(seen.values['r']);
          [cells, column] = [[], 0];
        } else if (cells.some((text) => text !== '')) yield { number, cells };
        break;
      case 'c':
        if (open) {
          column = seen.values['r'] === undefined ? column + 1 : columnOf(seen.values['r']);
          const { t = 'n', s = '0' } = seen.values;
          cell = { column, type: t, style: Number(s), value: '', formula: false };
        } else if (cell !== null) {
          if (cell.column <= MOST_COLUMNS) put(cells, cell.column, textOf(cell, around));
          cell = null;
        }
        break;
      case 'f':
        if (open && cell !== null) cell.formula = true;
        break;
      case 'v':
      case 't':
        within = open;
        break;
      case 'rPh':
        phonetic = open;
        break;
    }
  }
}

function put(cells: string[], column: number, text: string): void {
  while (cells.length < column) cells.push('');
  cells[column - 1] = text;
}

/** `AB12` is the 28th column. */
const columnOf = (reference: string): number =>
  [...reference.replace(/[^A-Z]/g, '')].reduce((sofar, letter) => sofar * 26 + letter.charCodeAt(0) - 64, 0);

function textOf({ type, style, value, formula }: Cell, { shared, styles, date1904 }: Around): string {
  if (value === '') return formula ? '(公式无保存值)' : '';
  switch (type) {
    case 's':
      return shared[Number(value)] ?? '';
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'n': {
      const date = styles[style] ?? null;
      // 15 digits are what a spreadsheet shows of a number; more are its binary form.
      return date === null ? String(Number(Number(value).toPrecision(15))) : dateText(Number(value), date, date1904);
    }
    default:
      return value; // inlineStr, str (of a formula), e (an error such as #N/A), d (ISO 8601)
  }
}

type Seen =
  | Readonly<{ kind: 'open'; name: string; values: Readonly<Record<string, string>> }>
  | Readonly<{ kind: 'close'; name: string }>
  | Readonly<{ kind: 'text'; text: string }>;

/** What stands in a part, as it is unpacked; names without their prefixes. */
async function* elements(zip: ZipFile, entry: Entry, limit: number): AsyncGenerator<Seen> {
  if (entry.uncompressedSize > limit)
    throw new Unreadable(entry.fileName, `unpacks to more than ${limit} bytes`, 'a smaller workbook');
  const parser = new SaxesParser();
  const bare = (name: string): string => name.slice(name.indexOf(':') + 1);
  const seen: Seen[] = [];
  parser.on('error', (error) => {
    throw new Unreadable(entry.fileName, error.message.slice(0, 200), 'well-formed XML');
  });
  parser.on('opentag', ({ name, attributes }) => {
    const values = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [bare(key), String(value)]));
    seen.push({ kind: 'open', name: bare(name), values });
  });
  parser.on('text', (text) => seen.push({ kind: 'text', text }));
  parser.on('closetag', ({ name }) => seen.push({ kind: 'close', name: bare(name) }));
  const decoder = new TextDecoder('utf-8');
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      parser.write(decoder.decode(chunk, { stream: true }));
      yield* seen.splice(0);
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : noWorkbook((error as Error).message); // broken while it is unpacked
  }
  parser.write(decoder.decode()).close();
  yield* seen.splice(0);
}
