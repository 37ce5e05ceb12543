import type { Refusal } from '@fengsui/contracts';
import { refuse } from '../reader.js';

/** Which part of a date such as `3/4/2026` is the month, for a whole file. */
export type DateOrder = 'month-first' | 'day-first' | 'unknown';

const SLASHED = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)/;
const DAY_MS = 86_400_000;

/**
 * Finds the order of a file from all of its dates: a part above 12 is no month. Where none proves it, one order may
 * spread the dates over more days than the source ever gives in one file, and then it is the other.
 */
export class DateOrders {
  private dayFirst = false;
  private monthFirst = false;
  private readonly seen = new Set<string>();

  /** @param spanDays the most days that one file of the source spans; null: not known */
  constructor(private readonly spanDays: number | null) {}

  see(text: string): void {
    const match = SLASHED.exec(text);
    if (match === null) return;
    const [, first, second, year] = match;
    if (Number(first) > 12) this.dayFirst = true;
    if (Number(second) > 12) this.monthFirst = true;
    if (this.seen.size < MOST_DATES) this.seen.add(`${year} ${first} ${second}`);
  }

  order(): DateOrder {
    if (this.dayFirst && this.monthFirst) return 'unknown'; // each proves another
    if (this.dayFirst) return 'day-first';
    if (this.monthFirst) return 'month-first';
    const [byMonth, byDay] = [this.fits('month-first'), this.fits('day-first')];
    return byMonth === byDay ? 'unknown' : byMonth ? 'month-first' : 'day-first';
  }

  private fits(order: DateOrder): boolean {
    if (this.spanDays === null || this.seen.size >= MOST_DATES) return true;
    const days = [...this.seen].map((date) => {
      const [year, first, second] = date.split(' ').map(Number) as [number, number, number];
      return Date.UTC(year, (order === 'month-first' ? first : second) - 1, order === 'month-first' ? second : first);
    });
    return days.length === 0 || (Math.max(...days) - Math.min(...days)) / DAY_MS <= this.spanDays;
  }
}
/** More different dates than this span more days than any file that is bounded. */
const MOST_DATES = 4_000;

/** Whether a text is a date that does not begin with the year. */
export const isSlashed = (text: string): boolean => SLASHED.test(text);

/** Whether a date means one day in the one order and another in the other. */
export const readsTwoWays = (text: string): boolean => {
  const match = SLASHED.exec(text);
  return match !== null && Number(match[1]) <= 12 && Number(match[2]) <= 12 && Number(match[1]) !== Number(match[2]);
};

/**
 * A date that does not begin with the year, as `YYYY-MM-DD`; null for anything else. A part above 12 says itself which
 * it is.
 */
export function dayOf(text: string, order: DateOrder): string | null {
  const [, first, second, year] = SLASHED.exec(text) ?? [];
  if (first === undefined || second === undefined || year === undefined) return null;
  const dayFirst = Number(first) > 12 || (order === 'day-first' && Number(second) <= 12);
  const [month, day] = dayFirst ? [second, first] : [first, second];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** Refuses a date that reads two ways, with both. */
export const twoWays = (place: string, text: string): Refusal =>
  refuse(
    place,
    `${JSON.stringify(text.slice(0, 40))} 可读作两个日期，全文件无一处能证明月日顺序 / reads as two days, and nothing in the file shows which`,
    `${dayOf(text, 'month-first')} 或 ${dayOf(text, 'day-first')}；请写成年-月-日 / one of the two; write year, month, day`,
  );
