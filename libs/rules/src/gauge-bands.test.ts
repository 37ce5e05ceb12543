import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMinutes, utc } from '@fengsui/contracts';
import { takeStage, type GaugeBand, type GaugeState, type StageAt } from './gauge-bands.js';

const START = utc('2026-11-25T00:00:00Z');
const BAND: GaugeBand = { minStageM: 0, maxStageM: 30, mostChangeMPerHour: 3, toleranceM: 1 };
const reading = (minutes: number, stageM: number): StageAt => ({ at: addMinutes(START, minutes), stageM });
const after = (readings: readonly StageAt[], band = BAND): GaugeState<StageAt> =>
  readings.reduce<GaugeState<StageAt>>((state, one) => takeStage(state, one, band), { weighed: null, doubtful: null });

describe('a stage', () => {
  it.each([
    ['as water moves is weighed', [reading(0, 9), reading(60, 12)], 12, null],
    ['that jumps waits, and what was weighed stands', [reading(0, 9), reading(5, 15)], 9, 15],
    ['that jumps is weighed once a second agrees', [reading(0, 9), reading(5, 15), reading(10, 15.2)], 15.2, null],
    ['that fell out of the row is forgotten', [reading(0, 9), reading(5, 15), reading(10, 9.1)], 9.1, null],
    ['outside of the band waits, also as the first', [reading(0, 99)], null, 99],
    ['outside of the band is weighed once a second agrees', [reading(0, 31), reading(5, 31.4)], 31.4, null],
    ['outside of the band, twice of one moment, is a correction', [reading(0, 99), reading(0, 98)], null, 98],
    ['that corrects another of its moment is weighed', [reading(0, 12), reading(0, 9.1)], 9.1, null],
    ['that comes late changes nothing', [reading(60, 9), reading(0, 12)], 9, null],
  ] as const)('%s', (_what, readings, weighed, doubtful) => {
    const state = after(readings);
    expect([state.weighed?.stageM ?? null, state.doubtful?.stageM ?? null]).toEqual([weighed, doubtful]);
  });

  it('one alone that the gauge cannot show is never weighed, whatever stands before and after', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 8, max: 9 }), { minLength: 1, maxLength: 20 }),
        fc.nat(20),
        fc.constantFrom(-50, 31, 45, 120),
        (stages, at, wild) => {
          const readings = stages.map((stageM, n) => reading(10 * n, stageM));
          readings.splice(at % (stages.length + 1), 0, reading(10 * (at % (stages.length + 1)) - 5, wild));
          expect(after(readings).weighed?.stageM).toBe(stages.at(-1));
        },
      ),
    );
  });

  it('of a gauge of which nothing is known is weighed as it comes', () => {
    const open: GaugeBand = { minStageM: null, maxStageM: null, mostChangeMPerHour: null, toleranceM: 0 };
    expect(after([reading(0, 9), reading(5, 900)], open).weighed?.stageM).toBe(900);
  });
});
