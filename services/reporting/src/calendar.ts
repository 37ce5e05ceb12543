import { fromShanghai, shanghaiDate, utc, type UtcInstant } from '@fengsui/contracts';

export const yearOf = (at: UtcInstant): number => Number(shanghaiDate(at).slice(0, 4));

const DAY_MS = 86_400_000;

/** The day before the one that an instant lies in, in Asia/Shanghai. */
export const dayBefore = (at: UtcInstant): string => shanghaiDate(utc(Date.parse(at) - DAY_MS));

/** The ISO 8601 week of a day in Asia/Shanghai: `2020-W53` holds its Thursday. */
export function isoWeek(at: UtcInstant): Readonly<{ year: number; week: string }> {
  const day = Date.parse(`${shanghaiDate(at)}T00:00:00Z`);
  const weekday = (new Date(day).getUTCDay() + 6) % 7;
  const thursday = new Date(day + (3 - weekday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const number = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS));
  return { year, week: `${year}-W${String(number).padStart(2, '0')}` };
}

/** 52 or 53: the year's last Thursday tells. */
export const isoWeeksIn = (year: number): number => Number(isoWeek(fromShanghai(`${year}-12-28`)).week.slice(-2));
