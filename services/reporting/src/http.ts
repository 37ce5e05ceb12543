import type { UtcInstant } from '@fengsui/contracts';
import { InstantPipe, Question, YearPipe } from '@fengsui/service';
import { BadRequestException, Controller, NotFoundException, Param, Query } from '@nestjs/common';
import { Type } from 'typebox';
import type { Asked } from './figures/figures.js';
import { NoPeriod } from './period.js';
import { ReportingQuery } from './query.js';
import { ReportVersions } from './summary/versions.js';
import {
  AnsweringView,
  DocumentSchema,
  FiguresView,
  IndicatorSchema,
  PartsView,
  RollupView,
  TraceView,
  type DocumentView,
  type FigureParts,
  type Figures,
  type IndicatorView,
  type Trace,
} from './views.js';

const AS_OF = { asOf: 'as known at this instant; without it, as known now' };
const PERIOD = {
  year: 'year of four digits',
  period: '2020, 2020H1, 2020Q2, 2020-06, 2020-flood, 2020-ytd or 2020-01-01..2020-06-30; instead of the year',
  county: 'GB/T 2260 code of a county; without it the whole city',
  against: 'year (the same span of the year before), previous (the span before) or average (of three years)',
  ...AS_OF,
};

/** Figures, the facts behind them, and the roll-ups, over HTTP. */
@Controller('v1')
export class ReportingHttp {
  constructor(
    private readonly query: ReportingQuery,
    private readonly versions: ReportVersions,
  ) {}

  @Question('figures', 'the figures of a period', FiguresView, PERIOD, 'read-figures')
  figures(@Query() asked: Record<string, string>, @Query('asOf', InstantPipe) asOf?: UtcInstant): Promise<Figures> {
    return refusing(() => this.query.figures(askedIn(asked, asOf)));
  }

  @Question(
    'figures/by/:dimension',
    'the figures of a period by county, or by what the catalogue tells them apart by: industry, grade, hour, cause',
    PartsView,
    PERIOD,
    'read-figures',
  )
  parts(
    @Param('dimension') by: string,
    @Query() asked: Record<string, string>,
    @Query('asOf', InstantPipe) asOf?: UtcInstant,
  ): Promise<FigureParts> {
    return refusing(() => this.query.parts(askedIn(asked, asOf), by));
  }

  @Question(
    'figures/:id/trace',
    'the facts behind a figure, page by page',
    TraceView,
    { ...PERIOD, after: '`next` of the page before', limit: 'facts a page, up to 1000; 200 without it' },
    'read-figures',
  )
  async trace(
    @Param('id') id: string,
    @Query() asked: Record<string, string>,
    @Query('asOf', InstantPipe) asOf?: UtcInstant,
  ): Promise<Trace> {
    const { after = null, limit = '200' } = asked;
    if (
      typeof limit !== 'string' ||
      (after !== null && typeof after !== 'string') ||
      !/^\d{1,4}$/.test(limit) ||
      Number(limit) < 1 ||
      Number(limit) > 1_000
    )
      throw new BadRequestException(`limit: ${limit}; expected 1 to 1000`);
    const trace = await refusing(() => this.query.trace(id, askedIn(asked, asOf), { after, limit: Number(limit) }));
    if (trace === null) throw new NotFoundException(`there is no figure ${id}`);
    return trace;
  }

  @Question('indicators', 'the catalogue of indicators', Type.Array(IndicatorSchema), {}, 'read-figures')
  indicators(): Promise<readonly IndicatorView[]> {
    return this.query.indicators();
  }

  @Question(
    'answering',
    'how soon calls were answered in a year, by cause, role and hour',
    Type.Array(AnsweringView),
    { year: 'year of four digits' },
    'read-figures',
  )
  answering(@Query('year', YearPipe) year: number): Promise<readonly AnsweringView[]> {
    return this.query.answering(year);
  }

  @Question(
    'documents',
    'versions of reports, the newest first: what is missing in each, what the checker found, who checked and signed it',
    Type.Array(DocumentSchema),
    { report: 'of one period and template, such as 2020/annual-summary' },
    'read-figures',
  )
  documents(@Query('report') report?: string): Promise<readonly DocumentView[]> {
    return this.versions.list(report ?? null);
  }

  @Question('rollups', 'the last hundred roll-ups that ran or were skipped', Type.Array(RollupView))
  rollups(): Promise<readonly RollupView[]> {
    return this.query.rollups();
  }
}

function askedIn(asked: Record<string, string>, asOf?: UtcInstant): Asked {
  const twice = Object.entries(asked).find(([, value]) => typeof value !== 'string');
  if (twice !== undefined) throw new BadRequestException(`${twice[0]}: expected once`);
  const { year, period, county, against = 'year' } = asked;
  if ((year === undefined) === (period === undefined))
    throw new BadRequestException('one of year and period is expected');
  if (year !== undefined && !/^\d{4}$/.test(year))
    throw new BadRequestException(`year: ${year}; expected a year of four digits, such as 2020`);
  if (against !== 'year' && against !== 'previous' && against !== 'average')
    throw new BadRequestException(`against: ${against}; expected year, previous or average`);
  return { period: year ?? (period as string), county: county ?? null, against, asOf: asOf ?? null };
}

/** What is no period is whoever asks to mend. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof NoPeriod ? new BadRequestException(error.message) : error;
  }
}
