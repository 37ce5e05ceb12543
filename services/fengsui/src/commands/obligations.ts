import { OBLIGATION_IN_CHINESE, type ObligationKind } from '@fengsui/contracts';
import { when } from '../terminal.js';
import { listing, state } from './listing.js';

export const OBLIGATIONS_COMMAND = listing(
  {
    name: 'obligations',
    about: { zh: '签收、定时报告、响应措施等限时事项', en: 'receipts, reports and steps that are owed' },
  },
  ({ ports }, open) => ports.response.obligations(open),
  [
    [{ zh: '事项', en: 'matter' }, ({ matter }) => matter],
    [
      { zh: '类别', en: 'kind' },
      ({ kind }, terminal) => terminal.pick({ zh: OBLIGATION_IN_CHINESE[kind as ObligationKind] ?? kind, en: kind }),
    ],
    [{ zh: '责任方', en: 'owner' }, ({ name, owner }) => `${name} ${owner}`],
    [{ zh: '内容', en: 'what' }, ({ words }) => words],
    [{ zh: '状态', en: 'state' }, (one, terminal) => state(terminal, one.state)],
    [{ zh: '限时', en: 'due' }, ({ dueAt }) => (dueAt === null ? '' : when(dueAt))],
    [{ zh: '催办', en: 'reminders' }, ({ reminders }) => reminders],
  ],
);
