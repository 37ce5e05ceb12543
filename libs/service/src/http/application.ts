import type { IncomingMessage } from 'node:http';
import { createSecureContext } from 'node:tls';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { fileOf, secretsIn, SettingsError, type Settings } from '@fengsui/settings';
import { RuntimeModule } from '../runtime.js';
import type { Runtime } from '../tokens.js';
import { guard } from './guard.js';
import { StandardError } from './standard-error.js';
import type { ServiceParts } from '../process.js';

/** Who has not said what they want by then is let go. */
const HEADERS_MS = 10_000;
const LIMITS = { headersTimeout: HEADERS_MS, connectionsCheckingInterval: HEADERS_MS / 5 };

/** The Nest application of a process. Bodies are handed on as they come; what is logged goes to standard error. */
export async function application(
  { runtime, url }: Readonly<{ runtime: Runtime; /** Of the database. */ url: string }>,
  settings: Settings,
  modules: ServiceParts['modules'],
): Promise<NestFastifyApplication> {
  const tls = tlsOf(settings);
  const proxies = listOf(settings.FENGSUI_HTTP_PROXIES);
  class Services {}
  const root: DynamicModule = { module: Services, imports: [RuntimeModule.of(runtime), ...modules] };
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    new FastifyAdapter({
      bodyLimit: settings.FENGSUI_BODY_LIMIT_MB * 1_000_000,
      ...(tls === null ? { http: LIMITS } : { https: { ...LIMITS, ...tls } }),
      // Who is meant is believed from those alone; whoever else says it is taken for what they are.
      ...(proxies.length === 0 ? {} : { trustProxy: proxies }),
    }),
    {
      ...(tls === null ? {} : { httpsOptions: tls }),
      logger: new StandardError(settings, secretsIn(settings, [url])),
      bodyParser: false,
      abortOnError: false,
    },
  );
  const secure = tls !== null || settings.FENGSUI_PUBLIC_URL?.startsWith('https:') === true;
  guard(app, { names: listOf(settings.FENGSUI_HTTP_NAMES?.toLowerCase()), secure });
  // Bytes as they come: intake reads them while they do, and keeps them.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onResponse', async ({ raw }) => letRunOut(raw));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, body, done) => done(null, body));
  return app;
}

/** What still comes of a body that was answered already is let run out for this long. */
const RUN_OUT_MS = 10_000;

/**
 * Whoever was answered before they had finished speaking hears the answer, and is cut off if they go on: a body of a
 * byte a second would hold its connection for ever.
 */
function letRunOut(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  setTimeout(() => void (request.complete || request.socket.destroy()), RUN_OUT_MS).unref();
}

const listOf = (written = ''): string[] => written.split(',').filter((name) => name !== '');

type Tls = Readonly<{ cert: string; key: string; minVersion: 'TLSv1.2' }>;

/** @throws SettingsError when a file of the certificate cannot be read, or does not fit the other */
function tlsOf({ FENGSUI_HTTP_TLS_CERT: cert, FENGSUI_HTTP_TLS_KEY: key }: Settings): Tls | null {
  if (cert === undefined || key === undefined) return null;
  const tls = {
    cert: fileOf('FENGSUI_HTTP_TLS_CERT', cert),
    key: fileOf('FENGSUI_HTTP_TLS_KEY', key),
    minVersion: 'TLSv1.2' as const,
  };
  try {
    createSecureContext(tls);
    return tls;
  } catch (error) {
    throw new SettingsError(`FENGSUI_HTTP_TLS_CERT and FENGSUI_HTTP_TLS_KEY (${cert}, ${key}) cannot be used`, [
      (error as Error).message,
    ]);
  }
}
