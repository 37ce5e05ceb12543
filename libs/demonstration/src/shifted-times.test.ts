import { expect, it } from '@jest/globals';
import { addMinutes } from '@fengsui/contracts';
import { MOMENT_OF_EXAMPLES, shiftedTo } from './shifted-times.js';

const DAY = 24 * 60;

it.each([
  ['2026-11-20T16:14:00+08:00', '2027-01-01T17:17:00+08:00'],
  ['"2026-11-20T06:05:00.000Z"', '"2027-01-01T07:08:00.000Z"'],
  ['2026/11/20 11:22', '2027/01/01 12:25'],
  ['44180041600000_20261120161400_1', '44180041600000_20270101171700_1'],
  ['2026年11月20日15时40分发布', '2027年01月01日16时43分发布'],
  ['气象台11月20日23时10分解除', '气象台01月02日00时13分解除'],
  ['日期：2026-11-20', '日期：2027-01-01'],
  ['0.4,2026-11-20,605,N', '0.4,2027-01-01,0708,N'],
  ['26111918 002 3 089', '26123118 002 3 089'],
  ['"pubtimestamp": 1780358700.0', `"pubtimestamp": ${1780358700 + (42 * DAY + 63) * 60}.0`],
  ['"incidentId": "EXAMPLE-20261120163000-1", "deaths": 0', '"incidentId": "EXAMPLE-20270101173300-1", "deaths": 0'],
  ['44180041600000 13800138000 3.14', '44180041600000 13800138000 3.14'],
])('moves %s by 42 days and 63 minutes', (written, moved) => {
  expect(shiftedTo(addMinutes(MOMENT_OF_EXAMPLES, 42 * DAY + 63), written)).toBe(moved);
});

it('leaves everything as it is at the moment of the examples, but for zeros before a part', () => {
  const text = '2026-11-20T16:14:00+08:00 20261120161400 日期 2026-11-20,0605,';
  expect(shiftedTo(MOMENT_OF_EXAMPLES, text)).toBe(text);
});
