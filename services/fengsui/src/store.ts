import {
  addressAs,
  connect,
  migrate,
  prepareRoles,
  roleIsReady,
  run,
  startEmbedded,
  type EmbeddedServer,
  type OwnedSchema,
} from '@fengsui/database';
import { BASE_SCHEMAS } from '@fengsui/service';
import type { Settings } from '@fengsui/settings';
import { ROLE_OF_ALL } from './database-roles.js';
import { SERVICE_SCHEMAS } from './one-process.js';

/** Every schema of the installation, each with its one owner. */
export const SCHEMAS: readonly OwnedSchema[] = [...BASE_SCHEMAS, ...SERVICE_SCHEMAS];

/** The database at hand: one's own, or the embedded one, brought up when it is not running. */
export type Store = Readonly<{
  /** For services. The embedded database has a role for them that owns no table and is no superuser. */ url: string;
  embedded: boolean;
  /** Resolves when the embedded database has ended by itself; never, for one's own. */ gone: Promise<void>;
  /** Removes everything that this installation ever held. */ wipe: () => Promise<void>;
  release: () => Promise<void>;
}>;

export async function openStore(settings: Settings): Promise<Store> {
  const { DATABASE_URL: own } = settings;
  if (own !== undefined) {
    await migrate(own, SCHEMAS);
    const gone = new Promise<void>(() => undefined);
    return { url: own, embedded: false, gone, wipe: () => wipe(own), release: () => Promise.resolve() };
  }
  const server = await startEmbedded(settings.FENGSUI_HOME);
  return {
    url: await prepared(server),
    embedded: true,
    gone: server.gone,
    wipe: async () => {
      await wipe(server.url);
      await prepared(server);
    },
    release: () => server.release(),
  };
}

/** @returns the address under which services work */
async function prepared(server: EmbeddedServer): Promise<string> {
  await migrate(server.url, SCHEMAS);
  const password = server.secretFor(ROLE_OF_ALL.name);
  const url = addressAs(server.url, ROLE_OF_ALL.name, password);
  // Every command opens the store: what was prepared once is not prepared again.
  if (!(await roleIsReady(url, ROLE_OF_ALL, BASE_SCHEMAS)))
    await prepareRoles(server.url, [ROLE_OF_ALL], BASE_SCHEMAS, new Map([[ROLE_OF_ALL.name, password]]));
  return url;
}

async function wipe(url: string): Promise<void> {
  const db = await connect(url, 'fengsui wipe', 1);
  try {
    // One statement: all or nothing.
    await run(db, SCHEMAS.map(({ schema }) => `drop schema if exists ${schema} cascade`).join('; '));
  } finally {
    await db.destroy();
  }
  await migrate(url, SCHEMAS);
}
