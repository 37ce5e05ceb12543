export { ResponseModule } from './module.js';
export { ResponsePlan, type Gauge } from './plan.js';
export { ResponseQuery } from './query.js';
export { RESPONSE_SCHEMA } from './tables/migrations.js';
export { ResponseHttp } from './http.js';
export * from './views.js';
export {
  gradeStage,
  judgeNotice,
  STAGE_GRADES,
  type FloodPlan,
  type Known,
  type Notice,
  type StageGrade,
  type Ungradable,
} from '@fengsui/rules';
