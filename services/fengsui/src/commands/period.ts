import { utc, type UtcInstant } from '@fengsui/contracts';
import type { OptionOf } from '../command.js';
import { Misuse } from '../terminal.js';

export const YEAR: OptionOf = { flags: '--year <year>', about: { zh: '年份', en: 'year' }, required: true };
export const AS_OF: OptionOf = { flags: '--as-of <instant>', about: { zh: '按当时所知', en: 'as known then' } };

/** @throws Misuse for what is no year */
export function yearOf(text = ''): number {
  if (!/^\d{4}$/.test(text)) throw new Misuse(`--year ${text}: 四位年份 / four digits are expected`);
  return Number(text);
}

/** @returns null when nothing was said @throws Misuse for what is no instant */
export function instantOf(text: string | undefined): UtcInstant | null {
  if (text === undefined) return null;
  if (Number.isNaN(Date.parse(text))) throw new Misuse(`--as-of ${text}: 2021-01-22T08:30:00+08:00`);
  return utc(text);
}
