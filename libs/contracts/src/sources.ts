import type { Static } from 'typebox';
import { defineEvent, Instant, Name, OrNull, Shape, Text } from './event.js';

/** Key and correlation: the source. Id: source and the moment since which it is silent. */
export const SourceSilentV1 = defineEvent(
  'source-silent.v1',
  'A source that is asked on a schedule has not answered for longer than the plan allows. No data is not an all-clear.',
  Shape({
    source: Name('name in the plan'),
    heardAt: OrNull(Instant('when it last answered; null: never')),
    silentSince: Instant('when it should have answered at the latest'),
    reason: Text('what it said, or did not say'),
  }),
);
export type SourceSilentV1 = Static<typeof SourceSilentV1>;

/** Key and correlation: the source. */
export const SourceHeardV1 = defineEvent(
  'source-heard.v1',
  'A silent source answers again.',
  Shape({ source: Name('name in the plan'), silentSince: Instant('since when it was silent') }),
);
export type SourceHeardV1 = Static<typeof SourceHeardV1>;

/** What may be fed; the two above are intake’s own observations. */
export const OWN_OBSERVATIONS: readonly string[] = ['source-silent.v1', 'source-heard.v1'];
