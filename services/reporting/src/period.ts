import { addDays, daysIn, isDay } from './calendar.js';

/** Days, both with it, and how they are called: 2020, 2020H1, 2020Q2, 2020-06, 2020-flood, 2020-01-01..2020-02-29. */
export type Period = Readonly<{ name: string; from: string; to: string }>;

/** The part of each year in which floods are looked out for 汛期: month and day, both with it. */
export type FloodSeason = Readonly<{ from: string; until: string }>;

/** What is no period. */
export class NoPeriod extends Error {}

const EXPECTED =
  '2020、2020H1、2020Q2、2020-06、2020-flood、2020-ytd、2020-01-01..2020-06-30 / one of these forms is expected';

/**
 * @param text as a person writes it; `2020-ytd` reaches to the last whole day
 * @param today in Asia/Shanghai
 * @throws NoPeriod saying what was expected
 */
export function periodOf(text: string, season: FloodSeason, today: string): Period {
  const [, year = '', part = ''] = /^(\d{4})(.*)$/.exec(text.trim()) ?? [];
  if (year === '' || Number(year) < 1000) throw new NoPeriod(`${text}: ${EXPECTED}`);
  const months = (first: number, last: number): Period => ({
    name: text.trim(),
    from: `${year}-${two(first)}-01`,
    to: lastOfMonth(Number(year), last),
  });
  if (part === '') return months(1, 12);
  if (/^H[12]$/.test(part)) return part === 'H1' ? months(1, 6) : months(7, 12);
  if (/^Q[1-4]$/.test(part)) return months(3 * Number(part[1]) - 2, 3 * Number(part[1]));
  if (/^-(0[1-9]|1[0-2])$/.test(part)) return months(Number(part.slice(1)), Number(part.slice(1)));
  if (part === '-flood') return { name: text.trim(), from: `${year}-${season.from}`, to: `${year}-${season.until}` };
  if (part === '-ytd') return toDate(text.trim(), year, today);
  const [from = '', to = '', ...more] = text.trim().split('..');
  if (more.length > 0) throw new NoPeriod(`${text}: ${EXPECTED}`);
  return spanOf(from, to);
}

/** @throws NoPeriod where one is no day, or the last comes before the first */
export function spanOf(from: string, to: string): Period {
  for (const day of [from, to])
    if (!isDay(day)) throw new NoPeriod(`${day}: 不是一天，应如 2020-02-29 / is no day; expected: 2020-02-29`);
  if (to < from) throw new NoPeriod(`${from}..${to}: 止期早于起期 / ends before it begins`);
  return { name: `${from}..${to}`, from, to };
}

/** 本年至今, to the last day that is over: half a day is held against no whole one. */
function toDate(name: string, year: string, today: string): Period {
  const to = today.startsWith(year) ? addDays(today, -1) : `${year}-12-31`;
  if (to < `${year}-01-01` || to > today)
    throw new NoPeriod(`${name}: ${year}年还没有过完一天 / no day of ${year} is over yet`);
  return { name, from: `${year}-01-01`, to };
}

/** The same span of a year some years before 同期. Where that year has no 29 February, it is the 28th. */
export function yearsBefore({ name, from, to }: Period, years: number): Period {
  const [first, last] = [moved(from, -years), moved(to, -years)];
  // Whole months stay whole: February of a leap year has a day more.
  const isWhole = from.endsWith('-01') && addDays(to, 1).endsWith('-01');
  const until =
    isWhole && !name.includes('..') ? lastOfMonth(Number(last.slice(0, 4)), Number(last.slice(5, 7))) : last;
  return { name: renamed(name, years, first, until), from: first, to: until };
}

/** The one just before it 环比: the month, quarter, half or year before; of any other span as many days before it. */
export function before({ name, from, to }: Period): Period {
  const year = Number(name.slice(0, 4));
  const last = addDays(from, -1);
  const month = Number(last.slice(5, 7));
  if (/^\d{4}$/.test(name)) return { name: String(year - 1), from: `${year - 1}-01-01`, to: last };
  if (/^\d{4}-flood$/.test(name)) return yearsBefore({ name, from, to }, 1);
  const of = (suffix: string, months: number): Period => ({
    name: `${last.slice(0, 4)}${suffix}`,
    from: `${last.slice(0, 4)}-${two(month - months + 1)}-01`,
    to: last,
  });
  if (/^\d{4}H/.test(name)) return of(`H${month / 6}`, 6);
  if (/^\d{4}Q/.test(name)) return of(`Q${month / 3}`, 3);
  if (/^\d{4}-\d{2}$/.test(name)) return of(`-${two(month)}`, 1);
  return spanOf(addDays(from, -daysIn(from, to)), last);
}

function renamed(name: string, years: number, from: string, to: string): string {
  if (name.includes('..') || name.endsWith('-ytd')) return `${from}..${to}`;
  return `${Number(name.slice(0, 4)) - years}${name.slice(4)}`;
}

function moved(day: string, years: number): string {
  const to = `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}${day.slice(4)}`;
  return isDay(to) ? to : `${to.slice(0, 8)}28`;
}

const two = (number: number): string => String(number).padStart(2, '0');
/** @param month 1 to 12 */
export const monthOf = (year: number, month: number): Pick<Period, 'from' | 'to'> => ({
  from: `${year}-${two(month)}-01`,
  to: lastOfMonth(year, month),
});

const lastOfMonth = (year: number, month: number): string =>
  month === 12 ? `${year}-12-31` : addDays(`${year}-${two(month + 1)}-01`, -1);
