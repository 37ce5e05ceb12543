export * from './own-files.js';
export * from './plan-files.js';
export * from './secrets.js';
export * from './settings.js';
