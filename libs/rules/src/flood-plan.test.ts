import { describe, expect, it } from '@jest/globals';
import { faultsOf, type FloodPlan } from './index.js';
import { condition, PLAN } from './flood-for-tests.js';

describe('a plan', () => {
  it('without holes has no faults', () => expect(faultsOf(PLAN)).toEqual([]));

  it.each([
    ['an undecided colour', { noResponse: [] }, /yellow is undecided/],
    [
      'a condition that another anticipates',
      {
        conditions: [
          ...PLAN.conditions,
          condition('red', 'IV', { measure: 'warning', eventCode: '11B03', colour: 'red', counties: 1 }),
        ],
      },
      /never decides: orange/,
    ],
    [
      'a higher stage with a lower level',
      {
        conditions: [
          ...PLAN.conditions,
          condition('stage-3m', 'IV', { measure: 'stage', aboveWarningM: 3, stations: 1 }),
        ],
      },
      /never decides/,
    ],
    [
      'people moved at Ⅳ and not at Ⅲ',
      { transfersAt: { ...PLAN.transfersAt, III: ['low'] } },
      /slope is moved at IV but not at III/,
    ],
    [
      'one id twice',
      {
        conditions: [
          ...PLAN.conditions,
          {
            ...(PLAN.conditions[0] as FloodPlan['conditions'][number]),
            when: { measure: 'rain', hours: 1, mm: 80, stations: 1 },
          },
        ],
      },
      /two conditions/,
    ],
  ] as const)('with %s is refused with a counter-example', (_, change, fault) => {
    const faults = faultsOf({ ...PLAN, ...change } as FloodPlan);
    expect(faults.map((one) => one.fault).join()).toMatch(fault);
    expect(faults.every(({ counterExample }) => counterExample.length > 10)).toBe(true);
  });
});
