import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConsoleModule } from './index.js';

type OpenApi = Readonly<{ paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> }>;

describe('the console', () => {
  let app: NestFastifyApplication;
  const get = async (
    path: string,
  ): Promise<Readonly<{ status: number; policy: string; type: string; text: string }>> => {
    const { statusCode, headers, payload } = await app.inject({ method: 'GET', url: path });
    return {
      status: statusCode,
      policy: String(headers['content-security-policy']),
      type: String(headers['content-type']),
      text: payload,
    };
  };
  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(ConsoleModule, new FastifyAdapter(), { logger: false });
    await app.init();
  });
  afterAll(() => app.close());

  it.each(['/', '/docs'])(
    'serves %s for a closed network: no other address, and the browser is told so',
    async (path) => {
      const { status, policy, type, text } = await get(path);
      expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
      expect(policy).toContain("default-src 'none'");
      for (const part of ["connect-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
        expect(policy).toContain(part);
      expect(policy).not.toContain('unsafe');
      expect(text).not.toMatch(/<style|<script>|style="|javascript:|\son[a-z]+="/);
      const parts = [...text.matchAll(/(?:src|href)="(\/[a-z]+\.(?:css|js))"/g)].map(([, part]) => part as string);
      expect(parts).toHaveLength(2);
      for (const part of parts) expect((await get(part)).status).toBe(200);
      expect(text.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/g)).toBeNull();
    },
  );

  it.each(['console', 'identity'])(
    'writes text as text on the pages of %s, and keeps nothing in the browser',
    (service) => {
      const folder = new URL(`../../${service}/page/`, import.meta.url);
      const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
      expect(scripts.length).toBeGreaterThan(0);
      for (const name of scripts)
        expect(readFileSync(new URL(name, folder), 'utf8')).not.toMatch(
          /innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|sessionStorage|indexedDB|\beval\b/,
        );
    },
  );

  it('asks for nothing on the duty page that the services do not answer', async () => {
    const { paths } = JSON.parse((await get('/v1/openapi.json')).text) as OpenApi;
    const page = readFileSync(new URL('../page/duty.js', import.meta.url), 'utf8');
    const [, list = ''] = /all\(\[([^\]]+)\]\.map\(async \(path\)/.exec(page) ?? [];
    const asked = list.split(',').map((name) => `/v1/${/[a-z]+/.exec(name)?.[0]}`);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((path) => paths[path]?.['get'] === undefined)).toEqual([]);
  });
});
