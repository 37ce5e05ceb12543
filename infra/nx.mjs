/**
 * Runs Nx as this project wants it: no daemon that outlives a command, nothing sent anywhere. What each target reads and leaves is in
 * nx.json; docs/decisions/0012 says what goes through Nx and what does not.
 */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const NX = path.join(ROOT, 'node_modules/nx/dist/bin/nx.js');
export const NX_ENVIRONMENT = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NX_TUI: 'false',
  FORCE_COLOR: '0',
};

/**
 * @param words as after `nx`
 * @param onLine sees every line that the targets print, from the cache, too
 * @returns the exit status
 */
export function nx(words, onLine = () => undefined) {
  const child = spawn(process.execPath, [NX, ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: NX_ENVIRONMENT,
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop();
    lines.forEach((line) => onLine(line));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1)); // null: a signal ended it
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await nx(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
