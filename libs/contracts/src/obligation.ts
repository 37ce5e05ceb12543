import { Type, type Static } from 'typebox';
import { Count, defineEvent, Division, Instant, Name, OneOf, Shape, Text } from './event.js';

/** What somebody owes by a time: a receipt for a notice, a report at a clock time, a step of the plan, a report up. */
export const OBLIGATION_KINDS = [
  'receipt',
  'situation-report',
  'step',
  'incident-by-word',
  'incident-in-writing',
  'incident-follow-up',
  'fire-report',
] as const;
export type ObligationKind = (typeof OBLIGATION_KINDS)[number];
/** The bureau's own words for them. */
export const OBLIGATION_IN_CHINESE: Readonly<Record<ObligationKind, string>> = {
  receipt: '通知签收',
  'situation-report': '定时报告',
  step: '响应措施',
  'incident-by-word': '事故首报（电话）',
  'incident-in-writing': '事故首报（书面）',
  'incident-follow-up': '事故续报',
  'fire-report': '森林火灾上报',
};

const common = {
  matter: Name('what it belongs to: several owe it together'),
  kind: OneOf(OBLIGATION_KINDS, '签收 定时报告 措施 首报 续报'),
  authority: Division('to whom it is owed'),
  dueAt: Instant('by when'),
};
const owner = Name('who owes it: a county, a department, an office');

/** Key: the matter, for every event of this file. */
export const ObligationMetV1 = defineEvent(
  'obligation-met.v1',
  'What somebody owed was done, in time or late.',
  Shape({
    ...common,
    owner,
    doneAt: Instant('when it was done'),
    inTime: Type.Boolean({ description: 'by the time it was due' }),
    reportedBy: Name('who says so'),
    left: Count('how many of the matter are still owed'),
    reason: Text('what was owed, in words'),
  }),
);
export type ObligationMetV1 = Static<typeof ObligationMetV1>;

export const ObligationOverdueV1 = defineEvent(
  'obligation-overdue.v1',
  'The time has passed, and not everybody has done what they owe.',
  Shape({
    ...common,
    missing: Type.Array(Shape({ owner, name: Text('its name'), words: Text('what it owes') }), { minItems: 1 }),
    reminder: Count('how often it was said, from 1'),
    reason: Text('in words'),
    plan: Name('version of the plan'),
  }),
);
export type ObligationOverdueV1 = Static<typeof ObligationOverdueV1>;

export const ObligationDroppedV1 = defineEvent(
  'obligation-dropped.v1',
  'What was owed is needed no more: the response has ended, or a later notice stands in its place.',
  Shape({ ...common, owner, overdue: Type.Boolean({ description: 'its time had passed' }), reason: Text('why') }),
);
export type ObligationDroppedV1 = Static<typeof ObligationDroppedV1>;
