import { Clock, type Tx } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { hashPassword } from './people/passwords.js';
import { addPerson, changeRole, grantsOf, type Doer, type NewPerson } from './people/people.js';
import type { Right, Role } from './roles.js';
import { Sessions } from './sessions/sessions.js';
import { PersonRow } from './tables/tables.js';

const DOER: Doer = { actor: 'test', right: 'test', origin: 'test', reason: 'test' };

/** The password of accounts that tests make. */
export const TEST_PASSWORD = 'a long password 7';

/** A person with some roles for the city and a password. @param db a connection that knows the tables of this library */
export function accountOf(
  db: DataSource,
  id: string,
  roles: readonly Role[] = [],
  more: Partial<NewPerson> = {},
): Promise<void> {
  return db.transaction(async (tx) => {
    const now = await new Clock(db).now(tx);
    await addPerson(tx, { id, name: id, ...more }, DOER, now);
    await tx.getRepository(PersonRow).update({ id }, { passwordHash: await hashPassword(TEST_PASSWORD) });
    await giveRoles(tx, id, roles);
  });
}

async function giveRoles(tx: Tx, person: string, roles: readonly Role[]): Promise<void> {
  const now = await new Clock(tx.dataSource).now(tx);
  const had = await grantsOf(tx, person);
  for (const role of roles.filter((one) => !had.some((grant) => grant.role === one)))
    await changeRole(tx, { person, role, authority: '441800', given: true }, DOER, now);
}

/**
 * A token of a person with some roles for the city, who is entered if need be.
 * @param db a connection that knows the tables of this library
 */
export function tokenOf(
  db: DataSource,
  person: string,
  roles: readonly Role[],
  scope: readonly Right[] = [],
): Promise<string> {
  const clock = new Clock(db);
  return db.transaction(async (tx) => {
    const now = await clock.now(tx);
    if (!(await tx.getRepository(PersonRow).existsBy({ id: person })))
      await addPerson(tx, { id: person, name: person }, DOER, now);
    await giveRoles(tx, person, roles);
    return new Sessions(db, clock).newToken(tx, { person, kind: 'command', scope, days: 1 }, DOER);
  });
}
