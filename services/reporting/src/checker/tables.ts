import { isPrintedAs } from './arithmetic.js';
import type { CheckedTable } from './files.js';
import type { Finding } from './finding.js';
import { plain, printedOf } from './text.js';

const TOTAL = /^(?:合计|总计|共计|总数|全市|全县|全区)$/;
/** A part of a row above, and no row of its own; a total of some rows. */
const WITHIN = /^(?:其中|#|小计)/;
const NOW = /本年|今年|本期|本月|当期/;
const THEN = /上年|去年|上期|同期|基期|上月/;
const CHANGE = /同比|环比|增减|变化/;
const SHARE = /占比|比重|比例|占总/;

/** What does not add up in a table: totals, shares of a total, changes of two columns. */
export function checkTable({ name, rows }: CheckedTable): Finding[] {
  const texts = rows.map((cells) => cells.map((cell) => plain(cell).trim()));
  const head = texts.findIndex((cells) =>
    cells.slice(1).some((cell) => NOW.test(cell) || SHARE.test(cell) || CHANGE.test(cell)),
  );
  const table: Table = {
    name,
    rows: texts,
    head: head === -1 ? 0 : head,
    total: texts.findIndex(([first = '']) => TOTAL.test(first)),
  };
  const columns = texts[table.head]?.map((_, column) => column).slice(1) ?? [];
  return columns.flatMap((column) => [...sums(table, column), ...sharesIn(table, column), ...changesIn(table, column)]);
}

type Table = Readonly<{
  name: string;
  rows: readonly (readonly string[])[];
  /** The row that names the columns, and the row of the total; -1: there is none. */ head: number;
  total: number;
}>;

const numberIn = (text = '', isShare = false): number | null => {
  const digits = (isShare ? text.replace(/%$/, '') : text).replaceAll(',', '');
  return /^-?\d+(?:\.\d+)?$/.test(digits) ? Number(digits) : null;
};
const decimalsOf = (text = ''): number => /\.(\d+)/.exec(text)?.[1]?.length ?? 0;

/** Rows that add up to the total: all but the head, the total and what is within another. */
const partsOf = ({ rows, head, total }: Table): number[] =>
  rows
    .map((_, index) => index)
    .filter((index) => index > head && index !== total && !WITHIN.test(rows[index]?.[0] ?? ''));

const found = (
  { name, rows }: Table,
  row: number,
  column: number,
  rest: Pick<Finding, 'rule' | 'certain' | 'possible'>,
): Finding => {
  const printed = rows[row]?.[column] ?? '';
  return { ...rest, printed, place: `${name} 第${row + 1}行第${column + 1}列`, text: (rows[row] ?? []).join(' ') };
};

function sums(table: Table, column: number): Finding[] {
  const { rows, total, head } = table;
  const heading = rows[head]?.[column] ?? '';
  const isShare = SHARE.test(heading);
  const printed = rows[total]?.[column];
  const whole = numberIn(printed, isShare);
  if (total === -1 || whole === null || CHANGE.test(heading)) return [];
  const parts = partsOf(table).map((row) => rows[row]?.[column]);
  const values = parts.map((cell) => numberIn(cell, isShare));
  if (values.length < 2 || values.some((value) => value === null)) return [];
  const sum = values.reduce<number>((all, value) => all + (value ?? 0), 0);
  // Each rounded number may be off by half of its last place.
  const places = Math.max(...[printed, ...parts].map(decimalsOf));
  const off = places === 0 ? 0 : (values.length + 1) * 0.5 * 10 ** -places;
  if (Math.abs(sum - whole) <= off + 1e-9) return [];
  const possible = `各行相加为${Number(sum.toFixed(places))} / the rows add up to that`;
  // Shares are rounded one by one, and may be a little off together.
  return [found(table, total, column, { rule: 'sum', certain: !isShare, possible })];
}

/** A column of shares is of the numbers in the column before it. */
function sharesIn(table: Table, column: number): Finding[] {
  const { rows, total, head } = table;
  if (!SHARE.test(rows[head]?.[column] ?? '') || total === -1) return [];
  const whole = numberIn(rows[total]?.[column - 1]);
  if (whole === null || whole === 0) return [];
  return partsOf(table).flatMap((row) => {
    const part = numberIn(rows[row]?.[column - 1]);
    const digits = /^(\d+(?:\.\d+)?)%?$/.exec(rows[row]?.[column] ?? '')?.[1];
    if (part === null || digits === undefined) return [];
    const percent = (part / whole) * 100;
    if (isPrintedAs(percent, printedOf(digits))) return [];
    const possible = `${part}/${whole}=${percent.toFixed(decimalsOf(digits) + 1)}%`;
    const isNear = Math.abs(percent - Number(digits)) <= 1.5 * 10 ** -decimalsOf(digits);
    return [found(table, row, column, { rule: 'share', certain: !isNear, possible })];
  });
}

/** A column of changes is of the two that are named before it. */
function changesIn(table: Table, column: number): Finding[] {
  const { rows, head } = table;
  const headings = rows[head] ?? [];
  if (!CHANGE.test(headings[column] ?? '') || SHARE.test(headings[column] ?? '')) return [];
  const now = headings.findLastIndex((text, index) => index < column && NOW.test(text));
  const then = headings.findLastIndex((text, index) => index < column && THEN.test(text));
  if (now === -1 || then === -1) return [];
  return rows.flatMap((cells, row) => {
    const [value, base] = [numberIn(cells[now]), numberIn(cells[then])];
    const [, word = '', sign = '', digits = ''] =
      /^(上升|增长|增加|下降|减少)?([-+])?(\d+(?:\.\d+)?)%?$/.exec(cells[column] ?? '') ?? [];
    if (row <= head || value === null || base === null || base === 0 || digits === '') return [];
    const fell = word === '' ? sign === '-' : /下降|减少/.test(word);
    const percent = ((value - base) / base) * 100;
    const change = printedOf(digits);
    const printed = { ...change, percent: fell ? -change.percent : change.percent };
    const isDifference = !cells[column]?.includes('%') && Math.abs(value - base) === change.percent;
    // Money and other decimals were rounded before the percentage was taken of what they were.
    const step = 0.5 * 10 ** -Math.max(decimalsOf(cells[now]), decimalsOf(cells[then]));
    const off = Number.isInteger(value) && Number.isInteger(base) ? 0 : (step / base) * 200 + 10 ** -change.decimals;
    if (isDifference || isPrintedAs(percent, printed) || Math.abs(percent - printed.percent) <= off) return [];
    const possible = `${base}→${value} 应为${percent < 0 ? '下降' : '上升'}${Math.abs(percent).toFixed(change.decimals + 1)}%`;
    return [found(table, row, column, { rule: 'change', certain: true, possible })];
  });
}
