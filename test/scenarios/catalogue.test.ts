import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SCHEMAS } from '@fengsui/cli';
import { catalogueOf, connect, migrate } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';

let database: TestDatabase;
let db: DataSource;
beforeAll(async () => {
  database = await testDatabase(SCHEMAS);
  await migrate(database.url, SCHEMAS);
  db = await connect(database.url, 'catalogue test', 2, SCHEMAS);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** That there is no difference now is held by `npm run check`. */
it('a column that only the database has, or only an entity, is found', async () => {
  await db.query(
    'alter table response.task add column by_hand text; alter table duty.call rename column urgent to pressing',
  );
  const { differences } = await catalogueOf(db, SCHEMAS);
  expect(differences).toEqual([
    'duty.call.pressing is in the database and no entity describes it',
    'duty.call.urgent is described by an entity and is not in the database: a migration is missing',
    'response.task.by_hand is in the database and no entity describes it',
  ]);
  await db.query(
    'alter table response.task drop column by_hand; alter table duty.call rename column pressing to urgent',
  );
});
