import { addMinutes, minutesBetween, type UtcInstant } from '@fengsui/contracts';
import type { PolledSource } from '../plan.js';

const DAY_MINUTES = 24 * 60;
/** Where the plan says nothing. What a satellite saw is published up to three hours later. */
const OVERLAP_HOURS = 6;
const KEEPS_DAYS = 7;
const MOST_DAYS_AT_ONCE = 5;

/** The addresses of a source, those that stand in for the first behind it. */
export const urlsOf = ({ url }: Pick<PolledSource, 'url'>): readonly string[] =>
  typeof url === 'string' ? [url] : url;

/** Whether the addresses say themselves from when to when they are asked about. */
const asksForTimes = (source: Pick<PolledSource, 'url'>): boolean =>
  urlsOf(source).some((url) => /\{(date|days|hours)\}/.test(url));

/** What a source is asked for: from when, and at which addresses, one behind the other. */
export type Asked = Readonly<{
  /** What came after this is asked for; null: whatever the source has now. */ from: UtcInstant | null;
  requests: readonly (readonly string[])[];
}>;

/**
 * The addresses that cover all since a source was heard last, with an overlap: what it published late, and what lies
 * around midnight UTC, comes again and is a duplicate. `{date}`: a day in UTC, the first one that is asked for;
 * `{days}`: how many from that day, or up to now where there is no date; `{hours}`: how many up to now. Where one
 * request does not give so many days there are several; what the source no longer has is not asked for.
 * @param heardAt when it was heard last; null: never
 */
export function askedSince(source: PolledSource, heardAt: UtcInstant | null, now: UtcInstant): Asked {
  const urls = urlsOf(source);
  if (!asksForTimes(source)) return { from: null, requests: [urls] };
  const { overlapHours = OVERLAP_HOURS, keepsDays = KEEPS_DAYS, mostDaysAtOnce = MOST_DAYS_AT_ONCE } = source;
  const oldest = addMinutes(now, -keepsDays * DAY_MINUTES);
  const wanted = addMinutes(heardAt ?? now, -overlapHours * 60);
  const from = wanted < oldest ? oldest : wanted;
  const dated = urls.some((url) => url.includes('{date}'));
  if (!dated) return { from, requests: [urls.map((url) => filled(url, from, now, null))] };
  const spans = urls.some((url) => url.includes('{days}')) ? mostDaysAtOnce : 1;
  const days = daysBetween(from, now);
  const requests: string[][] = [];
  for (let first = 0; first < days.length; first += spans) {
    const some = days.slice(first, first + spans);
    requests.push(urls.map((url) => filled(url, from, now, { date: some[0] as string, days: some.length })));
  }
  return { from, requests };
}

type Span = Readonly<{ date: string; days: number }>;

const filled = (url: string, from: UtcInstant, now: UtcInstant, span: Span | null): string =>
  url
    .replaceAll('{date}', span?.date ?? '')
    .replaceAll('{days}', String(span?.days ?? Math.max(1, Math.ceil(minutesBetween(from, now) / DAY_MINUTES))))
    .replaceAll('{hours}', String(Math.max(1, Math.ceil(minutesBetween(from, now) / 60))));

/** Every day of UTC that has a part between two instants. */
function daysBetween(from: UtcInstant, until: UtcInstant): string[] {
  const days: string[] = [];
  for (let at = from; at.slice(0, 10) <= until.slice(0, 10); at = addMinutes(at, DAY_MINUTES))
    days.push(at.slice(0, 10));
  return days;
}
