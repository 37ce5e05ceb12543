import type { UtcInstant } from '@fengsui/contracts';
import { insertRows, one, playState, rows, type Db, type Tx } from '@fengsui/database';
import type { Act } from '../audit/chain.js';
import { append } from '../audit/chain.js';
import { AccessFault } from '../access-fault.js';
import { rolesApart, type Grant, type Role } from '../roles.js';
import { newLink } from './one-time-links.js';
import { GrantedRoleRow, PersonRow, SessionRow } from '../tables/tables.js';

/** A person with their roles, for the page and the command. */
export type PersonView = Readonly<{
  id: string;
  name: string;
  service: boolean;
  demonstration: boolean;
  osUser: string | null;
  localLogin: boolean;
  secondFactor: boolean;
  locked: boolean;
  disabled: boolean;
  roles: readonly Grant[];
}>;

/** A link to set a password works this long. */
const LINK_MINUTES = 24 * 60;

/** Who does it, from where, and why: stands in the audit chain. */
export type Doer = Readonly<{ actor: string; right: string; origin: string; reason: string }>;

export type NewPerson = Readonly<{
  id: string;
  name: string;
  service?: boolean;
  demonstration?: boolean;
  osUser?: string | null;
  oidc?: Readonly<{ issuer: string; subject: string }> | null;
}>;

/** @throws AccessFault when there is one of that id */
export async function addPerson(tx: Tx, given: NewPerson, doer: Doer, now: UtcInstant): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]{0,59}$/.test(given.id))
    throw new AccessFault(`人员编号“${given.id}”应为小写字母、数字 / a person's id is small letters and digits`);
  const person = tx.getRepository(PersonRow);
  if ((await person.findOneBy({ id: given.id })) !== null)
    throw new AccessFault(`已有人员 ${given.id} / there is a person ${given.id} already`);
  const osUser = given.osUser ?? null;
  if (osUser !== null && (await person.findOneBy({ osUser })) !== null)
    throw new AccessFault(`系统用户 ${osUser} 已对应他人 / the user ${osUser} of the system is somebody else already`);
  await insertRows(tx, PersonRow, [
    {
      id: given.id,
      name: given.name,
      service: given.service ?? false,
      // Whoever is entered into a demonstration is part of it: from this machine only.
      demonstration: given.demonstration ?? (await playState(tx)).state !== 'none',
      osUser,
      oidcIssuer: given.oidc?.issuer ?? null,
      oidcSubject: given.oidc?.subject ?? null,
      createdAt: now,
    },
  ]);
  await append(tx, act(doer, 'person.added', given.id, null, { ...given }), now);
}

/** Gives or takes a role. @throws AccessFault when roles of one person do not go together */
export async function changeRole(
  tx: Tx,
  { person, role, authority, given }: Readonly<{ person: string; role: Role; authority: string; given: boolean }>,
  doer: Doer,
  now: UtcInstant,
): Promise<void> {
  await known(tx, person);
  if (person === doer.actor && doer.right === 'manage-people')
    throw new AccessFault('不得变更本人角色 / nobody changes their own roles');
  const before = await grantsOf(tx, person);
  const table = tx.getRepository(GrantedRoleRow);
  if (given) {
    const apart = rolesApart([...before.map((one) => one.role), role]);
    if (apart !== null) throw new AccessFault(apart);
    await insertRows(
      tx,
      GrantedRoleRow,
      [{ person, role, authority, grantedBy: doer.actor, grantedAt: now }],
      'nothing',
    );
  } else await table.delete({ person, role, authority });
  const after = await grantsOf(tx, person);
  await append(tx, act(doer, given ? 'role.given' : 'role.taken', person, before, after), now);
}

/**
 * Lets somebody set their password anew: the old one, the one-time codes and every session end here.
 * @returns the link's token, once
 */
