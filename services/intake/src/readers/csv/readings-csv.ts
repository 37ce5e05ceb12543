import { refuse } from '../reader.js';
import { decimal, instantOf } from '../text.js';
import { csvReader } from './rows.js';

const HEADER = ['station', 'time', 'quantity', 'value', 'unit', 'window_minutes'];
/** A column that a table may have beside these: Actual, Exercise, Test. */
const STATUS = 'status';
const UNITS: Readonly<Record<string, string>> = {
  rain: 'mm',
  stage: 'm',
  flow: 'm3/s',
  'reservoir-level': 'm',
  wind: 'm/s',
};
const FIELDS: Readonly<Record<string, string>> = {
  rain: 'rainMm',
  stage: 'stageM',
  flow: 'flowM3s',
  'reservoir-level': 'levelM',
  wind: 'speedMs',
};

/**
 * Our documented CSV of readings: `station,time,quantity,value,unit,window_minutes`. The unit is written out so that
 * nobody guesses it.
 */
export const readingsCsv = csvReader(
  'readings-csv',
  'Readings with the header station,time,quantity,value,unit,window_minutes, and status where they may be an exercise; quantity is rain (mm), stage (m), flow (m3/s), reservoir-level (m) or wind (m/s, mean over ten minutes).',
  (header) => [HEADER, [...HEADER, STATUS]].some((one) => one.join(',') === header.join(',')),
  () => (fields, place) => {
    const [station, time, quantity, value, unit, window] = fields as [string, string, string, string, string, string];
    const status = fields[HEADER.length] ?? '';
    const said = status === '' ? undefined : { status };
    const field = FIELDS[quantity];
    if (field === undefined)
      return refuse(
        `${place}, quantity`,
        `${JSON.stringify(quantity.slice(0, 40))} is no quantity`,
        `one of ${Object.keys(UNITS).join(', ')}`,
      );
    if (unit !== UNITS[quantity])
      return refuse(`${place}, unit`, `${JSON.stringify(unit.slice(0, 40))} for ${quantity}`, `${UNITS[quantity]}`);
    const occurredAt = instantOf(time);
    if (occurredAt === null)
      return refuse(
        `${place}, time`,
        `${JSON.stringify(time.slice(0, 40))} is no instant`,
        'ISO 8601 with date, time and zone',
      );
    const number = decimal(value);
    if (Number.isNaN(number))
      return refuse(
        `${place}, value`,
        `${JSON.stringify(value.slice(0, 40))} is no number`,
        'a decimal number; leave the row out when nothing was measured',
      );
    if (quantity === 'rain')
      return [
        {
          type: 'reading.v1',
          occurredAt,
          data: { station, quantity, rainMm: number, windowMinutes: decimal(window), ...said },
        },
      ];
    if (window !== '')
      return refuse(
        `${place}, window_minutes`,
        `${JSON.stringify(window.slice(0, 40))} for ${quantity}`,
        'nothing: only rain has a window',
      );
    if (quantity === 'wind')
      return [{ type: 'wind.v1', occurredAt, data: { station, speedMs: number, fromDegrees: null, ...said } }];
    return [{ type: 'reading.v1', occurredAt, data: { station, quantity, [field]: number, ...said } }];
  },
);
