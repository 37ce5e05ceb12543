import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { Sessions } from '@fengsui/access';
import type { Service } from '@fengsui/contracts';
import { Clock, Notifications } from '@fengsui/database';
import { DataSource, type EntityTarget } from 'typeorm';
import { DueJobs } from './due-jobs.js';
import type { GivenOrder } from './given-order.js';
import { Health } from './health.js';
import { AccessGuard } from './http/access.js';
import { OrdersDesk } from './orders-desk.js';
import { FEEDS, LOG, RUNTIME, type Runtime } from './tokens.js';
import { Work } from './work.js';

/** Gives the services of this process what they stand on. */
@Module({})
export class RuntimeModule {
  static of(runtime: Runtime): DynamicModule {
    const { db, clock, log, notifications, feeds } = runtime;
    const providers: Provider[] = [
      { provide: DataSource, useValue: db },
      { provide: Clock, useValue: clock },
      { provide: LOG, useValue: log },
      { provide: Notifications, useValue: notifications },
      { provide: FEEDS, useValue: feeds },
      { provide: RUNTIME, useValue: runtime },
      { provide: Sessions, useValue: new Sessions(db, clock) },
      Work,
    ];
    return {
      module: RuntimeModule,
      global: true,
      imports: [DiscoveryModule],
      controllers: [Health],
      providers: [...providers, DueJobs, { provide: APP_GUARD, useClass: AccessGuard }],
      exports: providers,
    };
  }
}

/**
 * The desk of a service's orders, as a provider of its module. @param waitsMinutes how long an order waits for what
 * it is about
 */
export const ordersDesk = (service: Service, table: EntityTarget<GivenOrder>, waitsMinutes: number): Provider => ({
  provide: OrdersDesk,
  inject: [Work],
  useFactory: (work: Work) => new OrdersDesk(service, table, waitsMinutes, (name) => work.takersOf(name)),
});
