export { ResponseModule } from './module.js';
export { ResponsePlan, type Gauge } from './plan.js';
export { ResponseQuery, type LevelView, type TaskView } from './query.js';
export { RESPONSE_SCHEMA } from './tables/migrations.js';
export { ResponseHttp } from './http.js';
