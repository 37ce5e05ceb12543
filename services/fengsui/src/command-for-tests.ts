import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCESS_SCHEMA } from '@fengsui/access';
import { accountOf } from '@fengsui/access/testing';
import { connect } from '@fengsui/database';
import { testDatabase } from '@fengsui/database/testing';
import { BASE_SCHEMAS } from '@fengsui/service';

const BIN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'fengsui.mjs');

/** The command on a database of its own, typed by somebody who is a leader here, and a folder for its files. */
export type Typing = Readonly<{
  typed: (...words: string[]) => SpawnSyncReturns<string>;
  /** What it prints with `--json`. */ json: <T>(...words: string[]) => T;
  folder: string;
  end: () => Promise<void>;
}>;

export async function typing(): Promise<Typing> {
  const database = await testDatabase([...BASE_SCHEMAS]);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-typing-'));
  const db = await connect(database.url, 'test', 1, [ACCESS_SCHEMA]);
  await accountOf(db, 'wu', ['leader'], { osUser: os.userInfo().username });
  await db.destroy();
  const typed = (...words: string[]) =>
    spawnSync(process.execPath, [BIN, ...words], {
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: database.url, FENGSUI_HTTP_PORT: '0' },
    });
  return {
    typed,
    json: <T>(...words: string[]): T => JSON.parse(typed(...words, '--json').stdout) as T,
    folder,
    end: async () => {
      rmSync(folder, { recursive: true, force: true });
      await database.drop();
    },
  };
}
