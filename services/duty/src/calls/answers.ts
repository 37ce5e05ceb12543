import { randomInt } from 'node:crypto';
import { addMinutes, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { DeliveryRow } from '../tables/tables.js';

/** A message that was written for a person, as far as an answer to it goes. */
export type MessageTo = Pick<DeliveryRow, 'step' | 'code' | 'codeEndsAt'>;

/** As long as a call can climb, and no longer. */
const WORKS_MINUTES = 12 * 60;
/** No letter or digit that is heard or read as another one. */
const SIGNS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 10;

/** A code for one message: 32^10 of them, told to one person, for one step of one call. */
export const newCode = (now: UtcInstant): Readonly<{ code: string; codeEndsAt: UtcInstant }> => ({
  code: Array.from({ length: LENGTH }, () => SIGNS[randomInt(SIGNS.length)]).join(''),
  codeEndsAt: addMinutes(now, WORKS_MINUTES),
});

export const messagesTo = (tx: Tx, call: string, person: string): Promise<MessageTo[]> =>
  tx.getRepository(DeliveryRow).findBy({ call, person });

/**
 * Why an answer does not count, or null. Who answers was called; and is who answers: logged in themselves, spoken for
 * by a delegation, or with the code that only their message carried. A demonstration plays whoever it names.
 */
export function whyNoAnswer({ data, recordedAt }: OrderOf<'answer'>, messages: readonly MessageTo[]): string | null {
  const { person, actor, speaksFor, code, right } = data;
  if (messages.length === 0) return `${person} 未被呼叫 / ${person} was not called`;
  if (right === 'demonstration' || actor === person || speaksFor === person) return null;
  if (code === undefined)
    return `${actor} 不能替 ${person} 应答 / ${actor} does not answer for ${person}: a code is wanted`;
  const message = messages.find((one) => one.code === code.toUpperCase());
  if (message === undefined) return `应答码不正确 / no message to ${person} carried this code`;
  return message.codeEndsAt !== null && message.codeEndsAt > recordedAt
    ? null
    : '应答码已过期 / the code works no longer';
}
