import { LocalLogin, makeFirst, newLink, nobodyYet, useLink } from '@fengsui/access';
import type { UtcInstant } from '@fengsui/contracts';
import { playState, type Tx } from '@fengsui/database';
import { Type, type Static } from 'typebox';

export const FirstAdministrator = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 100 }),
    person: Type.String({ minLength: 1, maxLength: 60 }),
    name: Type.String({ minLength: 1, maxLength: 60 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);

/** Long enough to go to the other room, short enough that a scrollback is worth nothing. */
const LINK_MINUTES = 60;

/** A link for the first administrator. @returns null when there is one already, or the database is a demonstration */
export async function firstLink(tx: Tx, now: UtcInstant): Promise<string | null> {
  if (!(await nobodyYet(tx)) || (await playState(tx)).state !== 'none') return null;
  return newLink(tx, { purpose: 'first-administrator', person: null, minutes: LINK_MINUTES }, now);
}

/** Makes whoever holds the link the security administrator. @throws AccessFault */
export async function becomeFirst(
  tx: Tx,
  { token, person, name, password }: Static<typeof FirstAdministrator>,
  login: LocalLogin,
  now: UtcInstant,
): Promise<object> {
  await useLink(tx, token, 'first-administrator', now);
  await makeFirst(tx, { id: person, name }, 'one-time link', now);
  await login.setPassword(tx, person, password);
  return { person };
}
