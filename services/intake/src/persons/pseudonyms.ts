import { createHmac } from 'node:crypto';
import { PSEUDONYM } from '@fengsui/contracts';
import type { Payload } from '../keeping/payload.js';
import type { Draft } from '../readers/reader.js';
import { ledgerWithoutNames } from './ledger.js';

/** Whom a pseudonym stands for. It is sealed before it is stored, and goes nowhere else. */
export type Named = Readonly<{
  person: string;
  /** The response in which the person was reported; null: of the ledger. */ episode: string | null;
  name: string;
  phone?: string | undefined;
  address?: string | undefined;
}>;
/** What stands for somebody of a risk point. The same name there is the same person, whoever reports it. */
export type Pseudonyms = (riskPoint: string, name: string) => string;

/** Contracts that say something of persons. */
export const NAMES_PERSONS: ReadonlySet<string> = new Set(['order.v1', 'transfer-ledger.v1']);
/** Fields of a report that name persons. */
const PERSONS_OF_REPORT = ['moved', 'returned', 'told', 'checkedIn', 'elsewhere', 'refused', 'notFound'];

/** Words that stand in whatever contract JSON names persons; an escape may hide one of them. */
const SIGNS = [...PERSONS_OF_REPORT, 'progress', 'persons', 'transfer-ledger', '\\u'].map((word) => Buffer.from(word));
const LONGEST_SIGN = Math.max(...SIGNS.map(({ length }) => length));

/** Whether contract JSON may name persons. */
export async function mayNamePersons({ open }: Pick<Payload, 'open'>): Promise<boolean> {
  let before: Buffer = Buffer.alloc(0);
  for await (const chunk of open()) {
    const seen = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
    if (SIGNS.some((sign) => seen.includes(sign))) return true;
    before = seen.subarray(Math.max(0, seen.length - LONGEST_SIGN));
  }
  return false;
}

/** @param key lies outside the database; whoever has not got it cannot try names out */
export const pseudonymsBy =
  (key: string): Pseudonyms =>
  (riskPoint, name) =>
    PSEUDONYM.test(name)
      ? name
      : `p-${createHmac('sha256', key)
          .update(`${riskPoint}\n${written(name)}`)
          .digest('hex')
          .slice(0, 24)}`;

/** One name however it was typed: full-width letters, blanks between the characters. */
const written = (name: string): string => name.normalize('NFKC').replace(/\s+/g, '').toLowerCase();

/**
 * A report of progress or a ledger with pseudonyms in the place of names, also in its words: from here on nobody reads
 * a name. Anything else as it is.
 */
export function withoutNames(
  draft: Draft,
  pseudonyms: Pseudonyms,
): Readonly<{ draft: Draft; named: readonly Named[] }> {
  const { data } = draft;
  if (draft.type === 'transfer-ledger.v1') return ledgerWithoutNames(draft, pseudonyms);
  if (draft.type !== 'order.v1' || !isRecord(data) || typeof data['taskId'] !== 'string') return { draft, named: [] };
  const { taskId } = data;
  const at = taskId.lastIndexOf('/');
  const [episode, riskPoint] = at === -1 ? [taskId, taskId] : [taskId.slice(0, at), taskId.slice(at + 1)];
  const named = new Map<string, Named>();
  const pseudonymOf = (name: unknown): unknown => {
    // What is no name is left to the contract, without what it says.
    if (typeof name !== 'string') return typeof name === 'number' ? pseudonymOf(String(name)) : null;
    const person = pseudonyms(riskPoint, name);
    if (person !== name) named.set(name, { person, episode, name });
    return person;
  };
  const masked = { ...data };
  for (const field of PERSONS_OF_REPORT) {
    const list = data[field];
    if (Array.isArray(list)) masked[field] = list.map(pseudonymOf);
    else if (list !== undefined) masked[field] = null;
  }
  if (typeof data['reason'] === 'string')
    masked['reason'] = [...named.values()].reduce(
      (words, { name, person }) => (name === '' ? words : words.replaceAll(name, person)),
      data['reason'],
    );
  return { draft: { ...draft, data: masked }, named: [...named.values()] };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
