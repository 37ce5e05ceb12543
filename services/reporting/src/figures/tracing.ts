import { fromShanghai, shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { rows, type Tx } from '@fengsui/database';
import { addDays, isDay } from '../calendar.js';
import { asKeptNow, byRecording, type FactContent, type FactKind, type KeptEntry } from '../facts/fact-content.js';
import { NoPeriod, type Period } from '../period.js';
import type { TracedFact } from '../views.js';
import type { Counting } from './indicator.js';
import { COUNTED, parametersOf, type Known } from './known.js';
import { accidentsOf, numberOf } from '../facts/incidents.js';

/** The facts behind a figure that are asked for. */
export type Page = Readonly<{
  /** Of the fact after which they come; null: from the first. */ after: string | null;
  limit: number;
}>;
/** Where nothing is said; a figure of more facts has further pages. */
export const ALL: Page = { after: null, limit: 100_000 };
type Of = Readonly<{
  period: Period;
  county: string | null;
  known: Known;
  /** What is known until then. */ at: UtcInstant;
}>;

type KnownFact = Readonly<{
  kind: FactKind;
  subject: string;
  version: number;
  event: string;
  contract: string;
  origins: string[];
  recordedAt: UtcInstant;
  content: FactContent | null;
}>;
type Found = TracedFact & Readonly<{ row: KnownFact }>;

/**
 * A page of the facts that an indicator counts, by when they happened. Only days on which it counts something are
 * read, so that a page takes as long for a million facts as for a thousand.
 * @returns the facts, and where the next page begins; null: there is no more
 */
export async function tracedFacts(
  tx: Tx,
  versions: readonly Counting[],
  of: Of,
  { after, limit }: Page,
): Promise<Readonly<{ facts: readonly TracedFact[]; next: string | null }>> {
  if (after !== null && !isDay(after.slice(0, 10)))
    throw new NoPeriod(`${after}: 应为上一页的 next / expected: next of the page before`);
  const days = (await daysOf(tx, versions, of)).filter(
    (day) => after === null || day >= addDays(after.slice(0, 10), -7),
  );
  const isWanted = (fact: Found): boolean => after === null || placeOf(fact) > after;
  const found = await firstFacts(tx, versions, { days, enough: limit, isWanted }, of);
  const inOrder = found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const shown = inOrder.slice(0, limit);
  const last = shown.at(-1);
  const facts = await stated(tx, versions, shown);
  return { facts, next: inOrder.length > limit && last !== undefined ? placeOf(last) : null };
}

/**
 * What an indicator counts, each fact once, by when it happened.
 * @returns null when there are more than so many
 */
export async function countedFacts(
  tx: Tx,
  versions: readonly Counting[],
  of: Of,
  most: number,
): Promise<readonly FactContent[] | null> {
  const found = await firstFacts(tx, versions, { days: await daysOf(tx, versions, of), enough: most }, of);
  if (found.length > most) return null;
  return found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).flatMap(({ row }) => row.content ?? []);
}

/** Facts of the first days, until there are more than enough. */
async function firstFacts(
  tx: Tx,
  versions: readonly Counting[],
  {
    days,
    enough,
    isWanted = () => true,
  }: Readonly<{ days: readonly string[]; enough: number; isWanted?: (fact: Found) => boolean }>,
  of: Of,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let begun = 0, many = 1; begun < days.length && found.length <= enough; begun += many, many = more(many))
    for (const fact of await factsOn(tx, versions, days.slice(begun, begun + many), of))
      if (isWanted(fact)) found.push(fact);
  return found;
}

/** Twice as many days at a time, and never more than a process can hold. */
const more = (days: number): number => Math.min(days * 2, MOST_DAYS);
const MOST_DAYS = 16;

/** In Beijing's day first: facts are read day by day. */
const placeOf = ({ occurredAt, fact }: TracedFact): string => `${shanghaiDate(occurredAt)} ${occurredAt} ${fact}`;

async function daysOf(tx: Tx, versions: readonly Counting[], { period, county, known }: Of): Promise<string[]> {
  const [version] = versions;
  const [table, amount] = version?.method === 'distinct' ? ['keyed', 'facts'] : ['counted', 'amount'];
  const found = await rows<{ day: string }>(
    tx,
    `with ${COUNTED} select day::text as day from ${table}
     where indicator = $11 and day between $12 and $13 and ($14::text is null or region like $14 || '%')
     group by day having sum(${amount}) <> 0 order by day`,
    [...parametersOf(known), version?.id, period.from, period.to, county],
  );
  return found.map(({ day }) => day);
}

