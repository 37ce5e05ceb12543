import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

export const SourceView = View(
  {
    name: Type.String(),
    heardAt: ViewNull(ViewInstant('last answered at')),
    silentSince: ViewNull(ViewInstant('silent since; null: it is heard')),
    failures: ViewCount('failures since it last answered'),
    lastError: ViewNull(Type.String()),
    unknown: ViewCount('records under a station, sender or place that the plan does not know'),
    seen: Type.Array(
      View({
        satellite: Type.String({ description: 'empty for anything but hotspots' }),
        newestAt: ViewInstant('newest that it gave: happened at'),
        receivedAt: ViewInstant('and came in at'),
        passRows: ViewCount('records of that moment: of a satellite, its pass'),
        records: ViewCount('records since the beginning'),
      }),
    ),
    gaps: Type.Array(
      View({
        from: ViewInstant('last heard before'),
        to: ViewInstant('heard again'),
        state: Type.String({ description: 'refilled, in part or lost' }),
      }),
    ),
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

const input = {
  id: Type.String({ description: 'SHA-256 of its bytes, unpacked' }),
  receivedAt: ViewInstant('came in at'),
  door: Type.String({ description: 'http, file, folder, poll, kafka, cli or demonstration' }),
  name: Type.String({ description: 'file or address' }),
  format: Type.String({ description: 'as which it was read; unrecognised: nothing read it when it came in' }),
  size: ViewCount('bytes'),
  refused: ViewCount('refusals'),
};
export const InputView = View({ ...input, notes: ViewCount('notes') }, 'an input as it came in');
export type InputView = Readonly<Static<typeof InputView>>;

export const InputDetail = View(
  {
    ...input,
    publishedAt: ViewNull(ViewInstant('published at, as its source says')),
    sealedUnder: ViewNull(Type.String({ description: 'key under which its bytes are sealed: it may name persons' })),
    refusals: Type.Array(
      View({ place: Type.String(), reason: Type.String(), expected: Type.String(), zh: Type.String() }),
    ),
    notes: Type.Array(View({ place: Type.String(), note: Type.String(), zh: Type.String() })),
  },
  'an input with all that was said of it',
);
export type InputDetail = Readonly<Static<typeof InputDetail>>;

export const UnknownView = View(
  {
    kind: Type.Unsafe<'station' | 'sender' | 'place'>(Type.String({ enum: ['station', 'sender', 'place'] })),
    name: Type.String({ description: 'as it was written' }),
    actor: Type.String({ description: 'feeder, folder or source' }),
    firstAt: ViewInstant('first came in'),
    lastAt: ViewInstant('last came in'),
    records: ViewCount('records'),
    near: Type.Array(Type.String(), { description: 'stations of the plan that are written much like it' }),
  },
  'what came in under a name that the plan does not know',
);
export type UnknownView = Readonly<Static<typeof UnknownView>>;

export const NamedView = View(
  {
    person: Type.String({ description: 'pseudonym' }),
    name: Type.String(),
    phone: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
  },
  'whom a pseudonym stands for; missing where its key was destroyed',
);
export type NamedView = Readonly<Static<typeof NamedView>>;
