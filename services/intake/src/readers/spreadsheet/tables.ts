import { headerOf } from '../csv/rows.js';
import type { Head, Reader } from '../reader.js';
import type { Sheet, Workbook } from './workbook.js';

/** A sheet that a reader of tables knows, as the CSV that it would be. */
export type SheetTable = Readonly<{
  sheet: string;
  /** Row of the header, from 1: line 1 of the CSV. */ firstRow: number;
  reader: Reader;
  head: Head;
  open: () => AsyncGenerator<Buffer>;
}>;
type Tables = Readonly<{
  tables: readonly SheetTable[];
  /** Sheets that are not read, and why. */ left: readonly string[];
}>;
type Row = Readonly<{ number: number; cells: readonly string[] }>;

/** A title and the like may stand above the header. */
const MOST_ROWS_ABOVE = 20;
const HEAD_ROWS = 100;

/** The tables of a workbook. A hidden sheet is an old one, or somebody's notes: it is named, and not read. */
export async function tablesOf(book: Workbook, readers: readonly Reader[]): Promise<Tables> {
  const [tables, left]: [SheetTable[], string[]] = [[], []];
  for (const sheet of book.sheets) {
    if (sheet.hidden) {
      left.push(`隐藏的工作表“${sheet.name}”未读取 / hidden sheet, not read`);
      continue;
    }
    const table = await tableOf(sheet, readers);
    if (typeof table !== 'string') tables.push(table);
    else if (table !== '')
      left.push(`工作表“${sheet.name}”不是可识别的表（${table.slice(0, 80)}）/ no table that is known, not read`);
  }
  return { tables, left };
}

/** The table of a sheet; or the words of its first row, and nothing for an empty one. */
async function tableOf(sheet: Sheet, readers: readonly Reader[]): Promise<SheetTable | string> {
  const first: Row[] = [];
  for await (const row of sheet.rows()) {
    first.push(row);
    if (first.length >= HEAD_ROWS) break;
  }
  for (const [index, { number, cells }] of first.slice(0, MOST_ROWS_ABOVE).entries()) {
    const width = widthOf(cells);
    const head: Head = { text: [...linesOf(first.slice(index), number, width)].join(''), complete: false };
    const reader = readers.find((one) => one.unit(head) === 'row' && one.recognises(head));
    if (reader === undefined || headerOf(head).length < 2) continue;
    const open = async function* (): AsyncGenerator<Buffer> {
      let next = number;
      for await (const row of sheet.rows()) {
        if (row.number < number) continue;
        yield Buffer.from([...linesOf([row], next, width)].join(''));
        next = row.number + 1;
      }
    };
    return { sheet: sheet.name, firstRow: number, reader, head, open };
  }
  return first[0]?.cells.filter((text) => text !== '').join(',') ?? '';
}

/** Rows as lines of CSV; for those that hold nothing an empty line, so that lines and rows keep step. */
function* linesOf(rows: readonly Row[], from: number, width: number): Generator<string> {
  let next = from;
  for (const { number, cells } of rows) {
    yield '\n'.repeat(Math.max(0, number - next));
    const used = Math.max(width, widthOf(cells));
    yield `${Array.from({ length: used }, (_, n) => quoted(cells[n] ?? '')).join(',')}\n`;
    next = number + 1;
  }
}

const widthOf = (cells: readonly string[]): number => cells.findLastIndex((text) => text.trim() !== '') + 1;

/** A line end within a cell is a blank: a row stays one line. */
function quoted(cell: string): string {
  const text = cell.replace(/[\r\n]+/g, ' ');
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