export async function resetLogin(tx: Tx, person: string, doer: Doer, now: UtcInstant): Promise<string> {
  await known(tx, person);
  const none = { passwordHash: null, totpSecret: null, totpStep: null, failures: 0, lockedUntil: null };
  await tx.getRepository(PersonRow).update({ id: person }, none);
  await endSessions(tx, person, 'the login was reset', now);
  await append(tx, act(doer, 'login.reset', person, null, null), now);
  return passwordLink(tx, person, now);
}

/** A link by which somebody sets their password. @returns its token, once */
export const passwordLink = (tx: Tx, person: string, now: UtcInstant): Promise<string> =>
  newLink(tx, { purpose: 'password', person, minutes: LINK_MINUTES }, now);

/** Roles of an administrator hold for everything that this installation has. */
const EVERYWHERE = '000000';

/**
 * Makes somebody the first security administrator, who is entered by it.
 * @param origin how they were known, for the audit
 * @throws AccessFault when there is one already
 */
export async function makeFirst(
  tx: Tx,
  given: Pick<NewPerson, 'id' | 'name' | 'osUser'>,
  origin: string,
  now: UtcInstant,
): Promise<void> {
  if (!(await nobodyYet(tx))) throw new AccessFault('已有安全管理员 / there is a security administrator already');
  const doer: Doer = { actor: given.id, right: 'first-administrator', origin, reason: 'first start' };
  await addPerson(tx, given, doer, now);
  const grant = { role: 'security-administrator', authority: EVERYWHERE, given: true } as const;
  await changeRole(tx, { person: given.id, ...grant }, doer, now);
}

/** Takes somebody's access away: at once, with every session and token. */
export async function disable(tx: Tx, person: string, doer: Doer, now: UtcInstant): Promise<void> {
  await known(tx, person);
  await tx.getRepository(PersonRow).update({ id: person }, { disabledAt: now });
  await endSessions(tx, person, 'the person was taken away', now);
  await append(tx, act(doer, 'person.disabled', person, null, null), now);
}

/** Ends every session and token of a person. */
export async function endSessions(tx: Tx, person: string, because: string, now: UtcInstant): Promise<number> {
  const open = await tx.getRepository(SessionRow).find({ where: { person } });
  const still = open.filter(({ endedAt, endsAt }) => endedAt === null && endsAt > now);
  for (const { id } of still)
    await tx.getRepository(SessionRow).update({ id }, { endedAt: now, endedBecause: because });
  return still.length;
}

/** @throws AccessFault when there is no such person */
export async function known(tx: Tx, id: string): Promise<PersonRow> {
  const row = await tx.getRepository(PersonRow).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  if (row === null) throw new AccessFault(`没有这个人：${id} / there is no person ${id}`);
  return row;
}

export const grantsOf = (db: Db, person: string): Promise<Grant[]> =>
  rows<Grant>(db, 'select role, authority from access.granted_role where person = $1 order by role, authority', [
    person,
  ]);

/** True while nobody can be made anything: the first administrator is still to come. */
export const nobodyYet = async (db: Db): Promise<boolean> =>
  (await one(
    db,
    `select 1 from access.granted_role g join access.person p on p.id = g.person
     where g.role = 'security-administrator' and p.disabled_at is null and not p.demonstration limit 1`,
  )) === null;

export const people = (db: Db, now: UtcInstant): Promise<PersonView[]> =>
  rows<PersonView>(
    db,
    `select p.id, p.name, p.service, p.demonstration, p.os_user as "osUser", p.password_hash is not null as "localLogin",
            p.totp_secret is not null as "secondFactor", coalesce(p.locked_until > $1, false) as locked,
            p.disabled_at is not null as disabled,
            coalesce((select json_agg(json_build_object('role', g.role, 'authority', g.authority) order by g.role, g.authority)
                      from access.granted_role g where g.person = p.id), '[]') as roles
     from access.person p order by p.id`,
    [now],
  );

export const act = (
  { actor, right, origin, reason }: Doer,
  what: string,
  about: string,
  before: unknown,
  after: unknown,
): Act => ({ actor, right, origin, act: what, about, before, after, reason });
