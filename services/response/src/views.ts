import { LEVELS, type Level } from '@fengsui/contracts';
import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

const level = Type.Unsafe<Level>(Type.String({ enum: [...LEVELS] }));

export const LevelView = View({
  authority: Type.String({ description: 'GB/T 2260 code' }),
  hazard: Type.String(),
  level,
  state: Type.Unsafe<'proposed' | 'ordered'>(Type.String({ enum: ['proposed', 'ordered'] })),
  since: ViewNull(ViewInstant('proposed or ordered at; null: never ordered')),
  decidedBy: ViewNull(Type.String({ description: 'who ordered it' })),
  reason: Type.String(),
  plan: Type.String({ description: 'version of the plan' }),
  proposal: Type.Optional(Type.String({ description: 'number of the open proposal' })),
  dueAt: Type.Optional(ViewInstant('decide by')),
});
export type LevelView = Readonly<Static<typeof LevelView>>;

export const TaskView = View({
  id: Type.String(),
  state: Type.String({ description: 'raised, moving, overdue or closed' }),
  dueAt: ViewInstant('moved by'),
  reason: Type.String({ description: 'which level demands it' }),
  events: Type.Array(Type.String(), { description: 'what it was decided from' }),
  episode: Type.String({ description: 'the response' }),
  county: Type.String({ description: 'GB/T 2260 code' }),
  riskPoint: Type.String(),
  name: Type.String({ description: 'name of the risk point' }),
  people: ViewCount('persons on the ledger'),
  moved: ViewCount(),
  absent: ViewCount(),
  refusing: ViewCount(),
  organiser: Type.String(),
  destination: Type.String({ description: 'shelter' }),
  raisedAt: ViewInstant('raised at'),
});
export type TaskView = Readonly<Static<typeof TaskView>>;

export const GaugeView = View(
  {
    station: Type.String(),
    name: Type.String(),
    county: Type.String({ description: 'GB/T 2260 code' }),
    state: Type.Unsafe<'fresh' | 'stale' | 'silent'>(Type.String({ enum: ['fresh', 'stale', 'silent'] })),
    at: ViewNull(ViewInstant('newest stage that is weighed')),
    stageM: ViewNull(Type.Number({ description: 'metres above the zero of the gauge' })),
    warningStageM: ViewNull(Type.Number()),
    aboveWarningM: ViewNull(Type.Number()),
    doubtful: ViewNull(
      View({ at: ViewInstant('measured at'), stageM: Type.Number() }, 'waits for a second reading, or a neighbour'),
    ),
  },
  'a gauge of the plan, and what it says',
);
export type GaugeView = Readonly<Static<typeof GaugeView>>;
