export { main } from './main.js';
export { openStore, SCHEMAS } from './store.js';
export { readPlans, stageOf, startOneProcess, type OneProcess, type Plans, type Ports } from './one-process.js';
export { workedThrough } from './session.js';
export * from './shapes.js';
export { startProcess, stopProcess } from './processes.js';
export { ROLE_OF_ALL, ROLE_OF_ANALYSTS, SEPARATE_ROLES } from './database-roles.js';
