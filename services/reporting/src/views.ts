import type { Change } from '@fengsui/rules';
import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';
import type { Unit } from './figures/indicator.js';

const enumOf = <T extends string>(...values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }));

const FigureView = View(
  {
    id: Type.String({ description: 'id of the indicator' }),
    label: View({ zh: Type.String(), en: Type.String() }),
    value: ViewNull(Type.Number()),
    unit: enumOf<Unit>('count', 'persons', 'yuan', 'percent', 'weeks', 'hectares'),
    previous: ViewNull(Type.Number({ description: 'of the year before' })),
    change: ViewNull(Type.Number({ description: 'percent, to one decimal' })),
    changeNote: ViewNull(enumOf<NonNullable<Change['note']> | 'unfinished'>('zero-base', 'no-base', 'unfinished')),
    direction: ViewNull(enumOf<NonNullable<Change['direction']>>('up', 'down', 'level')),
    indicator: Type.String({ description: 'what it counts, in words' }),
    version: ViewCount('version of the definition'),
  },
  'one figure of a year, with the year before; where there is no change, changeNote says why',
);
export type Figure = Readonly<Static<typeof FigureView>>;

export const FiguresView = View({
  year: Type.Integer(),
  asOf: ViewNull(ViewInstant('as known at; null: nothing is known yet')),
  figures: Type.Array(FigureView),
});
export type Figures = Readonly<Static<typeof FiguresView>>;

export const AnsweringView = View(
  {
    cause: Type.String({ description: 'what the calls were about' }),
    role: Type.String({
      description: 'role of the roster that answered; of what nobody answered, that was called first',
    }),
    hour: Type.Integer({ description: 'of the day in Beijing' }),
    calls: ViewCount(),
    within3: ViewCount('answered within 3 minutes'),
    within10: ViewCount('answered within 10 minutes'),
    within30: ViewCount('answered within 30 minutes'),
  },
  'how soon calls were answered',
);
export type AnsweringView = Readonly<Static<typeof AnsweringView>>;

const TracedFactView = View(
  {
    fact: Type.String(),
    event: Type.String(),
    contract: Type.String(),
    origins: Type.Array(Type.String(), { description: 'events that came in, from which it was decided' }),
    occurredAt: ViewInstant('happened at'),
    recordedAt: ViewInstant('known since'),
    measure: Type.Number({ description: 'adds up to a sum' }),
    key: ViewNull(Type.String({ description: 'distinct keys count to a distinct figure' })),
  },
  'a fact behind a figure',
);
export type TracedFact = Readonly<Static<typeof TracedFactView>>;

export const TraceView = View({
  figure: Type.String(),
  value: ViewNull(Type.Number()),
  method: enumOf('sum', 'distinct', 'ratio', 'constant'),
  of: ViewNull(Type.Array(Type.String(), { description: 'the two figures of a ratio' })),
  facts: Type.Array(TracedFactView),
});
export type Trace = Readonly<Static<typeof TraceView>>;

export const RollupView = View(
  {
    name: Type.String(),
    dueAt: ViewInstant('was due at'),
    ranAt: ViewInstant('ran, or was skipped, at'),
    outcome: Type.String(),
    findings: Type.Unknown(),
  },
  'a roll-up that ran or was skipped',
);
export type RollupView = Readonly<Static<typeof RollupView>>;
