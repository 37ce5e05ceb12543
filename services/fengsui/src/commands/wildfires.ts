import { when } from '../terminal.js';
import { listing, state } from './listing.js';

export const WILDFIRES_COMMAND = listing(
  { name: 'wildfires', about: { zh: '待核查和已核查的火情', en: 'fires to verify and judged' } },
  ({ ports }, open) => ports.wildfire.wildfires(open),
  [
    [{ zh: '编号', en: 'fire' }, ({ id }) => id],
    [{ zh: '状态', en: 'state' }, (fire, terminal) => state(terminal, fire.state)],
    [{ zh: '县区', en: 'county' }, ({ county }, _terminal, { plans }) => plans.wildfire.counties.nameOf(county)],
    [{ zh: '首见', en: 'first seen' }, ({ firstSeenAt }) => when(firstSeenAt)],
    [{ zh: '迹象', en: 'signs' }, ({ signs }) => signs],
    [{ zh: '核查限时', en: 'due' }, ({ dueAt }) => when(dueAt)],
    [{ zh: '结论', en: 'verdict' }, ({ verdict }) => verdict],
  ],
);
