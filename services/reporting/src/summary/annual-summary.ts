import { createHash } from 'node:crypto';
import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { Clock, one, rows, type Tx } from '@fengsui/database';
import { roundHalfUp } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureBook } from '../figures/figures.js';
import { isNothingHeld } from '../figures/held.js';
import { ReportingPlan } from '../plan.js';
import type { MonthlyChart } from './chart.js';
import { compose, type Missing, type Narrative } from './compose.js';
import { writeDocument } from './document.js';
import { UNIT_IN_CHINESE } from './units.js';

export type AnnualSummary = Readonly<{
  bytes: Buffer;
  year: number;
  asOf: UtcInstant;
  figures: number;
  sha256: string;
  printed: readonly string[];
  missing: readonly Missing[];
}>;

/** A year of which there is nothing to tell. */
export class NothingHeld extends Error {}

/** The annual work summary of the bureau 全市应急管理工作总结. */
@Injectable()
export class AnnualSummaries {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: ReportingPlan,
    private readonly figures: FigureBook,
  ) {}

  /** @param asOf as known then; null: as known now */
  async make(year: number, asOf: UtcInstant | null): Promise<AnnualSummary> {
    return this.db.transaction('REPEATABLE READ', async (tx) => {
      const figures = await this.figures.figures(tx, { period: String(year), asOf });
      const at = figures.asOf ?? (await this.clock.now(tx));
      const narratives = await this.narratives(tx, year, at);
      if (isNothingHeld(figures.figures))
        throw new NothingHeld(`没有${year}年的任何记录，不能写成总结 / nothing is held of ${year}`);
      const summary = compose(this.plan.template, year, figures.figures, narratives);
      const isUnfinished = figures.figures.some(({ changeNote }) => changeNote === 'unfinished');
      const until = `（本文数据截至${inWords(at)}，${year}年尚未结束，各项数字不与上年全年比较。）`;
      const blocks = isUnfinished ? [{ kind: 'paragraph' as const, text: until }, ...summary.blocks] : summary.blocks;
      const charts = new Map<string, MonthlyChart>();
      for (const block of blocks) {
        const [figure] = block.kind === 'chart' ? block.figures : [];
        if (block.kind !== 'chart' || figure === undefined) continue;
        const series = [];
        // What was not held is no row of zeros, and months that have not begun are none of this year's.
        const begun = isUnfinished ? Number(shanghaiDate(at).slice(5, 7)) : 12;
        for (const one of figure.previous === null ? [year] : [year - 1, year]) {
          const all = await this.figures.monthly(tx, figure.id, one, asOf);
          const values = one === year ? all.slice(0, begun) : all;
          // Money is kept in yuan and printed in 万元.
          const printed = figure.unit === 'yuan' ? values.map((value) => roundHalfUp(value / 10_000, 2)) : values;
          series.push({ name: `${one}年`, values: printed });
        }
        charts.set(block.title, { title: block.title, unit: UNIT_IN_CHINESE[figure.unit], series });
      }
      const bytes = await writeDocument(
        { ...summary, blocks },
        {
          date: inWords(asOf ?? (await this.rolledUpAt(tx, year)) ?? at),
          charts,
          madeAt: at,
        },
      );
      return {
        bytes,
        year,
        asOf: at,
        figures: summary.printed.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        printed: summary.printed,
        missing: summary.missing,
      };
    });
  }

  /** When the annual roll-up of the year ran: the date of the document. */
  private async rolledUpAt(tx: Tx, year: number): Promise<UtcInstant | null> {
    const sql = 'select max(made_at) as at from reporting.annual where year = $1';
    return (await one<{ at: UtcInstant | null }>(tx, sql, [year]))?.at ?? null;
  }

  /** What people wrote for the summary of a year; in the first two months of the next they still may. */
  private narratives(tx: Tx, year: number, knownAt: UtcInstant): Promise<Narrative[]> {
    return rows<Narrative>(
      tx,
      `select distinct on (subject) content->'record'->>'section' as section, (content->'record'->>'order')::int as "order",
              content->'record'->>'text' as text, event
       from reporting.fact
       where kind = 'record' and subject like 'narrative/%' and recorded_at <= $1 and content is not null
         and at >= make_timestamptz($2, 1, 1, 0, 0, 0, 'Asia/Shanghai')
         and at < make_timestamptz($2 + 1, 1, 1, 0, 0, 0, 'Asia/Shanghai') + interval '60 days'
       order by subject, version desc`,
      [knownAt, year],
    );
  }
}

/** Arabic digits, full year, no leading zeros: 2021年1月22日. */
function inWords(at: UtcInstant): string {
  const [year, month, day] = shanghaiDate(at).split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
