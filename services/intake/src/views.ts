import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

export const SourceView = View(
  {
    name: Type.String(),
    heardAt: ViewNull(ViewInstant('last answered at')),
    silentSince: ViewNull(ViewInstant('silent since; null: it is heard')),
    failures: ViewCount('failures since it last answered'),
    lastError: ViewNull(Type.String()),
  },
  'a polled source as it stands',
);
export type SourceView = Readonly<Static<typeof SourceView>>;

export const ConflictView = View(
  {
    event: Type.String(),
    identity: Type.String(),
    name: Type.String({ description: 'file or address' }),
    place: Type.String({ description: 'where in it' }),
    recordedAt: ViewInstant('recorded at'),
  },
  'a message whose identity was taken by other content: a person must see it',
);
export type ConflictView = Readonly<Static<typeof ConflictView>>;
