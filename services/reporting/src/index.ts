export type { Figure, Figures, Trace, TracedFact } from './figures.js';
export { INDICATORS, type Indicator } from './indicators.js';
export { ReportingModule } from './module.js';
export { ReportingPlan } from './plan.js';
export { ReportingQuery } from './query.js';
export { Rollups } from './rollups.js';
export { REPORTING_SCHEMA } from './schema.js';
export { AnnualSummaries, type AnnualSummary } from './summary/annual-summary.js';
