import { DataSource } from 'typeorm';
import { serverAt } from './address.js';
import type { OwnedSchema, Step } from './owned-schema.js';
import { rows, run, type Db } from './sql.js';

/** Any number, the same in every process: one migrates, the others wait. */
const MIGRATION_LOCK = 7_310_001;

/** The tables are older than the program, and whoever asks may not change them. */
export class NotPrepared extends Error {
  constructor(cause: unknown) {
    super(
      '数据表尚未更新，而本角色无权更改：请以所有者身份运行 fengsui prepare / the tables are not up to date, and this role may not change them: run `fengsui prepare` as their owner',
      { cause },
    );
  }
}

/** PostgreSQL: insufficient_privilege. */
const MAY_NOT = '42501';

/**
 * Brings every schema up to date. Migrations only append; each runs in its own transaction.
 * Safe to call from several processes at once.
 * @throws NotPrepared
 */
export async function migrate(url: string, owned: readonly OwnedSchema[]): Promise<void> {
  const guard = await new DataSource({
    type: 'postgres',
    ...serverAt(url),
    applicationName: 'fengsui migrate',
    extra: { max: 1 },
  }).initialize();
  const session = guard.createQueryRunner();
  try {
    await run(session.manager, 'select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const present = await migrated(session.manager);
    if (await upToDate(session.manager, owned, present)) return;
    for (const { schema, migrations } of owned) {
      await run(session.manager, `create schema if not exists ${schema}`);
      if (present.has(schema)) await takeTrueNames(session.manager, schema, migrations);
      const own = await new DataSource({
        type: 'postgres',
        ...serverAt(url),
        schema,
        migrations: [...migrations],
        migrationsTableName: 'migration',
        extra: { max: 1 },
      }).initialize();
      await own.runMigrations({ transaction: 'each' }).finally(() => own.destroy());
    }
  } catch (error) {
    throw (error as { code?: unknown }).code === MAY_NOT ? new NotPrepared(error) : error;
  } finally {
    await session.release();
    await guard.destroy();
  }
}

/** The schemas that were migrated before. */
async function migrated(db: Db): Promise<ReadonlySet<string>> {
  const tables = await rows<{ schema: string }>(
    db,
    `select table_schema as schema from information_schema.tables where table_name = 'migration'`,
  );
  return new Set(tables.map(({ schema }) => schema));
}

/** One query instead of a pool for each schema: this runs at every start. */
async function upToDate(db: Db, owned: readonly OwnedSchema[], present: ReadonlySet<string>): Promise<boolean> {
  if (!owned.every(({ schema }) => present.has(schema))) return false;
  const sql = owned
    .map(({ schema }) => `select '${schema}' as schema, name from ${schema}.migration`)
    .join(' union all ');
  const done = new Set(
    (await rows<{ schema: string; name: string }>(db, sql)).map(({ schema, name }) => `${schema}.${name}`),
  );
  return owned.every(({ schema, migrations }) => migrations.every((step) => done.has(`${schema}.${new step().name}`)));
}

/**
 * The first steps were written under made-up times; installations that have them under those names get the true ones.
 */
async function takeTrueNames(db: Db, schema: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps)
    if (step.formerly !== undefined) {
      const name = new step().name ?? step.name;
      const written = Number(name.slice(-13));
      await run(db, `update ${schema}.migration set name = $1, timestamp = $2 where name = $3`, [
        name,
        written,
        step.formerly,
      ]);
    }
}
