import { utc } from '@fengsui/contracts';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';

/** A transaction in progress. Repositories take one and never open their own. */
export type Tx = EntityManager;

// Offsets and counts stay far below 2^53; instants travel as the contracts' own text, so `<` compares them.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => utc(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')));

/**
 * Opens a pool.
 * @param name shows in pg_stat_activity, so a DBA sees who holds what
 */
export async function connect(url: string, name: string, poolSize: number): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: name,
    extra: { max: poolSize, keepAlive: true, connectionTimeoutMillis: 15_000, idle_in_transaction_session_timeout: 120_000 },
  });
  return dataSource.initialize();
}
