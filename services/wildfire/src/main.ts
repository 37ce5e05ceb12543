import 'reflect-metadata';
import { runService } from '@fengsui/service';
import { WildfireModule } from './module.js';
import { WildfirePlan } from './plan.js';
import { WILDFIRE_SCHEMA } from './tables/migrations.js';

/** The service alone, on a database that others share. */
await runService('wildfire', WILDFIRE_SCHEMA, ({ FENGSUI_PLAN }) => WildfireModule.of(WildfirePlan.read(FENGSUI_PLAN)));
