import { roundHalfUp, yearOnYear } from '@fengsui/rules';
import { weeksIn } from '../calendar.js';
import type { FactKind } from '../facts/fact-content.js';
import type { Period } from '../period.js';
import type { ReportingPlan } from '../plan.js';
import type { Figure, RestatedCase } from '../views.js';
import type { ImportedBase } from './bases.js';
import type { Indicator } from './indicator.js';
import type { Totals } from './totals.js';

export const NONE: Totals = new Map();
export type Restated = Readonly<{ published: Totals; cases: ReadonlyMap<string, readonly RestatedCase[]> }>;
export const NOTHING_RESTATED: Restated = { published: NONE, cases: new Map() };

export type Book = Readonly<{
  county: string | null;
  /** In Asia/Shanghai. */ today: string;
  /** By kind of fact, the day of the first one that is held. */ since: ReadonlyMap<FactKind, string>;
  /** Indicators that are counted. */ booked: ReadonlySet<string>;
}>;
type Bases = Readonly<{ spans: readonly Period[]; totals: readonly Totals[]; restated: Restated }>;

/** The first day of which anything is held. */
export const firstOf = (since: Book['since']): string | null => [...since.values()].sort()[0] ?? null;

/** What indicators come to, and what that is held against. */
export class Reckoning {
  /** The day of the first fact of any kind; null: there is none. */ private readonly ever: string | null;

  constructor(
    private readonly plan: ReportingPlan,
    private readonly book: Book,
  ) {
    this.ever = firstOf(book.since);
  }

  figure(indicator: Indicator, period: Period, totals: Totals, bases: Bases): Figure {
    const { id } = indicator;
    // In the words of the version that counts the period, not of the newest.
    const shown = this.plan.catalogue.validIn(id, period.from, period.to).at(-1) ?? indicator;
    const { label, unit, version, method, definition } = shown;
    const value = this.valueOf(indicator, period, totals);
    const base = this.baseOf(indicator, period, bases);
    const previous = base.kind === 'known' || base.kind === 'imported' ? base.value : null;
    const own = { id, label, unit, method, indicator: id, version, definition };
    const { percent, direction, note } =
      value === null ? { percent: null, direction: null, note: 'no-base' as const } : yearOnYear(value, previous);
    const since = this.beginsWithin(id, period);
    const exact = value === null ? null : this.exactly(indicator, totals);
    const figure = { ...own, value, exact, since, previous, base };
    if (value !== null && base.kind === 'other-definition')
      return { ...figure, change: null, changeNote: 'other-definition', direction: null };
    // A part of a period is not held against a whole one.
    if (this.book.today <= period.to && note !== 'no-base')
      return { ...figure, change: null, changeNote: 'unfinished', direction: null };
    return { ...figure, change: percent, changeNote: note, direction };
  }

  /** Null: not held, or not told apart by county. */
  valueOf(indicator: Indicator, span: Period, totals: Totals): number | null {
    switch (indicator.method) {
      case 'sum':
      case 'distinct':
        return this.isHeld(indicator.id, span) ? roundHalfUp(totals.get(indicator.id) ?? 0, 2) : null;
      case 'constant':
        return weeksIn(span.from, span.to);
      case 'ratio': {
        const [numerator, denominator] = indicator.of.map((id) =>
          this.isHeld(id, span) ? (totals.get(id) ?? 0) : null,
        ) as [number | null, number | null];
        if (numerator === null || denominator === null || denominator === 0) return null;
        return roundHalfUp((numerator / denominator) * 100, indicator.decimals);
      }
    }
  }

  /** A share before it is rounded; null of everything else. */
  private exactly(indicator: Indicator, totals: Totals): number | null {
    if (indicator.method !== 'ratio') return null;
    const [numerator, denominator] = indicator.of.map((id) => totals.get(id) ?? 0) as [number, number];
    return (numerator / denominator) * 100;
  }

  /** Held since the year of its first fact; what has not begun yet is not 0, either. */
  private isHeld(id: string, { from, to }: Period): boolean {
    const { today, since, booked, county } = this.book;
    const [version] = this.plan.catalogue.validIn(id, from, to);
    if (version === undefined || !('kind' in version) || !booked.has(id)) return false;
    if (county !== null && !version.isByCounty) return false;
    const first = since.get(version.kind) ?? this.ever;
    if (first === null || this.ever === null || this.ever > to) return false;
    return first.slice(0, 4) <= from.slice(0, 4) && from <= today;
  }

  private baseOf(indicator: Indicator, period: Period, { spans, totals, restated }: Bases): Figure['base'] {
    const [span] = spans as [Period];
    const values = spans.map((one, index) => this.valueOf(indicator, one, totals[index] ?? NONE));
    const name = spans.length === 1 ? span.name : `${spans.at(-1)?.name ?? ''}–${span.name}`;
    const mean = values.some((one) => one === null)
      ? null
      : roundHalfUp(values.reduce<number>((sum, one) => sum + (one ?? 0), 0) / values.length, 2);
    const own = { period: name, restated: [], published: null, source: null };
    const imported = spans.length > 1 ? null : this.imported(indicator, span);
    // What was published goes before what this store holds a part of.
    if (imported !== null && (mean === null || (this.ever ?? '') > span.from))
      return { ...own, kind: 'imported', value: imported.value, source: imported.source };
    if (mean === null) return { ...own, kind: 'not-held', value: null };
    const isOther = spans.some((one) => this.definitionIn(indicator, one) !== this.definitionIn(indicator, period));
    if (isOther) return { ...own, kind: 'other-definition', value: mean };
    const ids = indicator.method === 'ratio' ? indicator.of : [indicator.id];
    const cases = new Map(ids.flatMap((id) => (restated.cases.get(id) ?? []).map((one) => [one.case, one] as const)));
    const published = cases.size === 0 ? null : this.valueOf(indicator, span, restated.published);
    // Two facts of one thing that counts once: another one of them changes nothing.
    if (cases.size === 0 || (indicator.method === 'distinct' && published === mean))
      return { ...own, kind: 'known', value: mean };
    return { ...own, kind: 'known', value: mean, published, restated: [...cases.values()] };
  }

  /** As it was published; of a share also from the two of which it is one. */
  private imported(indicator: Indicator, span: Period): Pick<ImportedBase, 'value' | 'source'> | null {
    const of = (id: string): ImportedBase | null =>
      this.plan.bases.find(
        (one) => one.indicator === id && one.period === span.name && (one.county ?? null) === this.book.county,
      ) ?? null;
    const own = of(indicator.id);
    if (own !== null || indicator.method !== 'ratio') return own;
    const [part, whole] = indicator.of.map(of) as [ImportedBase | null, ImportedBase | null];
    if (part === null || whole === null || whole.value === 0) return null;
    return { value: roundHalfUp((part.value / whole.value) * 100, indicator.decimals), source: part.source };
  }

  /** By which versions a span is counted; of a share, its parts. */
  private definitionIn(indicator: Indicator, { from, to }: Period): string {
    const ids = indicator.method === 'ratio' ? [indicator.id, ...indicator.of] : [indicator.id];
    return ids
      .map((id) =>
        this.plan.catalogue
          .validIn(id, from, to)
          .map(({ version, validFrom }) => (validFrom !== null && validFrom > from ? `${version} since` : version))
          .join('+'),
      )
      .join(' ');
  }

  /** The day from which it counts, where that is within the period. */
  private beginsWithin(id: string, { from }: Period): string | null {
    const first = this.plan.catalogue.versionsOf(id)[0]?.validFrom ?? null;
    return first !== null && first > from ? first : null;
  }
}
