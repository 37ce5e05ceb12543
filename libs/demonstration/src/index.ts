export type { Delivery } from './delivery.js';
export { begin, play, scriptHash, type Stage } from './play.js';
export { demonstration, dragonBoatWeek, missingFor, REPORT_YEAR, type DemonstrationCity } from './script.js';
export { shiftedTo } from './shifted-times.js';
