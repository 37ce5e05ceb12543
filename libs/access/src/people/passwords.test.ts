import { expect, it } from '@jest/globals';
import { hashPassword, isPassword, weakness } from './passwords.js';

it('are kept as argon2id with the cost that is documented', async () => {
  expect(await hashPassword('kettle 44 pergola oxide')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

it('are the same however a keyboard writes an accent, and as long as they may be', async () => {
  const kept = await hashPassword('caf\u00e9 44 pergola oxide');
  expect(await isPassword('cafe\u0301 44 pergola oxide', kept)).toBe(true);
  const longest = 'kettle 44 pergola oxide '.repeat(6).slice(0, 128);
  expect(weakness(longest, 'liang')).toBeNull();
  const long = await hashPassword(longest);
  expect([await isPassword(longest, long), await isPassword(`${longest}x`, long)]).toEqual([true, false]);
  expect(await isPassword('anything at all', null)).toBe(false);
});

it.each(['kettle44pergo', '青山隐隐水迢迢秋尽江南草未凋', 'correct horse battery staple 7', 'xK9#mQ2$vL5n'])(
  'may be %s',
  (password) => expect(weakness(password, 'liang')).toBeNull(),
);

it.each([
  ['short', 'kettle44'],
  ['a row', 'qwertyuiop12'],
  ['a common one', 'password1234'],
  ['a date', '199003071990'],
  ['one letter', 'aaaaaaaaaaaa'],
  ['the name', 'liang-kettle-44'],
  ['our words', 'fengsuifengsui1'],
  ['our words with a year', 'yingjiju-2026-qingyuan'],
  ['too long', 'kettle 44 pergola oxide '.repeat(6)],
])('may not be %s', (_, password) => expect(weakness(password, 'liang')).not.toBeNull());
