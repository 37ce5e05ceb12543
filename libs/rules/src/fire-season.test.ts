import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { utc } from '@fengsui/contracts';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { festivalAt, inSpecialPeriod, whyUrgent, type SeasonPlan } from './fire-season.js';

const PLANS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans');
const { season } = parse(readFileSync(path.join(PLANS, 'qingyuan', 'wildfire.yaml'), 'utf8')) as { season: SeasonPlan };

describe('the special period of forest protection', () => {
  it.each([
    ['2020-09-30T15:59:59.999Z', false],
    ['2020-09-30T16:00:00Z', true],
    ['2020-12-31T16:00:00Z', true],
    ['2020-04-30T15:59:00Z', true],
    ['2020-04-30T16:00:00Z', false],
  ])('%s: %s', (at, expected) => expect(inSpecialPeriod(utc(at), season)).toBe(expected));
});

describe('festivals', () => {
  it.each([
    ['2020-01-24T15:59:00Z', '春节前一日'],
    ['2020-01-24T16:00:00Z', '春节'],
    ['2020-01-25T16:00:00Z', null],
    ['2020-04-03T17:00:00Z', '清明'],
    ['2020-10-25T03:00:00Z', '重阳'],
    ['2024-02-10T03:00:00Z', '春节'],
    ['2024-04-04T03:00:00Z', '清明'],
    ['2024-10-10T03:00:00Z', '重阳前一日'],
    ['2026-02-17T03:00:00Z', '春节'],
    ['2026-04-05T03:00:00Z', '清明'],
    ['2026-10-18T03:00:00Z', '重阳'],
    ['2026-07-01T03:00:00Z', null],
  ])('%s: %s', (at, expected) => expect(festivalAt(utc(at), season)).toBe(expected));

  it('are not known for ever: a year that the calendar does not have is refused, and no day of it is an ordinary one', () => {
    expect(() => festivalAt(utc('2041-07-01T03:00:00Z'), season)).toThrow('2041');
    expect(
      whyUrgent({ at: utc('2041-07-01T03:00:00Z'), pixels: 1, danger: [], windMs: null, near: [] }, season, null),
    ).toEqual([expect.stringContaining('2041')]);
  });

  it('are those of the Chinese calendar, and the solar term, in every year that the plan has', () => {
    const lunar = new Intl.DateTimeFormat('zh-u-ca-chinese', {
      month: 'numeric',
      day: 'numeric',
      timeZone: 'Asia/Shanghai',
    });
    const lunarOf = (day: string): string => lunar.format(new Date(`${day}T04:00:00Z`));
    for (const [year, { 春节, 清明, 重阳 }] of Object.entries(season.festivals)) {
      // New moons at 23:56 and 00:07 in Beijing, which this calendar puts on the other side of midnight.
      if (!['2027', '2030'].includes(year))
        expect([year, lunarOf(`${year}-${春节}`)]).toEqual([year, lunarOf('2020-01-25')]);
      expect([year, lunarOf(`${year}-${重阳}`)]).toEqual([year, lunarOf('2020-10-25')]);
      const y = Number(year) % 100;
      const day = Math.floor(y * 0.2422 + 4.81) - Math.floor(y / 4);
      expect([year, 清明]).toEqual([year, `04-0${day}`]);
    }
  });
});

describe('a fire is urgent', () => {
  const at = utc('2020-12-02T06:00:00Z');
  const calm = { at, pixels: 1, danger: [], windMs: null, near: [] };
  it.each([
    ['by nothing', {}, []],
    ['by a signal of orange', { danger: ['yellow', 'orange'] }, ['森林火险橙色预警']],
    ['by many pixels in the special period', { pixels: 3 }, ['特别防护期，3个像元']],
    ['not by many pixels in summer', { at: utc('2020-07-02T06:00:00Z'), pixels: 9 }, []],
    ['by a festival', { at: utc('2020-04-04T03:00:00Z') }, ['清明']],
    ['by wind', { windMs: 8 }, ['风速8米/秒']],
    ['not by less wind', { windMs: 7.9 }, []],
    ['by what is near', { near: ['距林区0.4公里', '在保护区内'] }, ['距林区0.4公里', '在保护区内']],
  ] as const)('%s', (_, fire, why) => expect(whyUrgent({ ...calm, ...fire }, season, 8)).toEqual(why));
  it('and not by wind where the plan does not say from which', () =>
    expect(whyUrgent({ ...calm, windMs: 30 }, season, null)).toEqual([]));
});
