import { isIP } from 'node:net';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Why a request is turned away before anything reads it. */
export type TurnedAway = Readonly<{ status: 403 | 421; type: string; title: string; detail: string }>;

type Asked = Readonly<{
  method: string;
  url: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}>;

const SAFE = new Set(['GET', 'HEAD']);
/** Asked by whoever looks after processes, under whatever name; they say nothing of anybody. */
const OF_THE_PROCESS = new Set(['/health', '/metrics']);
/** A browser says so of a request that a page of elsewhere made it send. */
const FOREIGN = new Set(['cross-site', 'same-site']);

/**
 * A browser on this machine is a way in for every page that it shows. A name that somebody pointed at this address
 * (DNS rebinding) is told by `Host`; a form or script of another page by `Origin` and `Sec-Fetch-Site`. An address in
 * digits cannot be rebound.
 * @param names hosts that lead here, beside `localhost` and addresses in digits (FENGSUI_HTTP_NAMES)
 */
export function turnedAway({ method, url, headers }: Asked, names: readonly string[]): TurnedAway | null {
  if (OF_THE_PROCESS.has(url)) return null;
  const host = hostOf(single(headers['host']));
  if (host === null || !(host === 'localhost' || isIP(host) > 0 || names.includes(host)))
    return {
      status: 421,
      type: 'wrong-host',
      title: 'this is not the host that was asked for',
      detail: `${host ?? 'no Host'}; name it in FENGSUI_HTTP_NAMES if it leads here`,
    };
  if (SAFE.has(method)) return null;
  const origin = single(headers['origin']);
  const site = single(headers['sec-fetch-site']);
  const foreign = origin !== undefined && authorityOf(origin) !== single(headers['host'])?.toLowerCase();
  return foreign || FOREIGN.has(site ?? '')
    ? {
        status: 403,
        type: 'foreign-page',
        title: 'a page of another site sent this',
        detail: `Origin: ${origin ?? '-'}; only a page of this host may write`,
      }
    : null;
}

/** What no answer of ours needs, and what an attacker would. A page of ours names a policy of its own. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
};

/** Too slow, too large, not of a kind that is taken, too often: somebody tries what is bounded. */
const TURNED_AWAY = new Set([408, 413, 415, 429]);

/** A year, as the browsers' own lists ask for. */
const STRICT = { 'strict-transport-security': 'max-age=31536000' };

/** A page of ours loads from here alone, holds nothing inline, sends no form away and stands in nobody's frame. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Turns away what a foreign page sends, and says with every answer what may be done with it. */
export function guard(
  app: NestFastifyApplication,
  { names, secure }: Readonly<{ names: readonly string[]; /** People reach it over HTTPS. */ secure: boolean }>,
): void {
  const logger = new Logger('http');
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onResponse', async ({ ip, method, url }, { statusCode }) => {
    if (TURNED_AWAY.has(statusCode)) logger.warn(`${ip} ${method} ${url.slice(0, 100)}: ${statusCode}`);
  });
  const headers = Object.entries(secure ? { ...HEADERS, ...STRICT } : HEADERS);
  fastify.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of headers) void reply.header(name, value);
    const away = turnedAway(request, names);
    if (away === null) return;
    const { status, type, title, detail } = away;
    logger.warn(`${request.ip} ${request.method} ${request.url.slice(0, 100)}: ${status} ${type}, ${detail}`);
    await reply
      .code(status)
      .header('content-type', 'application/problem+json')
      .header('connection', 'close')
      .send(JSON.stringify({ type: `urn:fengsui:problem:${type}`, title, status, detail }));
  });
}

const single = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];

/** The host of `name:port`, in small letters, an IPv6 address without its brackets. */
function hostOf(header: string | undefined): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(header ?? '') ?? [];
  return (bracketed ?? plain)?.toLowerCase() ?? null;
}

function authorityOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null; // `null`, as a sandboxed page says
  }
}
