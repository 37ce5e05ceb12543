import { expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

it('leaves no file open that names persons, once it is kept sealed; one that was refused is its owner’s to mend', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-inbox-'));
  const receiving = {
    receive: async ({ name }: { name: string }) =>
      name === 'good.csv'
        ? { accepted: 1, duplicates: 0, persons: 3 }
        : { accepted: 0, duplicates: 0, refused: 1, persons: 3 },
  };
  const clock = { isVirtual: async () => false, now: async () => utc('2020-06-07T00:00:00Z') };
  const inbox = new InboxFolder(
    { folder, limit: 1_000 },
    receiving as unknown as Receiving,
    clock as unknown as Clock,
    {} as unknown as DataSource,
  );
  for (const name of ['good.csv', 'bad.csv']) writeFileSync(path.join(folder, name), '姓名');
  inbox.onApplicationBootstrap();
  const left = (): string[] =>
    ['archive', 'refused', 'taken'].flatMap((one) =>
      existsSync(path.join(folder, one)) ? readdirSync(path.join(folder, one), { recursive: true }).map(String) : [],
    );
  while (left().filter((name) => name.endsWith('.receipt.json')).length < 2) await sleep(50);
  while (readdirSync(path.join(folder, 'taken')).length > 0) await sleep(50);
  await inbox.onApplicationShutdown();
  expect(
    left()
      .map((name) => path.basename(name))
      .filter((name) => name.endsWith('.csv')),
  ).toEqual([expect.stringContaining('bad.csv')]);
  rmSync(folder, { recursive: true, force: true });
});
