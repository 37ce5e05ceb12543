export * from './database.js';
export * from './shared-data.js';
