import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

const Delivery = View({
  key: Type.String({ description: 'the same for every try' }),
  step: ViewCount('1 for the first'),
  person: Type.String(),
  channel: Type.String(),
  state: Type.String({ description: 'queued, attempt, accepted, delivered, shown, withdrawn, failed or expired' }),
  attempts: ViewCount(),
  note: ViewNull(Type.String({ description: 'what the channel said last' })),
});

const Reply = View({
  person: Type.String({ description: 'who was called' }),
  actor: Type.String({ description: 'who said so: themselves, or on their behalf' }),
  reply: Type.String({ description: 'accept, decline or hand-on' }),
  at: ViewInstant('when'),
  handedTo: ViewNull(Type.String({ description: 'to whom' })),
  reason: Type.String(),
});

export const CallView = View({
  id: Type.String(),
  state: Type.String({ description: 'ringing, unanswered, answered or closed' }),
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
  promisedUntil: ViewNull(ViewInstant('what was promised with the answer is due')),
  closedReason: ViewNull(Type.String({ description: 'why nobody is needed any more' })),
  replies: Type.Array(Reply, { description: 'all of them, the oldest first' }),
  deliveries: Type.Array(Delivery),
});
export type CallView = Readonly<Static<typeof CallView>>;

const Attempt = View({
  delivery: Type.String({ description: 'key of the message' }),
  n: ViewCount('1 for the first'),
  startedAt: ViewInstant('begun at'),
  endedAt: ViewNull(ViewInstant('over at')),
  outcome: Type.String({ description: 'open, accepted, refused, temporary or in-doubt' }),
  note: ViewNull(Type.String({ description: 'what the other side said' })),
  words: ViewNull(Type.String({ description: 'the words that were sent' })),
});
export const CallDetail = View({
  ...CallView.properties,
  attempts: Type.Array(Attempt, { description: 'every try to send a message, the oldest first' }),
});
export type CallDetail = Readonly<Static<typeof CallDetail>>;
