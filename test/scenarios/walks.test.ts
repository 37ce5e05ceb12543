import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
/** What a copy of the project does without, or gets as links. */
const LEFT_OUT = new Set(['node_modules', '.git', '.fengsui', '.nx', 'out', 'planted']);

/** What each walk of CONTRIBUTING.md changes; the city is carried out by another-city.test.ts. */
const WALKS = ['format', 'event', 'order', 'rule', 'indicator'] as const;
const diffOf = (walk: string): string => path.join(ROOT, 'docs', 'walks', `${walk}.diff`);
const filesOf = (walk: string): string[] =>
  [...readFileSync(diffOf(walk), 'utf8').matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file as string);
const testOf = (walk: string): string =>
  filesOf(walk).find((file) => file.endsWith('.test.ts')) ?? `the walk ${walk} brings no test`;
const sectionOf = (walk: string): string =>
  readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8')
    .split(/^### /m)
    .find((section) => section.includes(`docs/walks/${walk}.diff`)) ?? '';

describe('a walk of CONTRIBUTING.md', () => {
  let copy: string;
  let said: string;
  const run = (program: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: copy, encoding: 'utf8' });
    return status === 0 ? '' : `${program} ${args.join(' ')}:\n${stdout}${stderr}`;
  };

  beforeAll(() => {
    copy = mkdtempSync(path.join(os.tmpdir(), 'fengsui-walks-'));
    cpSync(ROOT, copy, {
      recursive: true,
      preserveTimestamps: true,
      filter: (file) => !LEFT_OUT.has(path.basename(file)),
    });
    linkModules(ROOT, copy);
    const faults = WALKS.map((walk) => run('git', 'apply', diffOf(walk)));
    faults.push(run(process.execPath, 'node_modules/typescript/bin/tsc', '-b', 'tsconfig.json'));
    faults.push(run(process.execPath, 'infra/generate.mjs'));
    if (faults.join('') !== '') throw new Error(faults.join('\n'));
    // All at once: each run would bring up a database of its own.
    said = spawnSync(process.execPath, ['infra/jest.mjs', ...WALKS.map(testOf)], {
      cwd: copy,
      encoding: 'utf8',
    }).stderr;
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(WALKS)('to add: %s. It names the files that it changes, and its test passes', (walk) => {
    const files = filesOf(walk);
    expect(files.filter((file) => !sectionOf(walk).includes(file))).toEqual([]);
    expect(said).toMatch(new RegExp(`^PASS ${testOf(walk).replaceAll('.', '\\.')}( |$)`, 'm'));
  });

  it('that adds an event, an order or an indicator has it published', () => {
    for (const file of ['libs/contracts/published/road-state.v1.schema.json', 'docs/openapi.json'])
      expect(readFileSync(path.join(copy, file), 'utf8')).toContain('road');
    expect(readFileSync(path.join(copy, 'libs/contracts/published/order.v1.schema.json'), 'utf8')).toContain(
      '"destination"',
    );
  });
});

/** Packages from outside are links; our own must be those of the copy. */
function linkModules(from: string, to: string): void {
  for (const folder of ['.', 'libs', 'services'].flatMap((one) =>
    one === '.' ? ['.'] : readdirSync(path.join(from, one)).map((name) => path.join(one, name)),
  )) {
    const modules = path.join(from, folder, 'node_modules');
    if (!existsSync(modules)) continue;
    const target = path.join(to, folder, 'node_modules');
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(modules))
      if (name === '@fengsui')
        cpSync(path.join(modules, name), path.join(target, name), { recursive: true, verbatimSymlinks: true });
      else symlinkSync(path.join(modules, name), path.join(target, name));
  }
}
