import { expect, it } from '@jest/globals';
import { whySecondPerson, type TwoPersonRule } from './two-persons.js';

const RULE: TwoPersonRule = {
  levels: ['II', 'I'],
  endWithPeopleUnaccounted: true,
  movingPeopleFrom: { IV: 24_000, III: 40_000, II: 1, I: 1 },
};
const NONE = { unaccounted: 0, moving: 0, late: false };
const change = (to: 'none' | 'IV' | 'III' | 'II' | 'I'): Parameters<typeof whySecondPerson>[0] =>
  ({ kind: 'change', to }) as Parameters<typeof whySecondPerson>[0];

it.each([
  ['none', NONE, null],
  ['IV', NONE, null],
  ['III', NONE, null],
  ['II', NONE, /level II/],
  ['I', NONE, /level I/],
  ['none', { ...NONE, unaccounted: 1 }, /1 people are not accounted for/],
  ['IV', { ...NONE, unaccounted: 500 }, null],
  ['IV', { ...NONE, moving: 23_999 }, null],
  ['IV', { ...NONE, moving: 24_000 }, /24000 people/],
  ['III', { ...NONE, moving: 39_999 }, null],
  ['III', { ...NONE, moving: 40_000 }, /40000 people/],
  ['IV', { ...NONE, late: true }, /late record/],
  ['none', { ...NONE, late: true }, /late record/],
] as const)('a change to %s with %j', (to, reach, why) => {
  const said = whySecondPerson(change(to), reach, RULE);
  if (why === null) expect(said).toBeNull();
  else expect(said).toMatch(why);
});

it('asks for nobody where the city asks for nobody', () => {
  const none: TwoPersonRule = {
    levels: [],
    endWithPeopleUnaccounted: false,
    movingPeopleFrom: { IV: 1e9, III: 1e9, II: 1e9, I: 1e9 },
  };
  for (const to of ['none', 'IV', 'III', 'II', 'I'] as const)
    expect(whySecondPerson(change(to), { unaccounted: 5, moving: 50_000, late: false }, none)).toBeNull();
});
