export { main } from './main.js';
export { openStore, SCHEMAS, wipe } from './store.js';
export { readPlans, startOneProcess, type OneProcess, type Plans, type Ports } from './one-process.js';
export { workedThrough } from './session.js';
export * from './shapes.js';
export { demonstrationOf } from './commands/up.js';
export { beginPlay, play, playState } from './demonstration/play.js';
export { REPORT_YEAR } from './demonstration/script.js';
export { switchToWall, VirtualTime } from './demonstration/virtual-time.js';
