import type { UtcInstant } from '@fengsui/contracts';
import { rows, type Db } from '@fengsui/database';
import { AuditRow } from '../tables/tables.js';
import { GENESIS, hashOf } from './chain.js';
import { holds, type Seal } from './seals.js';

/** What became of a check of the chain. `brokenAt`: number of the first record that does not fit; null when all do. */
export type Verdict = Readonly<{
  ok: boolean;
  records: number;
  from: UtcInstant | null;
  to: UtcInstant | null;
  brokenAt: number | null;
}>;

const PAGE = 20_000;

/**
 * Goes through the whole chain: every hash, every link, that no number is left out, and that every seal fits the record
 * it names: what was cut off at the end is missed by a seal that was kept elsewhere.
 * @param seals of the database and of the file beside it
 */
export async function verify(db: Db, seals: readonly Seal[] = []): Promise<Verdict> {
  const bySeq = new Map<number, Seal[]>();
  for (const seal of seals) bySeq.set(seal.seq, [...(bySeq.get(seal.seq) ?? []), seal]);
  let [records, previous] = [0, GENESIS];
  let from: UtcInstant | null = null;
  let to: UtcInstant | null = null;
  for (;;) {
    const page = await recordsAfter(db, records, PAGE);
    for (const record of page) {
      const unsealed = (bySeq.get(record.seq) ?? []).some((seal) => seal.hash !== record.hash || !holds(seal));
      if (record.seq !== records + 1 || record.previous !== previous || hashOf(record) !== record.hash || unsealed)
        return { ok: false, records, from, to, brokenAt: records + 1 };
      records += 1;
      previous = record.hash;
      from ??= record.at;
      to = record.at;
    }
    if (page.length < PAGE) {
      const cutOff = seals.some(({ seq }) => seq > records);
      return { ok: !cutOff, records, from, to, brokenAt: cutOff ? records + 1 : null };
    }
  }
}

/** Records in their order. @param after number of the last one that is not wanted */
export const recordsAfter = (db: Db, after: number, limit: number): Promise<AuditRow[]> =>
  rows<AuditRow>(
    db,
    'select seq, at, actor, "right", origin, act, about, before, after, reason, previous, hash from access.audit where seq > $1 order by seq limit $2',
    [after, limit],
  );
