import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, it } from '@jest/globals';
import { sheetsOf } from '@fengsui/intake';
import { parquetReadObjects } from 'hyparquet';
import { writeSheets } from './sheets.js';

it('a table is the same as CSV, as a workbook and as Parquet, and what others wrote is no formula in any', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-sheets-'));
  try {
    const options = Object.fromEntries(
      ['csv', 'xlsx', 'parquet'].map((kind) => [kind, path.join(folder, `a.${kind}`)]),
    );
    const rows = [
      ['=1+1', 138, null],
      ['甲,乙"丙', -51.4, '@x'],
    ] as const;
    const written = await writeSheets({ words: [], options }, { name: '2020', head: ['名称', '数值', '注'], rows });
    const [csv = '', xlsx = '', parquet = ''] = written;
    expect(readFileSync(csv, 'utf8')).toBe(`\ufeff名称,数值,注\r\n'=1+1,138,\r\n"甲,乙""丙",-51.4,'@x\r\n`);
    expect(await sheetsOf(readFileSync(xlsx))).toEqual([
      {
        name: '2020',
        rows: [
          ['名称', '数值', '注'],
          ['=1+1', '138'],
          ['甲,乙"丙', '-51.4', '@x'],
        ],
      },
    ]);
    const bytes = readFileSync(parquet);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    expect(await parquetReadObjects({ file })).toEqual([
      { 名称: '=1+1', 数值: 138, 注: null },
      { 名称: '甲,乙"丙', 数值: -51.4, 注: '@x' },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
