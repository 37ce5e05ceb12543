import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

const Delivery = View({
  key: Type.String({ description: 'the same for every try' }),
  step: ViewCount('1 for the first'),
  person: Type.String(),
  channel: Type.String(),
  state: Type.String({ description: 'pending, sent, failed or shown' }),
  attempts: ViewCount(),
  note: ViewNull(Type.String({ description: 'what the channel said last' })),
});

export const CallView = View({
  id: Type.String(),
  state: Type.String({ description: 'ringing, answered, exhausted or closed' }),
  dueAt: ViewInstant('climbs on at, while it rings'),
  reason: Type.String({ description: 'which duty rule' }),
  events: Type.Array(Type.String(), { description: 'what it was decided from' }),
  cause: Type.String(),
  about: Type.String({ description: 'proposal, episode, task, fire or source' }),
  subject: Type.String(),
  text: Type.String(),
  startedAt: ViewInstant('started at'),
  steps: ViewCount('steps called so far'),
  answeredBy: ViewNull(Type.String({ description: 'the person; null: nobody' })),
  answeredAt: ViewNull(ViewInstant('answered at')),
  closedReason: ViewNull(Type.String({ description: 'why nobody is needed any more' })),
  deliveries: Type.Array(Delivery),
});
export type CallView = Readonly<Static<typeof CallView>>;
