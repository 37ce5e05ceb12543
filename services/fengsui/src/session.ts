import { setTimeout as sleep } from 'node:timers/promises';
import { identityHere, may, type Identity } from '@fengsui/access';
import type { Settings } from '@fengsui/settings';
import { settingsOfInstallation } from './installation.js';
import { addMinutes } from '@fengsui/contracts';
import { someDueNow } from '@fengsui/database';
import { servicesRun } from '@fengsui/service';
import { readPlans, startOneProcess, type OneProcess, type Parts, type Plans, type Ports } from './one-process.js';
import { openStore } from './store.js';
import { Misuse } from './terminal.js';

/** What a command works with: the database is up, and goes down again with it unless someone else is connected. */
export type Session = Readonly<{
  ports: Ports;
  settings: Settings;
  plans: Plans;
  /** True when the services run somewhere on this database. */ served: boolean;
}>;

/**
 * Opens the installation for the time of one command.
 * @param needs `ports`: only asks. `services`: what is fed must be worked through, by whoever is at work, or by this
 * process meanwhile
 */
export async function withSession<T>(needs: 'ports' | 'services', work: (session: Session) => Promise<T>): Promise<T> {
  const settings = settingsOfInstallation();
  const plans = readPlans(settings.FENGSUI_PLAN);
  const store = await openStore(settings);
  let running: OneProcess | null = null;
  try {
    const quietly = { ...settings, LOG_LEVEL: settings.LOG_LEVEL === 'info' ? ('warn' as const) : settings.LOG_LEVEL };
    const start = (parts: Parts): Promise<OneProcess> => startOneProcess(store.url, quietly, plans, parts);
    running = await start({ services: false, http: false });
    const served = await servicesRun(running.ports.db);
    if (needs === 'services' && !served) {
      if (await running.ports.clock.isVirtual())
        throw new Misuse(
          '演示尚未播放完毕，请先运行 npm start 继续 / the demonstration was cut off: run `npm start` to go on with it first',
        );
      await running.stop();
      running = await start({ services: true, http: false });
    }
    return await work({ ports: running.ports, settings, plans, served });
  } finally {
    await running?.stop();
    await store.release();
  }
}

/**
 * Who asks here, if people's names may be shown to them; that they looked stands in the audit.
 * @throws Misuse when whoever asks has no right to names
 */
export async function mayReadNames({ ports, settings }: Session): Promise<Identity> {
  const identity = await identityHere(ports.db, ports.clock, settings.FENGSUI_TOKEN);
  if (identity === null || !may(identity, 'read-people'))
    throw new Misuse(
      '姓名属个人信息，须有查看人员信息的权限 / names are personal data: the right read-people is missing',
    );
  return identity;
}

const LOOK_MS = 20;

/** What is gathered for a moment, as the hotspots of a file and the fires of a pass, is waited for. */
const SOON_MINUTES = 3 / 60;

/** Returns when every consumer has passed what was written and nothing of it is due any more, or in a moment. */
export async function workedThrough({ db, log, clock }: Ports): Promise<void> {
  for (;;) {
    const now = await clock.now();
    const soon = (await clock.isVirtual()) ? now : addMinutes(now, SOON_MINUTES);
    // One snapshot for both: what a consumer has just turned into a due job, or a job into an event, is seen as one
    // or the other.
    const done = await db.transaction(
      'REPEATABLE READ',
      async (tx) => !(await someDueNow(tx, soon)) && (await log.idle(tx)),
    );
    if (done) return;
    await sleep(LOOK_MS);
  }
}
