import type { UtcInstant } from '@fengsui/contracts';
import { InstantPipe, Question, YearPipe } from '@fengsui/service';
import { Controller, NotFoundException, Param, Query } from '@nestjs/common';
import { Type } from 'typebox';
import { ReportingQuery } from './query.js';
import { AnsweringView, FiguresView, RollupView, TraceView, type Figures, type Trace } from './views.js';

const PERIOD = { year: 'year of four digits', asOf: 'as known at this instant; without it, as known now' };

/** Figures, the facts behind them, and the roll-ups, over HTTP. */
@Controller('v1')
export class ReportingHttp {
  constructor(private readonly query: ReportingQuery) {}

  @Question('figures', 'the figures of a year', FiguresView, PERIOD, 'read-figures')
  figures(
    @Query('year', YearPipe) year: number,
    @Query('asOf', InstantPipe) asOf: UtcInstant | undefined,
  ): Promise<Figures> {
    return this.query.figures(year, asOf ?? null);
  }

  @Question('figures/:id/trace', 'the facts behind a figure', TraceView, PERIOD, 'read-figures')
  async trace(
    @Param('id') id: string,
    @Query('year', YearPipe) year: number,
    @Query('asOf', InstantPipe) asOf: UtcInstant | undefined,
  ): Promise<Trace> {
    const trace = await this.query.trace(id, year, asOf ?? null);
    if (trace === null) throw new NotFoundException(`there is no figure ${id}`);
    return trace;
  }

  @Question(
    'answering',
    'how soon calls were answered in a year, by cause, role and hour',
    Type.Array(AnsweringView),
    { year: PERIOD.year },
    'read-figures',
  )
  answering(@Query('year', YearPipe) year: number): Promise<readonly AnsweringView[]> {
    return this.query.answering(year);
  }

  @Question('rollups', 'the last hundred roll-ups that ran or were skipped', Type.Array(RollupView))
  rollups(): Promise<readonly RollupView[]> {
    return this.query.rollups();
  }
}
