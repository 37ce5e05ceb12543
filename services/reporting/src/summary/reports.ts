import { createHash } from 'node:crypto';
import { fromShanghai, shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { Clock, one, playState, rows, type Tx } from '@fengsui/database';
import { roundHalfUp } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureBook } from '../figures/figures.js';
import { isNothingHeld } from '../figures/held.js';
import { ANNUAL, BULLETIN, REVIEW, ReportingPlan, type SummaryTemplate } from '../plan.js';
import type { Period } from '../period.js';
import type { Figure, FigureParts } from '../views.js';
import type { MonthlyChart } from './chart.js';
import { annexOf } from './annex.js';
import { namedIndicators } from './cases.js';
import { compose, type Block, type Missing, type Narrative, type PlanTask } from './compose.js';
import { writeDocument } from './document.js';
import { profileOf } from './profile.js';
import { nameOfValue } from './names.js';
import { rankedFields } from './ranks.js';
import { courseOf, isResponse, type Course } from './response-course.js';
import { textsIn } from './texts.js';
import { UNIT_IN_CHINESE } from './units.js';

export type Report = Readonly<{
  bytes: Buffer;
  title: string;
  year: number;
  period: string;
  asOf: UtcInstant;
  figures: number;
  sha256: string;
  printed: readonly string[];
  missing: readonly Missing[];
  /** Every figure of the period, printed or not. */ all: readonly Figure[];
  /** Its days. */ days: Period;
}>;

/** What is to be written. */
export type ReportAsked = Readonly<{
  /** As a person writes it: 2020, 2020H1, 2020-06. */ period: string;
  /** Name of the template; without it the annual summary for a year, and the bulletin for anything else. */
  template?: string | null;
  /** As known then; null: as known now. */ asOf?: UtcInstant | null;
  /** Its date; without it that of the roll-up of its year, or as of when. */ date?: UtcInstant | null;
}>;

/** Of which months a chart is. */
type Charted = Readonly<{
  year: number;
  /** Last day of the period. */ until: string;
  at: UtcInstant;
  asOf: UtcInstant | null;
  isUnfinished: boolean;
}>;

/** A period of which there is nothing to tell, or no template to tell it by. */
export class NothingHeld extends Error {}

