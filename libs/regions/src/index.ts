export * from './counties.js';
