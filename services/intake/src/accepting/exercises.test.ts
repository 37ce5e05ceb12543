import { describe, expect, it } from '@jest/globals';
import { exerciseIn } from './exercises.js';

const taken = (type: string, text: string, place = '英德市'): boolean =>
  exerciseIn(type as never, { text, place }) === null;

describe('an exercise that only its words name', () => {
  it.each([
    '【演练】望埠镇后山起火',
    '（应急演练）望埠镇后山起火',
    ' [测试] 起火',
    '演习：望埠镇后山起火',
    '【系统测试】起火',
  ])('%s is nothing that happened', (text) =>
    expect(
      ['public-report.v1', 'incident.v1', 'situation.v1', 'authority-level.v1'].map((type) => taken(type, text)),
    ).toEqual([false, false, false, false]),
  );

  it.each(['望埠镇后山起火，附近正在演练', '【火情】望埠镇', '演练中发生真实火情', '【演示】望埠镇', '测试站附近起火'])(
    '%s is',
    (text) => expect(taken('public-report.v1', text)).toBe(true),
  );

  it('is named by the place, too, and a record of an exercise that was held is a record', () =>
    expect([taken('incident.v1', '', '【演练】英德市'), taken('work-record.v1', '【演练】市级防汛演练')]).toEqual([
      false,
      true,
    ]));
});
