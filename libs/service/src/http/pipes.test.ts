import { expect, it } from '@jest/globals';
import { BadRequestException } from '@nestjs/common';
import { InstantPipe, OpenPipe, YearPipe } from './pipes.js';

const ABOUT = { type: 'query', data: 'at' } as const;

it.each(['abc', '', '2021-01-22', '2021-01-22T08:30:00', '2021-13-45T08:30:00Z', ['2021-01-22T08:30:00Z'], {}])(
  'an instant is not %j',
  (value) => expect(() => new InstantPipe().transform(value, ABOUT)).toThrow(BadRequestException),
);

it('an instant has an offset, and may be left out', () => {
  expect(new InstantPipe().transform('2021-01-22T08:30:00+08:00', ABOUT)).toBe('2021-01-22T00:30:00.000Z');
  expect(new InstantPipe().transform(undefined, ABOUT)).toBeUndefined();
});

it('a question for what is open, and a year, are as they are written', () => {
  expect([undefined, 'false', '', 'true'].map((value) => new OpenPipe().transform(value, ABOUT))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(() => new OpenPipe().transform('yes', ABOUT)).toThrow(/expected true or false/);
  expect(new YearPipe().transform('2020', ABOUT)).toBe(2020);
  for (const value of ['20', '2020.5', '-2020', 2020, undefined, ['2020', '2021']])
    expect(() => new YearPipe().transform(value, ABOUT)).toThrow(BadRequestException);
});
