import { describe, expect, it } from '@jest/globals';
import { addMinutes, levelRank } from '@fengsui/contracts';
import fc from 'fast-check';
import { demandOf, faultsOf, type Condition, type Evidence, type FloodPlan, type Measure } from './index.js';
import { anyEvidence, FOGANG, NOTHING, NOW, PLAN, QINGCHENG, together, YINGDE } from './flood-for-tests.js';

/** Conditions on discharge, reservoirs, rates, marks, areal rain, reports and storms. */
const planWith = (when: Measure, more: Partial<FloodPlan> = {}): FloodPlan => {
  const one: Condition = {
    id: 'one',
    hazards: ['flood'],
    level: 'III',
    when,
    text: '-',
    source: 'test',
    verified: false,
  };
  return { ...PLAN, conditions: [one], ...more };
};
const held = (when: Measure, evidence: Partial<Evidence>): string[] =>
  demandOf({ ...NOTHING, ...evidence }, planWith(when), NOW).met.flatMap(({ grounds }) =>
    grounds.map(({ says, areas }) => `${says} ${areas.join('+')}`),
  );
const ago = (minutes: number) => addMinutes(NOW, -minutes);
const stage = (station: string, aboveWarningM: number, risingMPerHour: number | null = null, minutes = 0) => ({
  event: 'e',
  station,
  at: ago(minutes),
  aboveWarningM,
  risingMPerHour,
});
const rain = (station: string, mm: number, minutes = 0) => ({
  events: ['e'],
  station,
  at: ago(minutes),
  hours: 24,
  mm,
  coveredMinutes: 1_440,
});
const report = (reportId: string, grade: 'general' | 'major', over: object = {}) => ({
  event: 'e',
  reportId,
  kind: 'dike' as const,
  grade,
  counties: [YINGDE],
  river: '北江' as string | null,
  untilAt: null,
  reportedBy: '市水利局',
  ...over,
});
const storm = (km: number, hours: number, grade = 'typhoon') => ({
  event: 'e',
  stormId: '2007',
  name: '海高斯',
  at: addMinutes(NOW, hours * 60),
  grade,
  km,
  countsUntil: NOW,
});

describe('a condition on', () => {
  it('a measured discharge holds at its own station, while it is fresh', () => {
    const when = { measure: 'flow', station: 'shijiao', flowM3s: 13_900 } as const;
    const flow = (station: string, flowM3s: number, minutes: number) => ({
      event: 'e',
      station,
      at: ago(minutes),
      flowM3s,
    });
    expect(held(when, { flows: [flow('shijiao', 14_000, 10)] })).toEqual([
      expect.stringContaining('流量14000立方米每秒'),
    ]);
    expect(held(when, { flows: [flow('shijiao', 13_899, 10), flow('yingde', 20_000, 10)] })).toEqual([]);
    expect(held(when, { flows: [flow('shijiao', 14_000, 181)] })).toEqual([]);
  });

  it('a reservoir holds above its flood limit', () => {
    const when = { measure: 'reservoir', aboveLimitM: 0, stations: 1 } as const;
    const level = (aboveLimitM: number) => ({
      reservoirs: [{ event: 'e', station: 'yingde', at: NOW, aboveLimitM }],
    });
    expect([held(when, level(0.2)).length, held(when, level(-0.1)).length]).toEqual([1, 0]);
  });

  it('a rate of rise holds where the water rises so fast, however low it stands', () => {
    const when = { measure: 'rise', mPerHour: 1, stations: 1 } as const;
    expect(held(when, { stages: [stage('yingde', -4, 1.2)] })).toEqual([expect.stringContaining('每小时上涨1.20米')]);
    expect(held(when, { stages: [stage('yingde', 4, 0.9), stage('longli', 0, null)] })).toEqual([]);
  });

  it('a mark of a gauge holds above that mark, not above the warning stage', () => {
    const when = { measure: 'stage-mark', mark: 'guarantee', aboveM: 0, stations: 1 } as const;
    expect(held(when, { stages: [stage('yingde', 3.1)] })).toEqual([expect.stringContaining('超保证水位0.10米')]);
    expect(held(when, { stages: [stage('yingde', 2.9), stage('longli', 9)] })).toEqual([]);
  });

  it('areal rain holds by the mean of the gauges of a county', () => {
    const when = { measure: 'areal-rain', hours: 24, mm: 100, counties: 1 } as const;
    const stations = { ...PLAN.stations, second: { county: FOGANG, below: null } };
    const at = (...rains: ReturnType<typeof rain>[]): number =>
      demandOf({ ...NOTHING, rains }, planWith(when, { stations }), NOW).met.length;
    expect(at(rain('fogang', 150), rain('second', 60))).toBe(1);
    expect(at(rain('fogang', 150), rain('second', 40))).toBe(0);
    // A gauge that has fallen silent is in no mean.
    expect(at(rain('fogang', 150), rain('second', 0, 400))).toBe(1);
  });

  it('reports holds by kind, grade, river and number, where they are', () => {
    const when = { measure: 'report', kind: 'dike', grade: 'major', reports: 2 } as const;
    const two = [report('a', 'major'), report('b', 'major', { counties: [QINGCHENG] })];
    expect(held(when, { situations: two })).toEqual([
      expect.stringMatching(/北江堤防险情（重大，市水利局） 441881$/),
      expect.stringMatching(/ 441802$/),
    ]);
    expect(held(when, { situations: [report('a', 'major'), report('b', 'general')] })).toEqual([]);
    expect(held({ ...when, river: '潖江', reports: 1 }, { situations: two })).toEqual([]);
  });

  it('a storm holds when it is, or is forecast to be, so near in time', () => {
    const when = { measure: 'storm', withinKm: 300, withinHours: 24, grade: 'severe-tropical-storm' } as const;
    expect(held(when, { storms: [storm(900, 0), storm(250, 18)] })).toEqual([
      expect.stringContaining('台风“海高斯”预计距本市250公里'),
    ]);
    expect(held(when, { storms: [storm(900, 0), storm(250, 30)] })).toEqual([]);
    expect(held(when, { storms: [storm(250, 0, 'tropical-storm')] })).toEqual([]);
  });

  it('a return period of one river holds by its own forecasts', () => {
    const when = { measure: 'forecast-return-period', years: 10, station: 'shijiao' } as const;
    const forecast = (station: string) => ({
      event: 'e',
      station,
      aboveWarningM: null,
      flowM3s: null,
      returnPeriodYears: 20,
    });
    expect([
      held(when, { forecasts: [forecast('shijiao')] }).length,
      held(when, { forecasts: [forecast('yingde')] }).length,
    ]).toEqual([1, 0]);
  });
});

