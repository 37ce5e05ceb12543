import {
  OBLIGATION_IN_CHINESE,
  type DomainEvent,
  type ObligationDroppedV1,
  type ObligationMetV1,
  type ObligationOverdueV1,
  type OrderOf,
  type UtcInstant,
} from '@fengsui/contracts';
import type { ObligationRow } from '../tables/tables.js';

type Dated = ObligationRow & Readonly<{ dueAt: UtcInstant }>;
/** What has a time. What has none is ticked and nothing more: the order that does it is in the log. */
export const isDated = (row: ObligationRow): row is Dated => row.dueAt !== null;

/** @param left how many of the matter are still owed */
export const obligationMet = (
  row: Dated,
  left: number,
  by: Readonly<{ id: string; doneAt: UtcInstant; person: string }>,
  now: UtcInstant,
): ObligationMetV1 => ({
  ...header(row.matter, by.doneAt, now, [by.id]),
  id: `obligation-met/${row.matter}/${row.owner}`,
  type: 'obligation-met.v1',
  data: {
    ...common(row),
    owner: row.owner,
    doneAt: by.doneAt,
    inTime: by.doneAt <= row.dueAt,
    reportedBy: by.person,
    left,
    reason: `${row.ownerName}：${row.words}`,
  },
});

/** @param rows of one matter, all of one time */
export function obligationOverdue(
  rows: readonly [Dated, ...Dated[]],
  reminder: number,
  plan: string,
  now: UtcInstant,
): ObligationOverdueV1 {
  const [first] = rows;
  return {
    ...header(first.matter, now, now, []),
    id: `obligation-overdue/${first.matter}/${first.dueAt}/${reminder}`,
    type: 'obligation-overdue.v1',
    data: {
      ...common(first),
      missing: rows.map(({ owner, ownerName, words }) => ({ owner, name: ownerName, words })),
      reminder,
      reason: `${OBLIGATION_IN_CHINESE[first.kind]}逾期：${rows.map(({ ownerName }) => ownerName).join('、')}`,
      plan,
    },
  };
}

export const obligationDropped = (row: Dated, reason: string, cause: string, now: UtcInstant): ObligationDroppedV1 => ({
  ...header(row.matter, now, now, [cause]),
  id: `obligation-dropped/${row.matter}/${row.owner}`,
  type: 'obligation-dropped.v1',
  data: { ...common(row), owner: row.owner, overdue: row.dueAt < now, reason },
});

/** By whom an order says that it was done. */
export const doneBy = ({ id, occurredAt, data }: OrderOf<'fulfil'>) => ({
  id,
  doneAt: occurredAt,
  person: data.speaksFor ?? data.actor,
});

const common = ({ matter, kind, authority, dueAt }: Dated) => ({ matter, kind, authority, dueAt });

const header = (
  matter: string,
  occurredAt: UtcInstant,
  recordedAt: UtcInstant,
  causes: readonly string[],
): Omit<DomainEvent, 'id' | 'type' | 'data'> => ({
  key: matter,
  correlationId: matter,
  occurredAt,
  recordedAt,
  causes: [...causes],
});
