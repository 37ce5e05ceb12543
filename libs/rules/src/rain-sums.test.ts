import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rainSumOf, type RainWindow } from './index.js';

const NOW = 1_000_000;

/** Windows of this length, one every `step` minutes, up to now. */
const windows = (minutes: number, step: number, mm: number, hours: number): RainWindow[] =>
  Array.from({ length: (hours * 60) / step }, (_, n) => ({
    end: NOW - n * step,
    minutes,
    mm,
    event: `r${n}`,
  }));

describe('rain of some hours', () => {
  it('counts overlapping windows once: 60-minute sums every 10 minutes at 12 mm an hour are 36 mm in three hours', () => {
    expect(rainSumOf(windows(60, 10, 12, 4), NOW, 3)).toMatchObject({ mm: 36, coveredMinutes: 180 });
  });

  it('takes a measured sum of its own hours', () => {
    const measured = { end: NOW, minutes: 180, mm: 250, event: 'three hours' };
    expect(rainSumOf([measured], NOW, 3)).toMatchObject({ mm: 250, coveredMinutes: 180 });
    expect(rainSumOf([measured, ...windows(5, 5, 1, 3)], NOW, 3).mm).toBe(250);
    // At least that much fell in a longer time, and nothing is known of a shorter one.
    expect(rainSumOf([measured], NOW, 6)).toMatchObject({ mm: 250, coveredMinutes: 180 });
    expect(rainSumOf([measured], NOW, 1)).toMatchObject({ mm: 0, coveredMinutes: 0 });
  });

  it('says how much of the time it knows: 35 of 36 windows', () => {
    const known = windows(5, 5, 2.85, 3).filter((_, n) => n !== 7);
    const sum = rainSumOf(known, NOW, 3);
    expect(sum).toMatchObject({ mm: 99.75, coveredMinutes: 175 });
    expect(Math.floor((sum.coveredMinutes / 180) * 100)).toBe(97);
  });

  it('leaves out what began before the hours', () => {
    expect(rainSumOf([{ end: NOW - 30, minutes: 60, mm: 9, event: 'r' }], NOW, 1).mm).toBe(0);
  });

  const anyWindows = fc.array(
    fc.record({
      ago: fc.integer({ min: 0, max: 300 }),
      minutes: fc.integer({ min: 1, max: 120 }),
      mm: fc.integer({ min: 0, max: 50 }),
    }),
    { maxLength: 12 },
  );
  const from = (list: readonly Readonly<{ ago: number; minutes: number; mm: number }>[]): RainWindow[] =>
    list.map(({ ago, minutes, mm }, n) => ({ end: NOW - ago, minutes, mm, event: `r${n}` }));

  it('is the most that windows which do not overlap come to, by trying them all', () => {
    fc.assert(
      fc.property(anyWindows, (list) => {
        const within = list.filter(({ ago, minutes }) => ago + minutes <= 180);
        const most = (at: number, end: number): number =>
          within
            .filter(({ ago, minutes }) => ago >= at && ago + minutes <= end)
            .reduce((best, one) => Math.max(best, one.mm + most(one.ago + one.minutes, end)), 0);
        expect(rainSumOf(from(list), NOW, 3).mm).toBe(most(0, 180));
      }),
      { numRuns: 200 },
    );
  });

  it('is the same in any order, and with everything twice', () => {
    fc.assert(
      fc.property(anyWindows, (list) => {
        const { mm, coveredMinutes } = rainSumOf(from(list), NOW, 3);
        const others = [[...from(list)].reverse(), [...from(list), ...from(list)]];
        for (const other of others) expect(rainSumOf(other, NOW, 3)).toMatchObject({ mm, coveredMinutes });
      }),
    );
  });
});
