import type { UtcInstant } from '@fengsui/contracts';
import { one, rows } from '@fengsui/database';
import { OrdersDesk, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureBook } from './figures/figures.js';
import { ANSWERED_WITHIN } from './figures/indicator.js';
import type { SuspicionRow } from './tables/tables.js';
import type { AnsweringView, Figures, RollupView, Trace } from './views.js';

/** What a person must look at. */
export type ReportingItem = Readonly<{ kind: string; words: string; since: UtcInstant; closedAt: UtcInstant | null }>;

/** The figures of a year and the facts behind each, for the command and the console. */
@Injectable()
export class ReportingQuery {
  constructor(
    private readonly db: DataSource,
    private readonly book: FigureBook,
    private readonly desk: OrdersDesk,
  ) {}

  /** @param asOf as known then; null: as known now */
  figures(year: number, asOf: UtcInstant | null): Promise<Figures> {
    return this.db.transaction('REPEATABLE READ', (tx) => this.book.figures(tx, year, asOf));
  }

  /** @returns null when there is no such figure */
  trace(id: string, year: number, asOf: UtcInstant | null): Promise<Trace | null> {
    return this.db.transaction('REPEATABLE READ', (tx) => this.book.trace(tx, id, year, asOf));
  }

  /** How soon calls were answered in a year, by what they were about, who had the turn, and the hour of the day. */
  async answering(year: number): Promise<readonly AnsweringView[]> {
    const found = await rows<{ indicator: string; dimension: string; n: number }>(
      this.db,
      `select indicator, dimension, sum(amount)::int as n from reporting.counter
       where indicator = any($1) and day >= make_date($2, 1, 1) and day < make_date($2 + 1, 1, 1)
       group by indicator, dimension order by dimension, indicator`,
      [['calls.count', ...ANSWERED_WITHIN.map((minutes) => `calls.answered${minutes}`)], year],
    );
    const of = (dimension: string, indicator: string): number =>
      found.find((row) => row.dimension === dimension && row.indicator === indicator)?.n ?? 0;
    return [...new Set(found.map((row) => row.dimension))].map((dimension) => {
      const [cause = '', role = '', hour = '0'] = dimension.split('|');
      return {
        cause,
        role,
        hour: Number(hour),
        calls: of(dimension, 'calls.count'),
        within3: of(dimension, 'calls.answered3'),
        within10: of(dimension, 'calls.answered10'),
        within30: of(dimension, 'calls.answered30'),
      };
    });
  }

  /** Accidents under two numbers that may be one. @param open only those that nobody has decided */
  async items(open = false): Promise<readonly ReportingItem[]> {
    const found = await rows<Omit<SuspicionRow, 'order'>>(
      this.db,
      `select one, other, found_at as "foundAt", state, joined, words from reporting.suspicion
       where not $1::boolean or state = 'open' order by found_at, one, other`,
      [open],
    );
    return found.map(({ one, other, foundAt, state, words }) => ({
      kind: 'incident-twice',
      words: `事故 ${one} 与 ${other} ${state === 'open' ? '疑为同一起' : state === 'joined' ? '已认定为同一起' : '已认定为两起'}：${words}`,
      since: foundAt,
      closedAt: state === 'open' ? null : foundAt,
    }));
  }

  rollups(): Promise<readonly RollupView[]> {
    return rows(
      this.db,
      `select name, due_at as "dueAt", ran_at as "ranAt", outcome, findings from reporting.rollup order by ran_at desc, name limit 100`,
    );
  }

  /** Whether any fact rests on an event. */
  async restsOn(event: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from reporting.fact where event = $1 limit 1', [event])) !== null;
  }

  /** What became of an order. */
  outcomeOf(event: string): Promise<OrderOutcome | null> {
    return this.desk.outcomeOf(this.db, event);
  }
}
