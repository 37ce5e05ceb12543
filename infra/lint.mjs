/** The target `lint` of a project, run in its folder: lint with import boundaries and cycles, and formatting. The root has what no project has. */
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const project = path.relative(ROOT, process.cwd());
const folders = project === '' ? ['.', '!libs/**', '!services/**', '!test/**'] : [project];

const run = (bin, ...args) =>
  spawnSync(process.execPath, [path.join(ROOT, 'node_modules', bin), ...args], { cwd: ROOT, stdio: ['ignore', 1, 1] })
    .status === 0;

const linted = run('oxlint/bin/oxlint', '--import-plugin', '--deny-warnings', project === '' ? 'infra' : project);
const formatted = run('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', ...folders);
process.exitCode = linted && formatted ? 0 : 1;
