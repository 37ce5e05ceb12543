import { rows, type Tx } from '@fengsui/database';
import type { FactKind } from '../facts/fact-content.js';
import { heldOf } from '../facts/tally.js';
import { monthOf, type Period } from '../period.js';
import { COUNTED, parametersOf, type Known } from './known.js';

/** What each indicator comes to; one that is not there comes to 0. */
export type Totals = ReadonlyMap<string, number>;

/**
 * Over the days of each span.
 * @param county GB/T 2260 code; null: the whole city
 */
export async function totalsOf(
  tx: Tx,
  spans: readonly Pick<Period, 'from' | 'to'>[],
  known: Known,
  county: string | null,
): Promise<readonly Totals[]> {
  const found = await rows<{ n: number; indicator: string; value: number }>(
    tx,
    `with ${COUNTED}, span(n, first, last) as (select * from unnest($11::int[], $12::date[], $13::date[]))
     select n, indicator, sum(amount)::float8 as value from span join counted on day between first and last
     where indicator not like 'facts:%' and ($14::text is null or region like $14 || '%')
     group by n, indicator
     union all
     select n, indicator, count(*)::float8 from (
       select n, indicator, key from span join keyed on day between first and last
       where $14::text is null or region like $14 || '%'
       group by n, indicator, key having sum(facts) > 0) as once
     group by n, indicator`,
    [...parametersOf(known), spans.map((_, n) => n), spans.map(({ from }) => from), spans.map(({ to }) => to), county],
  );
  return spans.map((_, n) => {
    const own = found.filter((row) => row.n === n);
    return new Map(own.map(({ indicator, value }) => [indicator, value]));
  });
}

/** The day of the first fact of each kind that is held. What was not held yet is not 0. */
export async function heldSince(tx: Tx, known: Known): Promise<ReadonlyMap<FactKind, string>> {
  const found = await rows<{ indicator: string; first: string }>(
    tx,
    `with ${COUNTED} select indicator, min(day)::text as first from (
       select indicator, day from counted where indicator like 'facts:%' group by indicator, day having sum(amount) > 0) as held
     group by indicator`,
    parametersOf(known),
  );
  return new Map(
    found.map(({ indicator, first }) => [indicator.slice(heldOf('' as FactKind).length) as FactKind, first]),
  );
}

/** What an indicator came to in each month of a year. */
export async function monthsOf(tx: Tx, id: string, year: number, known: Known): Promise<readonly number[]> {
  const months = Array.from({ length: 12 }, (_, index) => monthOf(year, index + 1));
  return (await totalsOf(tx, months, known, null)).map((totals) => totals.get(id) ?? 0);
}
