import { ConsoleLogger, type DynamicModule, type LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Settings } from '@fengsui/settings';
import { RuntimeModule } from '../runtime.js';
import type { Runtime } from '../tokens.js';
import { guard } from './guard.js';
import type { ServiceParts } from '../process.js';

/** Who has not said what they want by then is let go. */
const HEADERS_MS = 10_000;

/** The Nest application of a process. Bodies are handed on as they come; what is logged goes to standard error. */
export async function application(
  runtime: Runtime,
  settings: Settings,
  modules: ServiceParts['modules'],
): Promise<NestFastifyApplication> {
  class Services {}
  const root: DynamicModule = { module: Services, imports: [RuntimeModule.of(runtime), ...modules] };
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    new FastifyAdapter({
      bodyLimit: settings.FENGSUI_BODY_LIMIT_MB * 1_000_000,
      http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: HEADERS_MS / 5 },
    }),
    {
      logger: new StandardError({ logLevels: levelsFrom(settings.LOG_LEVEL), colors: process.stderr.isTTY === true }),
      bodyParser: false,
      abortOnError: false,
    },
  );
  guard(app, namesOf(settings));
  // Bytes as they come: intake reads them while they do, and keeps them.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, body, done) => done(null, body));
  return app;
}

const namesOf = ({ FENGSUI_HTTP_NAMES }: Settings): readonly string[] =>
  (FENGSUI_HTTP_NAMES ?? '')
    .toLowerCase()
    .split(',')
    .filter((name) => name !== '');

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

const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestMicroservice',
  'NestApplication',
]);

const levelsFrom = (least: Settings['LOG_LEVEL']): LogLevel[] => {
  const order = ['debug', 'info', 'warn', 'error'] as const;
  const names: Record<(typeof order)[number], LogLevel> = { debug: 'debug', info: 'log', warn: 'warn', error: 'error' };
  return order.slice(order.indexOf(least)).map((level) => names[level]);
};
