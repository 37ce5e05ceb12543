import { utc, type UtcInstant } from '@fengsui/contracts';
import { textOf, type OptionOf, type Typed } from '../command.js';
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

/** An option that is an instant with its zone. @returns undefined: not said @throws Misuse for anything else */
export function zonedOf(typed: Typed, name: string): UtcInstant | undefined {
  const text = textOf(typed, name);
  if (text === undefined) return undefined;
  if (!/(Z|[+-]\d\d:?\d\d)$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new Misuse(`--${name} ${text}: 2026-12-01T08:30:00+08:00`);
  return utc(text);
}

/** `--from` and `--until`, as far as they were said. */
export function spanOf(typed: Typed): Readonly<{ from?: UtcInstant; until?: UtcInstant }> {
  const [from, until] = [zonedOf(typed, 'from'), zonedOf(typed, 'until')];
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
}
