import { AccessFault } from '../access-fault.js';
import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { insertRows, type Tx } from '@fengsui/database';
import { secret, sha256 } from '../secrets.js';
import { OneTimeLinkRow } from '../tables/tables.js';

type Purpose = OneTimeLinkRow['purpose'];

/** A link that works once. @returns its token, which is kept nowhere */
export async function newLink(
  tx: Tx,
  { purpose, person, minutes }: Readonly<{ purpose: Purpose; person: string | null; minutes: number }>,
  now: UtcInstant,
): Promise<string> {
  const token = secret();
  await insertRows(tx, OneTimeLinkRow, [{ id: sha256(token), purpose, person, endsAt: addMinutes(now, minutes) }]);
  return token;
}

/** Uses a link up. @throws AccessFault when it was used, is too old, or never was one */
export async function useLink(tx: Tx, token: string, purpose: Purpose, now: UtcInstant): Promise<OneTimeLinkRow> {
  const links = tx.getRepository(OneTimeLinkRow);
  const link = await links.findOne({ where: { id: sha256(token) }, lock: { mode: 'pessimistic_write' } });
  if (link === null || link.purpose !== purpose || link.usedAt !== null || link.endsAt <= now)
    throw new AccessFault('链接无效、已用过或已过期 / the link was used, is too old, or never was one');
  await links.update({ id: link.id }, { usedAt: now });
  return link;
}
