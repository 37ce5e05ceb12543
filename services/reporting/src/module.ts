import { ordersDesk } from '@fengsui/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { Accidents } from './facts/accidents.js';
import { EventConsumer } from './facts/event-consumer.js';
import { FactBook } from './facts/fact-book.js';
import { Recounting } from './figures/recounting.js';
import { FigureBook } from './figures/figures.js';
import { ReportingHttp } from './http.js';
import { ReportingPlan } from './plan.js';
import { ReportingQuery } from './query.js';
import { Rollups } from './rollups.js';
import { Closings } from './summary/closings.js';
import { PDF_PROGRAM, ReportPdf } from './summary/pdf.js';
import { ReportVersions } from './summary/versions.js';
import { Reports } from './summary/reports.js';
import { ReportingOrder } from './tables/tables.js';

/** A correction never waits for the event that it is about: the event is withdrawn before it comes. */
const NEVER_WAITS_MINUTES = 0;

@Module({})
export class ReportingModule {
  /** @param pdfProgram that makes the PDF beside a signed report: LibreOffice */
  static of(plan: ReportingPlan, pdfProgram = 'soffice'): DynamicModule {
    return {
      module: ReportingModule,
      controllers: [EventConsumer, ReportingHttp],
      providers: [
        { provide: ReportingPlan, useValue: plan },
        ordersDesk('reporting', ReportingOrder, NEVER_WAITS_MINUTES),
        Accidents,
        Recounting,
        FactBook,
        FigureBook,
        Rollups,
        Reports,
        ReportVersions,
        Closings,
        { provide: PDF_PROGRAM, useValue: pdfProgram },
        ReportPdf,
        ReportingQuery,
      ],
      exports: [Rollups, Reports, ReportVersions, ReportingQuery],
    };
  }
}
