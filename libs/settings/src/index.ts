export * from './plan-files.js';
export * from './settings.js';
