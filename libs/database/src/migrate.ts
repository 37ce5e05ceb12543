import { DataSource, type MigrationInterface } from 'typeorm';
import type { Tx } from './connect.js';

/** The tables of one owner: a schema that nobody else writes to, and the steps that made it. */
export type OwnedSchema = Readonly<{ schema: string; migrations: readonly (new () => MigrationInterface)[] }>;

/** Any number, the same in every process: one migrates, the others wait. */
const MIGRATION_LOCK = 7_310_001;

/**
 * Brings every schema up to date. Migrations only append; each runs in its own transaction.
 * Safe to call from several processes at once.
 */
export async function migrate(url: string, owned: readonly OwnedSchema[]): Promise<void> {
  const guard = await new DataSource({ type: 'postgres', url, applicationName: 'fengsui migrate', extra: { max: 1 } }).initialize();
  const session = guard.createQueryRunner();
  try {
    await session.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    if (await upToDate(session.manager, owned)) return;
    for (const { schema, migrations } of owned) {
      await session.query(`create schema if not exists ${schema}`);
      const own = await new DataSource({
        type: 'postgres',
        url,
        schema,
        migrations: [...migrations],
        migrationsTableName: 'migration',
        extra: { max: 1 },
      }).initialize();
      await own.runMigrations({ transaction: 'each' }).finally(() => own.destroy());
    }
  } finally {
    await session.release();
    await guard.destroy();
  }
}

/** One query instead of a pool for each schema: this runs at every start. */
async function upToDate(db: Tx, owned: readonly OwnedSchema[]): Promise<boolean> {
  const tables = (await db.query(`select table_schema as schema from information_schema.tables where table_name = 'migration'`)) as {
    schema: string;
  }[];
  const present = new Set(tables.map(({ schema }) => schema));
  if (!owned.every(({ schema }) => present.has(schema))) return false;
  const sql = owned.map(({ schema }) => `select '${schema}' as schema, name from ${schema}.migration`).join(' union all ');
  const done = new Set(((await db.query(sql)) as { schema: string; name: string }[]).map(({ schema, name }) => `${schema}.${name}`));
  return owned.every(({ schema, migrations }) => migrations.every((migration) => done.has(`${schema}.${new migration().name}`)));
}
