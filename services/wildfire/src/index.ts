export { WildfireModule } from './module.js';
export { WildfirePlan } from './plan.js';
export { WildfireQuery } from './query.js';
export { WILDFIRE_SCHEMA } from './tables/migrations.js';
export { WildfireHttp } from './http.js';
export * from './views.js';
