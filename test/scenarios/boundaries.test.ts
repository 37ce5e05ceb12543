import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

// @ts-expect-error a script of the project, which has no types
import { foreignTablesIn, tablesIn } from '../../infra/sql-ownership.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

type Seen = Readonly<{ status: number | null; output: string }>;

/** Plants a file, has it looked at by a program, and takes it away again. */
function planted(folder: string, text: string, program: (file: string) => readonly string[]): Seen {
  const file = path.join(ROOT, folder, 'src', 'planted', 'planted.ts');
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(process.execPath, program(file), { cwd: ROOT, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(path.dirname(file), { recursive: true, force: true });
  }
}

const lint = (folder: string, text: string): Seen =>
  planted(folder, text, (file) => ['node_modules/oxlint/bin/oxlint', '--import-plugin', '--deny-warnings', file]);

it('a query beside the seam is found by its type, under whatever name, and a query of our own is let be', () => {
  const text = `import type { DataSource } from 'typeorm';
export const asked = async (db: DataSource): Promise<unknown> => {
  const { query: plain } = db.manager;
  const own = { query: (text: string) => text };
  own.query('ours');
  await plain('select 1');
  return [await db['query']('select 2'), db.createQueryBuilder()];
};
`;
  const { output } = planted('services/duty', text, () => ['infra/raw-queries.mjs', 'services/duty']);
  expect(output.split('\n').filter((place) => place.includes('planted'))).toEqual([
    'services/duty/src/planted/planted.ts:3',
    'services/duty/src/planted/planted.ts:7',
    'services/duty/src/planted/planted.ts:7',
  ]);
});

it.each([
  [
    'libs/contracts',
    `import { Clock } from '@fengsui/database';\nexport const planted = Clock;\n`,
    /contracts import the schema library/,
  ],
  ['libs/rules', `import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n`, /rules are pure/],
  [
    'libs/log',
    `import { DutyPlan } from '@fengsui/duty';\nexport const planted = DutyPlan;\n`,
    /libraries do not know services/,
  ],
  [
    'services/response',
    `import { WildfirePlan } from '@fengsui/wildfire';\nexport const planted = WildfirePlan;\n`,
    /a service never calls another/,
  ],
  ['services/intake', `import { Kafka } from 'kafkajs';\nexport const planted = Kafka;\n`, /only libs\/log knows/],
])('a planted import in %s fails lint with the reason', (folder, text, reason) => {
  const { status, output } = lint(folder, text);
  expect(status).not.toBe(0);
  expect(output).toMatch(reason);
});

it('an allowed import passes', () =>
  expect(
    lint('libs/rules', `import { utc } from '@fengsui/contracts';\n\nexport const planted = utc;\n`),
  ).toMatchObject({ status: 0 }));

describe('a statement', () => {
  const entity = {
    name: 'services/response/src/tables/tables.ts',
    text: `@Entity({ schema: 'response', name: 'task' })`,
  };
  const faults = (name: string, text: string): readonly string[] =>
    (foreignTablesIn as (files: readonly object[], tables: readonly object[]) => readonly string[])(
      [{ name, text }],
      (tablesIn as (files: readonly object[]) => readonly object[])([entity]),
    );

  it('that names a table of another owner is found, in whatever quotes it stands', () => {
    const found = ['services/duty/src/planted.ts: names response.task, which belongs to services/response/'];
    expect(faults('services/duty/src/planted.ts', 'rows(tx, `select * from response.task where id = $1`)')).toEqual(
      found,
    );
    expect(faults('services/duty/src/planted.ts', `run(tx, 'delete from response."task"')`)).toEqual(found);
  });

  it('of the owner passes, and so does what is no statement', () => {
    expect(faults('services/response/src/own.ts', 'rows(tx, `select * from response.task`)')).toEqual([]);
    expect(faults('services/duty/src/planted.ts', `response.task('x')`)).toEqual([]);
  });
});
