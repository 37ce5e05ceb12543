import { shanghaiDate, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { FigureBook } from '../figures/figures.js';
import { NoPeriod, periodOf } from '../period.js';
import { ReportingPlan } from '../plan.js';
import { ClosingRow } from '../tables/tables.js';
import type { Figure } from '../views.js';
import type { Missing } from './compose.js';
import { isResponse } from './response-course.js';

/**
 * Each county vouches for its figures of a period before the city signs what is written of it 县级核定: whoever signs
 * knows which have not, and what has changed in one since it did.
 */
@Injectable()
export class Closings {
  constructor(
    private readonly plan: ReportingPlan,
    private readonly figures: FigureBook,
  ) {}

  /** Closed again, it is as it stands then: what it was before is kept. */
  @Takes('reporting', 'close-period', ({ data }) => `${data.period}/${data.authority}`)
  async close({ id, data }: OrderOf<'close-period'>, { tx, now }: UnitOfWork): Promise<OrderResult> {
    const { authority: county, period: asked, actor } = data;
    if (!isClosable(asked)) return rejected(`${asked}每日不同，不能核定 / is another one every day`);
    try {
      const { period, figures } = await this.figures.figures(tx, { period: asked, county });
      if (shanghaiDate(now) <= period.to) return rejected(`${asked}尚未结束，不能核定 / is not over yet`);
      const values = Object.fromEntries(figures.map(({ id: figure, value }) => [figure, value]));
      await insertRows(tx, ClosingRow, [
        { period: period.name, county, at: now, by: actor, order: id, figures: values },
      ]);
      return done(`${this.plan.counties.get(county) ?? county}已核定${asked}数据`);
    } catch (error) {
      if (error instanceof NoPeriod) return rejected(error.message);
      throw error;
    }
  }

  /** Names of counties that have not closed a period, where the plan asks them to. */
  async open(tx: Tx, period: string, now: UtcInstant): Promise<readonly string[]> {
    return isClosable(period) ? this.openOf(period, await this.closed(tx, period), now) : [];
  }

  /** What whoever checks and signs must know of a report: counties that have not closed, or have changed since. */
  async missing(tx: Tx, period: string, now: UtcInstant): Promise<readonly Missing[]> {
    if (!isClosable(period)) return [];
    const closed = await this.closed(tx, period);
    const missing = this.openOf(period, closed, now).map((name): Missing => {
      return { place: `county ${name}`, what: '尚未核定本期数据 / has not closed the period' };
    });
    for (const [county, then] of closed) {
      const { figures } = await this.figures.figures(tx, { period, county });
      const words = figures.flatMap((figure) => changeInWords(figure, then));
      if (words.length > 0)
        missing.push({
          place: `county ${this.plan.counties.get(county) ?? county}`,
          what: `核定后有变动：${words.join('；')} / changed since it was closed`,
        });
    }
    return missing;
  }

  private openOf(period: string, closed: ReadonlyMap<string, unknown>, now: UtcInstant): readonly string[] {
    const { countiesClose, floodSeason } = this.plan.statistics;
    const today = shanghaiDate(now);
    // What is not over nobody can vouch for yet.
    if (countiesClose !== true || periodOf(period, floodSeason, today).to >= today) return [];
    return [...this.plan.counties].flatMap(([code, name]) => (closed.has(code) ? [] : [name]));
  }

  /** The figures with which each county closed a period last. */
  private async closed(tx: Tx, asked: string): Promise<ReadonlyMap<string, ClosingRow['figures']>> {
    const { name } = periodOf(asked, this.plan.statistics.floodSeason, '9999-12-31');
    const found = await rows<Pick<ClosingRow, 'county' | 'figures'>>(
      tx,
      'select distinct on (county) county, figures from reporting.closing where period = $1 order by county, at desc',
      [name],
    );
    return new Map(found.map(({ county, figures }) => [county, figures]));
  }
}

/** Neither a response nor what is another span every day is a period that a county vouches for. */
const isClosable = (period: string): boolean => !isResponse(period) && !period.trim().endsWith('-ytd');

/** Shares follow from what they are shares of. */
function changeInWords({ id, label, value, method }: Figure, then: ClosingRow['figures']): string[] {
  // An indicator that there was not then has not changed.
  if (method === 'ratio' || !(id in then) || value === (then[id] ?? null)) return [];
  return [`${label.zh}（${id}）${then[id] ?? '未统计'}→${value ?? '未统计'}`];
}
