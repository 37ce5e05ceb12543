import { expect, it } from '@jest/globals';
import { inChinese, wordsInChinese } from './in-chinese.js';
import { readWhole } from './reading-for-tests.js';

const READINGS = 'station,time,quantity,value,unit,window_minutes\n';

it.each([
  [
    `${READINGS}a,2026-11-03T08:00:00+08:00,stage,1.5,cm,\n`,
    '第2行 unit：stage 不能用 "cm"；应为：m。改正此处后重新送达即可，已收的不会重复。',
  ],
  [
    `${READINGS}a,2026-11-03,stage,1.5,m,\n`,
    '第2行 time："2026-11-03" 不是时间；应为：带日期、时刻和时区的 ISO 8601。',
  ],
  [`${READINGS}a,2026-11-03T08:00:00+08:00,stage\n`, '第2行：有3个字段；应为：与表头一致的6个字段。'],
  [
    `${READINGS}a,2026-11-03T08:00:00+08:00,stage`,
    '第2行：文件在行中间断开（只有3个字段），传输不完整；应为：与表头一致的6个字段。请重新传送完整文件',
  ],
  [`${READINGS}a,2026-11-03T08:00:00+08:00,rain,-3,mm,60\n`, '第2行 rainMm：-3 超出范围（须 >= 0）；应为：>= 0。'],
  [
    '{"type":"reading.v1","occurredAt":"2026-11-03T08:00:00Z","data":{"quantity":"stage","stageM":1}}',
    '：缺少 station；应为：列全各字段',
  ],
])('says in Chinese what is wrong with %j', async (text, sentence) => {
  const { refusals } = await readWhole(text);
  expect(refusals.map(inChinese).join('\n')).toContain(sentence);
});

it.each([
  ['旧版 .xls，请另存为 .xlsx / an old workbook', '旧版 .xls，请另存为 .xlsx'],
  ['工作表“说明”不是可识别的表（x）/ no table that is known', '工作表“说明”不是可识别的表（x）'],
  ['2026-03-04 / 2026-04-03', '2026-03-04 / 2026-04-03'],
  [
    'a table that no mapping knows (a,b); docs/formats.md says how to add a mapping',
    '没有映射认识的表（a,b）；docs/formats.md 说明如何添加映射',
  ],
  ['what nobody translated', 'what nobody translated'],
])('%s is %s', (text, chinese) => {
  expect(wordsInChinese(text)).toBe(chinese);
});
