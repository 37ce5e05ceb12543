import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import writeExcel from 'write-excel-file/node';
import { textOf, type OptionOf, type Typed } from './command.js';
import { csvLine } from './csv-line.js';
import type { Terminal } from './terminal.js';

/** A cell of a sheet. Text is kept a text, whatever it begins with: what others wrote is no formula. */
export type SheetCell = string | number | null;
export type Sheet = Readonly<{
  name: string;
  head: readonly string[];
  rows: readonly (readonly SheetCell[])[];
  /** Lines above the head, such as a title. */ above?: readonly string[];
}>;

/** Where a table is written to, beside the terminal. */
export const SHEET_OPTIONS: readonly OptionOf[] = [
  { flags: '--csv <file>', about: { zh: '写成 CSV', en: 'write CSV' } },
  { flags: '--xlsx <file>', about: { zh: '写成 .xlsx', en: 'write .xlsx' } },
  { flags: '--parquet <file>', about: { zh: '写成 Parquet', en: 'write Parquet' } },
];

/** Writes what was asked for. @returns the files */
export async function writeSheets(typed: Typed, sheet: Sheet): Promise<readonly string[]> {
  const [csv, xlsx, parquet] = ['csv', 'xlsx', 'parquet'].map((name) => textOf(typed, name));
  for (const file of [csv, xlsx, parquet])
    if (file !== undefined) mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  if (csv !== undefined)
    // The mark is what spreadsheets know UTF-8 by.
    writeFileSync(csv, `\ufeff${[sheet.head, ...sheet.rows].map(csvLine).join('\r\n')}\r\n`);
  if (xlsx !== undefined) writeFileSync(xlsx, await workbook([sheet]));
  if (parquet !== undefined) writeFileSync(parquet, parquetOf(sheet));
  return [csv, xlsx, parquet].filter((file) => file !== undefined);
}

/** What was written, a line each. */
export const writtenIn = (files: readonly string[], terminal: Terminal): string[] =>
  files.map((file) => terminal.pick({ zh: `已写入 ${file}`, en: `written: ${file}` }));

/** One workbook, a sheet each. */
export async function workbook(sheets: readonly Sheet[]): Promise<Buffer> {
  const cell = (value: SheetCell) =>
    value === null ? null : typeof value === 'number' ? { type: Number, value } : { type: String, value };
  const bold = (value: string) => ({ type: String, value, fontWeight: 'bold' as const });
  const made = writeExcel(
    sheets.map(({ name, head, rows, above = [] }) => ({
      // What Excel takes for the name of a sheet.
      sheet: name.replaceAll(/[[\]:*?/\\]/g, '-').slice(0, 31),
      data: [...above.map((words) => [bold(words)]), head.map(bold), ...rows.map((cells) => cells.map(cell))],
      columns: head.map((words, column) => ({ width: widthOf(words, rows, column) })),
    })),
  );
  return made.toBuffer();
}

/** In characters, as wide as its widest cell, within reason. */
function widthOf(words: string, rows: Sheet['rows'], column: number): number {
  const widths = [words, ...rows.map((cells) => String(cells[column] ?? ''))].map((text) =>
    [...text].reduce((sum, one) => sum + (one.charCodeAt(0) < 128 ? 1 : 2), 0),
  );
  return Math.min(60, Math.max(8, ...widths) + 2);
}

/** A column is of numbers where every cell of it is one, or empty. */
function parquetOf({ head, rows }: Sheet): Buffer {
  const columnData = head.map((name, column) => {
    const data = rows.map((cells) => cells[column] ?? null);
    const isNumber = data.some((one) => one !== null) && data.every((one) => one === null || typeof one === 'number');
    return {
      name,
      data: isNumber ? data : data.map((one) => (one === null ? null : String(one))),
      type: isNumber ? ('DOUBLE' as const) : ('STRING' as const),
      nullable: true,
    };
  });
  return Buffer.from(parquetWriteBuffer({ columnData }));
}
