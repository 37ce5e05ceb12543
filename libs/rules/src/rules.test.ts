import { describe, expect, it } from '@jest/globals';
import { addMinutes, utc, type UtcInstant } from '@fengsui/contracts';
import fc from 'fast-check';
import {
  gather,
  gradeOfReport,
  isLate,
  kilometresBetween,
  nextStep,
  notLate,
  onDuty,
  roundHalfUp,
  withinCasualtyWindow,
  yearOnYear,
  type Call,
  type Chain,
  type Gathering,
  type OpenFire,
  type Roster,
  type Sign,
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

  it('lets casualties change for 30 days, on the road and in fires for 7', () => {
    const days = (n: number): UtcInstant => addMinutes(now, n * 1_440);
    expect([
      withinCasualtyWindow('work-accident', now, days(30)),
      withinCasualtyWindow('work-accident', now, addMinutes(days(30), 1)),
    ]).toEqual([true, false]);
    expect([
      withinCasualtyWindow('road-accident', now, days(7)),
      withinCasualtyWindow('fire', now, addMinutes(days(7), 1)),
    ]).toEqual([true, false]);
  });
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
  });
});

describe('escalation', () => {
  const chain: Chain = {
    rounds: 2,
    steps: [
      { role: 'officer', answerWithinMinutes: 5, channels: ['mail'] },
      { role: 'leader', answerWithinMinutes: 10, channels: ['mail'] },
    ],
  };
  const silent: Call = { stepsCalled: 0, lastCalledAt: null, answered: false };

  it('calls the next when one is silent, goes round again, and says when nobody is left', () => {
    let call = silent;
    const called: string[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      const next = nextStep(chain, call, addMinutes(now, minute));
      if (next.kind === 'call') {
        called.push(`${minute} ${next.step.role}`);
        call = { ...call, stepsCalled: next.number, lastCalledAt: addMinutes(now, minute) };
      } else if (next.kind === 'stop') {
        called.push(`${minute} ${next.because}`);
        break;
      }
    }
    expect(called).toEqual(['0 officer', '5 leader', '15 officer', '20 leader', '30 nobody-left']);
  });

  it('climbs on after any downtime, and stops at an answer', () => {
    const once: Call = { stepsCalled: 1, lastCalledAt: now, answered: false };
    expect(nextStep(chain, once, addMinutes(now, 26 * 60))).toMatchObject({ kind: 'call', number: 2 });
    expect(nextStep(chain, { ...once, answered: true }, addMinutes(now, 26 * 60))).toEqual({
      kind: 'stop',
      because: 'answered',
    });
  });
});

describe('the roster', () => {
  const roster: Roster = {
    version: 'v',
    desk: 'desk',
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
  it('falls to the desk where it has a hole', () => expect(onDuty(roster, 'nobody knows', now)).toBe('desk'));
});

describe('gathering signs of fire', () => {
  const plan = { version: 'v', joinWithinKm: 2, joinWithinHours: 24, verifyWithinMinutes: 120 };
  const sign = (event: string, minutes: number, kmNorth: number, kmEast = 0): Sign => ({
    event,
    at: addMinutes(now, minutes),
    latitude: 24 + kmNorth / 111.2,
    longitude: 113 + kmEast / 101.6,
    county: '441881',
    by: 'satellite',
  });
  const apply = (open: readonly OpenFire[], gatherings: readonly Gathering[]): OpenFire[] => {
    let fires = [...open];
    for (const { kind, id, signs, ...rest } of gatherings) {
      const ending = kind === 'merge' ? (rest as { merged: readonly string[] }).merged : [];
      const before = fires.filter((fire) => fire.id === id || ending.includes(fire.id)).flatMap((fire) => fire.signs);
      fires = [
        ...fires.filter((fire) => fire.id !== id && !ending.includes(fire.id)),
        { id, signs: [...before, ...signs] },
      ];
    }
    return fires;
  };
  const shape = (fires: readonly OpenFire[]): string[] =>
    fires
      .map(({ signs }) =>
        signs
          .map(({ event }) => event)
          .sort()
          .join(' '),
      )
      .sort();

  it.each([
    ['raises one fire for pixels of one pass', [], [sign('a', 0, 0), sign('b', 0, 0.5)], ['raise']],
    ['raises two for places apart', [], [sign('a', 0, 0), sign('b', 0, 9)], ['raise', 'raise']],
    ['joins a fire that is open', [{ id: 'f', signs: [sign('a', 0, 0)] }], [sign('b', 700, 1)], ['join']],
    ['does not join after a day', [{ id: 'f', signs: [sign('a', 0, 0)] }], [sign('b', 25 * 60, 0)], ['raise']],
    [
      'merges two that turn out to be one',
      [
        { id: 'f', signs: [sign('a', 0, 0)] },
        { id: 'g', signs: [sign('b', 5, 3)] },
      ],
      [sign('c', 10, 1.5)],
      ['merge'],
    ],
  ] as const)('%s', (_, open, fresh, kinds) =>
    expect(gather(open as readonly OpenFire[], fresh as readonly Sign[], plan).map(({ kind }) => kind)).toEqual(kinds),
  );

  it('gives the same fires whatever the order and however they are cut into batches', () => {
    const anySigns = fc
      .uniqueArray(
        fc.record({
          n: fc.integer({ min: 0, max: 400 }),
          minutes: fc.integer({ min: 0, max: 3_000 }),
          north: fc.integer({ min: 0, max: 12 }),
          east: fc.integer({ min: 0, max: 6 }),
        }),
        { selector: ({ n }) => n, maxLength: 14 },
      )
      .map((rows) => rows.map(({ n, minutes, north, east }) => sign(`s${n}`, minutes, north * 0.9, east * 0.9)));
    fc.assert(
      fc.property(anySigns, fc.integer({ min: 1, max: 14 }), fc.boolean(), (signs, cut, turned) => {
        const ordered = turned ? [...signs].reverse() : signs;
        const inOne = apply([], gather([], ordered, plan));
        const first = apply([], gather([], ordered.slice(0, cut), plan));
        const inTwo = apply(first, gather(first, ordered.slice(cut), plan));
        expect(shape(inTwo)).toEqual(shape(inOne));
      }),
    );
  });

  it('measures distance on the ground', () => {
    expect(kilometresBetween({ latitude: 24, longitude: 113 }, { latitude: 24, longitude: 114 })).toBeCloseTo(
      101.58,
      1,
    );
    expect(kilometresBetween({ latitude: 24, longitude: 113 }, { latitude: 25, longitude: 113 })).toBeCloseTo(111.2, 1);
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
