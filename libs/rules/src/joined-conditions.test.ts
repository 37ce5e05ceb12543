import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromShanghai } from '@fengsui/contracts';
import {
  assess,
  demandOf,
  faultsOf,
  type Condition,
  type Evidence,
  type FloodPlan,
  type SingleMeasure,
} from './index.js';
import {
  condition,
  FOGANG,
  NONE,
  NOW,
  PLAN,
  Played,
  QINGCHENG,
  rain,
  stage,
  together,
  warned,
  YINGDE,
} from './flood-for-tests.js';

const RED: SingleMeasure = { measure: 'warning', eventCode: '11B03', colour: 'red', counties: 1 };
const WET: SingleMeasure = { measure: 'rain', hours: 3, mm: 50, stations: 1 };
const HIGH: SingleMeasure = { measure: 'stage', aboveWarningM: 0.5, stations: 1 };
const joined = (least: number, of: readonly SingleMeasure[], inOneCounty = false): Condition =>
  condition('joined', 'III', { measure: 'joined', least, of, inOneCounty });
const withOnly = (...conditions: readonly Condition[]): FloodPlan => ({ ...PLAN, conditions });
const areas = (one: Condition, evidence: Evidence): object => demandOf(evidence, withOnly(one), NOW).areas;
const red = (county: string): Evidence => warned('red', county);

describe('a condition joined of several', () => {
  it('of all: holds where each part holds, by the grounds of each', () => {
    const both = joined(2, [RED, WET]);
    expect(areas(both, red(YINGDE))).toEqual({});
    expect(areas(both, together(red(YINGDE), rain('fogang', 60)))).toEqual({ [FOGANG]: 'III', [YINGDE]: 'III' });
    const demand = demandOf(together(red(YINGDE), rain('fogang', 60)), withOnly(both), NOW);
    expect(demand.met[0]?.grounds.map(({ says }) => says)).toEqual(['英德市暴雨红色预警', '佛冈站3小时雨量60毫米']);
  });

  it('in one county: the parts must hold in the same', () => {
    const there = joined(2, [RED, WET], true);
    expect(areas(there, together(red(YINGDE), rain('fogang', 60)))).toEqual({});
    expect(areas(there, together(red(FOGANG), red(YINGDE), rain('fogang', 60)))).toEqual({ [FOGANG]: 'III' });
  });

  it('of n of m: any n are enough', () => {
    const two = joined(2, [RED, WET, HIGH]);
    expect(areas(two, together(red(FOGANG), stage('qingyuan', 0.6)))).toEqual({
      [FOGANG]: 'III',
      'reach:qingyuan': 'III',
    });
    expect(areas(two, stage('qingyuan', 0.6))).toEqual({});
  });

  it('is let down by what each of its parts asks for', () => {
    const city = new Played(NONE, withOnly(joined(2, [RED, HIGH])));
    city.weigh(together(red(QINGCHENG), stage('qingyuan', 0.6)));
    city.order('confirm', { level: 'III' });
    city.weigh(together(red(QINGCHENG), stage('qingyuan', 0.6)));
    expect(city.state.decisive.map(({ measure, trigger }) => `${measure} ${trigger}`)).toEqual([
      'stage 0.5',
      'warning null',
    ]);
  });

  it('never gives less when more is known', () => {
    const some = fc.subarray([red(YINGDE), red(FOGANG), rain('fogang', 60), rain('fogang', 200), stage('qingyuan', 1)]);
    fc.assert(
      fc.property(some, some, fc.constantFrom(1, 2, 3), fc.boolean(), (less, more, least, inOne) => {
        const one = joined(least, [RED, WET, HIGH], inOne);
        const before = Object.keys(areas(one, together(...less)));
        expect(Object.keys(areas(one, together(...less, ...more)))).toEqual(expect.arrayContaining(before));
      }),
    );
  });

  it('is refused where it can never hold, always holds, or another anticipates it', () => {
    const faults = (...conditions: readonly Condition[]): string[] =>
      faultsOf({ ...PLAN, conditions: [...PLAN.conditions, ...conditions] }, ['slope', 'low', 'dam'])
        .filter(({ place }) => place === 'conditions/joined')
        .map(({ fault }) => fault);
    expect(faults(joined(3, [RED, WET]))).toEqual([expect.stringContaining('要求3项，只列2项')]);
    expect(faults(joined(2, [RED, { ...WET, mm: 9_000 }]))).toEqual([expect.stringContaining('不可能达到')]);
    expect(faults(joined(1, [RED, { ...WET, mm: 0 }]))).toEqual(expect.arrayContaining(['任何时候都成立']));
    expect(faults(joined(2, [RED, { ...RED, eventCode: '11B99' }]))).toEqual(
      expect.arrayContaining([expect.stringContaining('11B99')]),
    );
    const three = { ...RED, counties: 3 };
    expect(faults({ ...joined(2, [three, WET]), level: 'IV' })).toEqual([expect.stringContaining('永远不起作用')]);
  });
});

