import { utc, type UtcInstant } from '@fengsui/contracts';
import { BadRequestException, Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureBook, type Figures, type Trace } from './figures.js';

/** The figures of a year and the facts behind each, for the command and the console. */
@Controller('v1')
export class ReportingQuery {
  private readonly book = new FigureBook();

  constructor(@Inject(DataSource) private readonly db: DataSource) {}

  @Get('figures')
  overHttp(@Query('year') year?: string, @Query('asOf') asOf?: string): Promise<Figures> {
    return this.figures(yearOf(year), instantOf(asOf));
  }

  @Get('figures/:id/trace')
  async traceOverHttp(@Param('id') id: string, @Query('year') year?: string, @Query('asOf') asOf?: string): Promise<Trace> {
    const trace = await this.trace(id, yearOf(year), instantOf(asOf));
    if (trace === null) throw new NotFoundException(`there is no figure ${id}`);
    return trace;
  }

  figures(year: number, asOf: UtcInstant | null): Promise<Figures> {
    return this.db.transaction('REPEATABLE READ', (tx) => this.book.figures(tx, year, asOf));
  }

  trace(id: string, year: number, asOf: UtcInstant | null): Promise<Trace | null> {
    return this.db.transaction('REPEATABLE READ', (tx) => this.book.trace(tx, id, year, asOf));
  }

  rollups(): Promise<readonly Readonly<{ name: string; dueAt: UtcInstant; ranAt: UtcInstant; outcome: string; findings: unknown }>[]> {
    return this.db.query(
      'select name, due_at as "dueAt", ran_at as "ranAt", outcome, findings from reporting.rollup order by ran_at desc, name limit 100',
    );
  }
}

function yearOf(text: string | undefined): number {
  if (text === undefined || !/^\d{4}$/.test(text)) throw new BadRequestException('year: four digits are expected, such as ?year=2020');
  return Number(text);
}

function instantOf(text: string | undefined): UtcInstant | null {
  if (text === undefined) return null;
  if (Number.isNaN(Date.parse(text))) throw new BadRequestException('asOf: an instant is expected, such as 2021-01-22T00:30:00Z');
  return utc(text);
}
