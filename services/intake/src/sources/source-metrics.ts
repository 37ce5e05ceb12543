import { metrics } from '@fengsui/service';
import { Counter, Gauge, Histogram } from 'prom-client';

const register = { registers: [metrics] };

/** From when something happened (a warning: was sent) to when it came in here. */
export const delays = new Histogram({
  name: 'fengsui_source_delay_seconds',
  help: 'From when something happened, or was sent, to when it came in from a polled source',
  labelNames: ['source'],
  buckets: [30, 60, 120, 300, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 24 * 3_600],
  ...register,
});
/** New records of a source; of a satellite by its name. */
export const records = new Counter({
  name: 'fengsui_source_records_total',
  help: 'New records that came in from a polled source; of hotspots by satellite',
  labelNames: ['source', 'satellite'],
  ...register,
});
/** Stations, senders and places that the plan does not know. */
export const unknownNames = new Counter({
  name: 'fengsui_source_unknown_total',
  help: 'Records of a polled source under a station, sender or place that the plan does not know',
  labelNames: ['source', 'kind'],
  ...register,
});

type Age = Readonly<{ source: string; satellite: string; heardSeconds: number | null; passRows: number }>;
/** Asks the database, while the sources are polled here. */
let askAges: () => Promise<readonly Age[]> = async () => [];
/** @param ask how old the sources are now */
export const agesFrom = (ask: typeof askAges): void => {
  askAges = ask;
};

const ages = new Gauge({
  name: 'fengsui_source_age_seconds',
  help: 'Since a polled source answered last',
  labelNames: ['source'],
  ...register,
  async collect() {
    ages.reset();
    passes.reset();
    for (const { source, satellite, heardSeconds, passRows } of await askAges()) {
      if (heardSeconds !== null) ages.set({ source }, heardSeconds);
      if (satellite !== '') passes.set({ source, satellite }, passRows);
    }
  },
});
const passes = new Gauge({
  name: 'fengsui_source_pass_records',
  help: 'Records of the newest pass of a satellite that a polled source gave',
  labelNames: ['source', 'satellite'],
  ...register,
});
