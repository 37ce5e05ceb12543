import { createHash } from 'node:crypto';
import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { Clock, type Tx } from '@fengsui/database';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureBook } from '../figures.js';
import { ReportingPlan } from '../plan.js';
import type { MonthlyChart } from './chart.js';
import { compose, type Narrative } from './compose.js';
import { writeDocument } from './document.js';

export type AnnualSummary = Readonly<{
  bytes: Buffer;
  year: number;
  asOf: UtcInstant;
  figures: number;
  sha256: string;
  printed: readonly string[];
}>;

/** The annual work summary of the bureau 全市应急管理工作总结. */
@Injectable()
export class AnnualSummaries {
  private readonly figures = new FigureBook();

  constructor(
    @Inject(DataSource) private readonly db: DataSource,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ReportingPlan) private readonly plan: ReportingPlan,
  ) {}

  /** @param asOf as known then; null: as known now */
  async make(year: number, asOf: UtcInstant | null): Promise<AnnualSummary> {
    return this.db.transaction('REPEATABLE READ', async (tx) => {
      const figures = await this.figures.figures(tx, year, asOf);
      const at = figures.asOf ?? (await this.clock.now(tx));
      const narratives = (await tx.query(
        `select distinct on (subject) content->'record'->>'section' as section, (content->'record'->>'order')::int as "order", content->'record'->>'text' as text, event
         from reporting.fact where kind = 'record' and subject like 'narrative/%' and recorded_at <= $1 and content is not null
           and at >= make_timestamptz($2, 1, 1, 0, 0, 0, 'Asia/Shanghai') and at < make_timestamptz($2 + 1, 1, 1, 0, 0, 0, 'Asia/Shanghai') + interval '60 days' order by subject, version desc`,
        [at, year],
      )) as Narrative[];
      const summary = compose(this.plan.template, year, figures.figures, narratives);
      const charts = new Map<string, MonthlyChart>();
      for (const block of summary.blocks) {
        const [figure] = block.kind === 'chart' ? block.figures : [];
        if (block.kind !== 'chart' || figure === undefined) continue;
        const series = [];
        for (const one of [year - 1, year]) series.push({ name: `${one}年`, values: await this.figures.monthly(tx, figure.id, one, asOf) });
        charts.set(block.title, { title: block.title, unit: '起', series });
      }
      const bytes = await writeDocument(summary, { date: inWords(asOf ?? (await this.rolledUpAt(tx, year)) ?? at), charts, madeAt: at });
      return {
        bytes,
        year,
        asOf: at,
        figures: summary.printed.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        printed: summary.printed,
      };
    });
  }

  /** When the annual roll-up of the year ran: the date of the document. */
  private async rolledUpAt(tx: Tx, year: number): Promise<UtcInstant | null> {
    const [row] = (await tx.query('select max(made_at) as at from reporting.annual where year = $1', [year])) as {
      at: UtcInstant | null;
    }[];
    return row?.at ?? null;
  }
}

/** Arabic digits, full year, no leading zeros: 2021年1月22日. */
function inWords(at: UtcInstant): string {
  const [year, month, day] = shanghaiDate(at).split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
