import { ordersDesk } from '@fengsui/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { Circumstances } from './fires/circumstances.js';
import { Fires } from './fires/fires.js';
import { GatherSigns } from './fires/gather-signs.js';
import { Joining } from './fires/joining.js';
import { Permits } from './fires/permits.js';
import { Phases } from './fires/phases.js';
import { Verdicts } from './fires/verdicts.js';
import { Urgency } from './fires/urgency.js';
import { WildfireHttp } from './http.js';
import { HeatMask } from './mask/heat-mask.js';
import { WildfirePlan } from './plan.js';
import { WildfireQuery } from './query.js';
import { Danger, DangerConsumer } from './signs/danger.js';
import { Passes } from './signs/passes.js';
import { SignConsumer } from './signs/sign-consumer.js';
import { Wind, WindConsumer } from './signs/wind.js';
import { FireThread } from './thread/fire-thread.js';
import { WildfireOrder } from './tables/tables.js';

@Module({})
export class WildfireModule {
  static of(plan: WildfirePlan): DynamicModule {
    return {
      module: WildfireModule,
      controllers: [SignConsumer, DangerConsumer, WindConsumer, WildfireHttp],
      providers: [
        { provide: WildfirePlan, useValue: plan },
        ordersDesk('wildfire', WildfireOrder, plan.orderWaitsMinutes),
        Circumstances,
        Danger,
        Fires,
        FireThread,
        GatherSigns,
        HeatMask,
        Joining,
        Passes,
        Permits,
        Phases,
        Urgency,
        Verdicts,
        Wind,
        WildfireQuery,
      ],
      exports: [WildfireQuery],
    };
  }
}
