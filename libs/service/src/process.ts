import { Logger, type DynamicModule, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Service, UtcInstant } from '@fengsui/contracts';
import {
  Clock,
  connect,
  migrate,
  Notifications,
  one,
  SCHEDULE_SCHEMA,
  SessionLock,
  type Db,
  type OwnedSchema,
} from '@fengsui/database';
import {
  connectKafka,
  LOG_SCHEMA,
  PositionRows,
  PostgresLog,
  type KafkaConnection,
  type Log,
  type Positions,
} from '@fengsui/log';
import { masked, ownFolder, readSettings, secretsOf, SettingsError, type Settings } from '@fengsui/settings';
import { ACCESS_SCHEMA } from '@fengsui/access';
import { consumerRestarts } from './health.js';
import { application } from './http/application.js';
import { LogServer } from './log-server.js';
import type { Runtime } from './tokens.js';
import { Work } from './work.js';

const BATCH_SIZE = 500;
const POOL_SIZE = 24;
/** Held, shared, by every process that runs services: how the command knows whether services run. */
const RUNNING_LOCK = 7_310_002;
/** A database that went away took the lock with it: it is taken again after this long at most. */
const HOLD_AGAIN_MS = 5_000;

/** What every service stands on: time and due jobs, the log, who may do what. */
export const BASE_SCHEMAS: readonly OwnedSchema[] = [SCHEDULE_SCHEMA, LOG_SCHEMA, ACCESS_SCHEMA];

/** A Nest application with services in it, on one pool, one clock, one log. */
export type ServiceProcess = Readonly<{ app: NestFastifyApplication; runtime: Runtime; stop: () => Promise<void> }>;

/** What runs in a process: `consumers` read their topics and do their due jobs; `http` opens the port. */
export type ServiceParts = Readonly<{
  /** The tables that the modules work with. */ schemas: readonly OwnedSchema[];
  modules: readonly (DynamicModule | Type)[];
  consumers: readonly Service[];
  /** Services whose events this process carries on to Kafka, where there is one. */ relays?: readonly Service[];
  http: boolean;
  positions?: Positions;
}>;

/** A process that runs services: its number on its machine, from where it is connected, and since when. */
export type Runner = Readonly<{ process: string; since: UtcInstant }>;

/** The process that runs services on this database, the oldest of several; null when none does. */
export const whoRuns = (db: Db): Promise<Runner | null> =>
  one<Runner>(
    db,
    `select regexp_replace(a.application_name, '^fengsui ', '') || coalesce(' @ ' || host(a.client_addr), '') as process,
            a.backend_start as since
     from pg_locks l join pg_database d on d.oid = l.database join pg_stat_activity a on a.pid = l.pid
     where d.datname = current_database() and l.locktype = 'advisory' and l.objid = $1 and l.granted
     order by a.backend_start limit 1`,
    [RUNNING_LOCK],
  );

/** True when some process runs services on this database. */
export const servicesRun = async (db: Db): Promise<boolean> => (await whoRuns(db)) !== null;

