import { isPrintedAs } from './arithmetic.js';
import type { CheckedTable } from './files.js';
import type { Finding } from './finding.js';
import { plain, printedOf } from './text.js';

const TOTAL = /^(?:合计|总计|共计|总数|全市合计|全县合计)$/;
/** A total that other rows may be only some of. */
const WHOLE = /^(?:全市|全县|全区)$/;
/** A part of a row above, and no row of its own. */
const WITHIN = /^(?:其中|#|小计)/;
/** A row that is no part: of another time or place, or a mean. */
const OTHER = /上年|去年|同期|同比|环比|平均|季度|半年|累计|全省|全国/;
/** Chapters within a table: what follows may be a part of it. */
const CHAPTER = /^[一二三四五六七八九十]、/;
/** Columns that do not add up. */
const RATE = /率|排名|名次|平均|人均|%|‰/;
const NOW = /本年|今年|本期|本月|当期/;
const THEN = /上年|去年|上期|同期|基期|上月/;
const CHANGE = /同比|环比|增减|变化/;
const SHARE = /占比|比重|比例|占总/;
const MONEY = /万|亿|损失|金额/;

/**
 * What does not add up in a table: totals, shares of a total, changes of two columns. What a column is of is said by
 * its heading and its place; where that is not clear nothing is said, or only a doubt.
 */
export function checkTable({ name, rows }: CheckedTable): Finding[] {
  const texts = rows.map((cells) => cells.map((cell) => plain(cell).trim()));
  const labels = texts.map(([first = '']) => first.replaceAll(/[\s::]/g, ''));
  // The first row with several words that are no numbers: a title above it is one cell.
  const head = texts.findIndex((cells) => cells.filter((cell) => cell !== '' && numberIn(cell) === null).length > 1);
  const total = labels.findIndex((label, row) => row > head && (TOTAL.test(label) || WHOLE.test(label)));
  const table: Table = { name, rows: texts, labels, head: Math.max(0, head), total };
  const columns = texts[table.head]?.map((_, column) => column).slice(1) ?? [];
  return columns.flatMap((column) => [...sums(table, column), ...sharesIn(table, column), ...changesIn(table, column)]);
}

type Table = Readonly<{
  name: string;
  rows: readonly (readonly string[])[];
  /** First cells. */ labels: readonly string[];
  /** The row that names the columns, and the row of the total; -1: there is none. */ head: number;
  total: number;
}>;

function numberIn(text = '', isShare = false): number | null {
  const digits = (isShare ? text.replace(/%$/, '') : text).replaceAll(',', '');
  return /^-?\d+(?:\.\d+)?$/.test(digits) ? Number(digits) : null;
}
const decimalsOf = (text = ''): number => /\.(\d+)/.exec(text)?.[1]?.length ?? 0;

/** Rows that add up to the total: between the head and it; where it stands first, those after it. */
function partsOf({ labels, head, total }: Table): number[] {
  const isFirst = total === head + 1;
  const rows = labels.map((_, row) => row).filter((row) => (isFirst ? row > total : row > head && row < total));
  return rows.filter((row) => !WITHIN.test(labels[row] ?? '') && !OTHER.test(labels[row] ?? ''));
}

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
  const { rows, labels, total, head } = table;
  const heading = rows[head]?.[column] ?? '';
  const isShare = SHARE.test(heading);
  const printed = rows[total]?.[column];
  const whole = numberIn(printed, isShare);
  if (total === -1 || whole === null || CHANGE.test(heading) || (RATE.test(heading) && !isShare)) return [];
  const parts = partsOf(table).map((row) => rows[row]?.[column]);
  const values = parts.map((cell) => numberIn(cell, isShare));
  if (values.length < 2 || values.some((value) => value === null)) return [];
  const sum = values.reduce<number>((all, value) => all + (value ?? 0), 0);
  // Each rounded number may be off by half of its last place; money in whole 万元 is one.
  const places = Math.max(...[printed, ...parts].map(decimalsOf));
  const isRounded = places > 0 || MONEY.test(heading) || rows.some(([first = '']) => MONEY.test(first));
  const off = isRounded ? (values.length + 1) * 0.5 * 10 ** -places : 0;
  if (Math.abs(sum - whole) <= off + 1e-9) return [];
  const possible = `各行相加为${Number(sum.toFixed(places))} / the rows add up to that`;
  // Shares are rounded one by one; parts of parts may be among the rows; a city may be more than the counties shown.
  const isNested = labels.some((label) => WITHIN.test(label) || CHAPTER.test(label));
  const certain = !isShare && !isNested && TOTAL.test(labels[total] ?? '') && total !== head + 1;
  return [found(table, total, column, { rule: 'sum', certain, possible })];
}

