import { Clock } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { addPerson, changeRole, grantsOf, type Doer } from './people/people.js';
import type { Right, Role } from './roles.js';
import { Sessions } from './sessions/sessions.js';
import { PersonRow } from './tables/tables.js';

const DOER: Doer = { actor: 'test', right: 'test', origin: 'test', reason: 'test' };

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
    const had = await grantsOf(tx, person);
    for (const role of roles.filter((one) => !had.some((grant) => grant.role === one)))
      await changeRole(tx, { person, role, authority: '441800', given: true }, DOER, now);
    return new Sessions(db, clock).newToken(tx, { person, kind: 'command', scope, days: 1 }, DOER);
  });
}
