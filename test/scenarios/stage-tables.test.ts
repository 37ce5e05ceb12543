import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFile } from '@fengsui/testing';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const SERIES = sharedFile('data', 'hydro', 'srilanka_dmc_river_levels_202005_202408.csv');
const real = SERIES === null ? it.skip : it;

const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-stages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const graded = (file: string, ...more: string[]): object => {
  const command = path.join(ROOT, 'services/fengsui/bin/fengsui.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [command, 'replay', 'stages', file, ...more, '--json'], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as object;
};

describe('a table of stages, against the thresholds that it carries', () => {
  it('agrees, differs, or cannot be graded, row by row', () => {
    const file = path.join(folder, 'stages.csv');
    const rows = [
      'water_level,alert_level,minor_flood_level,major_flood_level,status',
      '4,4,5,7,Alert', // a threshold that is reached counts
      '6.9,4,5,7,Major Flood', // stated too high
      '9,0,0,0,Major Flood', // none set
      '9,6,8.8,2.19,Minor Flood', // the third below the second
      'N.A.,4,5,7,Normal',
      '3,4,5,7,_',
      '3,4,,7,Normal',
      '-0.4,4,5,7,Normal', // below the zero of the gauge
    ];
    writeFileSync(file, rows.join('\n'));
    expect(graded(file)).toEqual({
      rows: 8,
      agree: 2,
      differ: [{ row: 3, stated: 'major-flood', graded: 'minor-flood' }],
      ungradable: { 'no-stage': 1, 'no-thresholds': 1, 'thresholds-not-in-order': 2, 'no-status': 1 },
    });
    expect(() => graded(file, '--stage', 'nothing')).toThrow('没有“nothing”列');
  });

  real('of Sri Lanka, four years: none disagrees (left out where the real data are not at hand)', () => {
    expect(graded(SERIES as string)).toMatchObject({ rows: 31_732, agree: 31_083, differ: [] });
    const { ungradable } = graded(SERIES as string) as { ungradable: Record<string, number> };
    expect(Object.values(ungradable).reduce((sum, count) => sum + count, 0)).toBe(649);
  });
});
