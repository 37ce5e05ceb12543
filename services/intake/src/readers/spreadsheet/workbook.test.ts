import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readWhole } from '../../accepting/reading-for-tests.js';
import { dateStyles, dateText } from './dates.js';

const FIXTURES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), 'fixtures');
const fixture = (name: string): Buffer => readFileSync(path.join(FIXTURES, name));

describe('a workbook', () => {
  it('is read sheet by sheet, with the values of its formulas, its dates and its places; hidden sheets are named', async () => {
    const { format, records, events, refusals, notes } = await readWhole(fixture('points.xlsx'));
    expect([format, records]).toEqual(['cn-hotspot-points+readings-csv', 5]);
    expect(events.map(({ occurredAt, data }) => [occurredAt, data])).toMatchObject([
      [
        '2026-11-03T06:05:00.000Z',
        { longitude: 113.301, latitude: 23.921, confidence: 'high', pixels: 3, landCover: '林地', areaHa: 12.5 },
      ],
      ['2026-11-03T06:05:30.000Z', { longitude: 113.311, latitude: 23.931, confidence: 'nominal' }],
      ['2026-11-03T06:05:00.000Z', { longitude: 113.321, latitude: 23.941, landCover: '草地' }],
      ['2026-11-03T00:00:00.000Z', { station: 'longli', stageM: 8.94 }],
    ]);
    expect(events[1]?.data).not.toHaveProperty('pixels');
    expect(refusals).toMatchObject([{ place: 'sheet "热点", row 8, 经度', reason: '"#DIV/0!"' }]);
    expect(notes.map(({ note }) => note).join()).toMatch(/隐藏的工作表“去年”未读取.*工作表“说明”不是可识别的表/s);
  });

  it('whose formulas were saved without values loses those rows alone', async () => {
    const { events, refusals } = await readWhole(fixture('points-without-values.xlsx'));
    expect(events).toHaveLength(3);
    expect(refusals.map(({ place, reason }) => [place, reason])).toEqual([
      ['sheet "热点", row 7, 纬度', expect.stringContaining('公式无保存值')],
      ['sheet "热点", row 8, 经度', expect.stringContaining('公式无保存值')],
    ]);
  });

  it('of the old form, one that is cut off, and a zip that is none, say what to do', async () => {
    expect((await readWhole(fixture('points.xls'))).skipped).toMatch(/另存为无密码的 .xlsx/);
    const whole = fixture('points.xlsx');
    expect((await readWhole(whole.subarray(0, 5_000))).skipped).toMatch(/不是可读的工作簿/);
    const end = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
    expect((await readWhole(Buffer.concat([Buffer.from('PK\u0003\u0004'), end]))).skipped).toMatch(/不是可读的工作簿/);
  });

  it('throws at nothing, whatever byte of it is broken', async () => {
    const whole = fixture('points.xlsx');
    for (let at = 0; at < whole.length; at += 37) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] as number) ^ 0x5a;
      const read = await readWhole(broken);
      expect(read.skipped !== null || read.records > 0).toBe(true);
    }
  });
});

it.each([
  [46_329, 14, '2026-11-03'],
  [46_329.586_805_6, 22, '2026-11-03 14:05'],
  [46_329.587_152_78, 22, '2026-11-03 14:05:30'],
  [0.25, 20, '06:00'],
  [46_329, 31, '2026-11-03'],
])('day %d in format %d reads %s', (value, format, text) => {
  const [style] = dateStyles([format], new Map());
  expect(dateText(value, style ?? { date: false, time: false }, false)).toBe(text);
});

it('knows a date by its format alone', () => {
  const codes = [
    'yyyy"年"m"月"d"日"',
    '[$-804]yyyy/m/d h:mm',
    '0.00"m"',
    '#,##0',
    '[h]:mm',
    '[Red]0.0;[Blue]-0.0',
    'm/d',
  ];
  const styles = dateStyles(
    codes.map((_, n) => 164 + n),
    new Map(codes.map((code, n) => [164 + n, code])),
  );
  expect(styles.map((style) => style && `${style.date ? 'd' : ''}${style.time ? 't' : ''}`)).toEqual([
    'd',
    'dt',
    null,
    null,
    't',
    null,
    'd',
  ]);
});
