import { utc, type UtcInstant } from '@fengsui/contracts';
import type { Job } from '@fengsui/database';

/** What comes in within so many milliseconds is weighed once: a flood of readings is not weighed batch by batch. */
const TOGETHER_MS = 250;

/**
 * Asks for the case to be weighed: now, or when an item of evidence ends. All that comes in at one instant is weighed
 * once, as a whole.
 */
export const assessAt = (authority: string, times: readonly UtcInstant[]): readonly Job[] =>
  // Each asks under a key of its own: what is being weighed holds nobody up who asks for the next time.
  [...new Set(times)].map((at) => ({ kind: 'assess', key: `${authority}/${at}`, dueAt: roundedUp(at), payload: {} }));

const roundedUp = (at: UtcInstant): UtcInstant =>
  utc(new Date(Math.ceil(Date.parse(at) / TOGETHER_MS) * TOGETHER_MS).toISOString());