async function factsOn(tx: Tx, versions: readonly Counting[], days: readonly string[], of: Of): Promise<Found[]> {
  const kinds = [...new Set(versions.map(({ kind }) => kind))];
  const wanted = new Set(days);
  const known = await rows<KnownFact>(
    tx,
    // Each subject by its key: whatever the planner thinks of spans that it cannot see, they are few days.
    `select f.kind, f.subject, f.version, f.event, f.contract, f.origins, f.recorded_at as "recordedAt", f.content
     from (select distinct kind, subject
           from reporting.fact, unnest($3::timestamptz[], $4::timestamptz[]) as span(first, last)
           where kind = any($1) and at >= first and at < last and recorded_at <= $2
             and exists (select 1 from unnest($5::text[]) as prefix where starts_with(subject, prefix))) as on_days,
          lateral (select * from reporting.fact
                   where kind = on_days.kind and subject = on_days.subject and recorded_at <= $2
                   order by version desc limit 1) as f`,
    [
      kinds,
      of.at,
      ...spansOf(days, versions.some(({ on }) => on === 'thursday') ? 3 : 0),
      versions.map(({ subjects }) => subjects),
    ],
  );
  return known.flatMap((kept) => {
    const row = { ...kept, content: asKeptNow(kept.content) };
    if (row.content === null || !row.content.region.startsWith(of.county ?? '')) return [];
    for (const { kind, contribution } of versions) {
      const counted = kind === row.kind ? contribution(row.content) : null;
      if (counted === null || !wanted.has(counted.day)) continue;
      return [
        {
          fact: `${row.kind}/${row.subject}/${row.version}`,
          event: row.event,
          contract: row.contract,
          origins: row.origins,
          occurredAt: row.content.at,
          recordedAt: row.recordedAt,
          measure: counted.amount,
          key: counted.key,
          row,
        },
      ];
    }
    return [];
  });
}

/** Days that follow each other as one span; with so many days around each. */
function spansOf(days: readonly string[], around: number): [UtcInstant[], UtcInstant[]] {
  const [firsts, lasts]: [string[], string[]] = [[], []];
  for (const day of days) {
    const [from, to] = [addDays(day, -around), addDays(day, around + 1)];
    if (lasts.length > 0 && from <= (lasts.at(-1) as string)) lasts[lasts.length - 1] = to;
    else {
      firsts.push(from);
      lasts.push(to);
    }
  }
  return [firsts.map(fromShanghai), lasts.map(fromShanghai)];
}

/**
 * Each with the event that states its measure: the report that says how many died, and not the one that came after it
 * and says nothing of them; after a correction, what remains.
 */
async function stated(tx: Tx, versions: readonly Counting[], found: readonly Found[]): Promise<TracedFact[]> {
  const [version] = versions;
  const several = found.filter(({ row }) => row.version > 1);
  const entries = new Map(
    (
      await rows<{ kind: string; id: string; entries: Record<string, KeptEntry> }>(
        tx,
        `select s.kind, s.id, s.entries from reporting.subject s
         join unnest($1::text[], $2::text[]) as of(kind, id) on of.kind = s.kind and of.id = s.id`,
        [several.map(({ row }) => row.kind), several.map(({ row }) => row.subject)],
      )
    ).map((row) => [`${row.kind} ${row.id}`, row.entries]),
  );
  const stating = new Map(
    several.map((fact) => {
      const all = entries.get(`${fact.row.kind} ${fact.row.subject}`) ?? {};
      const { kind, subject } = fact.row;
      // A number may stand for several accidents, each with reports of its own.
      const own = kind === 'incident' ? (accidentsOf(numberOf(subject), all).get(subject) ?? all) : all;
      const known = Object.entries(own).filter(([, { recordedAt = '' }]) => recordedAt <= fact.recordedAt);
      return [fact, statingOf(known, version?.measure ?? null, fact)] as const;
    }),
  );
  const events = new Map(
    (
      await rows<Pick<KnownFact, 'event' | 'contract' | 'origins'>>(
        tx,
        'select distinct on (event) event, contract, origins from reporting.fact where event = any($1) order by event',
        [[...new Set([...stating.values()].filter((event) => event !== null))]],
      )
    ).map((row) => [row.event, row]),
  );
  return found.map((fact) => {
    const { row: _, ...shown } = fact;
    const event = stating.get(fact) ?? null;
    return { ...shown, ...(event === null ? {} : events.get(event)) };
  });
}

/** What changes what is known without saying a number: an order, the end of a window. */
const ofAnother: ReadonlySet<string> = new Set(['order.v1', 'casualty-window']);

/** The newest of the entries that say it; where none does, the newest of all that are reports. */
function statingOf(
  entries: readonly (readonly [string, KeptEntry])[],
  measure: string | null,
  { event, contract, measure: amount }: TracedFact,
): string | null {
  const inOrder = [...entries].sort(([, a], [, b]) => byRecording(a, b)).filter(([, entry]) => !('note' in entry));
  const says = (field: string) => inOrder.findLast(([, entry]) => entry[field] === amount)?.[0];
  if (measure === null) return inOrder.some(([id]) => id === event) ? event : (inOrder.at(-1)?.[0] ?? null);
  // What burned in a fire of production stands for its loss, and who was missing for the dead.
  const instead = { economicLossYuan: 'propertyLossYuan', deaths: 'missing' }[measure];
  const found = says(measure) ?? (instead === undefined ? undefined : says(instead));
  const path = measure.split('.').at(-1) as string;
  if (found !== undefined) return found;
  // What said it has been withdrawn since: the fact names it still.
  if (!inOrder.some(([id]) => id === event) && !ofAnother.has(contract)) return null;
  return inOrder.findLast(([, entry]) => entry[path] !== undefined)?.[0] ?? inOrder.at(-1)?.[0] ?? null;
}
