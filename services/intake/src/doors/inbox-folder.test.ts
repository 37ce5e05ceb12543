import { expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { utc } from '@fengsui/contracts';
import type { Clock } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import type { Receiving } from '../accepting/receiving.js';
import { InboxFolder } from './inbox-folder.js';

it('keeps a file while the database is away, however often it looks, and takes it in when it is back', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-inbox-'));
  const [counts, state] = [{ tries: 0 }, { away: true }];
  const refused = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const receiving = {
    receive: async () => {
      counts.tries += 1;
      if (state.away) throw refused();
      return { accepted: 1, duplicates: 0 };
    },
  };
  const runner = {
    query: async () => {
      if (state.away) throw refused();
      return { records: [{ here: 1 }] };
    },
    release: async () => undefined,
  };
  const clock = { isVirtual: async () => false, now: async () => utc('2020-06-07T00:00:00Z') };
  const inbox = new InboxFolder(
    { folder, limit: 1_000 },
    receiving as unknown as Receiving,
    clock as unknown as Clock,
    { createQueryRunner: () => runner } as unknown as DataSource,
  );
  inbox.onApplicationBootstrap();
  writeFileSync(path.join(folder, 'warning.xml'), '<alert/>');
  while (counts.tries < 5) await sleep(50);
  expect(readdirSync(path.join(folder, 'taken'))).toEqual(['warning.xml']);
  expect(readdirSync(folder)).not.toContain('refused');
  state.away = false;
  while (!readdirSync(folder).includes('archive')) await sleep(50);
  while (readdirSync(path.join(folder, 'taken')).length > 0) await sleep(50);
  await inbox.onApplicationShutdown();
  rmSync(folder, { recursive: true, force: true });
});
