import { writeFileSync } from 'node:fs';
import { shanghaiMinute, utc } from '@fengsui/contracts';
import type { DetectionView, FireView, WildfireView } from '@fengsui/wildfire';
import { csvLine } from '../csv-line.js';

/** Columns of a CSV file: what each is called, and what stands in it. */
type Columns<Row> = readonly (readonly [name: string, cell: (row: Row) => string | number | null])[];
export const FIRE_COLUMNS: Columns<WildfireView> = [
  ['fire', ({ id }) => id],
  ['state', (fire) => fire.state],
  ['county', ({ county }) => county],
  ['latitude', ({ latitude }) => latitude],
  ['longitude', ({ longitude }) => longitude],
  ['firstSeen', ({ firstSeenAt }) => shanghai(firstSeenAt)],
  ['lastSeen', ({ lastSeenAt }) => shanghai(lastSeenAt)],
  ['signs', ({ signs }) => signs],
  ['verdict', ({ verdict }) => verdict],
  ['judged', ({ judgedAt }) => (judgedAt === null ? null : shanghai(judgedAt))],
];
export const DETECTION_COLUMNS: Columns<DetectionView> = [
  ['event', ({ event }) => event],
  ['seen', ({ at }) => shanghai(at)],
  ['latitude', ({ latitude }) => latitude],
  ['longitude', ({ longitude }) => longitude],
  ['source', ({ source, by }) => source ?? by],
  ['confidence', ({ confidence }) => confidence],
  ['frpMw', ({ frpMw }) => frpMw],
  ['scanKm', ({ scanKm }) => scanKm],
  ['trackKm', ({ trackKm }) => trackKm],
  ['county', ({ county }) => county],
  ['borderKm', ({ borderKm }) => (borderKm === null ? null : Number(borderKm.toFixed(2)))],
  ['fire', ({ fire }) => fire],
  ['verdict', ({ verdict }) => verdict],
];
const shanghai = (at: string): string => shanghaiMinute(utc(at)).replace('T', ' ');

export function writeCsv<Row>(file: string | undefined, columns: Columns<Row>, rows: readonly Row[]): void {
  if (file === undefined) return;
  const lines = [
    csvLine(columns.map(([name]) => name)),
    ...rows.map((row) => csvLine(columns.map(([, cell]) => cell(row)))),
  ];
  // Spreadsheets take a file without the mark for one in another encoding.
  writeFileSync(file, `\ufeff${lines.join('\r\n')}\r\n`);
}

/** RFC 7946: longitude first, WGS-84. */
export function writeGeoJson(file: string | undefined, features: readonly object[]): void {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ type: 'FeatureCollection', features })}\n`);
}

const pointOf = (longitude: number | null, latitude: number | null): object | null =>
  longitude === null || latitude === null ? null : { type: 'Point', coordinates: [longitude, latitude] };
export const fireFeature = ({ latitude, longitude, ...properties }: WildfireView): object => ({
  type: 'Feature',
  geometry: pointOf(longitude, latitude),
  properties,
});
export const detectionFeature = ({ latitude, longitude, ...properties }: DetectionView): object => ({
  type: 'Feature',
  geometry: pointOf(longitude, latitude),
  properties,
});
export const spreadFeature = ({ ring, ...properties }: FireView['spread'][number]): object => ({
  type: 'Feature',
  geometry: { type: 'Polygon', coordinates: [ring] },
  properties,
});
