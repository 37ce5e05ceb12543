export { DutyModule } from './module.js';
export { DutyPlan } from './plan.js';
export { DutyQuery, type CallView } from './query.js';
export { DUTY_SCHEMA } from './schema.js';
