import { Module, type DynamicModule } from '@nestjs/common';
import { FireGathering } from './gathering.js';
import { WildfireJobs } from './jobs.js';
import { OnOrder } from './on-order.js';
import { OnSign } from './on-sign.js';
import { WildfirePlan } from './plan.js';
import { WildfireQuery } from './query.js';
import { Verdicts } from './verdicts.js';

@Module({})
export class WildfireModule {
  static of(plan: WildfirePlan): DynamicModule {
    return {
      module: WildfireModule,
      controllers: [OnSign, OnOrder, WildfireQuery],
      providers: [{ provide: WildfirePlan, useValue: plan }, Verdicts, FireGathering, WildfireJobs, WildfireQuery],
      exports: [WildfireQuery],
    };
  }
}
