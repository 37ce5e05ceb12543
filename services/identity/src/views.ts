import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

const GrantView = View({ role: Type.String(), authority: Type.String({ description: 'division by GB/T 2260' }) });

export const MeView = View({
  person: Type.String(),
  name: Type.String(),
  roles: Type.Array(GrantView),
  acts: Type.Boolean({ description: 'false: the session only watches until the factors are shown again' }),
  session: ViewNull(Type.String()),
  speaksFor: Type.Array(Type.String({ description: 'whom this person may speak for now' })),
  csrf: ViewNull(Type.String({ description: 'what a page sends as x-csrf-token' })),
});
export type MeView = Static<typeof MeView>;

export const SessionShape = View({
  id: Type.String({ description: 'enough to tell it from others' }),
  kind: Type.String(),
  startedAt: ViewInstant('began'),
  actedAt: ViewInstant('last act'),
  endsAt: ViewInstant('ends'),
  address: Type.String(),
  agent: Type.String(),
});

export const PersonShape = View({
  id: Type.String(),
  name: Type.String(),
  service: Type.Boolean(),
  demonstration: Type.Boolean(),
  osUser: ViewNull(Type.String()),
  localLogin: Type.Boolean(),
  secondFactor: Type.Boolean(),
  locked: Type.Boolean(),
  disabled: Type.Boolean(),
  roles: Type.Array(GrantView),
});

export const DelegationShape = View({
  id: Type.String(),
  principal: Type.String({ description: 'whose right it is' }),
  agent: Type.String({ description: 'who speaks for them' }),
  beginsAt: ViewInstant('from'),
  endsAt: ViewInstant('until'),
  reason: Type.String(),
  givenBy: Type.String(),
  givenAt: ViewInstant('written down'),
  withdrawnAt: ViewNull(ViewInstant('taken back')),
  withdrawnBy: ViewNull(Type.String()),
});

export const AuditShape = View({
  seq: Type.Integer(),
  at: ViewInstant('when'),
  actor: Type.String(),
  right: Type.String(),
  origin: Type.String(),
  act: Type.String(),
  about: Type.String(),
  before: ViewNull(Type.String()),
  after: ViewNull(Type.String()),
  reason: Type.String(),
  previous: Type.String(),
  hash: Type.String(),
});

export const VerdictShape = View({
  ok: Type.Boolean(),
  records: ViewCount(),
  from: ViewNull(ViewInstant('first record')),
  to: ViewNull(ViewInstant('last record that fits')),
  brokenAt: ViewNull(Type.Integer()),
});
