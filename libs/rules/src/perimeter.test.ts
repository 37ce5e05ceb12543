import { describe, expect, it } from '@jest/globals';
import { addMinutes, MU_PER_HA, utc } from '@fengsui/contracts';
import { perimeterOf, spreadByPass, type Footprint } from './perimeter.js';

const now = utc('2020-12-02T06:05:00Z');
const pixel = (north: number, east: number, minutes = 0, scanKm: number | null = 0.39): Footprint => ({
  event: `${north} ${east} ${minutes}`,
  at: addMinutes(now, minutes),
  latitude: 24 + north / 111.195,
  longitude: 113 + east / (111.195 * Math.cos((24 * Math.PI) / 180)),
  scanKm,
  trackKm: scanKm === null ? null : 0.36,
});

describe('the perimeter of a fire', () => {
  it('of one VIIRS pixel is its footprint, and perhaps nothing of it', () => {
    const found = perimeterOf([pixel(0, 0)]);
    expect(found?.atMostHa).toBeCloseTo(14.04, 6);
    expect((found?.atMostHa ?? 0) * MU_PER_HA).toBeCloseTo(210.6, 5);
    expect(found?.atLeastHa).toBe(0);
    expect(found?.ring).toHaveLength(5);
  });

  it('of several is the hull of their footprints, at least that of their middles', () => {
    const found = perimeterOf([pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(1, 1), pixel(0.5, 0.5)]);
    expect(found?.atLeastHa).toBeCloseTo(100, 3);
    expect(found?.atMostHa).toBeCloseTo(1.39 * 1.36 * 100, 3);
  });

  it('is none where no source gives a size', () => expect(perimeterOf([pixel(0, 0, 0, null)])).toBeNull());

  it('grows pass by pass', () => {
    const passes = spreadByPass([pixel(0, 0), pixel(0, 0.4, 3), pixel(2, 0, 720), pixel(0, 0, 1_440)]);
    expect(passes.map(({ at, pixels }) => [at, pixels])).toEqual([
      [addMinutes(now, 3), 2],
      [addMinutes(now, 720), 3],
      [addMinutes(now, 1_440), 4],
    ]);
    const areas = passes.map(({ atMostHa }) => atMostHa);
    expect(areas).toEqual([...areas].sort((a, b) => a - b));
    expect(passes[1]?.atLeastHa).toBeGreaterThan(0);
  });
});
