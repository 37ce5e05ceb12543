import { describe, expect, it } from '@jest/globals';
import { levelRank, LEVELS, type Level } from '@fengsui/contracts';
import { areasAt, transfersBetween, type Areas, type RiskPoint } from './index.js';
import { FOGANG, NOW, PLAN, QINGCHENG, YINGDE } from './flood-for-tests.js';

const point = (county: string, category: string, reach: string | null = null): RiskPoint => ({
  id: `${county}-${category}${reach === null ? '' : `-${reach}`}`,
  name: category,
  county,
  reach,
  category,
  people: 10,
  organiser: 'o',
  destination: 'd',
});
const points = ['slope', 'low', 'dam'].flatMap((category) => [YINGDE, FOGANG].map((county) => point(county, category)));
const ids = (before: Areas, after: Areas, of = points): string[] =>
  transfersBetween(PLAN, of, { before, after }, NOW)
    .map(({ riskPoint }) => riskPoint.id)
    .sort();
const all = (level: Level): Areas => (level === 'none' ? {} : areasAt([YINGDE, FOGANG], level));

describe('transfers', () => {
  it('start the same work by a jump as by a climb', () => {
    for (const from of LEVELS)
      for (const via of LEVELS)
        for (const to of LEVELS) {
          if (levelRank(from) > levelRank(via) || levelRank(via) > levelRank(to)) continue;
          expect(ids(all(from), all(to))).toEqual([...ids(all(from), all(via)), ...ids(all(via), all(to))].sort());
        }
    expect(ids({}, all('I'))).toHaveLength(6);
  });

  it('let a county that joins later catch up, and leave the others', () => {
    expect(ids({ [YINGDE]: 'IV' }, all('III'))).toEqual([`${FOGANG}-low`, `${FOGANG}-slope`, `${YINGDE}-low`]);
    expect(ids({ [YINGDE]: 'IV' }, all('IV'))).toEqual([`${FOGANG}-slope`]);
  });

  it('of a reach are those of the points on it', () => {
    const river = [point(QINGCHENG, 'low', 'shijiao'), point(QINGCHENG, 'slope', 'longli'), point(QINGCHENG, 'slope')];
    expect(ids({}, { 'reach:shijiao': 'III' }, river)).toEqual([`${QINGCHENG}-low-shijiao`]);
    expect(ids({}, { 'reach:longli': 'IV' }, river)).toEqual([`${QINGCHENG}-slope-longli`]);
    expect(ids({ 'reach:longli': 'IV' }, { [QINGCHENG]: 'III' }, river)).toEqual([
      `${QINGCHENG}-low-shijiao`,
      `${QINGCHENG}-slope`,
    ]);
  });

  it('begin by making ready where the plan says so, and go on by leaving', () => {
    const prepares = { ...PLAN, preparesAt: { IV: ['low'], III: [], II: [], I: [] } };
    const of = (before: Areas, after: Areas): string[] =>
      transfersBetween(prepares, [point(YINGDE, 'low')], { before, after }, NOW).map(({ phase }) => phase);
    expect(of({}, { [YINGDE]: 'IV' })).toEqual(['prepare']);
    expect(of({ [YINGDE]: 'IV' }, { [YINGDE]: 'III' })).toEqual(['move']);
    expect(of({ [YINGDE]: 'III' }, { [YINGDE]: 'IV' })).toEqual([]);
  });
});
