import { spawn, type ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const BIN = path.join(ROOT, 'services', 'fengsui', 'bin', 'fengsui.mjs');

/** The whole product as a user starts it, on an empty database of its own. @returns when it answers, with where */
export async function startProduct(
  plan: string,
  data: string,
): Promise<Readonly<{ child: ChildProcess; address: string }>> {
  const child = spawn(process.execPath, [BIN, 'up', '--empty'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, FENGSUI_HOME: data, FENGSUI_PLAN: plan, FENGSUI_HTTP_PORT: '0', LOG_LEVEL: 'error' },
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  for (;;) {
    const address = /服务已就绪：(http:\/\/\S+?)（/.exec(said)?.[1];
    if (address !== undefined) return { child, address };
    if (child.exitCode !== null) throw new Error(`the product did not start: ${said}`);
    await sleep(50);
  }
}

/** Ends it, and returns when it is gone. */
export async function stopProduct(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('exit', resolve).kill('SIGTERM'));
}