const MEASURES: readonly Measure[] = [
  { measure: 'flow', station: 'shijiao', flowM3s: 10_000 },
  { measure: 'reservoir', aboveLimitM: 1, stations: 1 },
  { measure: 'rise', mPerHour: 1, stations: 1 },
  { measure: 'stage-mark', mark: 'record', aboveM: 0, stations: 1 },
  { measure: 'areal-rain', hours: 3, mm: 100, counties: 1 },
  { measure: 'report', kind: 'waterlogging', grade: 'larger', reports: 2 },
  { measure: 'storm', withinKm: 500, withinHours: 24, grade: 'tropical-storm' },
];

it('more of anything never gives less, in whatever order it came', () => {
  for (const when of MEASURES) {
    const plan = planWith(when);
    fc.assert(
      fc.property(anyEvidence, anyEvidence, (a, b) => {
        // The mean of a county's gauges is the one quantity that another gauge may lower.
        const both = when.measure === 'areal-rain' ? together(a, { ...b, rains: [] }) : together(a, b);
        expect(levelRank(demandOf(both, plan, NOW).level)).toBeGreaterThanOrEqual(
          levelRank(demandOf(a, plan, NOW).level),
        );
        const turned = {
          ...a,
          flows: [...a.flows].reverse(),
          situations: [...a.situations].reverse(),
          storms: [...a.storms].reverse(),
        };
        expect(demandOf(turned, plan, NOW).areas).toEqual(demandOf(a, plan, NOW).areas);
      }),
      { numRuns: 100 },
    );
  }
});

describe('a plan is refused, with a case, where', () => {
  const faults = (when: Measure, more: Partial<FloodPlan> = {}): string[] =>
    faultsOf({ ...planWith(when, more), noResponse: [], warnings: [] }, []).map(
      ({ place, fault, counterExample }) => `${place} ${fault} ${counterExample}`,
    );
  it.each<[string, Measure, RegExp]>([
    [
      'more discharge is asked for than can be',
      { measure: 'flow', station: 'shijiao', flowM3s: 40_000 },
      /可能的最大为30000/,
    ],
    ['a station is none', { measure: 'flow', station: 'nowhere', flowM3s: 1_000 }, /gauges.csv 中没有 nowhere/],
    [
      'more reservoirs are asked for than have a limit',
      { measure: 'reservoir', aboveLimitM: 1, stations: 2 },
      /最多只有1处/,
    ],
    ['water cannot rise so fast', { measure: 'rise', mPerHour: 9, stations: 1 }, /可能的最大为4/],
    ['no gauge has the mark', { measure: 'stage-mark', mark: 'record', aboveM: 0, stations: 2 }, /最多只有1处/],
    [
      'no gauge can reach the mark',
      { measure: 'stage-mark', mark: 'guarantee', aboveM: 18, stations: 1 },
      /可能的最大为17/,
    ],
    ['it cannot rain so much', { measure: 'areal-rain', hours: 3, mm: 4_000, counties: 1 }, /可能的最大为750/],
    ['there are not so many counties', { measure: 'areal-rain', hours: 3, mm: 100, counties: 9 }, /要求9处/],
    ['a dry river is a flood', { measure: 'flow', station: 'shijiao', flowM3s: 0 }, /什么都没有发生时也启动/],
    [
      'a report stops short of Ⅰ without a word',
      { measure: 'report', kind: 'dam', grade: 'general', reports: 1 },
      /到不了Ⅰ级，也未写明上限/,
    ],
    [
      'a forecast is of a river that there is not',
      { measure: 'forecast-return-period', years: 10, station: 'nowhere' },
      /gauges.csv 中没有 nowhere/,
    ],
  ])('%s', (_, when, expected) => {
    expect(faults(when).join('\n')).toMatch(expected);
  });

  it('one condition always anticipates another', () => {
    const at = (id: string, grade: 'general' | 'larger', level: 'IV' | 'III'): Condition => ({
      id,
      hazards: ['flood'],
      level,
      when: { measure: 'report', kind: 'dike', grade, reports: 1 },
      text: '-',
      source: 'test',
      verified: false,
    });
    const conditions = [at('first', 'general', 'III'), at('second', 'larger', 'IV')];
    const found = faultsOf({ ...PLAN, conditions }, []).map(({ fault }) => fault);
    expect(found).toContain('永远不起作用：first已启动Ⅲ级');
  });
});
