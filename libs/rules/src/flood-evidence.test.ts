import { describe, expect, it } from '@jest/globals';
import { addMinutes, levelRank } from '@fengsui/contracts';
import fc from 'fast-check';
import { demandOf, type Evidence } from './index.js';
import {
  anyEvidence,
  FOGANG,
  NOTHING,
  NOW,
  PLAN,
  QINGCHENG,
  rain,
  returnPeriod,
  flow,
  stage,
  together,
  warned,
  YINGDE,
} from './flood-for-tests.js';

const levelOf = (evidence: Evidence): string => demandOf(evidence, PLAN, NOW).level;
const areasOf = (evidence: Evidence): object => demandOf(evidence, PLAN, NOW).areas;
const saidOf = (evidence: Evidence): string =>
  demandOf(evidence, PLAN, NOW)
    .met.flatMap(({ grounds }) => grounds.map(({ says }) => says))
    .join('；');

describe('what is called for', () => {
  it.each([
    ['nothing', NOTHING, 'none'],
    ['yellow', warned('yellow', YINGDE), 'none'],
    ['orange in one county', warned('orange', YINGDE), 'IV'],
    ['an unknown colour, which is never safe', warned(null, YINGDE), 'IV'],
    ['red in one county', warned('red', YINGDE), 'IV'],
    ['red in two counties', warned('red', YINGDE, QINGCHENG), 'III'],
    ['red in two counties by two messages', together(warned('red', YINGDE), warned('red', QINGCHENG)), 'III'],
    ['a stage at the warning stage', stage('yingde', 0), 'IV'],
    ['a stage just below it', stage('yingde', -0.01), 'none'],
    ['two stages two metres above', together(stage('yingde', 2), stage('qingyuan', 2.1)), 'III'],
    ['a forecast at ten years', returnPeriod(10), 'III'],
    ['a forecast beyond a hundred', returnPeriod(120), 'I'],
    ['100 mm in three hours', rain('fogang', 100), 'IV'],
  ] as const)('by %s', (_, evidence, level) => expect(levelOf(evidence)).toBe(level));

  it('is called for where it is called for', () => {
    expect(areasOf(warned('orange', YINGDE, FOGANG))).toEqual({ [YINGDE]: 'IV', [FOGANG]: 'IV' });
    // One gauge at its warning stage concerns its own reach, not the county, and not the city.
    expect(areasOf(stage('longli', 0))).toEqual({ 'reach:longli': 'IV' });
    // What is forecast for a gauge comes to its reach and goes on below, never up the river.
    expect(areasOf(flow(13_900))).toEqual({ 'reach:shijiao': 'III' });
    expect(areasOf(together(warned('orange', YINGDE), flow(13_900)))).toEqual({
      [YINGDE]: 'IV',
      'reach:shijiao': 'III',
    });
    // A gauge on whose reach no point lies speaks for its county.
    expect(areasOf(stage('fogang', 0))).toEqual({ [FOGANG]: 'IV' });
    expect(areasOf(rain('fogang', 120))).toEqual({ [FOGANG]: 'IV' });
  });

  it('is said in names and numbers', () => {
    expect(saidOf(warned('orange', YINGDE))).toBe('英德市暴雨橙色预警');
    expect(saidOf(warned(null, YINGDE))).toBe('英德市暴雨橙色预警（颜色不明）');
    expect(saidOf(stage('yingde', 0.5))).toBe('英德站超警戒水位0.50米');
    expect(saidOf(rain('fogang', 110, NOW, 175))).toBe('佛冈站3小时雨量至少110毫米（资料覆盖97%）');
    expect(saidOf(flow(14_000))).toBe('石角站预报流量14000立方米每秒');
  });

  it('counts the last stage of a silent gauge for a time, says so, and then no more', () => {
    const silent = (minutes: number): Evidence =>
      together(stage('yingde', 2.2, addMinutes(NOW, -minutes)), stage('qingyuan', 2.1));
    expect(levelOf(silent(210))).toBe('III');
    expect(saidOf(silent(210))).toContain('英德站超警戒水位2.20米（7日04:30后无新读数）');
    expect(levelOf(silent(720))).toBe('III');
    expect(levelOf(silent(721))).toBe('IV');
    // Longer, where the level in force was called for by it.
    expect(demandOf(silent(1440), PLAN, NOW, new Set(['yingde'])).level).toBe('III');
    expect(demandOf(silent(1441), PLAN, NOW, new Set(['yingde'])).level).toBe('IV');
  });

  it('is never less when more is known, anywhere', () => {
    fc.assert(
      fc.property(anyEvidence, anyEvidence, (some, more) => {
        const less = demandOf(some, PLAN, NOW);
        const both = demandOf(together(some, more), PLAN, NOW);
        expect(levelRank(both.level)).toBeGreaterThanOrEqual(levelRank(less.level));
        for (const [area, level] of Object.entries(less.areas))
          expect(levelRank(both.areas[area] ?? 'none')).toBeGreaterThanOrEqual(levelRank(level));
      }),
    );
  });

  it('does not depend on the order of what is known', () => {
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        const turned = {
          warnings: [...evidence.warnings].reverse(),
          stages: [...evidence.stages].reverse(),
          forecasts: [...evidence.forecasts].reverse(),
          rains: [...evidence.rains].reverse(),
          levels: [...evidence.levels].reverse(),
          flows: [...evidence.flows].reverse(),
          reservoirs: [...evidence.reservoirs].reverse(),
          situations: [...evidence.situations].reverse(),
          storms: [...evidence.storms].reverse(),
        };
        const { level, areas } = demandOf(turned, PLAN, NOW);
        expect({ level, areas }).toEqual({ level: levelOf(evidence), areas: areasOf(evidence) });
      }),
    );
  });
});
