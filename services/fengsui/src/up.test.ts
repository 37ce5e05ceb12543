import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '@fengsui/database';

const BIN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'fengsui.mjs');

let home: string;
let running: ChildProcess | null = null;
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-up-'));
});
afterEach(async () => {
  running?.kill('SIGKILL');
  const server = await startEmbedded(home);
  await server.release();
  rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => {
  const { TEST_DATABASE_URL: _, ...rest } = process.env;
  return { ...rest, FENGSUI_HOME: home, FENGSUI_HTTP_PORT: '0', LANG: 'C' };
};

/** Starts it empty and returns when it is ready. */
async function up(more: Record<string, string> = {}): Promise<{ child: ChildProcess; said: () => string }> {
  const child = spawn(process.execPath, [BIN, 'up', '--empty'], {
    env: { ...environment(), ...more },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running = child;
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  while (!said.includes('服务已就绪')) await new Promise((resolve) => setTimeout(resolve, 50));
  return { child, said: () => said };
}

it('prints the link for the first administrator; a second start says who runs already', async () => {
  const { child, said } = await up();
  expect(said()).toMatch(/\/account#first=\S{40,}/);
  const second = spawnSync(process.execPath, [BIN, 'up', '--empty'], {
    encoding: 'utf8',
    env: environment(),
    timeout: 120_000,
  });
  expect([second.status, second.stderr]).toEqual([2, expect.stringContaining(`process ${child.pid} @ 127.0.0.1`)]);
});

it('keeps the link from what is collected where its output is JSON', async () => {
  const { child, said } = await up({ LOG_FORMAT: 'json' });
  const link = readFileSync(path.join(home, 'first-administrator.link'), 'utf8');
  expect(link).toMatch(/\/account#first=\S{40,}\n$/);
  expect(said()).not.toContain(link.split('first=')[1]?.trim());
  expect(statSync(path.join(home, 'first-administrator.link')).mode & 0o777).toBe(0o600);
  expect(child.exitCode).toBeNull();
});

it('ends with the reason when its database is killed', async () => {
  const { child, said } = await up();
  const server = await startEmbedded(home);
  const [pid = ''] = readFileSync(path.join(server.dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  process.kill(Number(pid), 'SIGKILL');
  expect(await ended).toBe(1);
  expect(said()).toContain('内置数据库已意外终止');
});
