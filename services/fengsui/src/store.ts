import { connect, migrate, startEmbedded, SCHEDULE_SCHEMA, type OwnedSchema } from '@fengsui/database';
import { DUTY_SCHEMA } from '@fengsui/duty';
import { INTAKE_SCHEMA } from '@fengsui/intake';
import { LOG_SCHEMA } from '@fengsui/log';
import { REPORTING_SCHEMA } from '@fengsui/reporting';
import { RESPONSE_SCHEMA } from '@fengsui/response';
import type { Settings } from '@fengsui/settings';
import { WILDFIRE_SCHEMA } from '@fengsui/wildfire';

/** Every schema of the installation, each with its one owner. */
export const SCHEMAS: readonly OwnedSchema[] = [
  SCHEDULE_SCHEMA,
  LOG_SCHEMA,
  INTAKE_SCHEMA,
  RESPONSE_SCHEMA,
  WILDFIRE_SCHEMA,
  DUTY_SCHEMA,
  REPORTING_SCHEMA,
];

/** The database at hand: one's own, or the embedded one, brought up when it is not running. */
export type Store = Readonly<{ url: string; embedded: boolean; release: () => Promise<void> }>;

export async function openStore(settings: Settings): Promise<Store> {
  if (settings.DATABASE_URL !== undefined) {
    await migrate(settings.DATABASE_URL, SCHEMAS);
    return { url: settings.DATABASE_URL, embedded: false, release: () => Promise.resolve() };
  }
  const server = await startEmbedded(settings.FENGSUI_HOME);
  await migrate(server.url, SCHEMAS);
  return { url: server.url, embedded: true, release: () => server.release() };
}

/** Removes everything that this installation ever held. */
export async function wipe(url: string): Promise<void> {
  const db = await connect(url, 'fengsui wipe', 1);
  try {
    await db.query(SCHEMAS.map(({ schema }) => `drop schema if exists ${schema} cascade`).join('; ')); // one statement: all or nothing
  } finally {
    await db.destroy();
  }
  await migrate(url, SCHEMAS);
}
