import 'reflect-metadata';
import { runService } from '@fengsui/service';
import { DutyModule } from './module.js';
import { DutyPlan } from './plan.js';
import { DUTY_SCHEMA } from './tables/migrations.js';

/** The service alone, on a database that others share. */
await runService('duty', DUTY_SCHEMA, (settings) => DutyModule.of(DutyPlan.read(settings.FENGSUI_PLAN), settings));
