import { describe, expect, it } from '@jest/globals';
import { addMinutes, fromShanghai, utc, type UtcInstant } from '@fengsui/contracts';
import fc from 'fast-check';
import {
  casualtyWindowEnd,
  borders,
  gradeOfForestFire,
  gradeOfReport,
  isEnough,
  isLate,
  nextStep,
  notLate,
  onDuty,
  roundHalfUp,
  turnOf,
  yearOnYear,
  type Chain,
  type Climb,
  type Roster,
} from './index.js';

const now = utc('2020-06-07T00:00:00Z');

describe('grades of Decree 493', () => {
  const graded = (stated: Partial<Parameters<typeof gradeOfReport>[0]>): string =>
    gradeOfReport({
      category: 'work-accident',
      deaths: null,
      seriousInjuries: null,
      economicLossYuan: null,
      propertyLossYuan: null,
      ...stated,
    });

  it.each([
    [0, 0, 0, 'general'],
    [2, 9, 9_999_999, 'general'],
    [3, 0, 0, 'larger'],
    [9, 0, 0, 'larger'],
    [10, 0, 0, 'major'],
    [29, 0, 0, 'major'],
    [30, 0, 0, 'extra-major'],
    [0, 10, 0, 'larger'],
    [0, 50, 0, 'major'],
    [0, 100, 0, 'extra-major'],
    [0, 0, 10_000_000, 'larger'],
    [0, 0, 50_000_000, 'major'],
    [0, 0, 100_000_000, 'extra-major'],
    [1, 50, 0, 'major'],
  ] as const)('%i deaths, %i serious injuries, %i yuan: %s', (deaths, injuries, loss, grade) =>
    expect(graded({ deaths, seriousInjuries: injuries, economicLossYuan: loss })).toBe(grade),
  );

  it('goes by the property loss of a fire, and by the economic loss of everything else', () =>
    expect([
      graded({ category: 'fire', propertyLossYuan: 50_000_000 }),
      graded({ category: 'fire', economicLossYuan: 50_000_000, propertyLossYuan: 10_000_000 }),
      graded({ propertyLossYuan: 50_000_000 }),
    ]).toEqual(['major', 'larger', 'general']));

  it.each([
    [0.99, 0, 0, 'general'],
    [1, 0, 0, 'larger'],
    [99.99, 0, 0, 'larger'],
    [100, 0, 0, 'major'],
    [999.99, 0, 0, 'major'],
    [1_000, 0, 0, 'extra-major'],
    [null, 2, 9, 'general'],
    [null, 3, 0, 'larger'],
    [0.5, 0, 10, 'larger'],
    [0.5, 10, 0, 'major'],
    [0.5, 0, 50, 'major'],
    [0.5, 30, 0, 'extra-major'],
    [0.5, 0, 100, 'extra-major'],
  ] as const)(
    'of a forest fire goes by damaged forest, deaths and serious injuries: %s ha, %s, %s: %s',
    (ha, deaths, serious, grade) =>
      expect(gradeOfForestFire({ damagedAreaHa: ha, deaths, seriousInjuries: serious })).toBe(grade),
  );

  it('lets casualties change for 30 days, on the road and in fires for 7, to the end of the last', () => {
    const days = { 'work-accident': 30, 'road-accident': 7, fire: 7, geological: 30, other: 30 };
    const end = (category: 'work-accident' | 'fire', civilDays: boolean): UtcInstant =>
      casualtyWindowEnd(category, now, { casualtyWindow: { days, civilDays } });
    // Eight in the morning of 7 June in Beijing.
    expect([end('work-accident', true), end('fire', true)]).toEqual([
      '2020-07-07T15:59:59.999Z',
      '2020-06-14T15:59:59.999Z',
    ]);
    expect(end('fire', false)).toBe('2020-06-14T00:00:00.000Z');
  });

  it.each([
    [0, 0, 'general'],
    [2, 999_999, 'general'],
    [0, 1_000_000, 'larger'],
    [3, 0, 'larger'],
    [0, 5_000_000, 'major'],
    [30, 0, 'extra-major'],
    [9, 10_000_000, 'extra-major'],
  ])('a geological disaster of %d deaths and %d yuan is %s', (deaths, economicLossYuan, grade) =>
    expect(graded({ category: 'geological', deaths, economicLossYuan })).toBe(grade),
  );
});

