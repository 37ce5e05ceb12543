import type { ObservedEvent } from '@fengsui/contracts';
import { contractJson } from '../readers/contract-json.js';
import type { Reader } from '../readers/reader.js';

/** What an endpoint may carry: `POST /v1/warnings` and so on; `POST /v1/inputs` takes every format that is read. */
export const ENDPOINTS = {
  warnings: 'weather-warning.v1',
  readings: 'reading.v1',
  wind: 'wind.v1',
  forecasts: 'flood-forecast.v1',
  storms: 'storm-position.v1',
  hotspots: 'hotspot.v1',
  reports: 'public-report.v1',
  incidents: 'incident.v1',
  'declared-levels': 'authority-level.v1',
  situations: 'situation.v1',
  records: 'work-record.v1',
  ledgers: 'transfer-ledger.v1',
  'delivery-reports': 'delivery-report.v1',
  orders: 'order.v1',
} as const satisfies Record<string, ObservedEvent['type']>;
export type Endpoint = keyof typeof ENDPOINTS;

/**
 * What an endpoint of one contract reads: contract JSON there may leave the type out; a source format must give what
 * the endpoint carries.
 */
export const readersFor = (readers: readonly Reader[], contract: ObservedEvent['type']): readonly Reader[] => [
  ...readers.filter(({ format }) => format !== 'contract-json'),
  contractJson(contract),
];
