export * from './counties.js';
export * from './gauges.js';
export * from './touching-thread.js';
export * from './city-border.js';
export * from './datum.js';
export * from './layer.js';
