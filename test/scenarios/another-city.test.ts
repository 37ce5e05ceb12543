import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { utc } from '@fengsui/contracts';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { warning } from './day.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The walk "a city" of CONTRIBUTING.md, carried out: `plans/shaoguan` is what it makes. */
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase([]);
});
afterAll(() => database.drop());

function fengsui(words: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(ROOT, 'services/fengsui/bin/fengsui.mjs'), ...words], {
    encoding: 'utf8',
    input,
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      FENGSUI_PLAN: 'plans/shaoguan',
      FENGSUI_HTTP_PORT: '0',
      LANG: 'C',
    },
  });
}

/** The bureau of that city. */
const SHAOGUAN = { sender: '44020041600000' };

it('comes up without the demonstration, says so, and proposes for its own warnings', () => {
  const up = fengsui(['up', '--once']);
  expect([up.status, up.stderr]).toEqual([0, expect.stringMatching(/没有演示所需的县区.*441802.*不播放演示/)]);
  expect(fengsui(['demo', '--write', '/nowhere']).status).toBe(2);
  const now = utc(new Date());
  const fed = fengsui(['feed', '-', '--json'], warning('w1', now, '橙色', ['440203000000'], SHAOGUAN));
  expect(JSON.parse(fed.stdout)).toMatchObject({ accepted: 1, refused: 0 });
  expect(JSON.parse(fengsui(['levels', '--json']).stdout)).toMatchObject([
    { authority: '440200', level: 'none', state: 'ordered' },
    {
      authority: '440200',
      level: 'IV',
      state: 'proposed',
      proposal: expect.stringMatching(/^440200-flood-\d{4}-P01$/),
    },
  ]);
  expect(JSON.parse(fengsui(['calls', '--open', '--json']).stdout)).toMatchObject([
    { cause: 'proposal', text: expect.stringContaining('武江区') },
  ]);
  // A warning for another city is nobody's business here.
  fengsui(['feed', '-', '--json'], warning('w2', now, '红色', ['441881000000'], SHAOGUAN));
  expect(JSON.parse(fengsui(['levels', '--json']).stdout)).toHaveLength(2);
});