/** Starts services in this process. Whatever fails on the way, nothing is left running. */
export async function startServices(
  url: string,
  settings: Settings,
  { schemas, modules, consumers, relays = [], http, positions }: ServiceParts,
): Promise<ServiceProcess> {
  const db = await connect(url, `fengsui ${process.pid}`, POOL_SIZE, [...BASE_SCHEMAS, ...schemas]);
  const notifications = new Notifications(url);
  const lock = new SessionLock(db, 'select pg_try_advisory_lock_shared($1)', [RUNNING_LOCK]);
  let lockTimer: NodeJS.Timeout | undefined;
  let app: NestFastifyApplication | null = null;
  let kafka: KafkaConnection | null = null;
  const stop = async (): Promise<void> => {
    await app?.close();
    await kafka?.stop();
    clearInterval(lockTimer);
    await lock.release();
    await notifications.close();
    await db.destroy();
  };
  try {
    await notifications.open();
    const clock = new Clock(db);
    const logger = new Logger('log');
    const onTrouble = (error: unknown, what: string): void =>
      logger.error(`${what}: ${String((error as Error)?.message ?? error)}`);
    const kept: Positions = positions ?? new PositionRows();
    const outbox = new PostgresLog(db, clock, notifications, { batchSize: BATCH_SIZE, onTrouble }, kept);
    if (settings.KAFKA_BROKERS !== undefined)
      kafka = await connectKafka(settings, { db, clock, notifications, outbox, positions: kept }, relays, {
        batchSize: BATCH_SIZE,
        onTrouble,
        onRestart: (consumer) => consumerRestarts.inc({ consumer }),
        onFatal: (error) => {
          logger.error(`${error.message}\nThis process ends: it cannot go on by itself.`);
          process.exit(1);
        },
      });
    const log: Log = kafka?.log ?? outbox;
    const services = [...new Set([...consumers, ...relays])];
    const runtime: Runtime = { db, clock, log, notifications, feeds: kafka?.feeds ?? null, services };
    app = await application({ runtime, url }, settings, modules);
    if (consumers.length > 0) {
      await lock.held();
      lockTimer = setInterval(() => void lock.held().catch(() => undefined), HOLD_AGAIN_MS).unref();
      const work = app.get(Work, { strict: false });
      for (const service of consumers)
        app.connectMicroservice(
          { strategy: new LogServer(service, log, work.deskOf(service)) },
          { inheritAppConfig: false },
        );
      await app.startAllMicroservices();
      await app.init();
    }
    if (http) await app.listen(settings.FENGSUI_HTTP_PORT, settings.FENGSUI_HTTP_HOST);
    return { app, runtime, stop };
  } catch (error) {
    await stop(); // a port that is taken must not leave services running behind an error message
    throw error;
  }
}

/** What ends in order takes seconds; what takes longer waits for something that may never come. */
const END_WITHIN_MS = 10_000;

/**
 * From a stop signal on: whatever still waits after ten seconds is cut off. What was not committed is done again by
 * the next process, as after a power cut.
 */
export function endWithinSeconds(who: string): void {
  const cutOff = (): void => {
    process.stderr.write(`${who}: something did not end within ${END_WITHIN_MS / 1_000} seconds and is cut off\n`);
    process.exit(1);
  };
  setTimeout(cutOff, END_WITHIN_MS).unref();
}

/**
 * The main of a service that runs alone: its own schema, its own consumer, its query API, until SIGTERM. DATABASE_URL
 * must be set: a service among others does not bring up a database.
 */
export async function runService(
  service: Service,
  schema: OwnedSchema,
  moduleOf: (settings: Settings) => DynamicModule | Type,
): Promise<void> {
  await runProcess(service, async (settings) => {
    const url = settings.DATABASE_URL;
    if (url === undefined) throw new SettingsError(`service ${service} cannot start`, ['DATABASE_URL must be set']);
    ownFolder(settings.FENGSUI_HOME);
    await migrate(url, [...BASE_SCHEMAS, schema]);
    const consumers = service === 'intake' ? [] : [service];
    const { app, stop } = await startServices(url, settings, {
      schemas: [schema],
      modules: [moduleOf(settings)],
      consumers,
      relays: [service],
      http: true,
    });
    new Logger(service).log(`listening on ${await app.getUrl()}`);
    return stop;
  });
}

/**
 * The main of a process: begins with the settings of its environment, ends at SIGTERM. What it cannot begin with is
 * said without secrets.
 * @param begin gives what ends it
 */
export async function runProcess(
  name: string,
  begin: (settings: Settings) => Promise<() => Promise<void>>,
): Promise<void> {
  try {
    const stop = await begin(readSettings(process.env));
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        endWithinSeconds(name);
        void stop().then(
          () => process.exit(0),
          () => process.exit(1),
        );
      });
  } catch (error) {
    process.stderr.write(`${masked(String((error as Error)?.message ?? error), secretsOf(process.env))}\n`);
    process.exitCode = error instanceof SettingsError ? 2 : 1;
  }
}
