export { DutyModule } from './module.js';
export { DutyPlan } from './plan.js';
export { DutyQuery } from './query.js';
export { shiftsOf, type Shift } from './roster/shifts.js';
export { DUTY_SCHEMA } from './tables/migrations.js';
export { DutyHttp } from './http.js';
export * from './views.js';
