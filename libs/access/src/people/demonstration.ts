import type { UtcInstant } from '@fengsui/contracts';
import { addMinutes } from '@fengsui/contracts';
import { playState, type Tx } from '@fengsui/database';
import type { Role } from '../roles.js';
import { PersonRow } from '../tables/tables.js';
import { delegate } from './delegations.js';
import { hashPassword } from './passwords.js';
import { addPerson, changeRole, type Doer } from './people.js';

/** An account of the demonstration. Everything invented carries the mark. */
type Account = Readonly<{ id: string; name: string; roles: readonly Role[]; osUser?: string }>;
const MARK = '【演示数据】';
/** Printed at the end of the demonstration: it opens nothing that is not invented, and from this machine only. */
export const DEMONSTRATION_PASSWORD = 'yanshi-2020-qingyuan';
const DOER: Doer = { actor: 'demonstration', right: 'demonstration', origin: 'demonstration', reason: MARK };
const DELEGATED_DAYS = 31;

/** Who plays in the demonstration of a city. `persons`: those of the duty roster, with their post. */
export type Cast = Readonly<{
  authority: string;
  persons: readonly Readonly<{ id: string; name: string; post: string }>[];
  /** Whoever started it on this machine. */ osUser: string;
}>;

/**
 * Gives a database that is marked as a demonstration its accounts: the people of the roster, an operator who is the
 * user of this machine and may speak for them, and an administrator of each kind.
 * @returns the names to log in with; none when the database is not marked, or has them already
 */
export async function castDemonstration(tx: Tx, cast: Cast, now: UtcInstant): Promise<readonly string[]> {
  if ((await playState(tx)).state === 'none') return [];
  if (await tx.getRepository(PersonRow).existsBy({ demonstration: true })) return [];
  const passwordHash = await hashPassword(DEMONSTRATION_PASSWORD);
  const accounts: readonly Account[] = [
    ...cast.persons.map(({ id, name, post }) => ({ id, name: `${MARK}${name}`, roles: rolesOf(post) })),
    { id: 'yanshi', name: `${MARK}本机操作员`, roles: ['leader'], osUser: cast.osUser },
    { id: 'shenji', name: `${MARK}审计员`, roles: ['auditor'] },
    { id: 'anquan', name: `${MARK}安全管理员`, roles: ['security-administrator'] },
  ];
  for (const { id, name, roles, osUser } of accounts) {
    if (await tx.getRepository(PersonRow).existsBy({ id })) continue;
    await addPerson(tx, { id, name, demonstration: true, osUser: osUser ?? null }, DOER, now);
    await tx.getRepository(PersonRow).update({ id }, { passwordHash });
    for (const role of roles)
      await changeRole(tx, { person: id, role, authority: cast.authority, given: true }, DOER, now);
  }
  const [beginsAt, endsAt] = [now, addMinutes(now, DELEGATED_DAYS * 1_440)];
  for (const { id } of cast.persons)
    await delegate(tx, { principal: id, agent: 'yanshi', beginsAt, endsAt, reason: MARK }, DOER, now);
  return accounts.map(({ id }) => id);
}

function rolesOf(post: string): readonly Role[] {
  if (post.includes('局领导')) return ['approver'];
  if (post.includes('统计')) return ['statistician'];
  return post.includes('带班') ? ['leader'] : ['duty-officer'];
}
