import { describe, expect, it } from '@jest/globals';
import { fromShanghai } from '@fengsui/contracts';
import { planWith } from '../plan-for-tests.js';
import { gapInWords, gapsAhead } from './gaps-ahead.js';

const FROM = fromShanghai('2026-12-01T00:00');
const words = (change: Parameters<typeof planWith>[0]): string[] => {
  const plan = planWith(change);
  return gapsAhead(plan, plan.roster, FROM).map(gapInWords);
};
const span = (from: string, until: string) => ({ from: `2026-12-${from}`, until: `2026-12-${until}` });

describe('the roster of the next 30 days', () => {
  it('has no hole as it is shipped', () => expect(words(() => undefined)).toEqual([]));

  it('names the hours of somebody on leave, for whom nobody stands in', () => {
    const away = (plan: Parameters<Parameters<typeof planWith>[0]>[0]): void => {
      plan.leave = [{ person: 'liang', ...span('10T12:00', '12T12:00') }];
    };
    expect(words(away)).toEqual([
      '2026-12-10 12:00 to 2026-12-12 12:00: bureau-leader: liang is on leave, and nobody stands in',
    ]);
    const stood = words((plan) => {
      away(plan);
      plan.overrides.push({ role: 'bureau-leader', person: 'zheng', ...span('10T12:00', '12T00:00') });
    });
    expect(stood).toEqual([
      '2026-12-12 00:00 to 2026-12-12 12:00: bureau-leader: liang is on leave, and nobody stands in',
    ]);
  });

  it('names a role whose rotation begins later', () =>
    expect(words((plan) => void Object.assign(plan.rotations[1] ?? {}, { from: '2026-12-03T08:30' }))).toEqual([
      '2026-12-01 00:00 to 2026-12-03 08:30: duty-leader: nobody takes turns in it then',
    ]));

  it('names the hours in which one person has every role', () =>
    expect(
      words((plan) => {
        for (const role of ['duty-officer', 'duty-leader'])
          plan.overrides.push({ role, person: 'liang', ...span('05T00:00', '05T06:00') });
      }),
    ).toEqual(['2026-12-05 00:00 to 2026-12-05 06:00: liang alone has every role']));

  it('names the county whose own officer is away', () =>
    expect(words((plan) => void (plan.leave = [{ person: 'duty-441802', ...span('05T00:00', '05T06:00') }]))).toEqual([
      '2026-12-05 00:00 to 2026-12-05 06:00, 441802: duty-officer: duty-441802 is on leave, and nobody stands in',
    ]));
});
