import { fromShanghai, minutesBetween, shanghaiMinute, utc, type UtcInstant } from '@fengsui/contracts';

/** The moment at which the examples in the tree are true: 20 November 2026, 16:30 in Beijing. */
export const MOMENT_OF_EXAMPLES: UtcInstant = fromShanghai('2026-11-20T16:30');

/** The forms in which examples write a time, by its parts. Whatever its zone, a clock goes on by the same minutes. */
const FORMS: readonly RegExp[] = [
  /(?<Y>\d{4})[-/](?<M>\d\d)[-/](?<D>\d\d)[T ](?<h>\d\d):(?<m>\d\d)/g,
  /(?<!\d)(?<Y>20\d\d)(?<M>\d\d)(?<D>\d\d)(?<h>\d\d)(?<m>\d\d)\d\d(?!\d)/g, // within identifiers
  /(?<Y>\d{4})年(?<M>\d{1,2})月(?<D>\d{1,2})日(?<h>\d{1,2})时(?<m>\d\d)分/g,
  /(?<![年\d])(?<M>\d{1,2})月(?<D>\d{1,2})日(?<h>\d\d)时(?<m>\d\d)分/g,
  /(?<=^日期：)(?<Y>\d{4})-(?<M>\d\d)-(?<D>\d\d)$/gm,
  /(?<Y>\d{4})-(?<M>\d\d)-(?<D>\d\d),(?<h>\d{1,2})(?<m>\d\d)(?=,)/g, // FIRMS
];
/** Positions of a storm are given every six hours: `YYMMDDHH`. */
const EVERY_SIX_HOURS = /^(?<y>\d\d)(?<M>\d\d)(?<D>\d\d)(?<h>\d\d)(?= \d{3} \d )/gm;
const SIX_HOURS = 360;
const EPOCH_SECONDS = /(?<="pubtimestamp": )\d{10}/g;

/** A text with all its times moved, so that what was true at {@link MOMENT_OF_EXAMPLES} is true at `now`. */
export function shiftedTo(now: UtcInstant, text: string): string {
  const by = Math.floor(minutesBetween(MOMENT_OF_EXAMPLES, now));
  const inSixHours = Math.floor(by / SIX_HOURS) * SIX_HOURS;
  const moved = FORMS.reduce((sofar, form) => movedBy(by, sofar, form), text);
  return movedBy(inSixHours, moved, EVERY_SIX_HOURS).replace(EPOCH_SECONDS, (at) => String(Number(at) + by * 60));
}

/** The part of a written time by its letter; what it does not say is that of the moment. */
type Parts = Readonly<Partial<Record<'Y' | 'y' | 'M' | 'D' | 'h' | 'm', string>>>;

const movedBy = (minutes: number, text: string, form: RegExp): string =>
  text.replace(form, (found: string, ...rest: unknown[]) => rewritten(found, rest.at(-1) as Parts, minutes));

function rewritten(found: string, parts: Parts, minutes: number): string {
  const moment = shanghaiMinute(MOMENT_OF_EXAMPLES);
  const { y, M, D, h } = parts;
  const year = parts.Y ?? (y === undefined ? moment.slice(0, 4) : `20${y}`);
  const minute = parts.m ?? (h === undefined ? Number(moment.slice(14)) : 0);
  const wall = Date.UTC(Number(year), Number(M) - 1, Number(D), Number(h ?? moment.slice(11, 13)), Number(minute));
  const later = utc(wall + minutes * 60_000);
  const written = {
    Y: later.slice(0, 4),
    y: later.slice(2, 4),
    M: later.slice(5, 7),
    D: later.slice(8, 10),
    h: later.slice(11, 13),
    m: later.slice(14, 16),
  };
  let [result, rest] = ['', found];
  for (const [name, part] of Object.entries(parts) as [keyof Parts, string][]) {
    const at = rest.indexOf(part);
    result += rest.slice(0, at) + written[name];
    rest = rest.slice(at + part.length);
  }
  return result + rest;
}
