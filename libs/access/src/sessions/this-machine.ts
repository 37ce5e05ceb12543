import { userInfo } from 'node:os';
import type { Clock } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import type { Identity } from '../identity.js';
import { spokenFor } from '../people/delegations.js';
import { grantsOf } from '../people/people.js';
import { PersonRow } from '../tables/tables.js';
import { Sessions } from './sessions.js';

/** The user of the operating system who runs this process: by its number, whatever the environment says. */
export const osUserHere = (): string => userInfo().username;

/**
 * Who gives a command on this machine: by the token of a login where one is set (FENGSUI_TOKEN), else the person whom
 * the security administrator has mapped to this user of the operating system.
 * @returns null when nobody is
 */
export async function identityHere(db: DataSource, clock: Clock, token: string | undefined): Promise<Identity | null> {
  if (token !== undefined) return new Sessions(db, clock).identify({ token, by: 'bearer' });
  const osUser = osUserHere();
  const row = await db.getRepository(PersonRow).findOneBy({ osUser });
  if (row === null || row.disabledAt !== null) return null;
  return {
    person: row.id,
    name: row.name,
    grants: await grantsOf(db, row.id),
    delegations: await spokenFor(db, row.id, await clock.now()),
    scope: null,
    acts: true,
    secondFactor: true,
    session: null,
    csrf: null,
    origin: `command ${osUser}`,
  };
}
