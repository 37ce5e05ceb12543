/** What of a date a number format shows. */
export type DateStyle = Readonly<{ date: boolean; time: boolean }>;

/** Formats that every spreadsheet has without saying so (ISO/IEC 29500-1, 18.8.30; 27–36, 50–58: the Chinese ones). */
const DATES = new Set([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
const TIMES = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56]);
const BOTH = 22;

/** @param used formats of the cell styles, by their place @returns what each shows of a date; null: a number */
export const dateStyles = (
  used: readonly number[],
  formats: ReadonlyMap<number, string>,
): readonly (DateStyle | null)[] => used.map((id) => styleOf(id, formats.get(id)));

function styleOf(id: number, code: string | undefined): DateStyle | null {
  if (code === undefined) {
    if (id === BOTH) return { date: true, time: true };
    return DATES.has(id) ? { date: true, time: false } : TIMES.has(id) ? { date: false, time: true } : null;
  }
  // Texts in quotes, escaped letters, and colours or locales in brackets are no parts of a date; [h] counts hours on.
  const parts = code.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '').split(';')[0] ?? '';
  const time = /[hs]/i.test(parts);
  const date = /[yd]/i.test(parts) || (/m/i.test(parts) && !time);
  return date || time ? { date, time } : null;
}

const DAY_MS = 86_400_000;
/** Day 0 of the two ways of counting; the first has a 29 February 1900 that never was, so it is exact from March on. */
const EPOCHS = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) };

/** A day number as the text that it stands for: `2026-11-03`, `2026-11-03 08:00`, `08:00`; seconds if there are any. */
export function dateText(value: number, { date, time }: DateStyle, date1904: boolean): string {
  if (!Number.isFinite(value) || value < 0 || value > 2_958_466) return String(value);
  // A second is a day's 86,400th part, and a double holds a day to the microsecond: half a second is no part of it.
  const at = new Date(Math.round((value * DAY_MS) / 1_000) * 1_000 + EPOCHS[date1904 ? 1904 : 1900]).toISOString();
  const clock = at.slice(17, 19) === '00' ? at.slice(11, 16) : at.slice(11, 19);
  if (!date) return clock;
  return time ? `${at.slice(0, 10)} ${clock}` : at.slice(0, 10);
}
