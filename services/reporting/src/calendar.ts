import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';

const DAY_MS = 86_400_000;
/** Days since 1970 of a day such as `2020-06-30`. */
const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayOf = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** @param day such as `2020-06-30` @param days also less than none */
export const addDays = (day: string, days: number): string => dayOf(numberOf(day) + days);

/** How many days lie from one to another, both with it. */
export const daysIn = (from: string, to: string): number => numberOf(to) - numberOf(from) + 1;

/** Whether there is such a day: 30 February is none. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(numberOf(text)) && addDays(text, 0) === text;

/** The day before the one that an instant lies in, in Asia/Shanghai. */
export const dayBefore = (at: UtcInstant): string => addDays(shanghaiDate(at), -1);

/** The Thursday of the week that a day lies in: it says to which year the week belongs (ISO 8601). */
function thursdayOfDay(day: string): string {
  const number = numberOf(day);
  // 1 January 1970 was a Thursday.
  const sinceMonday = (((number + 3) % 7) + 7) % 7;
  return dayOf(number - sinceMonday + 3);
}
export const thursdayOf = (at: UtcInstant): string => thursdayOfDay(shanghaiDate(at));

/** The ISO 8601 week of a day in Asia/Shanghai: `2020-W53` holds its Thursday. */
export function isoWeek(at: UtcInstant): string {
  const thursday = thursdayOf(at);
  const year = thursday.slice(0, 4);
  const number = 1 + Math.floor((numberOf(thursday) - numberOf(`${year}-01-01`)) / 7);
  return `${year}-W${String(number).padStart(2, '0')}`;
}

/** Weeks whose Thursday lies within days: of a year 52 or 53. */
export function weeksIn(from: string, to: string): number {
  const first = thursdayOfDay(from);
  const from0 = first >= from ? first : addDays(first, 7);
  return from0 > to ? 0 : Math.floor((numberOf(to) - numberOf(from0)) / 7) + 1;
}
