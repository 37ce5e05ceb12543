import type { HotspotV1 } from '@fengsui/contracts';
import { refuse, type Draft } from '../reader.js';
import { dayOf, readsTwoWays, twoWays, type DateOrder } from './date-order.js';
import { decimal } from '../text.js';
import { csvReader } from './rows.js';

const REQUIRED = ['latitude', 'longitude', 'acq_date', 'acq_time', 'satellite', 'confidence', 'frp'];
const lower = (header: readonly string[]): string[] => header.map((name) => name.toLowerCase());

/** NASA FIRMS active fires: MODIS and VIIRS, near-real-time and archive. Positions are WGS-84, times UTC. */
export const firmsCsv = csvReader(
  'firms-csv',
  'NASA FIRMS active fires: MODIS and VIIRS (Suomi NPP, NOAA-20, NOAA-21), near-real-time and archive, also after a spreadsheet.',
  (header) => REQUIRED.every((column) => lower(header).includes(column)),
  (header, order) => {
    const names = lower(header);
    const column = (...wanted: string[]): number => names.findIndex((name) => wanted.includes(name));
    const at = {
      latitude: column('latitude'),
      longitude: column('longitude'),
      date: column('acq_date'),
      time: column('acq_time'),
      satellite: column('satellite'),
      instrument: column('instrument'),
      confidence: column('confidence'),
      frp: column('frp'),
      brightness: column('bright_ti4', 'brightness'),
      background: column('bright_ti5', 'bright_t31'),
      scan: column('scan'),
      track: column('track'),
      dayNight: column('daynight'),
      type: column('type'),
      version: column('version'),
    };
    const viirsColumns = names.includes('bright_ti4');
    return (fields, place) => {
      const text = (index: number): string => (index === -1 ? '' : (fields[index] as string).trim());
      if (order === 'unknown' && readsTwoWays(text(at.date))) return twoWays(`${place}, acq_date`, text(at.date));
      const occurredAt = acquiredAt(text(at.date), text(at.time), order);
      if (occurredAt === null)
        return refuse(
          `${place}, acq_date and acq_time`,
          `${text(at.date)} ${text(at.time)} is no time`.slice(0, 80),
          'a date, and HHMM in UTC with or without leading zeros',
        );
      const latitude = decimal(text(at.latitude));
      const longitude = decimal(text(at.longitude));
      const satellite = SATELLITES[text(at.satellite)] ?? text(at.satellite);
      const instrument = instrumentOf(text(at.instrument), viirsColumns, satellite);
      const word = CONFIDENCE[text(at.confidence).toLowerCase()];
      const percent = instrument === 'VIIRS' || word !== undefined ? null : decimal(text(at.confidence));
      const draft: Draft = {
        type: 'hotspot.v1',
        occurredAt,
        data: {
          cellId: cellAt(latitude, longitude),
          latitude,
          longitude,
          satellite,
          instrument,
          confidence: percent === null ? word : percent < 30 ? 'low' : percent < 80 ? 'nominal' : 'high',
          confidencePercent: instrument === 'MODIS' ? percent : null,
          frpMw: optional(text(at.frp)),
          brightnessK: optional(text(at.brightness)),
          backgroundK: optional(text(at.background)),
          scanKm: optional(text(at.scan)),
          trackKm: optional(text(at.track)),
          dayNight: text(at.dayNight) || null,
          pixelType: optional(text(at.type)),
          version: text(at.version) || null,
        },
      };
      return [draft];
    };
  },
  {
    // Files without the archive's types are near-real-time ones, which hold ten days at most (FIRMS, area API).
    dates: (header) => ({
      column: lower(header).indexOf('acq_date'),
      spanDays: lower(header).includes('type') ? null : NEAR_REAL_TIME_DAYS,
    }),
    isWhole: (last, header) => LAST_FIELDS[lower(header).at(-1) ?? '']?.test(last.trim()) ?? true,
  },
);
const NEAR_REAL_TIME_DAYS = 10;
/** What a last column may hold, where that is known. */
const LAST_FIELDS: Readonly<Record<string, RegExp>> = { daynight: /^[DN]$/, type: /^[0-3]$/ };

/** As the file says; else by its columns, or its satellite. A geostationary imager such as AHI is neither. */
function instrumentOf(written: string, viirsColumns: boolean, satellite: string): HotspotV1['data']['instrument'] {
  if (written === 'VIIRS' || written === 'MODIS') return written;
  if (written !== '') return 'other';
  return viirsColumns ? 'VIIRS' : satellite === 'Terra' || satellite === 'Aqua' ? 'MODIS' : 'other';
}

const times = new Map<string, string | null>();

/**
 * `acq_time` is UTC `HHMM` and may come without its leading zeros: `42` is 00:42. Spreadsheets write the date in the
 * order of their country.
 */
function acquiredAt(date: string, time: string, order: DateOrder): string | null {
  // A pass gives thousands of pixels in one minute.
  const key = `${date} ${time} ${order}`;
  const known = times.get(key);
  if (known !== undefined) return known;
  if (times.size > 10_000) times.clear();
  const read = readTime(date, time, order);
  times.set(key, read);
  return read;
}

function readTime(date: string, time: string, order: DateOrder): string | null {
  // Year first is year, month, day, whatever stands between and however many digits.
  const yearFirst = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(date);
  const two = (digits: string | undefined): string => (digits ?? '').padStart(2, '0');
  const day =
    yearFirst !== null ? `${yearFirst[1]}-${two(yearFirst[2])}-${two(yearFirst[3])}` : (dayOf(date, order) ?? date);
  const colon = /^(\d{1,2}):(\d{2})(:00)?$/.exec(time);
  const hhmm = (colon === null ? time : `${colon[1]}${colon[2]}`).padStart(4, '0');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{4}$/.test(hhmm)) return null;
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
  SNPP: 'Suomi-NPP',
  // The archive numbers the satellites: 1 is the first of the JPSS series.
  '1': 'NOAA-20',
  N20: 'NOAA-20',
  'NOAA-20': 'NOAA-20',
  J1: 'NOAA-20',
  '2': 'NOAA-21',
  N21: 'NOAA-21',
  'NOAA-21': 'NOAA-21',
  J2: 'NOAA-21',
};
const CONFIDENCE: Readonly<Record<string, HotspotV1['data']['confidence']>> = {
  l: 'low',
  n: 'nominal',
  h: 'high',
  low: 'low',
  nominal: 'nominal',
  high: 'high',
};

/** Not given is null; given and unreadable stays NaN, which the contract refuses. */
const optional = (text: string): number | null => (text === '' ? null : decimal(text));

/** A tenth of a degree: groups pixels for order, never measures distance. */
export const cellAt = (latitude: number, longitude: number): string =>
  `${Math.floor(latitude * 10)}:${Math.floor(longitude * 10)}`;
