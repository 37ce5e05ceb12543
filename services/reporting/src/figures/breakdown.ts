import { fromShanghai, type UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { addDays } from '../calendar.js';
import { asKeptNow, type FactContent } from '../facts/fact-content.js';
import type { Period } from '../period.js';
import type { Catalogue } from './catalogue.js';
import { readerOf } from './fields.js';
import type { Counting } from './indicator.js';
import { eachPage } from './known.js';

/** What each indicator comes to by the values of a field, in one span. */
export type Parts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Whether an indicator may be told apart by a field; every one of the counties by county. */
export const isToldApart = (indicator: Counting, field: string): boolean =>
  field === 'county' ? indicator.isByCounty : indicator.dimensions.includes(field);

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
  const facts = `select distinct on (f.kind, f.subject) f.content from reporting.fact f
     join (select distinct kind, subject from reporting.fact
           where kind = any($1) and at >= $2 and at < $3 and recorded_at <= $4) as near using (kind, subject)
     where f.recorded_at <= $4 order by f.kind, f.subject, f.version desc`;
  // A week counts on its Thursday, up to three days from the day of its fact.
  const around = [catalogue.kindsOf(ids), fromShanghai(addDays(from, -3)), fromShanghai(addDays(to, 4)), at];
  await eachPage<{ content: FactContent | null }>(tx, facts, around, (page) => {
    for (const { content: kept } of page) {
      const content = asKeptNow(kept);
      if (content === null || !content.region.startsWith(county ?? '')) continue;
      const value = String(valueOf(content) ?? '-');
      for (const { id, contribution } of catalogue.counting(content.kind)) {
        const [sum, counted] = [sums.get(id), contribution(content)];
        if (sum === undefined || counted === null || counted.day < from || counted.day > to) continue;
        const key = `${id} ${value} ${counted.key ?? ''}`;
        if (counted.key !== null && once.has(key)) continue;
        if (counted.key !== null) once.add(key);
        sum.set(value, (sum.get(value) ?? 0) + counted.amount);
      }
    }
    return Promise.resolve();
  });
  return sums;
}