/** What the bureau writes by templates: the annual work summary 全市应急管理工作总结, and bulletins of any period. */
@Injectable()
export class Reports {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: ReportingPlan,
    private readonly figures: FigureBook,
  ) {}

  /** @throws NothingHeld, NoPeriod */
  async make({ period: name, template: wanted = null, asOf = null, date = null }: ReportAsked): Promise<Report> {
    const isYear = IS_YEAR.test(name.trim());
    if (wanted === ANNUAL && !isYear)
      throw new NothingHeld(`${name}: 年度总结只写全年 / the annual summary is of a whole year`);
    const templateName = wanted ?? (isYear ? ANNUAL : isResponse(name) ? REVIEW : BULLETIN);
    const template = this.templateOf(templateName);
    return this.db.transaction('REPEATABLE READ', async (tx) => {
      const course = isResponse(name) ? await this.courseOf(tx, name, asOf) : undefined;
      const days = course?.days.name ?? name;
      const found = await this.figures.figures(tx, { period: days, asOf });
      const { period, year } = found;
      const at = found.asOf ?? (await this.clock.now(tx));
      if (isNothingHeld(found.figures))
        throw (await this.isCounted(tx))
          ? new NothingHeld(`${name}没有任何记录，不能写成文稿 / nothing is held of ${name}`)
          : new NothingHeld(
              '指标尚未计数，请先启动服务或运行 fengsui figures rebuild / nothing is counted yet: start the services first',
            );
      const filled = {
        period,
        figures: found.figures,
        ...(await this.written(tx, { name: name.trim(), year, at })),
        ...(await this.besides(tx, template, { period: days, asOf })),
        ...(course === undefined ? {} : { course }),
      };
      const summary = compose(template, filled);
      const isUnfinished = found.figures.some(({ changeNote }) => changeNote === 'unfinished');
      const of = isYear ? `${year}年尚未结束，各项数字不与上年全年比较` : '本期尚未结束，各项数字不作比较';
      const until = `（本文数据截至${inWords(at)}，${of}。）`;
      const blocks = isUnfinished ? [{ kind: 'paragraph' as const, text: until }, ...summary.blocks] : summary.blocks;
      const rolledUp = template === this.plan.template ? await this.rolledUpAt(tx, year) : null;
      const bytes = await writeDocument(
        { ...summary, blocks },
        {
          date: inWords(date ?? asOf ?? rolledUp ?? at),
          charts: await this.charts(tx, blocks, { year, until: period.to, at, asOf, isUnfinished }),
          madeAt: at,
          own: this.plan.ownTemplates.get(templateName),
          profile: profileOf(template.wording),
          mark: (await playState(tx)).state === 'none' ? null : '【演示数据】',
          annex: annexOf(summary.printed, found.figures, inWords(at)),
        },
      );
      return {
        bytes,
        title: summary.title,
        year,
        period: period.name,
        asOf: at,
        figures: summary.printed.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        printed: summary.printed,
        missing: summary.missing,
        all: found.figures,
        days: period,
      };
    });
  }

  /** @throws NothingHeld where nothing is known of it */
  private async courseOf(tx: Tx, name: string, asOf: UtcInstant | null): Promise<Course> {
    const found = await courseOf(tx, name, asOf ?? (await this.clock.now(tx)));
    const first = found?.changes[0];
    if (found === null || first === undefined)
      throw new NothingHeld(
        `${name}: 没有这次响应，或在升级前启动、未记编号 / no such response is known by its number`,
      );
    if (first.change !== 'start')
      throw new NothingHeld(`${name}: 缺少启动的记录（升级前启动，或已更正撤回） / its start is not known`);
    return found;
  }

  /** False after an upgrade, until the first start of services has counted what is there. */
  private async isCounted(tx: Tx): Promise<boolean> {
    const sql = `select 1 from reporting.fact where not exists (select 1 from reporting.booked where hash <> '') limit 1`;
    return (await one(tx, sql)) === null;
  }

  private templateOf(name: string): SummaryTemplate {
    const found = this.plan.templates.get(name);
    if (found !== undefined) return found;
    const names = [...this.plan.templates.keys()].join(', ');
    throw new NothingHeld(`没有模板 ${name}，有：${names} / there is no template ${name}`);
  }

  /** What a template asks for beside the figures of its period: other bases, and parts by rank. */
  private async besides(tx: Tx, template: SummaryTemplate, asked: Pick<Required<ReportAsked>, 'period' | 'asOf'>) {
    const texts = textsIn(template).map(({ text }) => text);
    const against = async (base: 'previous' | 'average', word: string) =>
      texts.some((text) => text.includes(` ${word}`))
        ? (await this.figures.figures(tx, { ...asked, against: base })).figures
        : [];
    const ranks = new Map<string, FigureParts>();
    for (const field of rankedFields(texts)) ranks.set(field, this.named(await this.figures.parts(tx, asked, field)));
    const behind = {
      facts: await this.figures.behind(tx, namedIndicators(texts), asked),
      counties: this.plan.counties,
    };
    return { chain: await against('previous', 'chain'), average: await against('average', 'average'), ranks, behind };
  }

  /** Counties as the plan calls them, hours as a clock does. */
  private named(parts: FigureParts): FigureParts {
    const nameOf = (key: string): string =>
      parts.by === 'county'
        ? (this.plan.counties.get(key) ?? key)
        : parts.by === 'hour'
          ? `${key}时`
          : nameOfValue(key);
    const figures = parts.figures.map((one) => ({
      ...one,
      rows: one.rows.map((row) => ({ ...row, key: nameOf(row.key) })),
    }));
    return { ...parts, figures };
  }

  private async charts(
    tx: Tx,
    blocks: readonly Block[],
    { year, until, at, asOf, isUnfinished }: Charted,
  ): Promise<ReadonlyMap<string, MonthlyChart>> {
    const charts = new Map<string, MonthlyChart>();
    // Months that have not begun are none of this year's.
    const begun = Number((isUnfinished ? shanghaiDate(at) : until).slice(5, 7));
    for (const block of blocks) {
      const [figure] = block.kind === 'chart' ? block.figures : [];
      if (block.kind !== 'chart' || figure === undefined) continue;
      const series = [];
      // What was not held is no row of zeros.
      for (const one of figure.base.kind !== 'known' ? [year] : [year - 1, year]) {
        const all = await this.figures.monthly(tx, figure.id, one, asOf);
        const values = one === year ? all.slice(0, begun) : all;
        // Money is kept in yuan and printed in 万元.
        const printed = figure.unit === 'yuan' ? values.map((value) => roundHalfUp(value / 10_000, 2)) : values;
        series.push({ name: `${one}年`, values: printed });
      }
      charts.set(block.title, { title: block.title, unit: UNIT_IN_CHINESE[figure.unit], series });
    }
    return charts;
  }

  /** When the annual roll-up of the year ran: the date of the document. */
  private async rolledUpAt(tx: Tx, year: number): Promise<UtcInstant | null> {
    const sql = 'select max(made_at) as at from reporting.annual where year = $1';
    return (await one<{ at: UtcInstant | null }>(tx, sql, [year]))?.at ?? null;
  }

  /**
   * What people wrote for a report, and the tasks of the year after. Who does not name the report means the summary of
   * the year; who writes in January or February, that of the year before. Nothing stands in two of them.
   */
  private async written(tx: Tx, { name, year, at }: Readonly<{ name: string; year: number; at: UtcInstant }>) {
    const narratives = await rows<Narrative>(
      tx,
      `with known as (
         select distinct on (subject) content, event, recorded_at, at at time zone 'Asia/Shanghai' as at from reporting.fact
         where kind = 'record' and subject like 'narrative/%' and recorded_at <= $1 order by subject, version desc),
       dated as (
         select *, extract(year from at)::int as year,
                make_timestamptz(extract(year from at)::int, 3, 1, 0, 0, 0, 'Asia/Shanghai') as march from known)
       select content->'record'->>'section' as section, (content->'record'->>'order')::int as "order",
              content->'record'->>'text' as text, event
       from dated
       where content is not null
         and coalesce(content->'record'->>'period',
                      (year - case when extract(month from at) <= 2 and recorded_at < march then 1 else 0 end)::text) = $2`,
      [at, name],
    );
    // The plan stands in the summary of the year before; no bulletin lacks it.
    if (!IS_YEAR.test(name)) return { narratives, tasks: [] };
    const tasks = await rows<PlanTask>(
      tx,
      `with known as (
         select distinct on (subject) content, at from reporting.fact
         where kind = 'record' and subject like 'plan-task/%' and recorded_at <= $1 order by subject, version desc)
       select content->'record'->>'section' as section, (content->'record'->>'order')::int as "order",
              content->'record'->>'task' as task, content->'record'->>'owner' as owner, content->'record'->>'due' as due
       from known where content is not null and at >= $2 and at < $3`,
      [at, fromShanghai(`${year + 1}-01-01`), fromShanghai(`${year + 2}-01-01`)],
    );
    return { narratives, tasks };
  }
}

const IS_YEAR = /^\d{4}$/;

/** Arabic digits, full year, no leading zeros: 2021年1月22日. */
function inWords(at: UtcInstant): string {
  const [year, month, day] = shanghaiDate(at).split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
