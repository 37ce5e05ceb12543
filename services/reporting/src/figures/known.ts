import { fromShanghai, shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { one, rows, run, type Tx } from '@fengsui/database';
import { addDays } from '../calendar.js';
import { asKeptNow, type FactContent, type FactKind } from '../facts/fact-content.js';
import { Tally } from '../facts/tally.js';
import type { CounterRow, DistinctKeyRow } from '../tables/tables.js';
import type { Catalogue } from './catalogue.js';

/**
 * What counts of the counters: all, or what became known before a day, with what became known in the hours of that
 * day beside it.
 */
export type Known = Readonly<{
  before: string | null;
  amounts: readonly CounterRow[];
  keys: readonly DistinctKeyRow[];
}>;

const KNOWN_NOW: Known = { before: null, amounts: [], keys: [] };

/** The newest `recordedAt` of anything that the figures rest on; null while there is nothing. */
export async function newestKnown(tx: Tx): Promise<UtcInstant | null> {
  const found = await one<{ newest: UtcInstant | null }>(tx, 'select max(recorded_at) as newest from reporting.fact');
  return found?.newest ?? null;
}

/** @param asOf as known then; null: as known now */
export async function knownAt(tx: Tx, catalogue: Catalogue, asOf: UtcInstant | null): Promise<Known> {
  if (asOf === null) return KNOWN_NOW;
  const newest = await newestKnown(tx);
  if (newest !== null && asOf >= newest) return KNOWN_NOW;
  const before = shanghaiDate(asOf);
  const begun = fromShanghai(before);
  const tally = new Tally(catalogue);
  const hours = `select distinct on (f.kind, f.subject) f.content, f.recorded_at as "recordedAt",
       (select p.content from reporting.fact p where p.kind = f.kind and p.subject = f.subject and p.recorded_at < $1
        order by p.version desc limit 1) as before
     from reporting.fact f where f.recorded_at >= $1 and f.recorded_at <= $2
     order by f.kind, f.subject, f.version desc`;
  type Changed = Readonly<{ content: FactContent | null; before: FactContent | null; recordedAt: UtcInstant }>;
  await eachPage<Changed>(tx, hours, [begun, asOf], (page) => {
    for (const { content, before: was, recordedAt } of page)
      tally.change(asKeptNow(was), asKeptNow(content), recordedAt);
    return Promise.resolve();
  });
  return { before, amounts: tally.counters, keys: tally.distinctKeys };
}

const PAGE = 1_000;

/** What a query gives, page by page, however much it is: a cursor of the transaction. */
export async function eachPage<T extends object>(
  tx: Tx,
  query: string,
  parameters: readonly unknown[],
  take: (page: readonly T[]) => Promise<void>,
): Promise<void> {
  await run(tx, `declare page_by_page no scroll cursor for ${query}`, parameters);
  for (;;) {
    const page = await rows<T>(tx, `fetch ${PAGE} from page_by_page`);
    if (page.length > 0) await take(page);
    if (page.length < PAGE) break;
  }
  await run(tx, 'close page_by_page');
}

/**
 * What is known of the facts of some days, and of the days around them: a week counts on its Thursday, up to three days
 * from the day of its fact.
 * @param at as known then; null: as known now
 */
export const eachFactAround = (
  tx: Tx,
  kinds: readonly FactKind[],
  { from, to, at }: Readonly<{ from: string; to: string; at: UtcInstant | null }>,
  take: (content: FactContent) => void,
): Promise<void> =>
  eachPage<{ content: FactContent | null }>(
    tx,
    `select distinct on (f.kind, f.subject) f.content from reporting.fact f
     join (select distinct kind, subject from reporting.fact
           where kind = any($1) and at >= $2 and at < $3 and ($4::timestamptz is null or recorded_at <= $4)) as near
       using (kind, subject)
     where $4::timestamptz is null or f.recorded_at <= $4 order by f.kind, f.subject, f.version desc`,
    [kinds, fromShanghai(addDays(from, -3)), fromShanghai(addDays(to, 4)), at],
    (page) => {
      for (const { content: kept } of page) {
        const content = asKeptNow(kept);
        if (content !== null) take(content);
      }
      return Promise.resolve();
    },
  );

/**
 * `counted` and `keyed` in a statement: rows of counters and of distinct keys as they count. Their parameters are the
 * first ten of it.
 */
export const COUNTED = `counted as (
    select indicator, day, region, amount from reporting.counter where $1::date is null or recorded_day < $1
    union all select * from unnest($2::text[], $3::date[], $4::text[], $5::numeric[])),
  keyed as (
    select indicator, day, key, region, facts from reporting.distinct_key where $1::date is null or recorded_day < $1
    union all select * from unnest($6::text[], $7::date[], $8::text[], $9::text[], $10::int[]))`;

export function parametersOf({ before, amounts, keys }: Known): readonly unknown[] {
  return [
    before,
    amounts.map(({ indicator }) => indicator),
    amounts.map(({ day }) => day),
    amounts.map(({ region }) => region),
    amounts.map(({ amount }) => amount),
    keys.map(({ indicator }) => indicator),
    keys.map(({ day }) => day),
    keys.map(({ key }) => key),
    keys.map(({ region }) => region),
    keys.map(({ facts }) => facts),
  ];
}
