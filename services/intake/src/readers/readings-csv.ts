import type { Refusal } from '@fengsui/contracts';
import { recordOf, refuse, type Draft, type Reader, type SourceRecord } from './reader.js';
import { decimal, decodeUtf8, fieldsOf, instantOf, linesOf, notUtf8 } from './text.js';

const HEADER = ['station', 'time', 'quantity', 'value', 'unit', 'window_minutes'];

/** Our documented CSV of readings: `station,time,quantity,value,unit,window_minutes`. The unit is written out so that nobody guesses it. */
export const readingsCsv: Reader = {
  format: 'readings-csv',
  recognises: (head) => (head.split('\n', 1)[0] ?? '').trim() === HEADER.join(','),
  read,
};

function* read(input: Buffer): Generator<SourceRecord> {
  let header = true;
  for (const { number, from, length, bytes } of linesOf(input)) {
    if (header) {
      header = false;
      continue;
    }
    const place = `line ${number}`;
    const text = decodeUtf8(bytes);
    yield recordOf(place, from, length, text === null ? notUtf8(place) : rowOf(place, text));
  }
}

const UNITS: Readonly<Record<string, string>> = { rain: 'mm', stage: 'm', flow: 'm3/s', 'reservoir-level': 'm' };
const FIELDS: Readonly<Record<string, string>> = { rain: 'rainMm', stage: 'stageM', flow: 'flowM3s', 'reservoir-level': 'levelM' };

function rowOf(place: string, text: string): Draft | Refusal {
  const fields = fieldsOf(text);
  if (fields === null || fields.length !== HEADER.length)
    return refuse(place, `${fields?.length ?? 'unreadable'} fields`, `${HEADER.length} fields: ${HEADER.join(', ')}`);
  const [station, time, quantity, value, unit, window] = fields as [string, string, string, string, string, string];
  const field = FIELDS[quantity];
  if (field === undefined)
    return refuse(`${place}, quantity`, `${JSON.stringify(quantity)} is no quantity`, `one of ${Object.keys(UNITS).join(', ')}`);
  if (unit !== UNITS[quantity]) return refuse(`${place}, unit`, `${JSON.stringify(unit)} for ${quantity}`, `${UNITS[quantity]}`);
  const occurredAt = instantOf(time);
  if (occurredAt === null) return refuse(`${place}, time`, `${JSON.stringify(time)} is no instant`, 'ISO 8601 with date, time and zone');
  const number = decimal(value);
  if (Number.isNaN(number))
    return refuse(
      `${place}, value`,
      `${JSON.stringify(value)} is no number`,
      'a decimal number; leave the row out when nothing was measured',
    );
  if (quantity === 'rain')
    return { type: 'reading.v1', occurredAt, data: { station, quantity, rainMm: number, windowMinutes: decimal(window) } };
  if (window !== '')
    return refuse(`${place}, window_minutes`, `${JSON.stringify(window)} for ${quantity}`, 'nothing: only rain has a window');
  return { type: 'reading.v1', occurredAt, data: { station, quantity, [field]: number } };
}
