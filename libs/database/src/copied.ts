import type { Client } from 'pg';
import { EntityManager } from 'typeorm';
import { copiedBy, type BinaryRow } from './copy.js';
import type { Db } from './sql.js';

/** As `copiedBy`, in the transaction that is given or on a connection of the pool. */
export async function copied(db: Db, select: string, fields: number, row: BinaryRow): Promise<void> {
  const held = db instanceof EntityManager ? db.queryRunner : undefined;
  const runner = held ?? (db instanceof EntityManager ? db.dataSource : db).createQueryRunner();
  try {
    await copiedBy((await runner.connect()) as Client, select, fields, row);
  } finally {
    if (held === undefined) await runner.release();
  }
}
