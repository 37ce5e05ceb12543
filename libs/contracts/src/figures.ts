import type { Static } from 'typebox';
import { Count, defineEvent, Name, OneOf, Shape, Text } from './event.js';

/** Key and correlation: the check. Id: check and moment. Said while they differ, and once when they agree again. */
export const FiguresCheckedV1 = defineEvent(
  'figures-checked.v1',
  'Counters of figures were held to their facts 勾稽, and differ, or agree again.',
  Shape({
    check: Name('which check'),
    differences: Count('how many differ; 0: they agree again'),
    text: Text('the first of them'),
  }),
);
export type FiguresCheckedV1 = Static<typeof FiguresCheckedV1>;

/** Key and correlation: the matter. Id: version and what it waits for. */
export const ReportWaitsV1 = defineEvent(
  'report-waits.v1',
  'A draft waits for a person who checks it 核稿, or signs it 签发; or it is signed, and waits for nobody.',
  Shape({
    matter: Name('period and template: 2020/annual-summary'),
    report: Name('period, template and version'),
    title: Name('what it is called'),
    waitsFor: OneOf(['check', 'sign', 'nobody'], 'for what'),
    by: Name('who did the step before: had it written, checked it, signed it'),
    missing: Count('what is missing in it: sentences that nobody holds the figures of, texts that are owed'),
    findings: Count('numbers in it that cannot be right'),
  }),
);
export type ReportWaitsV1 = Static<typeof ReportWaitsV1>;
