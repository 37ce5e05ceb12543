import { AccessFault } from '../access-fault.js';
import { randomUUID } from 'node:crypto';
import type { UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, type Db, type Tx } from '@fengsui/database';
import { append } from '../audit/chain.js';
import type { SpokenFor } from '../identity.js';
import { APART } from '../roles.js';
import { DelegationRow } from '../tables/tables.js';
import { act, grantsOf, known, type Doer } from './people.js';

export type NewDelegation = Readonly<{
  principal: string;
  agent: string;
  beginsAt: UtcInstant;
  endsAt: UtcInstant;
  reason: string;
}>;

/** Nobody speaks for another for longer without saying so again. */
const LONGEST_DAYS = 31;

/** Lets one person speak for another between two instants. @returns its number @throws AccessFault */
export async function delegate(tx: Tx, given: NewDelegation, doer: Doer, now: UtcInstant): Promise<string> {
  await known(tx, given.principal);
  await known(tx, given.agent);
  if (given.agent === doer.actor && given.principal !== doer.actor)
    throw new AccessFault('不得把他人的权限委托给自己 / nobody makes themselves the agent of another');
  const administers = (await grantsOf(tx, given.agent)).some(({ role }) => APART.includes(role));
  if (administers) throw new AccessFault('管理员不得受托下达指令 / an administrator speaks for nobody');
  if (given.principal === given.agent) throw new AccessFault('不能委托给本人 / nobody speaks for themselves');
  const days = (Date.parse(given.endsAt) - Date.parse(given.beginsAt)) / 86_400_000;
  if (!(days > 0 && days <= LONGEST_DAYS))
    throw new AccessFault(`委托须有起止，至多${LONGEST_DAYS}天 / from and until, at most ${LONGEST_DAYS} days apart`);
  const id = randomUUID();
  await insertRows(tx, DelegationRow, [{ id, ...given, givenBy: doer.actor, givenAt: now }]);
  await append(tx, act({ ...doer, reason: given.reason }, 'delegation.given', id, null, given), now);
  return id;
}

/** Takes it back: from this moment on nobody speaks by it. @throws AccessFault when there is none that holds */
export async function withdraw(tx: Tx, id: string, doer: Doer, now: UtcInstant): Promise<void> {
  const table = tx.getRepository(DelegationRow);
  const row = await table.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  if (row === null || row.withdrawnAt !== null)
    throw new AccessFault(`没有有效的委托 ${id} / there is no delegation ${id} that holds`);
  await table.update({ id }, { withdrawnAt: now, withdrawnBy: doer.actor });
  await append(tx, act(doer, 'delegation.withdrawn', id, { agent: row.agent, principal: row.principal }, null), now);
}

/** Whom somebody may speak for now, with what those may do. */
export async function spokenFor(db: Db, agent: string, now: UtcInstant): Promise<SpokenFor[]> {
  const principals = await rows<{ principal: string }>(
    db,
    `select distinct d.principal from access.delegation d join access.person p on p.id = d.principal
     where d.agent = $1 and d.withdrawn_at is null and d.begins_at <= $2 and d.ends_at > $2 and p.disabled_at is null
       and not exists (select 1 from access.granted_role g where g.person = d.agent and g.role = any($3))
     order by d.principal`,
    [agent, now, APART],
  );
  return Promise.all(principals.map(async ({ principal }) => ({ principal, grants: await grantsOf(db, principal) })));
}

export const delegations = (db: Db): Promise<DelegationRow[]> =>
  rows<DelegationRow>(
    db,
    `select id, principal, agent, begins_at as "beginsAt", ends_at as "endsAt", reason, given_by as "givenBy", given_at as "givenAt",
            withdrawn_at as "withdrawnAt", withdrawn_by as "withdrawnBy" from access.delegation order by begins_at, id`,
  );
