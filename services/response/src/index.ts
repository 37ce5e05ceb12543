export { ResponseModule } from './module.js';
export { ResponsePlan, type Gauge } from './plan.js';
export { ResponseQuery } from './query.js';
export { RESPONSE_SCHEMA } from './tables/migrations.js';
export { ResponseHttp } from './http.js';
export * from './views.js';
export { judgeNotice, type FloodPlan, type Known, type Notice } from '@fengsui/rules';
