import { randomBytes } from 'node:crypto';
import { connect } from './connect.js';
import { migrate } from './migrate.js';
import type { OwnedSchema } from './owned-schema.js';
import { run } from './sql.js';

/** A database of its own for one test file, on the server that `npm test` started. */
export type TestDatabase = Readonly<{ url: string; drop: () => Promise<void> }>;

/** @throws when the tests were not started by `npm test`: they run on the real thing or not at all */
export async function testDatabase(schemas: readonly OwnedSchema[]): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (server === undefined) throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm test -- <pattern>`');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = async (sql: string): Promise<void> => {
    const db = await connect(server, 'fengsui test', 1);
    await run(db, sql).finally(() => db.destroy());
  };
  await admin(`create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  await migrate(url, schemas);
  return { url, drop: () => admin(`drop database ${name} with (force)`) };
}
