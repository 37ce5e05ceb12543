import { ConsoleModule } from '@fengsui/console';
import { Clock, connect, Notifications } from '@fengsui/database';
import { DutyModule, DutyPlan, DutyQuery } from '@fengsui/duty';
import { IntakeModule, IntakeQuery, Receiving } from '@fengsui/intake';
import { LogServer, ParkedMessages, PositionRows, PostgresLog, RuntimeModule, type Positions, type Runtime } from '@fengsui/log';
import { AnnualSummaries, ReportingModule, ReportingPlan, ReportingQuery, Rollups } from '@fengsui/reporting';
import { ResponseModule, ResponsePlan, ResponseQuery } from '@fengsui/response';
import type { Settings } from '@fengsui/settings';
import { WildfireModule, WildfirePlan, WildfireQuery } from '@fengsui/wildfire';
import { ConsoleLogger, Logger, Module, type DynamicModule, type LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';

/** Everything that the city has laid down. */
export type Plans = Readonly<{ response: ResponsePlan; wildfire: WildfirePlan; duty: DutyPlan; reporting: ReportingPlan }>;
/** @throws SettingsError naming file, place and what was expected */
export const readPlans = (folder: string): Plans => ({
  response: ResponsePlan.read(folder),
  wildfire: WildfirePlan.read(folder),
  duty: DutyPlan.read(folder),
  reporting: ReportingPlan.read(folder),
});

/** The ports of the services, for the command: what it may ask, and the one door in. */
export type Ports = Readonly<{
  db: DataSource;
  clock: Clock;
  log: PostgresLog;
  parked: ParkedMessages;
  receiving: Receiving;
  intake: IntakeQuery;
  response: ResponseQuery;
  wildfire: WildfireQuery;
  duty: DutyQuery;
  reporting: ReportingQuery;
  rollups: Rollups;
  summaries: AnnualSummaries;
}>;

export type OneProcess = Readonly<{
  ports: Ports;
  /** The address of the HTTP door and the query API, when it was asked for. */ address: string | null;
  stop: () => Promise<void>;
}>;

/** What runs: `services` consume and do due jobs; `http` opens the door. Without either only the ports are there, for a single question. */
export type Parts = Readonly<{ services: boolean; http: boolean }>;

/** Consumers and their jobs live in these; the log lets each have its own position. */
const CONSUMERS = ['response', 'wildfire', 'duty', 'reporting'] as const;
const BATCH_SIZE = 500;
const POOL_SIZE = 24;
/** Held, shared, by every process that runs the services: how the command knows whether anyone is at work. */
const AT_WORK_LOCK = 7_310_002;

/** True when some process runs the services on this database. */
export async function atWork(db: DataSource): Promise<boolean> {
  const rows = (await db.query(`select 1 from pg_locks where locktype = 'advisory' and objid = $1 and granted limit 1`, [
    AT_WORK_LOCK,
  ])) as unknown[];
  return rows.length > 0;
}

/**
 * Wires all services in this process.
 * @param positions where consumers keep their place; only the crash test, which shows what a wrong one does, gives its own
 */
export async function startOneProcess(
  url: string,
  settings: Settings,
  plans: Plans,
  parts: Parts,
  positions: Positions = new PositionRows(),
): Promise<OneProcess> {
  const db = await connect(url, 'fengsui', POOL_SIZE);
  const notifications = new Notifications(url);
  await notifications.open();
  const clock = new Clock(db);
  const logger = new Logger('log');
  const log = new PostgresLog(
    db,
    clock,
    notifications,
    { batchSize: BATCH_SIZE, onTrouble: (error, what) => logger.error(`${what}: ${String((error as Error)?.message ?? error)}`) },
    positions,
  );
  const runtime = { db, clock, log, notifications };

  const app = await NestFactory.create<NestFastifyApplication>(
    OneProcessModule.of(runtime, settings, plans, parts),
    new FastifyAdapter({ bodyLimit: settings.FENGSUI_BODY_LIMIT_MB * 1_000_000 }),
    {
      logger: new StandardError({ logLevels: levelsFrom(settings.LOG_LEVEL), colors: process.stderr.isTTY === true }),
      bodyParser: false,
      abortOnError: false,
    },
  );
  // Bytes as they came: intake reads them, and keeps them.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const session = db.createQueryRunner();
  const stop = async (): Promise<void> => {
    await app.close();
    await session.release();
    await notifications.close();
    await db.destroy();
  };
  try {
    if (parts.services) {
      await session.query('select pg_advisory_lock_shared($1)', [AT_WORK_LOCK]);
      for (const service of CONSUMERS) app.connectMicroservice({ strategy: new LogServer(service, log) }, { inheritAppConfig: false });
      await app.startAllMicroservices();
      await app.init();
    }
    if (parts.http) await app.listen(settings.FENGSUI_HTTP_PORT, settings.FENGSUI_HTTP_HOST);
  } catch (error) {
    await stop(); // a port that is taken must not leave the services working behind an error message
    throw error;
  }
  const ports: Ports = {
    db,
    clock,
    log,
    parked: new ParkedMessages(db),
    receiving: app.get(Receiving, { strict: false }),
    intake: app.get(IntakeQuery, { strict: false }),
    response: app.get(ResponseQuery, { strict: false }),
    wildfire: app.get(WildfireQuery, { strict: false }),
    duty: app.get(DutyQuery, { strict: false }),
    reporting: app.get(ReportingQuery, { strict: false }),
    rollups: app.get(Rollups, { strict: false }),
    summaries: app.get(AnnualSummaries, { strict: false }),
  };
  return { ports, address: parts.http ? (await app.getUrl()).replace('[::1]', 'localhost') : null, stop };
}

@Module({})
class OneProcessModule {
  static of(runtime: Runtime, settings: Settings, { response, wildfire, duty, reporting }: Plans, { http }: Parts): DynamicModule {
    return {
      module: OneProcessModule,
      imports: [
        RuntimeModule.of(runtime),
        IntakeModule,
        ResponseModule.of(response),
        WildfireModule.of(wildfire),
        DutyModule.of(duty, settings),
        ReportingModule.of(reporting),
        ...(http ? [ConsoleModule] : []),
      ],
    };
  }
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
