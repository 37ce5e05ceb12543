import { describe, expect, it } from '@jest/globals';
import { utc } from '@fengsui/contracts';
import { fireReportsOwed, reasonsToReport, type FireReport, type ReportedFire } from './fire-reports.js';

const owner = { id: 'office', name: '值班室' };
const province: FireReport = {
  id: 'province',
  to: '省',
  owner,
  withinMinutes: 30,
  article: '第三十四条',
  when: {
    burningHours: 24,
    deaths: 2,
    seriousInjuries: 5,
    hectares: 100,
    borderKm: 2,
    threatens: ['houses', 'protected-area'],
    asksSupport: true,
  },
};
const nation: FireReport = {
  ...province,
  id: 'nation',
  when: { deaths: 3, seriousInjuries: 10, borderKm: 2, provincialCounties: ['441882'], threatens: ['primeval-forest'] },
};
const fire: ReportedFire = { fireId: 'f', county: '441881', deaths: 0, burnedAreaHa: 1, borderKm: 12, burningHours: 3 };

describe('a forest fire is reported up', () => {
  it.each([
    [{}, 0, 0],
    [{ burningHours: 24 }, 0, 0],
    [{ burningHours: 24.02 }, 1, 0],
    [{ deaths: 1 }, 0, 0],
    [{ deaths: 2 }, 1, 0],
    [{ deaths: 3 }, 1, 1],
    [{ seriousInjuries: 4 }, 0, 0],
    [{ seriousInjuries: 5 }, 1, 0],
    [{ seriousInjuries: 10 }, 1, 1],
    [{ burnedAreaHa: 99.99 }, 0, 0],
    [{ burnedAreaHa: 100 }, 1, 0],
    [{ damagedAreaHa: 100, burnedAreaHa: null }, 1, 0],
    [{ borderKm: 2.01 }, 0, 0],
    [{ borderKm: 2 }, 1, 0],
    [{ borderKm: 2, county: '441882' }, 1, 1],
    [{ borderKm: null }, 0, 0],
    [{ threatens: ['houses'] }, 1, 0],
    [{ threatens: ['primeval-forest'] }, 0, 1],
    [{ asksSupport: true }, 1, 0],
    [{ deaths: 2, threatens: ['houses'] }, 2, 0],
  ] as const)('with %j: for so many reasons to the province, and to the nation: %s, %s', (facts, up, further) => {
    const known = { ...fire, ...facts } as ReportedFire;
    expect(reasonsToReport(known, province)).toHaveLength(up);
    expect(reasonsToReport(known, nation)).toHaveLength(further);
  });

  it('once by each list, with its reasons and the article, so soon after it was known', () =>
    expect(fireReportsOwed({ ...fire, deaths: 3 }, [province, nation], utc('2020-12-02T06:00:00Z'))).toEqual([
      {
        matter: 'fire-report/province/f',
        kind: 'fire-report',
        owner,
        words: 'f报省：死亡3人（第三十四条）',
        dueAt: '2020-12-02T06:30:00.000Z',
      },
      expect.objectContaining({ matter: 'fire-report/nation/f' }),
    ]));
});
