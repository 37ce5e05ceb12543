import { spawn, type ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import { SERVICES } from '@fengsui/contracts';
import type { Settings } from '@fengsui/settings';
import { ROOT } from './installation.js';

/**
 * Without a limit the heap grows while the machine has room: a process that counts years anew would take what others
 * need. As in docker-compose.yml.
 */
const HEAP_MB: Readonly<Record<string, number>> = { reporting: 192 };
const heapOf = (service: string): string[] =>
  HEAP_MB[service] === undefined ? [] : [`--max-old-space-size=${HEAP_MB[service]}`];

/** The services as processes of their own, on one database and one Kafka. */
export type Processes = Readonly<{ stop: () => Promise<void> }>;

/**
 * Starts a service as a process of its own and returns when it listens. @param entry its program; a test may have
 * another for a service
 */
export function startProcess(
  service: string,
  environment: Readonly<Record<string, string>>,
  entry = path.join(ROOT, 'services', service, 'dist', 'main.js'),
  heard: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<Readonly<{ child: ChildProcess; address: string }>> {
  const child = spawn(process.execPath, [...heapOf(service), entry], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    let said = '';
    let listening = false;
    child.stderr?.on('data', (text: Buffer) => {
      if (listening) return heard(text.toString());
      said += text.toString();
      const address = /listening on ([^\s"]+)/.exec(said)?.[1];
      if (address === undefined) return;
      listening = true;
      resolve({ child, address });
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`${service} ended with ${code ?? signal}: ${said.slice(-2_000)}`)),
    );
  });
}

/** Asks a process to finish what it has in hand, and waits until it is gone. */
export const stopProcess = (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<unknown> =>
  new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null ? child.once('exit', resolve).kill(signal) : resolve(null),
  );

/**
 * Starts one process a service and returns when all of them listen. Whatever fails on the way, nothing is left
 * running.
 */
export async function startProcesses(url: string, settings: Settings): Promise<Processes> {
  const starting = SERVICES.map((service) =>
    startProcess(service, {
      DATABASE_URL: url,
      FENGSUI_HOME: settings.FENGSUI_HOME,
      FENGSUI_PLAN: settings.FENGSUI_PLAN,
      KAFKA_INSTANCE: 'only',
      FENGSUI_HTTP_PORT: '0', // the doors stand where they always stand, in the process that starts these
    }),
  );
  const stop = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(starting);
    await Promise.all(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? stopProcess(outcome.value.child) : null)),
    );
  };
  try {
    await Promise.all(starting);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
