import type { UtcInstant } from '@fengsui/contracts';
import { one, rows } from '@fengsui/database';
import { OrdersDesk, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureBook } from './figures/figures.js';
import type { Figures, RollupView, Trace } from './views.js';

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
