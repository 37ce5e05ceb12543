export * from './counties.js';
export * from './touching-thread.js';
