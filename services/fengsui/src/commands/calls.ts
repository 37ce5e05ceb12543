import { when } from '../terminal.js';
import { listing, state } from './listing.js';

export const CALLS_COMMAND = listing(
  { name: 'calls', about: { zh: '叫应记录', en: 'calls and answers' } },
  ({ ports }, open) => ports.duty.calls(open),
  [
    [{ zh: '呼叫', en: 'call' }, ({ id }) => id],
    [{ zh: '状态', en: 'state' }, (call, terminal) => state(terminal, call.state)],
    [{ zh: '内容', en: 'subject' }, ({ subject }) => subject],
    [{ zh: '开始', en: 'started' }, ({ startedAt }) => when(startedAt)],
    [{ zh: '步', en: 'steps' }, ({ steps }) => steps],
    [
      { zh: '应答', en: 'answered by' },
      ({ answeredBy }, _terminal, { plans }) => (answeredBy === null ? null : plans.duty.nameOf(answeredBy)),
    ],
  ],
);
