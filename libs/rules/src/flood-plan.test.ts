import { describe, expect, it } from '@jest/globals';
import { faultsOf, type FloodPlan } from './index.js';
import { condition, PLAN } from './flood-for-tests.js';

const CATEGORIES = ['slope', 'low', 'dam'];
const with_ = (...more: FloodPlan['conditions']): Partial<FloodPlan> => ({ conditions: [...PLAN.conditions, ...more] });
const [noYellow] = PLAN.noResponse as [FloodPlan['noResponse'][number]];
const [warnings] = PLAN.warnings as [FloodPlan['warnings'][number]];
const perLevel = (IV: number, III: number, II: number, I: number) => ({ IV, III, II, I });

describe('a plan', () => {
  it('without holes has no faults', () => expect(faultsOf(PLAN, CATEGORIES)).toEqual([]));

  it.each<[string, Partial<FloodPlan>, RegExp]>([
    ['a colour that nobody decided on', { noResponse: [] }, /暴雨黄色未作规定/],
    [
      'a colour that is undecided in two counties',
      { noResponse: [{ ...noYellow, upToCounties: 1 }] },
      /未作规定.*2个县/,
    ],
    [
      'a colour with a level and with none',
      { noResponse: [noYellow, { ...noYellow, colour: 'orange' }] },
      /两处规定不一/,
    ],
    [
      'a kind that it does not have',
      with_(condition('x', 'IV', { measure: 'warning', eventCode: '11B99', colour: 'red', counties: 1 })),
      /没有 11B99/,
    ],
    ['a colour that its kind does not have', { noResponse: [noYellow, { ...noYellow, colour: 'blue' }] }, /没有蓝色/],
    ['a kind that stands twice', { warnings: [warnings, warnings] }, /11B03：重复/],
    ['a reason that stands twice', { noResponse: [noYellow, noYellow] }, /noResponse.*重复/],
    [
      '9 of its counties',
      with_(condition('x', 'II', { measure: 'warning', eventCode: '11B03', colour: 'red', counties: 9 })),
      /要求9个县（市、区），本市只有3个/,
    ],
    [
      '20 of its gauges',
      with_(condition('x', 'I', { measure: 'stage', aboveWarningM: 5, stations: 20 })),
      /要求20个站点/,
    ],
    [
      'a stage that no gauge can show',
      with_(condition('x', 'I', { measure: 'stage', aboveWarningM: 21, stations: 1 })),
      /能达到的只有0个/,
    ],
    [
      'a forecast stage that no gauge can show',
      with_(condition('x', 'I', { measure: 'forecast-stage', aboveWarningM: 30, stations: 1 })),
      /能达到的只有0个/,
    ],
    [
      '4000 mm in an hour',
      with_(condition('x', 'I', { measure: 'rain', hours: 1, mm: 4000, stations: 1 })),
      /1小时4000毫米，可能的最大为250毫米/,
    ],
    [
      'a flow beyond any',
      with_(condition('x', 'I', { measure: 'forecast-flow', station: 'shijiao', flowM3s: 90_000 })),
      /可能的最大为30000/,
    ],
    [
      'a gauge that it does not have',
      with_(condition('x', 'I', { measure: 'forecast-flow', station: 'nowhere', flowM3s: 9_000 })),
      /没有 nowhere/,
    ],
    [
      'a flood of a million years',
      with_(condition('x', 'I', { measure: 'forecast-return-period', years: 1e6 })),
      /1000000年一遇/,
    ],
    [
      'a condition that a dry river meets',
      with_(condition('x', 'IV', { measure: 'stage', aboveWarningM: -30, stations: 1 })),
      /任何时候都成立/,
    ],
    [
      'a condition that no rain meets',
      with_(condition('x', 'IV', { measure: 'rain', hours: 3, mm: 0, stations: 1 })),
      /无雨时也启动/,
    ],
    [
      'a condition that no flow meets',
      with_(condition('x', 'IV', { measure: 'forecast-flow', station: 'shijiao', flowM3s: 0 })),
      /断流时也启动/,
    ],
    ['a flood of every year', with_(condition('x', 'IV', { measure: 'forecast-return-period', years: 1 })), /每年都有/],
    [
      'no ceiling for rain that never reaches Ⅰ',
      { ceilings: PLAN.ceilings.filter(({ of }) => of !== 'rain') },
      /3小时雨量到不了Ⅰ级.*1个站点3小时雨量达到可能的最大：Ⅳ级/,
    ],
    [
      'no ceiling for one gauge at its highest',
      { ceilings: PLAN.ceilings.filter(({ of, upTo }) => of !== 'stage' || upTo !== 1) },
      /水位.*1个站点水位达到可能的最大：Ⅳ级/,
    ],
    [
      'a ceiling that is another',
      { ceilings: [...PLAN.ceilings.slice(0, 5), { of: 'rain', hours: 3, level: 'II', reason: 'x' }] },
      /上限写为Ⅱ级/,
    ],
    [
      'a ceiling of a kind that it does not have',
      { ceilings: [...PLAN.ceilings, { of: 'warning', eventCode: '11B99', level: 'II', reason: 'x' }] },
      /没有 11B99/,
    ],
    [
      'a condition that another anticipates',
      with_(condition('red', 'IV', { measure: 'warning', eventCode: '11B03', colour: 'red', counties: 1 })),
      /永远不起作用：orange已启动Ⅳ级/,
    ],
    [
      'a higher stage with a lower level',
      with_(condition('stage-3m', 'IV', { measure: 'stage', aboveWarningM: 3, stations: 1 })),
      /永远不起作用/,
    ],
    ['one id twice', with_(condition('stage', 'I', { measure: 'stage', aboveWarningM: 9, stations: 1 })), /编号重复/],
    ['more time to decide on a higher level', { decideWithinMinutes: perLevel(30, 20, 15, 60) }, /Ⅰ级的时限长于Ⅱ级/],
    ['more time to move at a higher level', { moveWithinMinutes: perLevel(100, 240, 180, 120) }, /Ⅲ级的时限长于Ⅳ级/],
    [
      'a gauge that speaks less often at a higher level',
      { silence: { ...PLAN.silence, cadenceMinutes: perLevel(60, 90, 60, 60) } },
      /cadenceMinutes.*时限长于/,
    ],
    [
      'people moved at Ⅳ and not at Ⅲ',
      { transfersAt: { ...PLAN.transfersAt, III: ['low'] } },
      /Ⅳ级转移“slope”，Ⅲ级却不转移/,
    ],
    [
      'people who are moved at no level',
      { transfersAt: { ...PLAN.transfersAt, I: ['slope', 'low'] } },
      /“dam”类风险点在任何等级都不转移/,
    ],
    [
      'a list that names nobody',
      { transfersAt: { ...PLAN.transfersAt, I: ['slope', 'low', 'dam', 'ship'] } },
      /没有“ship”类风险点/,
    ],
    [
      'a warning that holds for longer than at the longest',
      { warnings: [{ ...warnings, longestHours: 12 }] },
      /holdsHours 大于 longestHours/,
    ],
    [
      'a value that is fresh and does not count',
      { silence: { ...PLAN.silence, lastValueCountsForMinutes: 60 } },
      /短于 freshForMinutes/,
    ],
    [
      'a value that counts for less when it matters',
      { silence: { ...PLAN.silence, lastValueCountsInForceForMinutes: 600 } },
      /短于 lastValueCountsForMinutes/,
    ],
    [
      'water that flows in a circle',
      { stations: { ...PLAN.stations, shijiao: { county: '441802', below: 'yingde' } } },
      /below 成环/,
    ],
  ])('with %s is refused, with a case', (_, change, said) => {
    const faults = faultsOf({ ...PLAN, ...change }, CATEGORIES);
    expect(
      faults.map(({ place, fault, counterExample }) => `${place}：${fault}：${counterExample}`).join('\n'),
    ).toMatch(said);
    for (const { counterExample } of faults) expect(counterExample).toMatch(/[\u4e00-\u9fff]{4}/);
  });
});
