import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { Clock, one, rows, type Tx } from '@fengsui/database';
import { roundHalfUp, yearOnYear } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { yearOf } from '../calendar.js';
import { asKeptNow, type FactContent, type FactKind } from '../facts/fact-content.js';
import type { Figure, Figures, Trace, TracedFact } from '../views.js';
import type { Indicator } from './indicator.js';
import { INDICATORS, indicatorOf } from './indicators.js';

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

/** Figures as known now come from the counters; as known then, from the facts of then. */
@Injectable()
export class FigureBook {
  constructor(private readonly clock: Clock) {}

  /** The newest `recordedAt` of anything that the figures rest on; null while there is nothing. */
  async newest(tx: Tx): Promise<UtcInstant | null> {
    const found = await one<{ newest: UtcInstant | null }>(tx, 'select max(recorded_at) as newest from reporting.fact');
    return found?.newest ?? null;
  }

  async figures(tx: Tx, year: number, asOf: UtcInstant | null): Promise<Figures> {
    const newest = await this.newest(tx);
    const at = asOf ?? (await this.clock.now(tx));
    const isNow = asOf === null || (newest !== null && asOf >= newest);
    const [now, before, since] = isNow
      ? [await this.counted(tx, year), await this.counted(tx, year - 1), await this.heldSince(tx)]
      : await this.recounted(tx, year, asOf);
    const known = { since, begun: yearOf(at), isOver: yearOf(at) > year };
    return {
      year,
      asOf: asOf ?? newest,
      figures: INDICATORS.map((indicator) => figureOf(indicator, year, [now, before], known)),
    };
  }

  /** Since which year facts of each kind are held. What was not held yet is not 0. */
  private async heldSince(tx: Tx): Promise<ReadonlyMap<FactKind, number>> {
    const found = await rows<{ indicator: string; year: number }>(
      tx,
      'select indicator, extract(year from min(day))::int as year from reporting.counter where amount <> 0 group by indicator',
    );
    const since = new Map<FactKind, number>();
    for (const { indicator: id, year } of found) {
      const indicator = indicatorOf(id);
      if (indicator === null || !('kind' in indicator)) continue;
      since.set(indicator.kind, Math.min(year, since.get(indicator.kind) ?? Infinity));
    }
    return since;
  }

  /** The facts behind a figure. */
  async trace(tx: Tx, id: string, year: number, asOf: UtcInstant | null): Promise<Trace | null> {
    const indicator = indicatorOf(id);
    if (indicator === null) return null;
    const at = asOf ?? (await this.newest(tx));
    const { figures } = await this.figures(tx, year, asOf);
    const value = figures.find((figure) => figure.id === id)?.value ?? null;
    if (indicator.method === 'ratio') return { figure: id, value, method: 'ratio', of: [...indicator.of], facts: [] };
    if (indicator.method === 'constant') return { figure: id, value, method: 'constant', of: null, facts: [] };
    const known = at === null ? [] : await this.factsAsOf(tx, at, [indicator.kind]);
    const facts = known.flatMap((row): TracedFact[] => {
      const contribution = row.content === null ? null : indicator.contribution(row.content);
      if (contribution === null || contribution.year !== year || row.content === null) return [];
      return [
        {
          fact: `${row.kind}/${row.subject}/${row.version}`,
          event: row.event,
          contract: row.contract,
          origins: row.origins,
          occurredAt: row.content.at,
          recordedAt: row.recordedAt,
          measure: contribution.amount,
          key: contribution.key,
        },
      ];
    });
    return {
      figure: id,
      value,
      method: indicator.method,
      of: null,
      facts: facts.sort((a, b) => (`${a.occurredAt} ${a.fact}` < `${b.occurredAt} ${b.fact}` ? -1 : 1)),
    };
  }

  /** What an indicator came to in each month of a year, for a chart; as known now, or then. */
  async monthly(tx: Tx, id: string, year: number, asOf: UtcInstant | null): Promise<readonly number[]> {
    if (asOf !== null) return this.monthlyAsOf(tx, id, year, asOf);
    const counted = await rows<{ month: number; amount: number }>(
      tx,
      `select extract(month from day)::int as month, sum(amount)::float8 as amount from reporting.counter
       where indicator = $1 and day >= make_date($2, 1, 1) and day < make_date($2 + 1, 1, 1) group by 1`,
      [id, year],
    );
    return Array.from({ length: 12 }, (_, index) => counted.find(({ month }) => month === index + 1)?.amount ?? 0);
  }

  private async monthlyAsOf(tx: Tx, id: string, year: number, asOf: UtcInstant): Promise<readonly number[]> {
    const months = Array.from({ length: 12 }, () => 0);
    for (const { occurredAt, measure } of (await this.trace(tx, id, year, asOf))?.facts ?? []) {
      const month = Number(shanghaiDate(occurredAt).slice(5, 7)) - 1;
      months[month] = (months[month] ?? 0) + measure;
    }
    return months;
  }

