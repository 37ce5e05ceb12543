import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@fengsui/contracts';
import type { World } from './world.js';

/** What a fault has to do with. */
type Stage = Readonly<{
  world: World;
  database: string;
  /** Counts the faults of a scenario, from 0. */ n: number;
  random: () => number;
  /**
   * From here the world may recover: it is taken when nothing says so before the fault is over.
   */
  healed: () => Promise<void>;
}>;
/** Injects a fault once and takes it away again. */
type Fault = (stage: Stage) => Promise<void>;
export type Scenario = Readonly<{
  name: string;
  what: string;
  fault: Fault;
  /** How often, in the long form and in the short one. */ times: readonly [long: number, short: number];
  /** Intake and its relay are two processes. */ apart?: true;
  /** Processes live with a clock that may be set. */ clock?: true;
  /** The database lies where room can be taken away. */ smallDisk?: true;
  /** The feed carries every event twice, in another order, late, and what nobody can read between. */ disorder?: true;
}>;

const KILLED = [...SERVICES, 'witness'];
/** Longer than the session timeout of a consumer. */
const PAUSE_MS = 14_000;
const CUT_MS = 11_000;

export const SCENARIOS: readonly Scenario[] = [
  { name: 'calm', what: 'nothing happens', times: [0, 0], fault: async () => undefined },
  {
    name: 'services',
    what: 'SIGKILL of each service in turn, in the middle of its work',
    times: [24, 6],
    fault: async ({ world, database, n, random, healed }) => {
      // A mistake of the witness shows when the witness is killed in its work.
      const name = world.broken === '' ? (KILLED[n % KILLED.length] as string) : 'witness';
      await sleep(random() * 500);
      await world.kill(name);
      await healed();
      await world.start(name, database);
    },
  },
  {
    name: 'relay',
    what: 'SIGKILL of the relay, between publishing and moving its position among other moments',
    times: [40, 4],
    apart: true,
    fault: async ({ world, database, random, healed }) => {
      await sleep(random() * 400);
      await world.kill('relay');
      await healed();
      await world.start('relay', database);
    },
  },
  {
    name: 'broker',
    what: 'SIGKILL of the broker, started again after a second',
    times: [6, 1],
    fault: async ({ world: { broker } }) => {
      await broker.kill(0);
      await sleep(1_000);
      broker.restart(0);
    },
  },
  {
    name: 'database',
    what: 'SIGKILL of PostgreSQL, recovered from its log',
    times: [8, 1],
    fault: async ({ world, healed }) => {
      const down = world.killDatabase();
      await healed();
      await down;
    },
  },
  {
    name: 'paused',
    what: `the broker stands still for ${PAUSE_MS / 1_000} s, longer than the session timeout`,
    times: [3, 1],
    fault: async ({ world: { broker } }) => {
      broker.pause(0);
      await sleep(PAUSE_MS);
      broker.resume(0);
    },
  },
  {
    name: 'members',
    what: 'a second reporting and a second witness join and leave every few seconds, by SIGTERM and SIGKILL in turn',
    times: [10, 1],
    fault: async ({ world, database, n }) => {
      await Promise.all(['witness-2', 'reporting-2'].map((name) => world.start(name, database)));
      await sleep(3_000);
      await Promise.all(
        ['witness-2', 'reporting-2'].map((name) => world.kill(name, n % 2 === 0 ? 'SIGTERM' : 'SIGKILL')),
      );
    },
  },
  {
    name: 'cut-broker',
    what: `the network between the services and the broker is cut for ${CUT_MS / 1_000} s: refused, or silent`,
    times: [4, 1],
    fault: async ({ world: { brokerNetwork }, n }) => {
      brokerNetwork.cut(n % 2 === 0 ? 'silence' : 'refuse');
      await sleep(CUT_MS);
      brokerNetwork.heal();
    },
  },
  {
    name: 'cut-database',
    what: `the network between the services and the database is cut for ${CUT_MS / 1_000} s: refused, or silent`,
    times: [4, 1],
    fault: async ({ world: { databaseNetwork }, n }) => {
      databaseNetwork.cut(n % 2 === 0 ? 'silence' : 'refuse');
      await sleep(CUT_MS);
      databaseNetwork.heal();
    },
  },
  {
    name: 'disorder',
    what: 'messages twice, in another order, late by a month, poisoned: no JSON, a wrong type, a future version, 6 MB, a flood of headers',
    times: [0, 0],
    disorder: true,
    fault: async () => undefined,
  },
  {
    name: 'disk-full',
    what: 'the disk of the database is full for 8 s',
    times: [3, 1],
    smallDisk: true,
    fault: async () => {
      smallDisk.fill();
      await sleep(8_000);
      smallDisk.free();
    },
  },
  {
    name: 'clock',
    what: 'the clock of every process jumps an hour ahead, then back behind where it was',
    times: [6, 2],
    clock: true,
    fault: async ({ world, n }) => {
      world.setClock(n % 2 === 0 ? 3_600_000 : -3_600_000);
      await sleep(2_000);
    },
  },
];

/**
 * A disk of fixed size, of which a file takes what room there is. Mounting one is for root. Each run has a folder of
 * its own: one that a killed run left mounted is in nobody's way.
 */
export const smallDisk = {
  folder: '',
  /** @returns why there can be none, or null */
  mount(megabytes: number): string | null {
    this.folder = mkdtempSync('/var/tmp/fengsui-faults-disk-');
    chmodSync(this.folder, 0o755);
    const { status, stderr } = spawnSync(
      'mount',
      ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'tmpfs', this.folder],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) return `a disk of fixed size cannot be mounted: ${stderr.trim()}`;
    mkdirSync(`${this.folder}/data`, { mode: 0o777 });
    spawnSync('chown', ['65534:65534', `${this.folder}/data`]);
    return null;
  },
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    try {
      writeFileSync(`${this.folder}/filler`, Buffer.alloc(bavail * bsize));
    } catch {
      // no room left is what was asked for
    }
  },
  free(): void {
    rmSync(`${this.folder}/filler`, { force: true });
  },
  /** Detached even while the database still closes a file on it; the folder goes when it can. */
  unmount(): void {
    const { status, stderr } = spawnSync('umount', ['--lazy', this.folder], { encoding: 'utf8' });
    if (status === 0) rmdirSync(this.folder);
    else process.stderr.write(`${this.folder} stays mounted: ${stderr.trim()}\n`);
  },
};
