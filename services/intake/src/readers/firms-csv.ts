import type { HotspotV1, Refusal } from '@fengsui/contracts';
import { recordOf, refuse, type Draft, type Reader, type SourceRecord } from './reader.js';
import { decimal, decodeUtf8, fieldsOf, linesOf, notUtf8 } from './text.js';

const REQUIRED = ['latitude', 'longitude', 'acq_date', 'acq_time', 'satellite', 'confidence', 'frp'];

/** NASA FIRMS active fires: MODIS and VIIRS, near-real-time and archive. Positions are WGS-84, times UTC. */
export const firmsCsv: Reader = {
  format: 'firms-csv',
  recognises: (head) => {
    const header = (head.split('\n', 1)[0] ?? '').trim().toLowerCase().split(',');
    return REQUIRED.every((column) => header.includes(column));
  },
  read,
};

function* read(input: Buffer): Generator<SourceRecord> {
  let columns: readonly string[] | null = null;
  for (const { number, from, length, bytes } of linesOf(input)) {
    const place = `line ${number}`;
    const text = decodeUtf8(bytes);
    if (text === null) yield recordOf(place, from, length, notUtf8(place));
    else if (columns === null)
      columns = text
        .toLowerCase()
        .split(',')
        .map((name) => name.trim());
    else yield recordOf(place, from, length, rowOf(place, text, columns));
  }
}

function rowOf(place: string, text: string, columns: readonly string[]): Draft | Refusal {
  const fields = fieldsOf(text);
  if (fields === null || fields.length !== columns.length)
    return refuse(place, `${fields?.length ?? 'unreadable'} fields`, `${columns.length} fields, as the header has`);
  const row = Object.fromEntries(columns.map((name, index) => [name, (fields[index] as string).trim()]));
  const occurredAt = acquiredAt(row['acq_date'] ?? '', row['acq_time'] ?? '');
  if (occurredAt === null)
    return refuse(
      `${place}, acq_date and acq_time`,
      `${row['acq_date']} ${row['acq_time']} is no time`,
      'a date, and HHMM in UTC with or without leading zeros',
    );
  return draftOf(row, occurredAt);
}

/** `acq_time` is UTC `HHMM` and may come without its leading zeros: `42` is 00:42. Spreadsheets turn the date into month/day/year. */
function acquiredAt(date: string, time: string): string | null {
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(date);
  const day = american === null ? date : `${american[3]}-${american[1]?.padStart(2, '0')}-${american[2]?.padStart(2, '0')}`;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{1,4}$/.test(time)) return null;
  const hhmm = time.padStart(4, '0');
  const wall = `${day}T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;
  const instant = new Date(wall);
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === wall ? wall : null;
}

const SATELLITES: Readonly<Record<string, string>> = {
  T: 'Terra',
  Terra: 'Terra',
  A: 'Aqua',
  Aqua: 'Aqua',
  N: 'Suomi-NPP',
  1: 'Suomi-NPP',
  N20: 'NOAA-20',
  N21: 'NOAA-21',
};
const CONFIDENCE: Readonly<Record<string, HotspotV1['data']['confidence']>> = {
  l: 'low',
  n: 'nominal',
  h: 'high',
  low: 'low',
  nominal: 'nominal',
  high: 'high',
};

function draftOf(row: Readonly<Record<string, string>>, occurredAt: string): Draft {
  const latitude = decimal(row['latitude']);
  const longitude = decimal(row['longitude']);
  const viirs = 'bright_ti4' in row || row['instrument'] === 'VIIRS';
  const percent = viirs ? null : decimal(row['confidence']);
  return {
    type: 'hotspot.v1',
    occurredAt,
    data: {
      cellId: cellAt(latitude, longitude),
      latitude,
      longitude,
      satellite: SATELLITES[row['satellite'] ?? ''] ?? row['satellite'],
      instrument: viirs ? 'VIIRS' : 'MODIS',
      confidence: percent === null ? CONFIDENCE[row['confidence'] ?? ''] : percent < 30 ? 'low' : percent < 80 ? 'nominal' : 'high',
      confidencePercent: percent,
      frpMw: optional(row['frp']),
      brightnessK: optional(row['bright_ti4'] ?? row['brightness']),
      backgroundK: optional(row['bright_ti5'] ?? row['bright_t31']),
      scanKm: optional(row['scan']),
      trackKm: optional(row['track']),
      dayNight: row['daynight'] === undefined || row['daynight'] === '' ? null : row['daynight'],
      pixelType: optional(row['type']),
      version: row['version'] ?? null,
    },
  };
}

/** Not given is null; given and unreadable stays NaN, which the contract refuses. */
const optional = (text: string | undefined): number | null => (text === undefined || text === '' ? null : decimal(text));

/** A tenth of a degree: groups pixels for order, never measures distance. */
const cellAt = (latitude: number, longitude: number): string => `${Math.floor(latitude * 10)}:${Math.floor(longitude * 10)}`;
