import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { utc } from '@fengsui/contracts';
import { replayMask, type HeatSeen } from '@fengsui/rules';
import { sharedFile } from '@fengsui/testing';
import { WildfirePlan } from '../plan.js';
import { PLAN } from '../wildfire-for-tests.js';

const { mask, fires } = WildfirePlan.read(PLAN);

describe('a replay', () => {
  const ARCHIVE = sharedFile('data', 'hotspots', 'modis_c6_archive_australia_201908_201909.csv');
  const withData = ARCHIVE === null ? it.skip : it;
  withData('of an archive by recurrence alone takes out works, and one works that the archive calls vegetation', () => {
    const all = archive(ARCHIVE ?? '');
    const { weeks, lost } = replayMask(all, fires, mask, (set) => set.some(({ pixelType }) => pixelType === 0));
    const sum = (side: string, what: 'sets' | 'leftOut' | 'fires' | 'signsLeftOut') =>
      weeks.filter((week) => week.side === side).reduce((so, week) => so + week[what], 0);
    const of = (side: string) => [sum(side, 'leftOut'), sum(side, 'fires'), sum(side, 'signsLeftOut')];
    expect({ west: of('west'), east: of('east') }).toEqual({ west: [17, 3, 28], east: [24, 0, 62] });
    // The plant of liquid gas on the Burrup Peninsula.
    for (const { latitude, longitude } of lost)
      expect([latitude.toFixed(1), longitude.toFixed(1)]).toEqual(['-20.6', '116.8']);
  });
});

function archive(file: string): HeatSeen[] {
  const [head = '', ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const columns = head.split(',');
  return rows.map((row, index) => {
    const cells = row.split(',');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    return {
      event: `hotspot/${index}`,
      at: utc(`${cell('acq_date')}T${cell('acq_time').padStart(4, '0').replace(/(..)$/, ':$1')}:00Z`),
      latitude: Number(cell('latitude')),
      longitude: Number(cell('longitude')),
      frpMw: Number(cell('frp')),
      isNight: cell('daynight') === 'N',
      pixelType: Number(cell('type')),
      judged: null,
    };
  });
}
