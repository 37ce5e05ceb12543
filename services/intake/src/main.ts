import 'reflect-metadata';
import { runService } from '@fengsui/service';
import { IntakeModule } from './module.js';
import { IntakePlan } from './plan.js';
import { INTAKE_SCHEMA } from './tables/migrations.js';

/** The service alone, on a database that others share. */
await runService('intake', INTAKE_SCHEMA, (settings) =>
  IntakeModule.of(IntakePlan.read(settings.FENGSUI_PLAN), settings, true),
);
