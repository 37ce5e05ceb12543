import 'reflect-metadata';
import { runService } from '@fengsui/service';
import { ReportingModule } from './module.js';
import { ReportingPlan } from './plan.js';
import { REPORTING_SCHEMA } from './tables/migrations.js';

/** The service alone, on a database that others share. */
await runService('reporting', REPORTING_SCHEMA, ({ FENGSUI_PLAN, FENGSUI_PDF_PROGRAM }) =>
  ReportingModule.of(ReportingPlan.read(FENGSUI_PLAN), FENGSUI_PDF_PROGRAM),
);
