import { fromShanghai, utc, type UtcInstant } from '@fengsui/contracts';
import { NoPeriod, type Against, type Asked } from '@fengsui/reporting';
import { textOf, type OptionOf, type Typed } from '../command.js';
import { Misuse } from '../terminal.js';

export const YEAR: OptionOf = { flags: '--year <year>', about: { zh: '年份', en: 'year' } };
export const PERIOD_OF_REPORT: OptionOf = {
  flags: '--period <period>',
  about: {
    zh: '2020H1、2020Q2、2020-06、2020-flood（汛期）、2020-ytd（本年至今）、2020-01-01..2020-02-29',
    en: '2020H1, 2020Q2, 2020-06, 2020-flood, 2020-ytd, 2020-01-01..2020-02-29',
  },
};
export const AS_OF: OptionOf = { flags: '--as-of <instant>', about: { zh: '按当时所知', en: 'as known then' } };

/** Which days: one of a year, a period, or from and to. */
export const PERIOD: readonly OptionOf[] = [
  YEAR,
  PERIOD_OF_REPORT,
  { flags: '--from <day>', about: { zh: '自某日', en: 'from a day' } },
  { flags: '--to <day>', about: { zh: '至某日', en: 'to a day' } },
  { flags: '--county <code>', about: { zh: '县（市、区）代码', en: 'code of a county' } },
  {
    flags: '--against <what>',
    about: {
      zh: '与何比：year 上年同期，previous 上一期（环比），average 近三年同期平均',
      en: 'held against the same span of the year before, the span before, or the mean of three years',
    },
    choices: ['year', 'previous', 'average'],
    preset: 'year',
  },
];

/** What was asked for by the options of `PERIOD` and `AS_OF`. @throws Misuse unless one way of saying it was taken */
export function askedIn(typed: Typed): Asked {
  const [year, period, from, to] = ['year', 'period', 'from', 'to'].map((name) => textOf(typed, name));
  const said = [year, period, from ?? to].filter((one) => one !== undefined);
  if (said.length !== 1 || (from === undefined) !== (to === undefined))
    throw new Misuse('须写 --year、--period、--from 加 --to 三者之一 / one of --year, --period, --from with --to');
  return {
    period: year === undefined ? (period ?? `${from ?? ''}..${to ?? ''}`) : String(yearOf(year)),
    county: textOf(typed, 'county') ?? null,
    against: (textOf(typed, 'against') ?? 'year') as Against,
    asOf: instantOf(textOf(typed, 'asOf')),
  };
}

/** What is no period is wrong use. */
export async function asMisuse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof NoPeriod ? new Misuse(error.message) : error;
  }
}

/** @throws Misuse for what is no year */
export function yearOf(text = ''): number {
  if (!/^\d{4}$/.test(text)) throw new Misuse(`--year ${text}: 四位年份 / four digits are expected`);
  return Number(text);
}

/** @returns null when nothing was said @throws Misuse for what is no instant */
export function instantOf(text: string | undefined): UtcInstant | null {
  if (text === undefined) return null;
  // A day is the whole of it, in Beijing.
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return fromShanghai(`${text}T23:59`);
  if (!/(Z|[+-]\d\d:?\d\d)$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new Misuse(`--as-of ${text}: 2021-01-22T08:30:00+08:00`);
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
