import { when } from '../terminal.js';
import { tableOf } from './listing.js';

/** Messages whose identity was taken by other content: a person looks which one holds. */
export const CONFLICTS_COMMAND = tableOf(
  {
    name: 'conflicts',
    about: { zh: '同一标识而内容不同的报文', en: 'messages with one identity and different content' },
  },
  ({ ports }) => ports.intake.conflicts(),
  [
    [{ zh: '时间', en: 'at' }, ({ recordedAt }) => when(recordedAt)],
    [{ zh: '标识', en: 'identity' }, ({ identity }) => identity],
    [{ zh: '来源', en: 'from' }, ({ name }) => name],
    [{ zh: '位置', en: 'place' }, ({ place }) => place],
    [{ zh: '事件', en: 'event' }, ({ event }) => event],
  ],
);