describe('a condition with a season', () => {
  const at = (day: string) => fromShanghai(`2020-${day}T00:00`);
  const plan = (from: string, until: string): FloodPlan =>
    withOnly({ ...condition('c', 'IV', RED), season: { from, until } });
  const holds = (day: string, ...season: [string, string]): boolean =>
    demandOf(red(YINGDE), plan(...season), at(day)).met.length > 0;

  it('holds from its first day to its last, in Beijing, and over the new year', () => {
    expect(['04-14', '04-15', '10-15', '10-16'].map((day) => holds(day, '04-15', '10-15'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(['10-31', '12-31', '01-01', '03-01'].map((day) => holds(day, '11-01', '02-28'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('is weighed again when its season begins', () => {
    const { lookAgainAt } = assess(NONE, red(YINGDE), plan('04-15', '10-15'), at('04-01'));
    expect(lookAgainAt).toBe(at('04-15'));
  });
});

describe('critical rain of a gauge', () => {
  const table = { '*': { orange: { 1: 60, 3: 100 }, red: { 1: 80, 3: 120 } }, fogang: { orange: { 3: 70 } } };
  const grade = (colour: 'orange' | 'red', stations = 1): FloodPlan => ({
    ...withOnly(condition('c', 'IV', { measure: 'critical-rain', grade: colour, stations })),
    criticalRain: table,
  });
  const saidOf = (plan: FloodPlan, evidence: Evidence): readonly string[] =>
    demandOf(evidence, plan, NOW).met.flatMap(({ grounds }) => grounds.map(({ says }) => says));

  it('is its own where the plan has one, else that of every gauge', () => {
    expect(saidOf(grade('orange'), rain('fogang', 75))).toEqual(['佛冈站3小时雨量75毫米（橙色临界70毫米）']);
    expect(saidOf(grade('orange'), rain('yingde', 75))).toEqual([]);
    expect(saidOf(grade('orange'), rain('yingde', 100))).toEqual(['英德站3小时雨量100毫米（橙色临界100毫米）']);
    // A gauge with rows of its own has no other: no red is laid down for it.
    expect(saidOf(grade('red'), rain('fogang', 300))).toEqual([]);
    expect(saidOf(grade('orange', 2), together(rain('fogang', 75), rain('yingde', 100)))).toHaveLength(2);
  });

  it('is refused where a grade that is graver is reached before, where it cannot be, and of no gauge', () => {
    const faults = (criticalRain: FloodPlan['criticalRain']): string[] =>
      faultsOf({ ...PLAN, criticalRain }, ['slope', 'low', 'dam']).map(({ place, fault }) => `${place} ${fault}`);
    expect(faults(table)).toEqual([]);
    expect(faults({ '*': { orange: { 3: 130 }, red: { 3: 120 } } })).toEqual([
      'critical-rain.csv/* 橙色3小时130毫米大于红色3小时120毫米',
    ]);
    expect(faults({ '*': { red: { 3: 120, 6: 110 } } })).toHaveLength(1);
    expect(faults({ nowhere: { red: { 3: 0 } } })).toHaveLength(2);
    expect(faults({ '*': { red: { 1: 5_000 } } })).toHaveLength(1);
  });
});
