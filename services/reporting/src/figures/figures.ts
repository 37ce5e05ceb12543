import { fromShanghai, shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { Clock, one, type Tx } from '@fengsui/database';
import { roundHalfUp, yearOnYear } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { addDays, weeksIn } from '../calendar.js';
import type { FactKind } from '../facts/fact-content.js';
import { before, NoPeriod, periodOf, yearsBefore, type Period } from '../period.js';
import { ReportingPlan } from '../plan.js';
import type { Figure, FigureParts, Figures, RestatedCase, Trace } from '../views.js';
import type { ImportedBase } from './bases.js';
import { isToldApart, partsOf, type Parts } from './breakdown.js';
import type { Counting, Indicator } from './indicator.js';
import { knownAt, newestKnown, type Known } from './known.js';
import { differencesIn, type Difference } from './reconciling.js';
import { bookedIn } from './booked.js';
import { changedSince, restatedCases } from './restated.js';
import { heldSince, monthsOf, totalsOf, type Totals } from './totals.js';
import { tracedFacts, type Page } from './tracing.js';

/** What figures are held against: the same span of the year before 同比, the one before 环比, or three years' mean. */
export type Against = 'year' | 'previous' | 'average';

/** Which figures are asked for. */
export type Asked = Readonly<{
  /** As a person writes it: 2020, 2020H1, 2020-flood, 2020-01-01..2020-06-30. */ period: string;
  /** GB/T 2260 code of a county, six digits; null: the whole city. */ county?: string | null;
  against?: Against;
  /** As known then; null: as known now. */ asOf?: UtcInstant | null;
}>;

/** Figures of any period, as known now or then, from the counters. */
@Injectable()
export class FigureBook {
  constructor(
    private readonly clock: Clock,
    private readonly plan: ReportingPlan,
  ) {}

  /** @throws NoPeriod for what is no period, or no county of this city */
  async figures(tx: Tx, { period: name, county = null, against = 'year', asOf = null }: Asked): Promise<Figures> {
    const { catalogue } = this.plan;
    if (county !== null && !this.plan.counties.has(county))
      throw new NoPeriod(`${county}: 不是本市的县（市、区）代码 / is no county of this city`);
    const clock = await this.clock.now(tx);
    if (asOf !== null && asOf > clock) throw new NoPeriod(`${asOf}: 尚未到来 / is not over yet`);
    const at = asOf ?? clock;
    const today = shanghaiDate(at);
    const period = periodOf(name, this.plan.statistics.floodSeason, today);
    const bases = basesOf(period, against);
    const known = await knownAt(tx, catalogue, asOf);
    const [now = NONE, ...then] = await totalsOf(tx, [period, ...bases], known, county);
    const since = await heldSince(tx, known);
    const booked = await bookedIn(tx, catalogue);
    const book = { tx, known, county, at, today, since, booked };
    const reckoning = new Reckoning(this.plan, book);
    const [base] = bases;
    const restated = against === 'average' || base === undefined ? NOTHING_RESTATED : await this.restated(book, base);
    const figures = catalogue.indicators.map((indicator) =>
      reckoning.figure(indicator, period, now, { spans: bases, totals: then, restated }),
    );
    return {
      year: Number(period.from.slice(0, 4)),
      period: { ...period },
      county,
      against,
      asOf: asOf ?? (await newestKnown(tx)),
      figures,
    };
  }

  /**
   * Figures told apart by a field of their facts.
   * @param by `county`, or a dimension that the catalogue gives an indicator; others are not in the answer
   * @throws NoPeriod as `figures`, and for what is no dimension of any indicator
   */
  async parts(tx: Tx, question: Asked, by: string): Promise<FigureParts> {
    const { catalogue } = this.plan;
    const { figures, ...asked } = await this.figures(tx, question);
    const counting = catalogue.indicators.flatMap((one) => ('kind' in one ? [one] : []));
    const known = ['county', ...new Set(counting.flatMap(({ dimensions }) => dimensions))];
    if (!known.includes(by)) throw new NoPeriod(`${by}: 不能按此分列，可为 ${known.join(', ')} / is none of them`);
    const at = question.asOf ?? (await this.clock.now(tx));
    const of = (span: Period): Promise<Parts> =>
      partsOf(tx, catalogue, by, { from: span.from, to: span.to, at, county: asked.county });
    const bases: Parts[] = [];
    for (const span of basesOf(asked.period, asked.against)) bases.push(await of(span));
    const parts = [await of(asked.period), bases] as const;
    const told = figures.filter(({ id, value }) => {
      const indicator = catalogue.indicators.find((one) => one.id === id);
      return value !== null && indicator !== undefined && 'kind' in indicator && isToldApart(indicator, by);
    });
    return { ...asked, by, figures: told.map((figure) => apart(figure, parts)) };
  }

  /**
   * The facts behind a figure, by when they happened.
   * @returns null when there is no such figure
   * @throws NoPeriod as `figures`
   */
  async trace(tx: Tx, id: string, question: Asked, page: Page): Promise<Trace | null> {
    const { catalogue } = this.plan;
    const indicator = catalogue.versionsOf(id).at(-1);
    if (indicator === undefined) return null;
    const { figures, period, county } = await this.figures(tx, question);
    const known = await knownAt(tx, catalogue, question.asOf ?? null);
    const of = { period, county, known, at: question.asOf ?? (await this.clock.now(tx)) };
    const partOf = async (part: string) => {
      const figure = figures.find((one) => one.id === part);
      const versions = catalogue.validIn(part, period.from, period.to).flatMap((one) => ('kind' in one ? [one] : []));
      const found = versions.length === 0 ? NO_FACTS : await tracedFacts(tx, versions as Counting[], of, page);
      return {
        figure: part,
        value: figure?.value ?? null,
        method: figure?.method ?? indicator.method,
        facts: [...found.facts],
        next: found.next,
      };
    };
    const own = await partOf(id);
    if (indicator.method !== 'ratio') return { ...own, of: null, parts: [] };
    const parts = [];
    for (const part of indicator.of) parts.push(await partOf(part));
    // The next page begins where the part that is behind goes on; of the other some facts come again.
    const [next = null] = parts.flatMap((part) => part.next ?? []).sort();
    return { ...own, of: [...indicator.of], parts, next };
  }

  /**
   * Counters and distinct keys that are not what their facts come to 勾稽. In a snapshot.
   * @param since only of days of which something became known since then; null: all
   */
  differences(
    tx: Tx,
    since: UtcInstant | null = null,
    between?: () => Promise<unknown>,
  ): Promise<readonly Difference[]> {
    return differencesIn(tx, this.plan.catalogue, since, between);
  }

  /** What an indicator came to in each month of a year, for a chart; as known now, or then. */
  async monthly(tx: Tx, id: string, year: number, asOf: UtcInstant | null): Promise<readonly number[]> {
    return monthsOf(tx, id, year, await knownAt(tx, this.plan.catalogue, asOf));
  }

  /** By indicator, what changed of a base since its figures were closed. */
  private async restated({ tx, county, at }: Book, base: Period): Promise<Restated> {
    const { catalogue } = this.plan;
    const from = await this.closedAt(tx, base, at);
    if (from >= at) return NOTHING_RESTATED;
    // What was not held then was closed by nobody: history that came later restates nothing.
    const then = await knownAt(tx, catalogue, from);
    const first = [...(await heldSince(tx, then)).values()].sort()[0];
    if (first === undefined || first.slice(0, 4) > base.from.slice(0, 4)) return NOTHING_RESTATED;
    const span = { from, to: at, base, county };
    const changed = await changedSince(tx, span);
    if (changed.length === 0) return NOTHING_RESTATED;
    const [published = NONE] = await totalsOf(tx, [base], then, county);
    return { published, cases: await restatedCases(tx, catalogue, changed, span) };
  }

  /** When the figures of a period were closed: kept by the annual roll-up, or so many days after its end. */
  private async closedAt(tx: Tx, { name, to }: Period, at: UtcInstant): Promise<UtcInstant> {
    const kept = /^\d{4}$/.test(name)
      ? await one<{ asOf: UtcInstant | null }>(
          tx,
          'select max(as_of) as "asOf" from reporting.annual where year = $1 and as_of <= $2',
          [Number(name), at],
        )
      : null;
    return kept?.asOf ?? fromShanghai(addDays(to, this.plan.statistics.closesAfterDays + 1));
  }
}

const NO_FACTS = { facts: [], next: null };

/** A figure by the values of a field, each with its base. */
function apart({ id, label, unit, base, changeNote }: Figure, [now, bases]: readonly [Parts, readonly Parts[]]) {
  const of: ReadonlyMap<string, number> = now.get(id) ?? new Map();
  // The mean of the spans, where there are several.
  const before_ = new Map<string, number>();
  for (const parts of bases)
    for (const [key, value] of parts.get(id) ?? []) before_.set(key, (before_.get(key) ?? 0) + value / bases.length);
  const keys = [...new Set([...of.keys(), ...before_.keys()])].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const rows = keys.map((key) => {
    const value = roundHalfUp(of.get(key) ?? 0, 2);
    const previous = base.kind === 'known' ? roundHalfUp(before_.get(key) ?? 0, 2) : null;
    const { percent, direction, note } = yearOnYear(value, previous);
    if (changeNote === 'unfinished') return { key, value, previous, change: null, changeNote, direction: null };
    return { key, value, previous, change: percent, changeNote: note, direction };
  });
  return { id, label, unit, rows };
}

const NONE: Totals = new Map();
type Restated = Readonly<{ published: Totals; cases: ReadonlyMap<string, readonly RestatedCase[]> }>;
const NOTHING_RESTATED: Restated = { published: NONE, cases: new Map() };

type Book = Readonly<{
  tx: Tx;
  known: Known;
  county: string | null;
  at: UtcInstant;
  today: string;
  /** By kind of fact, the day of the first one that is held. */ since: ReadonlyMap<FactKind, string>;
  /** Indicators that are counted. */ booked: ReadonlySet<string>;
}>;
type Bases = Readonly<{ spans: readonly Period[]; totals: readonly Totals[]; restated: Restated }>;

function basesOf(period: Period, against: Against): readonly Period[] {
  if (against === 'previous') return [before(period)];
  const years = against === 'average' ? [1, 2, 3] : [1];
  return years.map((back) => yearsBefore(period, back));
}

/** What indicators come to, and what that is held against. */
class Reckoning {
  constructor(
    private readonly plan: ReportingPlan,
    private readonly book: Book,
  ) {}

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
    const [ever] = [...since.values()].sort();
    const first = since.get(version.kind) ?? ever;
    if (first === undefined || ever === undefined || ever > to) return false;
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
    const [ever = ''] = [...this.book.since.values()].sort();
    if (imported !== null && (mean === null || ever > span.from))
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
