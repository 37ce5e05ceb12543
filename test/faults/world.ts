import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SCHEMAS, startProcess, stopProcess } from '@fengsui/cli';
import { SERVICES } from '@fengsui/contracts';
import { connect, migrate, startEmbedded, type EmbeddedServer } from '@fengsui/database';
import { kafkaOf, wantedTopics } from '@fengsui/log';
import { readSettings } from '@fengsui/settings';
import type { Kafka } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { startBrokers, type Broker } from '../brokers.js';
import { Proxy } from './proxy.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '..', '..', '..');
const START_TRIES = 30;
const WORKER = path.join(HERE, 'worker.js');

/**
 * Everything that runs under a scenario: a real broker and a real database, each behind a network that can be cut,
 * and the processes.
 */
export class World {
  private readonly processes = new Map<string, ChildProcess>();
  private ended = false;
  private clockFile = '';

  private constructor(
    private readonly folder: string,
    private server: EmbeddedServer,
    readonly broker: Broker,
    readonly brokerNetwork: Proxy,
    readonly databaseNetwork: Proxy,
    private readonly watchers: Proxy,
    /** The mistake that the witness makes on purpose, or nothing. */ readonly broken: string,
  ) {}

  /** @param broken the mistake that the witness makes on purpose */
  static async start(broken: string): Promise<World> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-faults-'));
    const server = await startEmbedded(folder);
    const databaseNetwork = await Proxy.to(Number(new URL(server.url).port));
    let brokerNetwork: Proxy | null = null;
    const broker = await startBrokers({
      advertise: async (port) => {
        brokerNetwork = await Proxy.to(port);
        return brokerNetwork.port;
      },
    });
    if (brokerNetwork === null) throw new Error('the broker did not ask where it stands');
    const watchers = await Proxy.to(Number(new URL(server.url).port));
    return new World(folder, server, broker, brokerNetwork, databaseNetwork, watchers, broken);
  }

  async end(): Promise<void> {
    await this.stopAll();
    await this.broker.stop();
    await this.server.release();
    await this.brokerNetwork.close();
    await this.databaseNetwork.close();
    await this.watchers.close();
    rmSync(path.dirname(this.server.dataFolder), { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * The address of a database by a network that is never cut: for whoever watches. A server started again has another
   * port of its own.
   */
  directUrl(name: string): string {
    return Object.assign(new URL(this.server.url), {
      port: String(this.watchers.port),
      pathname: `/${name}`,
    }).toString();
  }

  /** A client past the network that is cut: for whoever feeds. */
  client(): Kafka {
    const settings = readSettings({ KAFKA_BROKERS: `127.0.0.1:${this.brokerNetwork.port}` });
    return kafkaOf(settings, 'feeder', () => undefined);
  }

  /** An empty database and empty topics. @param tablespace where it lies, when not where all lies */
  async fresh(name: string, tablespace?: string): Promise<DataSource> {
    this.ended = false;
    const admin = await connect(this.directUrl('postgres'), 'faults', 1);
    await admin.query(`create database ${name}${tablespace === undefined ? '' : ` tablespace ${tablespace}`}`);
    await admin.destroy();
    await this.emptyTopics();
    await migrate(this.directUrl(name), SCHEMAS);
    const db = await connect(this.directUrl(name), 'faults', 4);
    await db.query('create table public.witness (n bigserial primary key, id text not null, key text not null)');
    return db;
  }

  /** Starts every service, and the witness; `apart` has intake and its relay as two processes. */
  async startAll(database: string, apart: boolean, clockFile = ''): Promise<void> {
    this.clockFile = clockFile;
    const names = [...SERVICES, 'witness', ...(apart ? ['relay'] : [])];
    // The relay first, so that it holds the lock.
    if (apart) await this.start('relay', database);
    await Promise.all(names.filter((name) => name !== 'relay').map((name) => this.start(name, database, apart)));
  }

  /** Starts a process by its name; `witness-2` is a second one of the same. */
  async start(name: string, database: string, apart = false): Promise<void> {
    const [role = ''] = name.split('-');
    const own = !(SERVICES as readonly string[]).includes(role) || (apart && role === 'intake');
    const environment = {
      DATABASE_URL: Object.assign(new URL(this.directUrl(database)), {
        port: String(this.databaseNetwork.port),
      }).toString(),
      KAFKA_BROKERS: `127.0.0.1:${this.brokerNetwork.port}`,
      FENGSUI_HOME: this.folder,
      FENGSUI_PLAN: path.join(ROOT, 'plans', 'qingyuan'),
      FENGSUI_HTTP_PORT: '0',
      KAFKA_INSTANCE: name,
      LOG_LEVEL: 'info',
      FAULTS_ROLE: role,
      FAULTS_BREAK: role === 'witness' ? this.broken : '',
      FAULTS_CLOCK: this.clockFile,
      NODE_OPTIONS: this.clockFile === '' ? '' : `--import=file://${path.join(HERE, 'shifted-time.js')}`,
    };
    const child = await this.untilItRuns(() =>
      startProcess(role, environment, own ? WORKER : undefined, (text) => this.heard(name, text)),
    );
    this.processes.set(name, child);
    // A process may end because it cannot go on: whatever looks after it in an installation starts it again.
    child.once('exit', (_, signal) => {
      if (!this.ended && signal === null && this.processes.get(name) === child)
        void this.start(name, database, apart).catch(() => undefined);
    });
  }

  async kill(name: string, signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    const child = this.processes.get(name);
    this.processes.delete(name);
    if (child !== undefined) await stopProcess(child, signal);
  }

  async stopAll(): Promise<void> {
    this.ended = true;
    await Promise.all([...this.processes.keys()].map((name) => this.kill(name, 'SIGTERM')));
  }

  /** SIGKILL to the database server; it recovers when it is started again. */
  async killDatabase(): Promise<void> {
    const pid = Number(readFileSync(path.join(this.server.dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    for (;;) {
      await sleep(200);
      try {
        this.server = await startEmbedded(this.folder);
        break;
      } catch {
        // its children may still hold the shared memory
      }
    }
    for (const network of [this.databaseNetwork, this.watchers]) network.aim(Number(new URL(this.server.url).port));
  }

  setClock(milliseconds: number): void {
    writeFileSync(this.clockFile, String(milliseconds));
  }

  /** @returns a file for the clock, right to begin with */
  newClock(): string {
    const file = path.join(this.folder, 'clock');
    writeFileSync(file, '0');
    return file;
  }

  /** As whatever looks after processes does: what ends at its start, because the world is down, is started again. */
  private async untilItRuns(start: () => Promise<Readonly<{ child: ChildProcess }>>): Promise<ChildProcess> {
    for (let tries = 1; ; tries += 1) {
      try {
        return (await start()).child;
      } catch (error) {
        if (tries === START_TRIES) throw error;
        await sleep(1_000);
      }
    }
  }

  private heard(name: string, text: string): void {
    if (process.env['FAULTS_VERBOSE'] !== undefined) process.stderr.write(`[${name}] ${text}`);
  }

  private async emptyTopics(): Promise<void> {
    const admin = this.client().admin();
    await admin.connect();
    const own = new Set(wantedTopics().map(({ topic }) => topic));
    const left = async (): Promise<string[]> => (await admin.listTopics()).filter((topic) => own.has(topic));
    const found = await left();
    if (found.length > 0) await admin.deleteTopics({ topics: found });
    while ((await left()).length > 0) await sleep(50);
    await admin.disconnect();
  }
}
