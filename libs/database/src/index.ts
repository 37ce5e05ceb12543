export * from './clock.js';
export * from './connect.js';
export * from './cron.js';
export * from './embedded.js';
export * from './jobs.js';
export * from './migrate.js';
export * from './notifications.js';
export * from './schema.js';
