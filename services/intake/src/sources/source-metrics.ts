import { minutesBetween, type ObservedEvent } from '@fengsui/contracts';
import { metrics } from '@fengsui/service';
import type { Unknown } from '../keeping/kept-inputs.js';
import { Counter, Gauge, Histogram } from 'prom-client';

const register = { registers: [metrics] };

/** From when something happened (a warning: was sent) to when it came in here. */
const delays = new Histogram({
  name: 'fengsui_source_delay_seconds',
  help: 'From when something happened, or was sent, to when it came in from a polled source',
  labelNames: ['source'],
  buckets: [30, 60, 120, 300, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 24 * 3_600],
  ...register,
});
/** New records of a source; of a satellite by its name. */
const records = new Counter({
  name: 'fengsui_source_records_total',
  help: 'New records that came in from a polled source; of hotspots by satellite',
  labelNames: ['source', 'satellite'],
  ...register,
});
/** Stations, senders and places that the plan does not know. */
const unknownNames = new Counter({
  name: 'fengsui_source_unknown_total',
  help: 'Records of a polled source under a station, sender or place that the plan does not know',
  labelNames: ['source', 'kind'],
  ...register,
});

/** Counts what came in from a source, after it was committed. */
export function measured(source: string, events: readonly ObservedEvent[], unknown: readonly Unknown[]): void {
  for (const { kind } of unknown) unknownNames.inc({ source, kind });
  for (const event of events) {
    delays.observe({ source }, Math.max(0, minutesBetween(event.occurredAt, event.recordedAt)) * 60);
    records.inc({ source, satellite: event.type === 'hotspot.v1' ? event.data.satellite : '' });
  }
}

type Age = Readonly<{ source: string; satellite: string; heardSeconds: number | null; passRows: number }>;
/** Asks the database, while the sources are polled here. */
let askAges: () => Promise<readonly Age[]> = async () => [];
/** @param ask how old the sources are now */
export const agesFrom = (ask: typeof askAges): void => {
  askAges = ask;
};

/** Both gauges are collected at once: they ask once. */
let asking: Promise<readonly Age[]> | null = null;
const agesNow = (): Promise<readonly Age[]> => (asking ??= askAges().finally(() => (asking = null)));

const ages = new Gauge({
  name: 'fengsui_source_age_seconds',
  help: 'Since a polled source answered last',
  labelNames: ['source'],
  ...register,
  async collect() {
    ages.reset();
    for (const { source, heardSeconds } of await agesNow())
      if (heardSeconds !== null) ages.set({ source }, heardSeconds);
  },
});
const passes = new Gauge({
  name: 'fengsui_source_pass_records',
  help: 'Records of the newest pass of a satellite that a polled source gave',
  labelNames: ['source', 'satellite'],
  ...register,
  async collect() {
    passes.reset();
    for (const { source, satellite, passRows } of await agesNow())
      if (satellite !== '') passes.set({ source, satellite }, passRows);
  },
});
