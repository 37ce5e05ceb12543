import { when, type Said } from '../terminal.js';
import { listing } from './listing.js';

const KINDS: Readonly<Record<string, Said>> = {
  'gauge-silent': { zh: '测站缺报', en: 'gauge silent' },
  'gauge-unheard': { zh: '测站中断', en: 'gauge unheard' },
  'rain-incomplete': { zh: '雨量不全', en: 'rain incomplete' },
  'stage-doubtful': { zh: '水位存疑', en: 'stage doubtful' },
  'warning-unplaced': { zh: '区域待认定', en: 'warning unplaced' },
  'ledger-exceeded': { zh: '超出台账', en: 'beyond the ledger' },
  'task-unusable': { zh: '转移任务未生成', en: 'task unusable' },
  'site-uncovered': { zh: '场所未覆盖', en: 'site not covered' },
  'shelter-full': { zh: '避护场所超员', en: 'shelter full' },
  'incident-twice': { zh: '疑为同一事故', en: 'told twice' },
  'report-unsigned': { zh: '文稿待签', en: 'report unsigned' },
  attention: { zh: '关注', en: 'attention' },
  'warning-lapsed': { zh: '预警待核实', en: 'warning lapsed' },
};

/** What a person must look at. */
export const ITEMS_COMMAND = listing(
  { name: 'items', about: { zh: '待人工核实的事项', en: 'what a person must look at' } },
  async ({ ports }, open) => [...(await ports.response.items(open)), ...(await ports.reporting.items(open))],
  [
    [{ zh: '类别', en: 'kind' }, ({ kind }, terminal) => terminal.pick(KINDS[kind] ?? { zh: kind, en: kind })],
    [{ zh: '事项', en: 'what' }, ({ words }) => words],
    [{ zh: '自', en: 'since' }, ({ since }) => when(since)],
    [{ zh: '结束', en: 'over' }, ({ closedAt }) => when(closedAt)],
  ],
);
