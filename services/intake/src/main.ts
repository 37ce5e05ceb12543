import 'reflect-metadata';
import { runService } from '@fengsui/log';
import { IntakeModule } from './module.js';
import { INTAKE_SCHEMA } from './schema.js';

/** The service alone, on a database that others share. */
await runService('intake', INTAKE_SCHEMA, () => IntakeModule);
