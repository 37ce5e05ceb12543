import { readFileSync } from 'node:fs';
import { utc, type UtcInstant } from '@fengsui/contracts';
import { sharedFile } from '@fengsui/testing';
import type { Pixel } from './wildfire-for-tests.js';

const ARCHIVE = sharedFile('data', 'hotspots', 'modis_c6_archive_australia_201908_201909.csv');
/** Whether the heat of two months in Australia is at hand; the name of a test on it says `LEFT_OUT`. */
export const HAS_ARCHIVE = ARCHIVE !== null;
export const LEFT_OUT = '(left out where the real data are not at hand)';

/** A pixel of the archive, with the FIRMS type: 0 vegetation, 2 static heat. */
export type ArchivePixel = Pixel &
  Readonly<{ event: string; at: UtcInstant; frpMw: number; dayNight: 'D' | 'N'; type: number }>;

export function archive(): ArchivePixel[] {
  const [head = '', ...rows] = readFileSync(ARCHIVE ?? '', 'utf8')
    .trim()
    .split(/\r?\n/);
  const columns = head.split(',');
  return rows.map((row, index) => {
    const cells = row.split(',');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    return {
      event: `hotspot/${String(index).padStart(5, '0')}`,
      at: utc(`${cell('acq_date')}T${cell('acq_time').padStart(4, '0').replace(/(..)$/, ':$1')}:00Z`),
      latitude: Number(cell('latitude')),
      longitude: Number(cell('longitude')),
      frpMw: Number(cell('frp')),
      dayNight: cell('daynight') as 'D' | 'N',
      type: Number(cell('type')),
    };
  });
}
