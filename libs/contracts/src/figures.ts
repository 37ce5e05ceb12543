import type { Static } from 'typebox';
import { Count, defineEvent, Name, Shape, Text } from './event.js';

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
