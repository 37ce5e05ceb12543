import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { secretsIn, type Settings } from '@fengsui/settings';
import { RuntimeModule } from '../runtime.js';
import type { Runtime } from '../tokens.js';
import { guard } from './guard.js';
import { StandardError } from './standard-error.js';
import type { ServiceParts } from '../process.js';

/** Who has not said what they want by then is let go. */
const HEADERS_MS = 10_000;

/** The Nest application of a process. Bodies are handed on as they come; what is logged goes to standard error. */
export async function application(
  { runtime, url }: Readonly<{ runtime: Runtime; /** Of the database. */ url: string }>,
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
      logger: new StandardError(settings, secretsIn(settings, [url])),
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
