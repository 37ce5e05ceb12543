import { tzOffset } from '@date-fns/tz';

/** A wall clock, in parts. */
export type Wall = Readonly<{ year: number; month: number; day: number; hour: number; minute: number; second: number }>;

const FIXED = /^([+-])(\d{2}):?(\d{2})$/;

/**
 * Whether `zone` is UTC, a fixed offset such as `+05:30`, or a name of the time zone database such as
 * `America/Montevideo`.
 */
export const isZone = (zone: string): boolean =>
  zone === 'UTC' || FIXED.test(zone) || !Number.isNaN(tzOffset(zone, new Date(0)));

/**
 * The instant at which clocks in a zone show `wall`, as UTC with milliseconds. Null for a date that no calendar has
 * and for an hour that the clocks skip; of an hour that they show twice, the first.
 * @param lenient an hour that the clocks skip is counted on from the hour before: for times of which only the day is
 * certain
 */
export function instantAt(wall: Wall, zone: string, lenient = false): string | null {
  const { year, month, day, hour, minute, second } = wall;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(asUtc);
  const real =
    back.getUTCFullYear() === year &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!real) return null;
  const fixed = FIXED.exec(zone);
  if (zone === 'UTC' || fixed !== null) {
    const offset = fixed === null ? 0 : (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]));
    return new Date(asUtc - offset * 60_000).toISOString();
  }
  const offsets = [tzOffset(zone, new Date(asUtc - 86_400_000)), tzOffset(zone, new Date(asUtc + 86_400_000))];
  const instants = offsets
    .map((offset) => asUtc - offset * 60_000)
    .filter((at) => at + tzOffset(zone, new Date(at)) * 60_000 === asUtc);
  if (instants.length === 0 && !lenient) return null;
  return new Date(
    instants.length === 0 ? asUtc - (offsets[0] as number) * 60_000 : Math.min(...instants),
  ).toISOString();
}

const PARTS = ['yyyy', 'yy', 'MM', 'M', 'dd', 'd', 'HH', 'H', 'hh', 'h', 'mm', 'm', 'ss', 's', 'a'] as const;
type Part = (typeof PARTS)[number];

/**
 * Reads times written after a pattern of `yyyy yy MM M dd d HH H hh h mm m ss s a`; anything else in it stands for
 * itself.
 * @returns a function that gives the wall clock, or null when a text does not fit
 */
export function wallReader(pattern: string): (text: string) => Wall | null {
  const parts: Part[] = [];
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const part = PARTS.find((one) => pattern.startsWith(one, at));
    if (part === undefined) {
      source += (pattern[at] as string).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      at += 1;
    } else {
      parts.push(part);
      source +=
        part === 'a' ? '([AaPp][Mm])' : part === 'yyyy' ? '(\\d{4})' : part.length === 2 ? '(\\d{2})' : '(\\d{1,2})';
      at += part.length;
    }
  }
  const expression = new RegExp(`^${source}$`);
  return (text) => {
    const match = expression.exec(text.trim());
    if (match === null) return null;
    const value = (...names: Part[]): string | undefined =>
      match[parts.findIndex((part) => names.includes(part)) + 1 || -1];
    const number = (...names: Part[]): number => Number(value(...names) ?? 0);
    const half = value('a')?.toLowerCase();
    const clock = half === undefined ? number('HH', 'H') : (number('hh', 'h') % 12) + (half === 'pm' ? 12 : 0);
    if (half !== undefined && (number('hh', 'h') < 1 || number('hh', 'h') > 12)) return null;
    const short = value('yy');
    return {
      year: short === undefined ? number('yyyy') : 2000 + Number(short),
      month: number('MM', 'M') || 1,
      day: number('dd', 'd') || 1,
      hour: clock,
      minute: number('mm', 'm'),
      second: number('ss', 's'),
    };
  };
}
