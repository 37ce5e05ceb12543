import { fromShanghai, shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { Clock, one, type Tx } from '@fengsui/database';
import { roundHalfUp, yearOnYear } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { addDays } from '../calendar.js';
import { before as spanBefore, NoPeriod, periodOf, yearsBefore, type Period } from '../period.js';
import { ReportingPlan } from '../plan.js';
import type { Figure, FigureParts, Figures, Trace } from '../views.js';
import { partsOf, type Parts } from './breakdown.js';
import { isToldApart } from './indicator.js';
import { knownAt, newestKnown } from './known.js';
import { firstOf, NONE, NOTHING_RESTATED, Reckoning, type Restated } from './reckoning.js';
import { differencesIn, type Difference } from './reconciling.js';
import { bookedIn } from './booked.js';
import { changedSince, restatedCases } from './restated.js';
import { heldSince, monthsOf, totalsOf } from './totals.js';
import type { FactContent } from '../facts/fact-content.js';
import { countedFacts, tracedFacts, type Page } from './tracing.js';

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
  async figures(tx: Tx, question: Asked): Promise<Figures> {
    const { against = 'year', asOf = null } = question;
    const { period, county, at, known, reckoning } = await this.asked(tx, question);
    const bases = basesOf(period, against);
    const [now = NONE, ...then] = await totalsOf(tx, [period, ...bases], known, county);
    const [base] = bases;
    const restated =
      against === 'average' || base === undefined ? NOTHING_RESTATED : await this.restated(tx, base, { county, at });
    const figures = this.plan.catalogue.indicators.map((indicator) =>
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

  /** Which days are asked for, as known when, and how what they come to is reckoned. @throws NoPeriod */
  private async asked(tx: Tx, { period: name, county = null, asOf = null }: Asked) {
    const { catalogue, counties, statistics } = this.plan;
    if (county !== null && !counties.has(county))
      throw new NoPeriod(`${county}: 不是本市的县（市、区）代码 / is no county of this city`);
    const clock = await this.clock.now(tx);
    if (asOf !== null && asOf > clock) throw new NoPeriod(`${asOf}: 尚未到来 / is not over yet`);
    const at = asOf ?? clock;
    const today = shanghaiDate(at);
    const known = await knownAt(tx, catalogue, asOf);
    const [since, booked] = [await heldSince(tx, known), await bookedIn(tx, catalogue)];
    const reckoning = new Reckoning(this.plan, { county, today, since, booked });
    return { period: periodOf(name, statistics.floodSeason, today), county, at, known, reckoning };
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
    const { reckoning, ...of } = await this.asked(tx, question);
    const { period, known, county } = of;
    const [totals = NONE] = await totalsOf(tx, [period], known, county);
    const partOf = async (part: string) => {
      const [shown = indicator] = catalogue.versionsOf(part).slice(-1);
      const versions = catalogue.validIn(part, period.from, period.to).flatMap((one) => ('kind' in one ? [one] : []));
      const found = versions.length === 0 ? NO_FACTS : await tracedFacts(tx, versions, of, page);
      const value = reckoning.valueOf(shown, period, totals);
      return { figure: part, value, method: shown.method, facts: [...found.facts], next: found.next };
    };
    const own = await partOf(id);
    if (indicator.method !== 'ratio') return { ...own, of: null, parts: [] };
    const parts = [];
    for (const part of indicator.of) parts.push(await partOf(part));
    // The next page begins where the part that is behind goes on; of the other some facts come again.
    const [next = null] = parts.flatMap((part) => part.next ?? []).sort();
    return { ...own, of: [...indicator.of], parts, next };
  }

  /** What each of some indicators counts, where that is no more than so many facts. @throws NoPeriod as `figures` */
  async behind(
    tx: Tx,
    ids: ReadonlyMap<string, number>,
    question: Asked,
  ): Promise<ReadonlyMap<string, readonly FactContent[]>> {
    const found = new Map<string, readonly FactContent[]>();
    if (ids.size === 0) return found;
    const { reckoning: _, ...of } = await this.asked(tx, question);
    const [totals = NONE] = await totalsOf(tx, [of.period], of.known, of.county);
    for (const [id, most] of ids) {
      const valid = this.plan.catalogue.validIn(id, of.period.from, of.period.to);
      const versions = valid.flatMap((one) => ('kind' in one ? [one] : []));
      // So many facts at most as it comes to, where each adds at least one.
      const isMore = versions.some(({ method, unit }) => method === 'sum' && unit !== 'yuan' && unit !== 'hectares');
      if (isMore && (totals.get(id) ?? 0) > most) continue;
      const facts = versions.length === 0 ? null : await countedFacts(tx, versions, of, most);
      if (facts !== null) found.set(id, facts);
    }
    return found;
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
  private async restated(
    tx: Tx,
    base: Period,
    { county, at }: Readonly<{ county: string | null; at: UtcInstant }>,
  ): Promise<Restated> {
    const { catalogue } = this.plan;
    const from = await this.closedAt(tx, base, at);
    if (from >= at) return NOTHING_RESTATED;
    // What was not held then was closed by nobody: history that came later restates nothing.
    const then = await knownAt(tx, catalogue, from);
    const first = firstOf(await heldSince(tx, then));
    if (first === null || first.slice(0, 4) > base.from.slice(0, 4)) return NOTHING_RESTATED;
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
  const before = new Map<string, number>();
  for (const parts of bases)
    for (const [key, value] of parts.get(id) ?? []) before.set(key, (before.get(key) ?? 0) + value / bases.length);
  const keys = [...new Set([...of.keys(), ...before.keys()])].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const rows = keys.map((key) => {
    const value = roundHalfUp(of.get(key) ?? 0, 2);
    const previous = base.kind === 'known' ? roundHalfUp(before.get(key) ?? 0, 2) : null;
    const { percent, direction, note } = yearOnYear(value, previous);
    if (changeNote === 'unfinished') return { key, value, previous, change: null, changeNote, direction: null };
    return { key, value, previous, change: percent, changeNote: note, direction };
  });
  return { id, label, unit, rows };
}

function basesOf(period: Period, against: Against): readonly Period[] {
  if (against === 'previous') return [spanBefore(period)];
  const years = against === 'average' ? [1, 2, 3] : [1];
  return years.map((back) => yearsBefore(period, back));
}