describe('year on year', () => {
  it.each([
    [138, 285, -51.6, 'down', null],
    [136, 202, -32.7, 'down', null],
    [1201, 2100, -42.8, 'down', null],
    [1, 2, -50, 'down', null],
    [0, 3, -100, 'down', null],
    [4, 2, 100, 'up', null],
    [5, 5, 0, 'level', null],
    [5, 0, null, 'up', 'zero-base'],
    [0, 0, 0, 'level', null],
    [5, null, null, null, 'no-base'],
  ] as const)('%s against %s', (current, previous, percent, direction, note) =>
    expect(yearOnYear(current, previous)).toEqual({ percent, direction, note }),
  );

  it('rounds half up on the decimal', () => {
    expect([roundHalfUp(1.005, 2), roundHalfUp(97.05, 1), roundHalfUp(-51.55, 1)]).toEqual([1.01, 97.1, -51.6]);
    expect([roundHalfUp(1e-8, 1), roundHalfUp(4.9e-7, 6), roundHalfUp(5e-7, 6)]).toEqual([0, 0, 0.000001]);
  });
});

describe('escalation', () => {
  const step = (role: string, answerWithinMinutes: number): Chain['steps'][number] => ({
    to: [{ role }],
    needed: 'any',
    answerWithinMinutes,
    channels: ['mail'],
    inTurn: false,
  });
  const chain: Chain = {
    rounds: 2,
    steps: [step('officer', 5), step('leader', 10)],
    unanswered: { everyMinutes: 15, to: [{ role: 'top' }], authorities: [], channels: ['mail'] },
  };
  /** Who is called at which minute, when the chain is looked at in these minutes only. */
  const called = (minutes: readonly number[]): string[] => {
    let climb: Climb = { stepsCalled: 0, dueAt: now };
    let lookAt = now;
    return minutes.flatMap((minute) => {
      if (addMinutes(now, minute) < lookAt) return [];
      const next = nextStep(chain, climb, addMinutes(now, minute));
      if (next.kind === 'wait') return [];
      climb = { stepsCalled: next.number, dueAt: next.dueAt };
      lookAt = next.answerBy;
      return [`${minute} ${next.step.to.map((one) => Object.values(one)[0]).join(',')}`];
    });
  };

  it('calls the next when one is silent, goes round again, and then rings the top for as long as it takes', () =>
    expect(called(Array.from({ length: 70 }, (_, minute) => minute))).toEqual([
      '0 officer',
      '5 leader',
      '15 officer',
      '20 leader',
      '30 top',
      '45 top',
      '60 top',
    ]));

  it('catches up after a downtime: one step at once, the others a second apart, and none later than it would have been', () => {
    const second = 1 / 60;
    expect(called([0, 17, 17 + second, 17 + 2 * second, 20, 30])).toEqual([
      '0 officer',
      '17 leader',
      `${17 + second} officer`,
      '20 leader',
      '30 top',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (from, length) => {
        const looked = Array.from({ length: 402 * 60 }, (_, n) => n / 60).filter(
          (at) => at <= from || at >= from + length,
        );
        const late = called(looked).map((one) => Number(one.split(' ')[0]));
        const top = 30;
        const reached = late[4] ?? Infinity;
        const bound = from < top && from + length >= top ? from + length + 5 * second : top;
        expect(reached).toBeLessThanOrEqual(bound + 1e-6);
      }),
      { numRuns: 30 },
    );
  });

  it('takes one answer, all of them, or so many', () =>
    expect([
      isEnough('any', 0, 3),
      isEnough('any', 1, 3),
      isEnough('all', 2, 3),
      isEnough('all', 3, 3),
      isEnough(2, 1, 3),
      isEnough(2, 2, 3),
      isEnough(9, 3, 3),
      isEnough('all', 0, 0),
    ]).toEqual([false, true, false, true, false, true, true, false]));
});

