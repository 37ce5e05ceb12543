import { fromShanghai, type UtcInstant } from '@fengsui/contracts';
import { rows, type Tx } from '@fengsui/database';
import { addDays } from '../calendar.js';
import { FACT_KINDS } from '../facts/fact-content.js';
import { Tally } from '../facts/tally.js';
import type { CounterRow, DistinctKeyRow } from '../tables/tables.js';
import type { Catalogue } from './catalogue.js';
import { eachFactAround } from './known.js';

/** A counter that is not the sum of its facts. */
export type Difference = Readonly<{ indicator: string; day: string; counted: number; facts: number }>;

/** The first of them, for a person. */
export const differencesInWords = (found: readonly Difference[]): string =>
  `${found
    .slice(0, 3)
    .map(({ indicator, day, counted, facts }) => `${indicator} ${day}: ${counted} ≠ ${facts}`)
    .join('; ')}${found.length > 3 ? ` (+${found.length - 3})` : ''}`;

/** As many as a person reads. */
const MOST = 50;
const NEAR_DAYS = 7;

type Days = Readonly<{ from: string; to: string }>;

/**
 * Holds every counter, and every distinct key, to the facts 勾稽. None: each is what its facts come to. Month by
 * month, so that it takes as much memory for a million facts as for a thousand. In a snapshot: else what is booked
 * meanwhile would differ.
 * @param since only days of which something became known since then; null: all
 * @param between called after each month: who waits elsewhere is not taken for dead
 */
export async function differencesIn(
  tx: Tx,
  catalogue: Catalogue,
  since: UtcInstant | null,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for (const days of since === null ? await months(tx) : await touchedSince(tx, since)) {
    if (found.length >= MOST) break;
    found.push(...(await differencesOf(tx, catalogue, days)));
    await between();
  }
  return found.slice(0, MOST);
}

async function months(tx: Tx): Promise<readonly Days[]> {
  const found = await rows<{ first: string }>(
    tx,
    `select distinct to_char(date_trunc('month', day), 'YYYY-MM-DD') as first from (
       select day from reporting.counter union all select day from reporting.distinct_key
       union all select (at at time zone 'Asia/Shanghai')::date from reporting.fact where at is not null) as days
     order by 1`,
  );
  return found.map(({ first }) => ({ from: first, to: addDays(`${addDays(first, 31).slice(0, 8)}01`, -1) }));
}

async function touchedSince(tx: Tx, since: UtcInstant): Promise<readonly Days[]> {
  const found = await rows<{ day: string }>(
    tx,
    // Also the days on which what changed was before, and the Thursdays of them, on which a week counts.
    `with touched as (
       select distinct (f.at at time zone 'Asia/Shanghai')::date as day from reporting.fact f
       where f.at is not null and (f.kind, f.subject) in (select kind, subject from reporting.fact where recorded_at > $1))
     select to_char(day, 'YYYY-MM-DD') as day from touched
     union select to_char(date_trunc('week', day) + interval '3 days', 'YYYY-MM-DD') from touched order by 1`,
    [since],
  );
  // Days that are near to each other are gone through together.
  const spans: { from: string; to: string }[] = [];
  for (const { day } of found) {
    const last = spans.at(-1);
    if (last !== undefined && day <= addDays(last.to, NEAR_DAYS)) last.to = day;
    else spans.push({ from: day, to: day });
  }
  return spans;
}

async function differencesOf(tx: Tx, catalogue: Catalogue, { from, to }: Days): Promise<readonly Difference[]> {
  const tally = new Tally(catalogue);
  // When it became known is of no account here: the sums over that are compared.
  const anyDay = fromShanghai(from);
  await eachFactAround(tx, FACT_KINDS, { from, to, at: null }, (content) => tally.change(null, content, anyDay));
  const counted = await rows<CounterRow>(
    tx,
    `select indicator, day::text as day, region, sum(amount)::float8 as amount from reporting.counter
     where day between $1 and $2 group by 1, 2, 3`,
    [from, to],
  );
  const keyed = await rows<DistinctKeyRow>(
    tx,
    `select indicator, day::text as day, key, region, sum(facts)::int as facts from reporting.distinct_key
     where day between $1 and $2 group by 1, 2, 3, 4`,
    [from, to],
  );
  const within = ({ day }: Readonly<{ day: string }>): boolean => day >= from && day <= to;
  return [
    ...compared(
      counted,
      tally.counters.filter(within),
      ({ region }) => region,
      ({ amount }) => amount,
    ),
    ...compared(
      keyed,
      tally.distinctKeys.filter(within),
      ({ region, key }) => `${region} ${key}`,
      ({ facts: n }) => n,
    ),
  ];
}

function compared<T extends Readonly<{ indicator: string; day: string }>>(
  counted: readonly T[],
  facts: readonly T[],
  partOf: (row: T) => string,
  amountOf: (row: T) => number,
): Difference[] {
  const [held, right] = [counted, facts].map(
    (rowsOf) => new Map(rowsOf.map((row) => [`${row.indicator} ${row.day} ${partOf(row)}`, row] as const)),
  ) as [Map<string, T>, Map<string, T>];
  return [...new Set([...held.keys(), ...right.keys()])].sort().flatMap((key) => {
    const [a, b] = [held.get(key), right.get(key)];
    const [was, is] = [a === undefined ? 0 : amountOf(a), b === undefined ? 0 : amountOf(b)];
    const { indicator, day } = (a ?? b) as T;
    return Math.abs(was - is) < 1e-6 ? [] : [{ indicator, day, counted: was, facts: is }];
  });
}
