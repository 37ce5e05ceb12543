import { afterAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlanYaml } from '@fengsui/settings';
import { Type } from 'typebox';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const OWN = path.join(ROOT, 'plans/qingyuan');
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plan<T>(...words: readonly string[]): readonly T[] {
  const command = path.join(ROOT, 'services/fengsui/bin/fengsui.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [command, 'plan', ...words, '--json'], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly T[];
}

describe('a plan', () => {
  it('shows by what each authority decides, the highest level first', () => {
    const city = plan<{ id: string; level: string; verified: boolean }>('show', OWN);
    expect(city[0]?.level).toBe('Ⅰ级');
    expect(city.find(({ id }) => id === 'forecast-ten-year')).toMatchObject({ response: '防汛', verified: true });
    const county = plan<{ id: string }>('show', OWN, '--authority', '441881');
    expect(county.every(({ id }) => id.startsWith('county-'))).toBe(true);
    expect(() => plan('show', OWN, '--authority', '440000')).toThrow('440000');
  });

  it('differs from another by its conditions, each with both of its forms', () => {
    const draft = path.join(folder, 'draft');
    cpSync(OWN, draft, { recursive: true });
    const file = path.join(draft, 'flood-response.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('hours: 24, mm: 350', 'hours: 24, mm: 300'));
    expect(plan('diff', OWN, draft)).toMatchObject([
      { authority: '441800', id: 'rain-day-350', before: { when: { mm: 350 } }, after: { when: { mm: 300 } } },
    ]);
    expect(plan('diff', OWN, OWN)).toEqual([]);
  });

  it.each(['qingyuan', 'shaoguan'])('of %s fits the schema that editors complete it by', (city) => {
    const schema = path.join(ROOT, 'services/response/published/flood-response.schema.json');
    const fits = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
    const { value } = readPlanYaml(path.join(ROOT, 'plans', city), 'flood-response.yaml', Type.Any());
    expect([fits(value), fits.errors]).toEqual([true, null]);
    expect(fits({ ...(value as object), conditions: [{ id: 'x', when: { measure: 'nothing' } }] })).toBe(false);
  });
});
