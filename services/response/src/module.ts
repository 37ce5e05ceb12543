import { Module, type DynamicModule } from '@nestjs/common';
import { Assessing } from './assessing.js';
import { ResponseJobs } from './jobs.js';
import { LevelOrders } from './level-orders.js';
import { OnOrder } from './on-order.js';
import { OnReading } from './on-reading.js';
import { OnWeatherWarning } from './on-weather-warning.js';
import { ResponsePlan } from './plan.js';
import { ResponseQuery } from './query.js';

@Module({})
export class ResponseModule {
  static of(plan: ResponsePlan): DynamicModule {
    return {
      module: ResponseModule,
      controllers: [OnWeatherWarning, OnReading, OnOrder, ResponseQuery],
      providers: [{ provide: ResponsePlan, useValue: plan }, LevelOrders, Assessing, ResponseJobs, ResponseQuery],
      exports: [ResponseQuery],
    };
  }
}
