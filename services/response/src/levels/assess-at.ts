import type { UtcInstant } from '@fengsui/contracts';
import type { Job } from '@fengsui/database';

/**
 * Asks for the case to be weighed: now, or when an item of evidence ends. All that comes in at one instant is weighed
 * once, as a whole; and all that has come in while the case was being weighed, too.
 */
export const assessAt = (authority: string, times: readonly UtcInstant[]): readonly Job[] =>
  [...new Set(times)].map((dueAt) => ({ kind: 'assess', key: `${authority}/${dueAt}`, dueAt, payload: {} }));
