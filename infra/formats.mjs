/**
 * `npm run formats -- FOLDER…`: feeds the files of each folder into an empty database, one folder after another, and writes the table of
 * what became of them into docs/formats.md. The figures there come from here and from nowhere else.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT, setUp } from './setup.mjs';

setUp();
const folders = process.argv.slice(2);
if (folders.length === 0) {
  process.stderr.write('npm run formats -- FOLDER…\n');
  process.exit(2);
}
const fengsui = (home, ...words) => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'services/fengsui/bin/fengsui.mjs'), ...words, '--json'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      env: { ...process.env, FENGSUI_HOME: home },
    },
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
};
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 160);
const number = (value) => value.toLocaleString('en');

const home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-formats-'));
const rows = [];
const known = fengsui(home, 'formats').map(({ format, about }) => `| \`${format}\` | ${cell(about)} |`);
for (const folder of folders) {
  const { files, skipped, ...sums } = fengsui(home, 'feed', folder);
  const name = (file) => cell(path.relative(path.dirname(path.resolve(folder)), path.resolve(file)));
  for (const file of files) {
    const what = [
      ...file.refusals.slice(0, 1).map(({ place, reason }) => `refused: ${place}: ${reason}`),
      ...(file.conflicts > 0 ? [`${file.conflicts} under an identity that had other content`] : []),
      ...file.notes.slice(0, 1).map(({ note }) => `note: ${note}`),
    ].join('; ');
    rows.push(
      `| ${name(file.file)} | ${file.format} | ${number(file.records)} | ${number(file.accepted)} | ${number(file.duplicates)} | ${number(file.refused)} | ${cell(what)} |`,
    );
  }
  for (const { file, reason } of skipped) rows.push(`| ${name(file)} | skipped | | | | | ${cell(reason)} |`);
  rows.push(
    `| **${cell(path.basename(folder))} in all** | | **${number(sums.records)}** | **${number(sums.accepted)}** | **${number(sums.duplicates)}** | **${number(sums.refused)}** | |`,
  );
}
rmSync(home, { recursive: true, force: true });

const file = path.join(ROOT, 'docs/formats.md');
const between = (text, name, lines) =>
  text.replace(
    new RegExp(`(<!-- ${name}: begin -->\\n)[\\s\\S]*?(<!-- ${name}: end -->)`),
    (_, begin, end) => `${begin}\n${lines.join('\n')}\n\n${end}`,
  );
let text = readFileSync(file, 'utf8');
text = between(text, 'formats', ['| format | what it reads |', '|---|---|', ...known]);
text = between(text, 'files', [
  '| file | format | records | accepted | duplicates | refused | first reason or note |',
  '|---|---|--:|--:|--:|--:|---|',
  ...rows,
]);
writeFileSync(file, text);
spawnSync(
  process.execPath,
  [path.join(ROOT, 'node_modules/prettier/bin/prettier.cjs'), '--write', '--log-level', 'warn', file],
  {
    cwd: ROOT,
  },
);
