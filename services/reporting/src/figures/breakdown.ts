import type { UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import type { Period } from '../period.js';
import type { Catalogue } from './catalogue.js';
import { readerOf } from './fields.js';
import { isToldApart } from './indicator.js';
import { eachFactAround } from './known.js';

/** What each indicator comes to by the values of a field, in one span. */
export type Parts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Counted from the facts of the span: what is seldom asked for is kept in no counter.
 * @param at as known then
 */
export async function partsOf(
  tx: Tx,
  catalogue: Catalogue,
  field: string,
  { from, to, at, county }: Pick<Period, 'from' | 'to'> & Readonly<{ at: UtcInstant; county: string | null }>,
): Promise<Parts> {
  const ids = catalogue.indicators.flatMap((one) => ('kind' in one && isToldApart(one, field) ? [one.id] : []));
  const valueOf = readerOf(field);
  const sums = new Map(ids.map((id) => [id, new Map<string, number>()]));
  const once = new Set<string>();
  await eachFactAround(tx, catalogue.kindsOf(ids), { from, to, at }, (content) => {
    if (!content.region.startsWith(county ?? '')) return;
    const value = String(valueOf(content) ?? '-');
    for (const { id, contribution } of catalogue.counting(content.kind)) {
      const [sum, counted] = [sums.get(id), contribution(content)];
      if (sum === undefined || counted === null || counted.day < from || counted.day > to) continue;
      const key = `${id} ${value} ${counted.key ?? ''}`;
      if (counted.key !== null && once.has(key)) continue;
      if (counted.key !== null) once.add(key);
      sum.set(value, (sum.get(value) ?? 0) + counted.amount);
    }
  });
  return sums;
}
