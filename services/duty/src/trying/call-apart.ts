import type { UtcInstant } from '@fengsui/contracts';
import type { CallRow } from '../tables/tables.js';

type Own = Pick<CallRow, 'id' | 'cause' | 'subject' | 'text' | 'reason' | 'state' | 'dueAt'> & Partial<CallRow>;

type Common =
  | 'about'
  | 'authority'
  | 'level'
  | 'urgent'
  | 'causes'
  | 'startedAt'
  | 'stepsCalled'
  | 'lastCalledAt'
  | 'policy'
  | 'events';

/** A call that only carries messages: it is about nothing but itself, has no chain, and never climbs. */
export const callApart = (own: Own, now: UtcInstant): Own & Pick<CallRow, Common> => ({
  about: own.id,
  authority: null,
  level: null,
  urgent: false,
  causes: [],
  startedAt: now,
  stepsCalled: 1,
  lastCalledAt: now,
  policy: null,
  events: [],
  ...own,
});
