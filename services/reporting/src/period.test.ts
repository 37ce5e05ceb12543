import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysIn, isDay, weeksIn } from './calendar.js';
import { before, NoPeriod, periodOf, spanOf, yearsBefore } from './period.js';

const SEASON = { from: '04-15', until: '10-15' };
const of = (text: string) => periodOf(text, SEASON, '2020-08-11');
const days = ({ from, to }: { from: string; to: string }) => `${from} ${to}`;

describe('a period', () => {
  it.each([
    ['2020', '2020-01-01 2020-12-31', '2019-01-01 2019-12-31', '2019-01-01 2019-12-31'],
    ['2020H1', '2020-01-01 2020-06-30', '2019-01-01 2019-06-30', '2019-07-01 2019-12-31'],
    ['2020H2', '2020-07-01 2020-12-31', '2019-07-01 2019-12-31', '2020-01-01 2020-06-30'],
    ['2020Q1', '2020-01-01 2020-03-31', '2019-01-01 2019-03-31', '2019-10-01 2019-12-31'],
    ['2020Q3', '2020-07-01 2020-09-30', '2019-07-01 2019-09-30', '2020-04-01 2020-06-30'],
    ['2020-02', '2020-02-01 2020-02-29', '2019-02-01 2019-02-28', '2020-01-01 2020-01-31'],
    ['2021-02', '2021-02-01 2021-02-28', '2020-02-01 2020-02-29', '2021-01-01 2021-01-31'],
    ['2020-01', '2020-01-01 2020-01-31', '2019-01-01 2019-01-31', '2019-12-01 2019-12-31'],
    ['2020-flood', '2020-04-15 2020-10-15', '2019-04-15 2019-10-15', '2019-04-15 2019-10-15'],
    ['2020-ytd', '2020-01-01 2020-08-10', '2019-01-01 2019-08-10', '2019-05-23 2019-12-31'],
    ['2019-ytd', '2019-01-01 2019-12-31', '2018-01-01 2018-12-31', '2018-01-01 2018-12-31'],
    ['2020-01-01..2020-02-29', '2020-01-01 2020-02-29', '2019-01-01 2019-02-28', '2019-11-02 2019-12-31'],
    ['2020-02-29..2020-03-31', '2020-02-29 2020-03-31', '2019-02-28 2019-03-31', '2020-01-28 2020-02-28'],
  ])('%s is %s, a year before %s, just before it %s', (text, itself, year, previous) => {
    const period = of(text);
    expect([period, yearsBefore(period, 1), before(period)].map(days)).toEqual([itself, year, previous]);
  });

  it.each([
    '',
    '20',
    'year',
    '2020H3',
    '2020Q0',
    '2020-13',
    '2020-1',
    '2020-winter',
    '2021-ytd',
    '2020-01-01..',
    '2020-02-30..2020-03-01',
    '2020-03-01..2020-02-01',
    '2020-01-01..2020-01-02..2020-01-03',
  ])('is not %j', (text) => expect(() => of(text)).toThrow(NoPeriod));

  it('of each name lies just before itself without a gap, and the same span of a year before begins on the same day', () => {
    const anyDay = fc.integer({ min: 0, max: 20_000 }).map((n) => addDays('1990-01-01', n));
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 400 }), (from, length) => {
        const period = spanOf(from, addDays(from, length));
        const previous = before(period);
        expect([addDays(previous.to, 1), daysIn(previous.from, previous.to)]).toEqual([from, length + 1]);
        const year = yearsBefore(period, 1);
        expect([isDay(year.from), isDay(year.to), Number(year.from.slice(0, 4))]).toEqual([
          true,
          true,
          Number(from.slice(0, 4)) - 1,
        ]);
        if (!from.endsWith('02-29')) expect(year.from.slice(5)).toBe(from.slice(5));
      }),
    );
  });

  it('has the weeks whose Thursday lies in it: those of its parts are its own', () => {
    const anyDay = fc.integer({ min: 0, max: 20_000 }).map((n) => addDays('1990-01-01', n));
    fc.assert(
      fc.property(anyDay, fc.nat(60), fc.nat(60), (from, a, b) => {
        const [middle, to] = [addDays(from, a), addDays(from, a + 1 + b)];
        expect(weeksIn(from, middle) + weeksIn(addDays(middle, 1), to)).toBe(weeksIn(from, to));
      }),
    );
  });
});
