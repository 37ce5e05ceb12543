import { spawn, type ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import { SERVICES, type Service } from '@fengsui/contracts';
import type { Settings } from '@fengsui/settings';
import { ROOT } from './installation.js';

/** The services as processes of their own, on one database and one Kafka. */
export type Processes = Readonly<{ addresses: ReadonlyMap<Service, string>; stop: () => Promise<void> }>;

/** Starts one process a service and returns when all of them listen. Whatever fails on the way, nothing is left running. */
export async function startProcesses(url: string, settings: Settings): Promise<Processes> {
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(
      children.map(
        (child) =>
          new Promise((resolve) =>
            child.exitCode === null && child.signalCode === null ? child.once('exit', resolve).kill('SIGTERM') : resolve(null),
          ),
      ),
    );
  };
  const start = (service: Service): Promise<readonly [Service, string]> => {
    const child = spawn(process.execPath, [path.join(ROOT, 'services', service, 'dist', 'main.js')], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        DATABASE_URL: url,
        FENGSUI_HOME: settings.FENGSUI_HOME,
        FENGSUI_PLAN: settings.FENGSUI_PLAN,
        // The doors stand where they always stand; the query APIs of the others take what is free.
        FENGSUI_HTTP_PORT: service === 'intake' ? String(settings.FENGSUI_HTTP_PORT) : '0',
      },
    });
    children.push(child);
    return new Promise((resolve, reject) => {
      let said = '';
      let listening = false;
      child.stderr?.on('data', (text: Buffer) => {
        if (listening) return void process.stderr.write(text);
        said += text.toString();
        const address = /listening on (http\S+)/.exec(said)?.[1];
        if (address === undefined) return;
        listening = true;
        resolve([service, address]);
      });
      child.once('exit', (code) => reject(new Error(`${service} ended with ${code}: ${said.slice(-2_000)}`)));
    });
  };
  try {
    return { addresses: new Map(await Promise.all(SERVICES.map(start))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
