import { createHash, randomInt } from 'node:crypto';
import { addMinutes, type UtcInstant } from '@fengsui/contracts';

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

/** Two digits that prove that somebody has read what they answer to: no secret, and the same in every replay. */
export const readBackOf = (call: string): string =>
  String(10 + (createHash('sha256').update(call).digest().readUInt16BE(0) % 90));
