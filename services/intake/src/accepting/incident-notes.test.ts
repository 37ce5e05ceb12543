import { describe, expect, it } from '@jest/globals';
import type { Refusal } from '@fengsui/contracts';
import { check } from './checking.js';

const checked = (data: object, occurredAt = '2026-06-07T04:00:00.000Z') =>
  check(
    {
      place: 'x',
      from: 0,
      length: 1,
      drafts: [
        {
          type: 'incident.v1',
          occurredAt,
          data: {
            incidentId: 'A',
            reportNo: 1,
            stage: 'first',
            happenedAt: '2026-06-07T02:00:00.000Z',
            category: 'work-accident',
            productionRelated: true,
            industry: 'construction',
            county: '441881',
            place: '',
            latitude: null,
            longitude: null,
            deaths: 0,
            missing: 0,
            seriousInjuries: 0,
            injuries: 0,
            economicLossYuan: null,
            propertyLossYuan: null,
            text: '',
            ...data,
          },
        },
      ],
    } as never,
    String,
  ) as Readonly<{ events?: readonly unknown[]; notes?: readonly string[]; refusals?: readonly Refusal[] }>;

describe('a report of an accident', () => {
  it.each([
    ['more seriously injured than injured', { seriousInjuries: 3, injuries: 2 }, undefined, /重伤3人多于受伤2人/],
    ['a time before it happened', {}, '2026-06-07T01:59:00.000Z', /早于事发时间/],
    ['a grade that is not its own', { deaths: 3, officialGrade: 'general' }, undefined, /it is larger/],
  ])('with %s is taken, and flagged', (_, data, at, flag) => {
    const { events, notes } = checked(data, at);
    expect([events?.length, notes]).toEqual([1, [expect.stringMatching(flag)]]);
  });

  it.each([
    ['nothing odd', {}, undefined],
    ['as many seriously injured as injured', { seriousInjuries: 2, injuries: 2 }, undefined],
    [
      'the day alone, reported that day',
      { happenedPrecision: 'day', happenedAt: '2026-06-06T16:00:00.000Z' },
      undefined,
    ],
  ])('with %s is not', (_, data, at) => expect(checked(data, at).notes).toEqual([]));

  it.each(['35万元', '350000', '', true])(
    'with %j for its loss is refused, and the place is named',
    (economicLossYuan) =>
      expect([...new Set(checked({ economicLossYuan }).refusals?.map(({ place }) => place))]).toEqual([
        'x, economicLossYuan',
      ]),
  );
});