  /** Differences between the counters and the facts of a day 勾稽. None: every counter is the sum of its facts. */
  async differences(
    tx: Tx,
    day: string,
  ): Promise<readonly Readonly<{ indicator: string; counted: number; facts: number }>[]> {
    const known = await rows<{ content: FactContent | null }>(
      tx,
      `select distinct on (kind, subject) content from reporting.fact f
       where (kind, subject) in (
         select kind, subject from reporting.fact
         where at >= ($1 || ' 00:00+08')::timestamptz and at < ($1 || ' 00:00+08')::timestamptz + interval '1 day')
       order by kind, subject, version desc`,
      [day],
    );
    const sums = new Map<string, number>();
    for (const { content: kept } of known) {
      const content = asKeptNow(kept);
      if (content === null || shanghaiDate(content.at) !== day) continue;
      for (const indicator of INDICATORS) {
        if ((indicator.method !== 'sum' && indicator.method !== 'distinct') || indicator.kind !== content.kind)
          continue;
        sums.set(indicator.id, (sums.get(indicator.id) ?? 0) + (indicator.contribution(content)?.amount ?? 0));
      }
    }
    const counted = await rows<{ indicator: string; amount: number }>(
      tx,
      'select indicator, sum(amount)::float8 as amount from reporting.counter where day = $1 group by 1',
      [day],
    );
    const ids = new Set([...sums.keys(), ...counted.map(({ indicator }) => indicator)]);
    return [...ids].sort().flatMap((indicator) => {
      const [facts, held] = [sums.get(indicator) ?? 0, counted.find((row) => row.indicator === indicator)?.amount ?? 0];
      return Math.abs(facts - held) < 1e-6 ? [] : [{ indicator, counted: held, facts }];
    });
  }

  private async counted(tx: Tx, year: number): Promise<ReadonlyMap<string, number>> {
    const sums = await rows<{ indicator: string; value: number }>(
      tx,
      `select indicator, sum(amount)::float8 as value from reporting.counter
       where day >= make_date($1, 1, 1) and day < make_date($1 + 1, 1, 1) group by indicator`,
      [year],
    );
    const keys = await rows<{ indicator: string; value: number }>(
      tx,
      'select indicator, count(*) as value from reporting.distinct_key where year = $1 and facts > 0 group by indicator',
      [year],
    );
    return new Map(
      [...sums.filter(({ indicator }) => indicatorOf(indicator)?.method === 'sum'), ...keys].map(
        ({ indicator, value }) => [indicator, value],
      ),
    );
  }

  private async recounted(
    tx: Tx,
    year: number,
    asOf: UtcInstant,
  ): Promise<[ReadonlyMap<string, number>, ReadonlyMap<string, number>, ReadonlyMap<FactKind, number>]> {
    const since = new Map<FactKind, number>();
    const totals = [new Map<string, number>(), new Map<string, number>()] as const;
    const keys = new Set<string>();
    for (const { content } of await this.factsAsOf(tx, asOf, null)) {
      if (content === null) continue;
      since.set(content.kind, Math.min(yearOf(content.at), since.get(content.kind) ?? Infinity));
      for (const indicator of INDICATORS) {
        if ((indicator.method !== 'sum' && indicator.method !== 'distinct') || indicator.kind !== content.kind)
          continue;
        const contribution = indicator.contribution(content);
        const total = contribution?.year === year ? totals[0] : contribution?.year === year - 1 ? totals[1] : null;
        if (contribution === null || total === null) continue;
        const key = contribution.key === null ? null : `${indicator.id} ${contribution.year} ${contribution.key}`;
        if (key !== null && keys.has(key)) continue;
        if (key !== null) keys.add(key);
        total.set(indicator.id, (total.get(indicator.id) ?? 0) + contribution.amount);
      }
    }
    return [totals[0], totals[1], since];
  }

  private async factsAsOf(tx: Tx, asOf: UtcInstant, kinds: readonly FactKind[] | null): Promise<KnownFact[]> {
    const found = await rows<KnownFact>(
      tx,
      `select distinct on (kind, subject) kind, subject, version, event, contract, origins, recorded_at as "recordedAt", content
       from reporting.fact where recorded_at <= $1 and ($2::text[] is null or kind = any($2))
       order by kind, subject, version desc`,
      [asOf, kinds],
    );
    return found.map((fact) => ({ ...fact, content: asKeptNow(fact.content) }));
  }
}

/** Of which years facts are held at all. */
type Held = Readonly<{
  /** By kind of fact; a kind that is not there has no facts, and is held with the others. */
  since: ReadonlyMap<FactKind, number>;
  /** The last year that has begun. */ begun: number;
  /** The year that is asked for. */ isOver: boolean;
}>;

function figureOf(
  indicator: Indicator,
  year: number,
  [now, before]: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>],
  held: Held,
): Figure {
  const [value, previous] = [valueOf(indicator, year, now, held), valueOf(indicator, year - 1, before, held)];
  const { percent, direction, note } =
    value === null ? { percent: null, direction: null, note: 'no-base' as const } : yearOnYear(value, previous);
  // A part of a year is not held against a whole one.
  const [change, changeNote, goes] =
    held.isOver || note === 'no-base' ? [percent, note, direction] : [null, 'unfinished' as const, null];
  const { id, label, unit, version } = indicator;
  return { id, label, value, unit, previous, change, changeNote, direction: goes, indicator: id, version };
}

function isHeld(kind: FactKind, year: number, { since, begun }: Held): boolean {
  const first = since.get(kind) ?? Math.min(...since.values());
  return first <= year && year <= begun;
}

function valueOf(indicator: Indicator, year: number, totals: ReadonlyMap<string, number>, held: Held): number | null {
  switch (indicator.method) {
    case 'sum':
    case 'distinct':
      return isHeld(indicator.kind, year, held) ? roundHalfUp(totals.get(indicator.id) ?? 0, 2) : null;
    case 'constant':
      return indicator.valueIn(year);
    case 'ratio': {
      const [numerator, denominator] = indicator.of.map((id) => totals.get(id) ?? 0) as [number, number];
      return denominator === 0 ? null : roundHalfUp((numerator / denominator) * 100, indicator.decimals);
    }
  }
}
