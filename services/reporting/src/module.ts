import { Module, type DynamicModule } from '@nestjs/common';
import { OnEvent } from './on-event.js';
import { ReportingPlan } from './plan.js';
import { ReportingQuery } from './query.js';
import { Rollups } from './rollups.js';
import { AnnualSummaries } from './summary/annual-summary.js';

@Module({})
export class ReportingModule {
  static of(plan: ReportingPlan): DynamicModule {
    return {
      module: ReportingModule,
      controllers: [OnEvent, ReportingQuery],
      providers: [{ provide: ReportingPlan, useValue: plan }, Rollups, AnnualSummaries, ReportingQuery],
      exports: [Rollups, AnnualSummaries, ReportingQuery],
    };
  }
}
