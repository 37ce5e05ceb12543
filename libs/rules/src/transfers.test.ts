import { describe, expect, it } from '@jest/globals';
import { levelRank, LEVELS, type Level } from '@fengsui/contracts';
import { areasAt, progress, transfersBetween, type Areas, type RiskPoint } from './index.js';
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

  it('count nobody twice, and nobody without evidence', () => {
    const task = { people: 3, moved: 1, absent: 0, refusing: 0, closed: false };
    const known = new Set(['a']);
    const said = (moved: string[], absent: number, refusing: number, evidence: 'photo' | 'none') =>
      progress(task, { moved, absent, refusing, evidence }, known);
    expect(said(['a', 'b', 'b'], 0, 0, 'photo')).toMatchObject({ newlyMoved: ['b'], closes: false });
    expect(said(['b', 'c'], 0, 0, 'none')).toMatchObject({ newlyMoved: [], closes: false });
    expect(said(['b'], 1, 0, 'photo').closes).toBe(true);
    expect(said(['b'], 1, 1, 'photo').closes).toBe(false);
    // Nobody is away on somebody's word alone.
    expect(said(['b', 'c'], 2, 0, 'none')).toMatchObject({ task: { absent: 0 }, closes: false });
  });

  it('count no more people than there are: who is named beyond the ledger is in no figure', () => {
    const task = { people: 93, moved: 0, absent: 0, refusing: 0, closed: false };
    const names = Array.from({ length: 279 }, (_, n) => `p${n}`);
    const told = progress(task, { moved: names, absent: 5, refusing: 0, evidence: 'photo' }, new Set());
    expect(told).toMatchObject({ task: { moved: 93, absent: 0 }, absentBeyond: 5, closes: true });
    expect([told.newlyMoved.length, told.beyondLedger.length]).toEqual([93, 186]);
  });

  it('are open again when somebody comes back or refuses', () => {
    const task = { people: 3, moved: 3, absent: 0, refusing: 0, closed: true };
    const known = new Set(['a', 'b', 'c']);
    const told = { moved: [], absent: 0, refusing: 0, evidence: 'head-count' as const };
    expect(progress(task, { ...told, returned: ['a', 'x'] }, known)).toMatchObject({
      task: { moved: 2, closed: false },
      returned: ['a'],
      reopens: true,
    });
    expect(progress(task, { ...told, refusing: 1 }, known)).toMatchObject({ reopens: true });
    expect(progress(task, told, known)).toMatchObject({ reopens: false, task: { closed: true } });
    // What was closed with people missing, because the response ended, is not opened by a late report.
    const ended = { ...task, moved: 1 };
    expect(progress(ended, { ...told, moved: ['b'] }, new Set(['a']))).toMatchObject({
      reopens: false,
      task: { moved: 2 },
    });
  });
});
