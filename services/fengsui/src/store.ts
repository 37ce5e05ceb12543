import { connect, migrate, run, startEmbedded, type OwnedSchema } from '@fengsui/database';
import { BASE_SCHEMAS } from '@fengsui/service';
import type { Settings } from '@fengsui/settings';
import { SERVICE_SCHEMAS } from './one-process.js';

/** Every schema of the installation, each with its one owner. */
export const SCHEMAS: readonly OwnedSchema[] = [...BASE_SCHEMAS, ...SERVICE_SCHEMAS];

/** The database at hand: one's own, or the embedded one, brought up when it is not running. */
export type Store = Readonly<{
  url: string;
  embedded: boolean;
  /** Resolves when the embedded database has ended by itself; never, for one's own. */ gone: Promise<void>;
  release: () => Promise<void>;
}>;

export async function openStore(settings: Settings): Promise<Store> {
  if (settings.DATABASE_URL !== undefined) {
    await migrate(settings.DATABASE_URL, SCHEMAS);
    return {
      url: settings.DATABASE_URL,
      embedded: false,
      gone: new Promise(() => undefined),
      release: () => Promise.resolve(),
    };
  }
  const server = await startEmbedded(settings.FENGSUI_HOME);
  await migrate(server.url, SCHEMAS);
  return { url: server.url, embedded: true, gone: server.gone, release: () => server.release() };
}

/** Removes everything that this installation ever held. */
export async function wipe(url: string): Promise<void> {
  const db = await connect(url, 'fengsui wipe', 1);
  try {
    // One statement: all or nothing.
    await run(db, SCHEMAS.map(({ schema }) => `drop schema if exists ${schema} cascade`).join('; '));
  } finally {
    await db.destroy();
  }
  await migrate(url, SCHEMAS);
}
