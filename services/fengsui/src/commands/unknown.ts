import { when, type Said } from '../terminal.js';
import { tableOf } from './listing.js';

const KINDS: Readonly<Record<string, Said>> = {
  station: { zh: '测站', en: 'station' },
  sender: { zh: '发布者', en: 'sender' },
  place: { zh: '地点', en: 'place' },
};

/** What somebody must say the meaning of: an alias in gauges.csv, a sender in senders.yaml, a place to the issuer. */
export const UNKNOWN_COMMAND = tableOf(
  {
    name: 'unknown',
    about: { zh: '预案不认识的测站、发布者、地点', en: 'stations, senders and places that the plan does not know' },
  },
  ({ ports }) => ports.intake.unknown(),
  [
    [{ zh: '类别', en: 'kind' }, ({ kind }, terminal) => terminal.pick(KINDS[kind] as Said)],
    [{ zh: '所写', en: 'written' }, ({ name }) => name],
    [{ zh: '来自', en: 'from' }, ({ actor }) => actor],
    [{ zh: '最近', en: 'last' }, ({ lastAt }) => when(lastAt)],
    [{ zh: '条数', en: 'records' }, ({ records }) => records],
    [{ zh: '相近', en: 'written like' }, ({ near }) => near.join(', ')],
  ],
);
