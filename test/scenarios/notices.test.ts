import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFile } from '@fengsui/testing';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const NOTICES = sharedFile('data', 'hydro');
const real = NOTICES === null ? it.skip : it;

type Judged = Readonly<{
  at: string;
  authority: string;
  response: string;
  known: readonly Readonly<{ text: string }>[];
  missing: readonly string[];
  proposed: Readonly<{ level: string; at: string }> | null;
  judged: boolean;
  difference: string;
}>;
function replayed(folder: string): readonly Judged[] {
  const command = path.join(ROOT, 'services/fengsui/bin/fengsui.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [command, 'replay', 'notices', folder, '--json'], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly Judged[];
}

describe('published notices, against what was known before each', () => {
  real('those of the city (left out where the real data are not at hand)', () => {
    const all = replayed(NOTICES as string);
    const by = new Map(all.map((one) => [one.at.slice(0, 10), one]));
    expect(all).toHaveLength(6);
    // The signal went from white to blue at 08:59; the response was ordered at 09:00.
    expect(by.get('2017-08-23')).toMatchObject({
      response: '防风防汛',
      judged: true,
      difference: 'agrees',
      proposed: { level: 'IV', at: '2017-08-23T00:59:00.000Z' },
    });
    const qingcheng = by.get('2022-06-21');
    expect(qingcheng).toMatchObject({ authority: '441802', judged: true });
    expect(['III', 'II', 'I']).toContain(qingcheng?.proposed?.level);
    expect(qingcheng?.proposed?.at && qingcheng.proposed.at < '2022-06-21T09:30:00.000Z').toBe(true);
    // Its total ended after the order: not judged; spread evenly over its hours, and said so, it is Ⅳ and no more.
    const yingde = by.get('2023-06-22');
    expect(yingde).toMatchObject({ authority: '441881', judged: false, difference: 'none', proposed: { level: 'IV' } });
    expect(yingde?.proposed?.at && yingde.proposed.at < '2023-06-22T14:30:00.000Z').toBe(true);
    expect(yingde?.known.map(({ text }) => text)).toEqual([expect.stringMatching(/^假设：.*按时间平均分配$/)]);
    // What cannot be judged says what it lacks.
    for (const day of ['2021-06-04', '2022-02-24', '2022-07-05'])
      expect(by.get(day)).toMatchObject({
        judged: false,
        missing: [expect.any(String), ...(by.get(day)?.missing.slice(1) ?? [])],
      });
    const order = ['none', 'IV', 'III', 'II', 'I'];
    const ordered = new Map([
      ['2017-08-23', 1],
      ['2022-06-21', 4],
      ['2023-06-22', 1],
    ]);
    for (const [day, rank] of ordered)
      expect(order.indexOf(by.get(day)?.proposed?.level ?? 'none')).toBeLessThanOrEqual(rank + 1);
  });

  it('of other authorities and kinds are read, and one that cannot be read is named', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-notices-'));
    const notice = (more: object) =>
      JSON.stringify({
        at: '2024-06-01T10:00:00+08:00',
        adcode: '441821',
        hazard: '防汛',
        to_level: 'Ⅳ',
        trigger: '',
        ...more,
      });
    try {
      const lines = [
        notice({ trigger: '6月1日9时40分,市气象台将佛冈县暴雨黄色预警信号升级为暴雨橙色' }),
        notice({ adcode: '441881' }),
        notice({ hazard: '防旱' }),
        notice({ adcode: '440000', hazard: '水利防汛' }),
      ];
      writeFileSync(path.join(folder, 'notices.jsonl'), `${lines.join('\n')}\n`);
      writeFileSync(
        path.join(folder, 'rain.csv'),
        'station,time,quantity,value,unit,window_minutes\nfogang,2024-06-01T09:50:00+08:00,rain,120,mm,180\n',
      );
      const [fogang, yingde, drought, province] = replayed(folder);
      expect(fogang).toMatchObject({
        judged: true,
        difference: 'agrees',
        proposed: { level: 'IV', at: '2024-06-01T01:40:00.000Z' },
      });
      expect(yingde).toMatchObject({ judged: false, known: [], proposed: null });
      expect(drought).toMatchObject({ judged: false, missing: ['此前72小时内没有预警信号'] });
      expect(province).toMatchObject({ decidedHere: false, hazards: ['flood'], judged: false, proposed: null });
      expect(province?.missing).toEqual(['该机构的等级不在本系统签发，作为接收的等级计入依据']);
      writeFileSync(path.join(folder, 'notices.jsonl'), `${notice({})}\n${notice({ to_level: 'V' })}\n`);
      expect(() => replayed(folder)).toThrow(/notices.jsonl 2.*to_level/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
