import { wordOf } from '../command.js';
import type { OrderOfCommand } from './duty-orders.js';

/** Orders about accidents as they are counted, reports, and periods. */
export const REPORT_ORDERS: readonly OrderOfCommand[] = [
  {
    kind: 'join-incidents',
    about: { zh: '两个编号为同一起事故', en: 'two numbers are one accident' },
    example: 'join-incidents A2020-017 119-2020-0533 --reason …',
    words: [{ name: '<number>' }, { name: '<other>' }],
    fields: (typed) =>
      Promise.resolve({ kind: 'join-incidents' as const, incidentId: wordOf(typed, 0), joined: wordOf(typed, 1) }),
  },
  {
    kind: 'part-incidents',
    about: { zh: '两起事故并非一起，或撤销并案', en: 'two accidents are two' },
    example: 'part-incidents A2020-017 119-2020-0533 --reason …',
    words: [{ name: '<number>' }, { name: '<other>' }],
    fields: (typed) =>
      Promise.resolve({ kind: 'part-incidents' as const, incidentId: wordOf(typed, 0), other: wordOf(typed, 1) }),
  },
  {
    kind: 'draft-report',
    about: { zh: '按现有数字起草文稿（新的一稿）', en: 'write a report anew, as the figures stand' },
    example: 'draft-report 2020 annual-summary',
    words: [{ name: '<period>' }, { name: '<template>' }],
    fields: (typed) =>
      Promise.resolve({ kind: 'draft-report' as const, period: wordOf(typed, 0), template: wordOf(typed, 1) }),
  },
  {
    kind: 'check-report',
    about: { zh: '核稿', en: 'vouch for a draft' },
    example: 'check-report 2020/annual-summary/1',
    words: [{ name: '<report>' }],
    fields: (typed) => Promise.resolve({ kind: 'check-report' as const, report: wordOf(typed, 0) }),
  },
  {
    kind: 'sign-report',
    about: { zh: '签发已核的文稿（核稿人以外的人）', en: 'sign a checked draft, as another person than checked it' },
    example: 'sign-report 2020/annual-summary/1',
    words: [{ name: '<report>' }],
    fields: (typed) => Promise.resolve({ kind: 'sign-report' as const, report: wordOf(typed, 0) }),
  },
  {
    kind: 'drop-report',
    about: { zh: '撤回不再需要的文稿', en: 'a draft is wanted no more' },
    example: 'drop-report 2020-02/situation/1 --reason …',
    words: [{ name: '<report>' }],
    fields: (typed) => Promise.resolve({ kind: 'drop-report' as const, report: wordOf(typed, 0) }),
  },
  {
    kind: 'close-period',
    about: { zh: '县（市、区）核定本期数据', en: 'vouch for the figures of a county in a period' },
    example: 'close-period 2020 441881',
    words: [{ name: '<period>' }, { name: '<county>' }],
    fields: (typed) =>
      Promise.resolve({ kind: 'close-period' as const, period: wordOf(typed, 0), authority: wordOf(typed, 1) }),
  },
];
