import { ConsoleLogger, Logger, type DynamicModule, type LogLevel, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Service } from '@fengsui/contracts';
import { Clock, connect, migrate, Notifications, SCHEDULE_SCHEMA, SessionLock, type OwnedSchema } from '@fengsui/database';
import { readSettings, SettingsError, type Settings } from '@fengsui/settings';
import type { DataSource } from 'typeorm';
import type { Positions } from './once.js';
import { PositionRows, PostgresLog } from './postgres/log.js';
import { LOG_SCHEMA } from './postgres/schema.js';
import { connectKafka, type KafkaConnection } from './kafka/connection.js';
import type { Log } from './port.js';
import { RuntimeModule, type Runtime } from './runtime.js';
import { LogServer } from './server.js';

const BATCH_SIZE = 500;
const POOL_SIZE = 24;
/** Held, shared, by every process that runs services: how the command knows whether anyone is at work. */
const AT_WORK_LOCK = 7_310_002;
/** A database that went away took the lock with it: it is taken again after this long at most. */
const HOLD_AGAIN_MS = 5_000;

/** A Nest application with services in it, on one pool, one clock, one log. */
export type ServiceProcess = Readonly<{ app: NestFastifyApplication; runtime: Runtime; stop: () => Promise<void> }>;

/** What runs in a process: `consumers` read their topics and do their due jobs; `http` opens the port. */
export type ServiceParts = Readonly<{
  modules: readonly (DynamicModule | Type)[];
  consumers: readonly Service[];
  /** Services whose events this process carries on to Kafka, where there is one. */ relays?: readonly Service[];
  http: boolean;
  positions?: Positions;
}>;

/** True when some process runs services on this database. */
export async function atWork(db: DataSource): Promise<boolean> {
  const rows = (await db.query(
    `select 1 from pg_locks l join pg_database d on d.oid = l.database
     where d.datname = current_database() and l.locktype = 'advisory' and l.objid = $1 and l.granted limit 1`,
    [AT_WORK_LOCK],
  )) as unknown[];
  return rows.length > 0;
}

/** Starts services in this process. Whatever fails on the way, nothing is left running. */
export async function startServices(
  url: string,
  settings: Settings,
  { modules, consumers, relays = [], http, positions }: ServiceParts,
): Promise<ServiceProcess> {
  const db = await connect(url, 'fengsui', POOL_SIZE);
  const notifications = new Notifications(url);
  const lock = new SessionLock(db, 'select pg_try_advisory_lock_shared($1)', [AT_WORK_LOCK]);
  let holding: NodeJS.Timeout | undefined;
  let app: NestFastifyApplication | null = null;
  let kafka: KafkaConnection | null = null;
  const stop = async (): Promise<void> => {
    await app?.close();
    await kafka?.stop();
    clearInterval(holding);
    await lock.release();
    await notifications.close();
    await db.destroy();
  };
  try {
    await notifications.open();
    const clock = new Clock(db);
    const logger = new Logger('log');
    const onTrouble = (error: unknown, what: string): void => logger.error(`${what}: ${String((error as Error)?.message ?? error)}`);
    const places = positions ?? new PositionRows();
    const outbox = new PostgresLog(db, clock, notifications, { batchSize: BATCH_SIZE, onTrouble }, places);
    if (settings.KAFKA_BROKERS !== undefined)
      kafka = await connectKafka(settings, { db, clock, notifications, outbox, positions: places }, relays, {
        batchSize: BATCH_SIZE,
        onTrouble,
        onFatal: (error) => {
          logger.error(`${error.message}\nThis process ends: it cannot go on by itself.`);
          process.exit(1);
        },
      });
    const log: Log = kafka?.log ?? outbox;
    const services = [...new Set([...consumers, ...relays])];
    const runtime: Runtime = { db, clock, log, notifications, feeds: kafka?.feeds ?? null, services };
    app = await application(runtime, settings, modules);
    if (consumers.length > 0) {
      await lock.held();
      holding = setInterval(() => void lock.held().catch(() => undefined), HOLD_AGAIN_MS).unref();
      for (const service of consumers) app.connectMicroservice({ strategy: new LogServer(service, log) }, { inheritAppConfig: false });
      await app.startAllMicroservices();
      await app.init();
    }
    if (http) await app.listen(settings.FENGSUI_HTTP_PORT, settings.FENGSUI_HTTP_HOST);
    return { app, runtime, stop };
  } catch (error) {
    await stop(); // a port that is taken must not leave services working behind an error message
    throw error;
  }
}

/**
 * The main of a service that runs alone: its own schema, its own consumer, its query API, until SIGTERM. DATABASE_URL must be set: a
 * service among others does not bring up a database.
 */
export async function runService(
  service: Service,
  schema: OwnedSchema,
  moduleOf: (settings: Settings) => DynamicModule | Type,
): Promise<void> {
  try {
    const settings = readSettings(process.env);
    const url = settings.DATABASE_URL;
    if (url === undefined) throw new SettingsError(`service ${service} cannot start`, ['DATABASE_URL must be set']);
    await migrate(url, [SCHEDULE_SCHEMA, LOG_SCHEMA, schema]);
    const consumers = service === 'intake' ? [] : [service];
    const { app, stop } = await startServices(url, settings, { modules: [moduleOf(settings)], consumers, relays: [service], http: true });
    new Logger(service).log(`listening on ${await app.getUrl()}`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().then(() => process.exit(0)));
  } catch (error) {
    process.stderr.write(`${String((error as Error)?.message ?? error)}\n`);
    process.exitCode = error instanceof SettingsError ? 2 : 1;
  }
}

async function application(runtime: Runtime, settings: Settings, modules: ServiceParts['modules']): Promise<NestFastifyApplication> {
  class Services {}
  const root: DynamicModule = { module: Services, imports: [RuntimeModule.of(runtime), ...modules] };
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    new FastifyAdapter({ bodyLimit: settings.FENGSUI_BODY_LIMIT_MB * 1_000_000 }),
    {
      logger: new StandardError({ logLevels: levelsFrom(settings.LOG_LEVEL), colors: process.stderr.isTTY === true }),
      bodyParser: false,
      abortOnError: false,
    },
  );
  // Bytes as they come: intake reads them while they do, and keeps them.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, body, done) => done(null, body));
  return app;
}

/** Standard output belongs to results. */
class StandardError extends ConsoleLogger {
  /** What the framework says of its own wiring tells an operator nothing. */
  override log(message: unknown, ...rest: unknown[]): void {
    if (!WIRING.has(String(rest.at(-1)))) super.log(message, ...(rest as [string]));
  }

  protected override printMessages(messages: unknown[], context?: string, level?: LogLevel): void {
    super.printMessages(messages, context, level, 'stderr');
  }
}

const WIRING = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestMicroservice', 'NestApplication']);

const levelsFrom = (least: Settings['LOG_LEVEL']): LogLevel[] => {
  const order = ['debug', 'info', 'warn', 'error'] as const;
  const names: Record<(typeof order)[number], LogLevel> = { debug: 'debug', info: 'log', warn: 'warn', error: 'error' };
  return order.slice(order.indexOf(least)).map((level) => names[level]);
};
