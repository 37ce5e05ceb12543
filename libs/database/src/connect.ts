import { utc } from '@fengsui/contracts';
import pg from 'pg';
import { serverAt } from './address.js';
import { DataSource, type EntityManager } from 'typeorm';
import { SnakeCaseNames } from './columns.js';
import type { OwnedSchema } from './owned-schema.js';

/** A transaction in progress. Whoever is given one works in it and never opens their own. */
export type Tx = EntityManager;

// Offsets and counts stay far below 2^53; instants travel as the contracts' own text, so `<` compares them.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) =>
  utc(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')),
);

/** How the entities of some schemas are read. */
export const entitiesOf = (owned: readonly OwnedSchema[]) => ({
  type: 'postgres' as const,
  namingStrategy: new SnakeCaseNames(),
  entities: owned.flatMap(({ entities }) => [...entities]),
});

const addresses = new WeakMap<DataSource, string>();

/** The address that a pool was opened with, for a thread that opens its own. @throws of a pool opened otherwise */
export function addressOf(db: DataSource): string {
  const address = addresses.get(db);
  if (address === undefined) throw new Error('this pool was not opened by connect()');
  return address;
}

/**
 * Opens a pool.
 * @param name shows in pg_stat_activity, so a DBA sees who holds what
 * @param owned schemas whose tables are worked with as entities
 */
export async function connect(
  url: string,
  name: string,
  poolSize: number,
  owned: readonly OwnedSchema[] = [],
): Promise<DataSource> {
  const dataSource = new DataSource({
    ...entitiesOf(owned),
    ...serverAt(url),
    applicationName: name,
    extra: {
      max: poolSize,
      keepAlive: true,
      connectionTimeoutMillis: 15_000,
      idle_in_transaction_session_timeout: 120_000,
    },
  });
  addresses.set(dataSource, url);
  return dataSource.initialize();
}