describe('the roster', () => {
  const roster: Roster = {
    version: 'v',
    desk: 'desk',
    leave: [],
    calendar: { holidays: [], workdays: [], floodSeason: null },
    overrides: [{ role: 'officer', person: 'z', from: addMinutes(now, 60), until: addMinutes(now, 120) }],
    rotations: [{ role: 'officer', people: ['a', 'b'], from: now, shiftHours: 24 }],
  };
  it.each([
    [0, 'a'],
    [23 * 60 + 59, 'a'],
    [24 * 60, 'b'],
    [48 * 60, 'a'],
    [60, 'z'],
    [119, 'z'],
    [120, 'a'],
    [-1, 'desk'],
  ])('at minute %i has %s', (minute, person) =>
    expect(onDuty(roster, 'officer', addMinutes(now, minute))).toBe(person),
  );
  it('has those of the holidays and of the flood season on their days, by the day on which a shift begins', () => {
    const from = fromShanghai('2026-01-01T08:30');
    const special: Roster = {
      ...roster,
      overrides: [],
      calendar: {
        holidays: [{ from: '2026-10-01', until: '2026-10-07' }],
        workdays: ['2026-10-10'], // a Saturday that is worked
        floodSeason: { from: '04-15', until: '10-15' },
      },
      rotations: [
        { role: 'officer', people: ['every'], from, shiftHours: 24 },
        { role: 'officer', people: ['holiday'], from, shiftHours: 24, during: 'holidays' },
        { role: 'leader', people: ['dry'], from, shiftsAt: [510], during: 'dry-season' },
        { role: 'leader', people: ['flood'], from, shiftsAt: [510], during: 'flood-season' },
      ],
    };
    const who = (role: string, wall: string): string => onDuty(special, role, fromShanghai(wall));
    expect([
      who('officer', '2026-10-01T08:00'), // the shift of 30 September
      who('officer', '2026-10-01T08:30'),
      who('officer', '2026-10-08T08:29'), // the shift of 7 October
      who('officer', '2026-10-08T08:30'),
      who('officer', '2026-10-10T12:00'),
      who('officer', '2026-10-11T12:00'), // a Sunday
      who('officer', '2026-10-12T03:00'), // its night
    ]).toEqual(['every', 'holiday', 'holiday', 'every', 'every', 'holiday', 'holiday']);
    expect([
      who('leader', '2026-04-15T08:29'),
      who('leader', '2026-04-15T08:30'),
      who('leader', '2026-10-16T08:29'),
      who('leader', '2026-10-16T08:30'),
    ]).toEqual(['dry', 'flood', 'flood', 'dry']);
  });

  it('falls to the desk where it has a hole, and names it', () =>
    expect([turnOf(roster, 'nobody knows', now), turnOf(roster, 'officer', addMinutes(now, -1))]).toEqual([
      { person: 'desk', gap: expect.stringContaining('nobody knows') },
      { person: 'desk', gap: expect.stringContaining('officer') },
    ]));

  const at = (wall: string): UtcInstant => fromShanghai(wall);
  it('takes the narrower of two swaps, and of two rotations the one that began last', () => {
    const span = (person: string, from: string, until: string) => ({
      role: 'officer',
      person,
      from: at(`2020-06-0${from}`),
      until: at(`2020-06-0${until}`),
    });
    const swapped = {
      ...roster,
      overrides: [span('short', '8T20:00', '9T08:00'), span('long', '8T00:00', '9T23:00')],
      rotations: [
        { role: 'officer', people: ['old'], from: at('2020-01-01T08:30'), shiftHours: 24 },
        { role: 'officer', people: ['new'], from: at('2020-06-10T08:30'), shiftHours: 24 },
      ],
    };
    const who = ['08T19:59', '08T20:00', '09T08:00', '10T08:29', '10T08:30'].map((when) =>
      onDuty(swapped, 'officer', at(`2020-06-${when}`)),
    );
    expect(who).toEqual(['long', 'short', 'long', 'old', 'new']);
  });

  it('changes shifts at its own hours, unequal ones too, over midnight, the end of a year and a leap day', () => {
    const [eight, fourteen, twenty] = [480, 840, 1_200];
    const rotation = { role: 'officer', people: ['a', 'b', 'c', 'd'], from: at('2019-12-31T08:00') };
    const shifts = { ...roster, overrides: [], rotations: [{ ...rotation, shiftsAt: [eight, fourteen, twenty] }] };
    const who = ['2019-12-31T13:59', '2019-12-31T14:00', '2019-12-31T20:00', '2020-01-01T07:59', '2020-01-01T08:00'];
    expect(who.map((when) => onDuty(shifts, 'officer', at(when)))).toEqual(['a', 'b', 'c', 'c', 'd']);
    // 60 days of three shifts are 180, and 180 is 0 of 4.
    expect(onDuty(shifts, 'officer', at('2020-02-29T08:00'))).toBe('a');
    expect(borders(shifts, at('2020-02-29T08:00'), at('2020-03-01T14:01')).map((one) => one.slice(5, 16))).toEqual([
      '02-29T00:00',
      '02-29T06:00',
      '02-29T12:00',
      '03-01T00:00',
      '03-01T06:00',
    ]);
  });

  it('calls nobody who is on leave, and says that nobody stands in', () => {
    const away = { ...roster, overrides: [], leave: [{ person: 'a', from: now, until: addMinutes(now, 60) }] };
    expect(turnOf(away, 'officer', addMinutes(now, 59))).toEqual({
      person: 'desk',
      gap: expect.stringContaining('leave'),
      away: 'a',
    });
    expect(turnOf(away, 'officer', addMinutes(now, 60))).toEqual({ person: 'a', gap: null });
  });

  it('names every moment at which somebody else may have a role', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_439 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 48 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 1, max: 3_000 })), { maxLength: 4 }),
        (clock, hours, swaps) => {
          const shiftsAt = [...new Set(clock)].sort((a, b) => a - b);
          const mixed: Roster = {
            ...roster,
            overrides: swaps.map(([from, minutes], n) => ({
              role: 'officer',
              person: `s${n}`,
              from: addMinutes(now, from),
              until: addMinutes(now, from + minutes),
            })),
            rotations: [
              { role: 'officer', people: ['a', 'b', 'c'], from: addMinutes(now, -500), shiftsAt },
              { role: 'leader', people: ['d', 'e'], from: addMinutes(now, -77), shiftHours: hours },
            ],
          };
          const until = addMinutes(now, 7 * 1_440);
          const known = new Set(borders(mixed, now, until));
          const both = (when: UtcInstant): string =>
            `${onDuty(mixed, 'officer', when)} ${onDuty(mixed, 'leader', when)}`;
          let before = both(now);
          for (let minute = 1; minute < 7 * 1_440; minute += 1) {
            const when = addMinutes(now, minute);
            const holds = both(when);
            if (holds !== before) expect([when, known.has(when)]).toEqual([when, true]);
            before = holds;
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

it('holds many against one bound as it holds each by itself', () => {
  const hours = 24;
  const all = [-2_000, -1_440.001, -1_440, -1, 0, 30].flatMap((minutes) =>
    [utc('2020-06-06T00:00:00Z'), utc('2020-06-07T00:00:00Z')].map((recordedAt) => ({
      occurredAt: addMinutes(recordedAt, minutes),
      recordedAt,
    })),
  );
  expect(notLate(all, hours)).toEqual(all.filter((one) => !isLate(one, hours)));
  expect(notLate(all, hours)).toHaveLength(8);
  expect(notLate([], hours)).toEqual([]);
});
