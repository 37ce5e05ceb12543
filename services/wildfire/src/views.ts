import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

export const WildfireView = View({
  id: Type.String(),
  state: Type.String({ description: 'to-verify, overdue, judged, noted (nobody is sent out), merged or withdrawn' }),
  dueAt: ViewInstant('verify by'),
  reason: Type.String(),
  events: Type.Array(Type.String(), { description: 'hotspots and reports that belong to it' }),
  county: Type.String({ description: 'GB/T 2260 code' }),
  latitude: ViewNull(Type.Number({ description: 'degrees north, WGS-84; null: no sign has a position' })),
  longitude: ViewNull(Type.Number({ description: 'degrees east, WGS-84' })),
  firstSeenBy: Type.String({ description: 'satellite or report' }),
  firstSeenAt: ViewInstant('time of the first sign'),
  lastSeenAt: ViewInstant('time of the last sign'),
  signs: ViewCount('hotspots and reports'),
  asked: ViewCount('how often somebody was asked to verify it'),
  phase: ViewNull(Type.String({ description: 'of a confirmed fire: awake, asleep, extinguished or ended' })),
  mergedInto: ViewNull(Type.String({ description: 'fire that it ended in, or from whose heat it comes' })),
  judgedAt: ViewNull(ViewInstant('when it was judged')),
  verdict: ViewNull(Type.String()),
  decidedBy: ViewNull(Type.String({ description: 'who judged it' })),
});
export type WildfireView = Readonly<Static<typeof WildfireView>>;
