import 'reflect-metadata';
import { runService } from '@fengsui/service';
import { ResponseModule } from './module.js';
import { ResponsePlan } from './plan.js';
import { RESPONSE_SCHEMA } from './tables/migrations.js';

/** The service alone, on a database that others share. */
await runService('response', RESPONSE_SCHEMA, ({ FENGSUI_PLAN }) => ResponseModule.of(ResponsePlan.read(FENGSUI_PLAN)));