/** A column of shares is of one of the numbers before it; which one need not be said. */
function sharesIn(table: Table, column: number): Finding[] {
  const { rows, total, head } = table;
  const heading = rows[head]?.[column] ?? '';
  if (!SHARE.test(heading) || total === -1 || /全省|全国/.test(heading)) return [];
  const wholes = (rows[total] ?? [])
    .slice(1, column)
    .map((cell, index) => ({ at: index + 1, whole: numberIn(cell) }))
    .filter(({ at, whole }) => whole !== null && whole > 0 && !SHARE.test(rows[head]?.[at] ?? ''));
  if (wholes.length === 0) return [];
  return partsOf(table).flatMap((row) => {
    const digits = /^(\d+(?:\.\d+)?)%?$/.exec(rows[row]?.[column] ?? '')?.[1];
    if (digits === undefined) return [];
    const all = wholes.flatMap(({ at, whole }) => {
      const part = numberIn(rows[row]?.[at]);
      return part === null || whole === null ? [] : [{ part, whole, percent: (part / whole) * 100 }];
    });
    const [only] = all;
    if (only === undefined || all.some(({ percent }) => isPrintedAs(percent, printedOf(digits)))) return [];
    const possible = `${only.part}/${only.whole}=${only.percent.toFixed(decimalsOf(digits) + 1)}%`;
    const isNear = Math.abs(only.percent - Number(digits)) <= 1.5 * 10 ** -decimalsOf(digits);
    return [found(table, row, column, { rule: 'share', certain: all.length === 1 && !isNear, possible })];
  });
}

/** A column of changes is of the two that are named before it, where there are only these two. */
function changesIn(table: Table, column: number): Finding[] {
  const { rows, head, labels } = table;
  const headings = rows[head] ?? [];
  const heading = headings[column] ?? '';
  if (!CHANGE.test(heading) || SHARE.test(heading) || heading.includes('‰')) return [];
  const before = headings.map((text, at) => ({ text, at })).filter(({ text, at }) => at < column && !CHANGE.test(text));
  const [now, ...others] = before.filter(({ text }) => NOW.test(text) && !THEN.test(text));
  const [then, ...more] = before.filter(({ text }) => THEN.test(text));
  const isClear = others.length === 0 && more.length === 0 && !before.some(({ text }) => text.includes('累计'));
  if (now === undefined || then === undefined || !isClear) return [];
  return rows.flatMap((cells, row) => {
    const [value, base] = [numberIn(cells[now.at]), numberIn(cells[then.at])];
    const [, word = '', sign = '', digits = ''] =
      /^(上升|增长|增加|下降|减少)?([-+])?(\d+(?:\.\d+)?)%?$/.exec(cells[column] ?? '') ?? [];
    if (row <= head || value === null || base === null || base === 0 || digits === '') return [];
    const fell = word === '' ? sign === '-' : /下降|减少/.test(word);
    const percent = ((value - base) / base) * 100;
    const change = printedOf(digits);
    const printed = { ...change, percent: fell ? -change.percent : change.percent };
    const isDifference = !cells[column]?.includes('%') && Math.abs(value - base) === change.percent;
    // Money and other decimals were rounded before the percentage was taken of what they were.
    const step = 0.5 * 10 ** -Math.max(decimalsOf(cells[now.at]), decimalsOf(cells[then.at]));
    const isRounded = step < 0.5 || MONEY.test(labels[row] ?? '') || [now, then].some(({ text }) => MONEY.test(text));
    const least = ((value - step) / (base + step) - 1) * 100;
    const most = base > step ? ((value + step) / (base - step) - 1) * 100 : Infinity;
    const last = 10 ** -change.decimals;
    const isNear = isRounded && printed.percent >= least - last && printed.percent <= most + last;
    if (isDifference || isPrintedAs(percent, printed) || isNear) return [];
    const possible = `${base}→${value} 应为${percent < 0 ? '下降' : '上升'}${Math.abs(percent).toFixed(change.decimals + 1)}%`;
    return [found(table, row, column, { rule: 'change', certain: true, possible })];
  });
}
