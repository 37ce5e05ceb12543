import { HAZARDS, LEVELS, type Hazard, type Level } from '@fengsui/contracts';
import type { ConditionState } from '@fengsui/rules';
import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

const hazard = Type.Unsafe<Hazard>(Type.String({ enum: [...HAZARDS], description: 'what the response is against' }));
const level = Type.Unsafe<Level>(Type.String({ enum: [...LEVELS] }));

export const LevelView = View({
  authority: Type.String({ description: 'GB/T 2260 code' }),
  authorityName: Type.String({ description: 'its name; 市 for the city' }),
  hazard,
  issuedAs: Type.Array(hazard, { description: 'what it is issued against: several are one combined response' }),
  name: Type.String({ description: 'name of the response: 防汛防风' }),
  level,
  state: Type.Unsafe<'proposed' | 'ordered'>(Type.String({ enum: ['proposed', 'ordered'] })),
  since: ViewNull(ViewInstant('proposed or ordered at; null: never ordered')),
  decidedBy: ViewNull(Type.String({ description: 'who ordered it' })),
  reason: Type.String(),
  plan: Type.String({ description: 'version of the plan' }),
  proposal: Type.Optional(Type.String({ description: 'number of the open proposal' })),
  dueAt: Type.Optional(ViewInstant('decide by')),
  areas: Type.Optional(
    Type.Array(View({ area: Type.String({ description: 'county, or reach:<gauge>' }), name: Type.String(), level }), {
      description: 'which level each part is under',
    }),
  ),
  calledFor: Type.Optional(level),
  groundsGone: Type.Optional(Type.Boolean({ description: 'of a proposal: nothing calls for more than is in force' })),
});
export type LevelView = Readonly<Static<typeof LevelView>>;

export const NoticeView = View(
  {
    number: Type.String({ description: '清防〔2020〕1号' }),
    authority: Type.String({ description: 'GB/T 2260 code' }),
    at: ViewInstant('from when on the change holds'),
    decidedBy: Type.String({ description: 'who ordered it' }),
    event: Type.String({ description: 'event of the change' }),
    title: Type.String(),
    addressees: Type.String(),
    paragraphs: Type.Array(Type.String()),
    issuer: Type.String(),
    date: Type.String({ description: 'as it is printed' }),
  },
  'a notice of what was ordered',
);
export type NoticeView = Readonly<Static<typeof NoticeView>>;

export const TaskView = View({
  id: Type.String(),
  state: Type.String({ description: 'raised, moving, overdue, unverified or closed' }),
  phase: Type.String({ description: 'prepare or move' }),
  told: ViewCount('told by name, and not moved yet'),
  notFound: ViewCount('looked for and not found, by name'),
  releasedAt: ViewNull(ViewInstant('may go home since')),
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

export const EmergencyView = View(
  {
    authority: Type.String({ description: 'GB/T 2260 code' }),
    beganAt: ViewInstant('declared at'),
    counties: Type.Array(Type.String(), { description: 'where; none: everywhere' }),
    declaredBy: Type.String(),
    reason: Type.String(),
    endedAt: ViewNull(ViewInstant('lifted at; null: in force')),
    endedBy: ViewNull(Type.String()),
  },
  'an emergency flood period 紧急防汛期',
);
export type EmergencyView = Readonly<Static<typeof EmergencyView>>;

export const ObligationView = View(
  {
    matter: Type.String({ description: 'what it belongs to: several owe it together' }),
    kind: Type.String({ description: 'receipt, situation-report, step, incident-by-word …' }),
    owner: Type.String({ description: 'county, department or office' }),
    name: Type.String({ description: 'name of who owes it' }),
    words: Type.String({ description: 'what' }),
    authority: Type.String({ description: 'to whom; GB/T 2260 code' }),
    about: Type.String({ description: 'response or incident' }),
    dueAt: ViewNull(ViewInstant('by when')),
    state: Type.String({ description: 'open, met or dropped' }),
    doneAt: ViewNull(ViewInstant('done or dropped at')),
    doneBy: ViewNull(Type.String({ description: 'who said so' })),
    reminders: ViewCount('how often it was called overdue'),
  },
  'a receipt, report or step that somebody owes',
);
export type ObligationView = Readonly<Static<typeof ObligationView>>;

export const PersonView = View(
  {
    person: Type.String({ description: 'pseudonym' }),
    household: ViewNull(Type.String({ description: 'number in the ledger; null: in no ledger' })),
    state: ViewNull(
      Type.String({ description: 'told, moved, checked-in, elsewhere, refused, not-found; null: nothing known' }),
    ),
    at: ViewNull(ViewInstant('since when')),
    shelter: ViewNull(Type.String({ description: 'where they have come, or are to come' })),
    groups: Type.Array(Type.String(), { description: 'why they need help' }),
    phone: Type.Boolean({ description: 'whether they can be called' }),
    contact: ViewNull(Type.String({ description: 'who looks after the household, by pseudonym' })),
    leaves: Type.String(),
    manner: Type.String(),
    route: Type.String(),
  },
  'a person of a transfer task, and what is known of them',
);
export type PersonView = Readonly<Static<typeof PersonView>>;

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

export const ItemView = View(
  {
    id: Type.String(),
    kind: Type.String({
      description: 'gauge-silent, rain-incomplete, stage-doubtful, warning-unplaced, warning-lapsed …',
    }),
    about: Type.String({ description: 'gauge, or event of the warning' }),
    words: Type.String({ description: 'what must be looked at' }),
    since: ViewInstant('open since'),
    closedAt: ViewNull(ViewInstant('over since')),
  },
  'what a person must look at',
);
export type ItemView = Readonly<Static<typeof ItemView>>;

const ground = View({
  place: Type.String({ description: 'county or gauge' }),
  name: Type.String(),
  value: Type.Number({ description: 'rank of a colour, metres above the warning stage, m³/s, years or millimetres' }),
  says: Type.String({ description: 'in words' }),
  since: ViewInstant('holds since'),
  silentSince: ViewNull(ViewInstant('the gauge has been silent since')),
  weighed: Type.Boolean({ description: 'a person has weighed it and did not follow it' }),
  events: Type.Array(Type.String()),
});
export const ExplanationView = View(
  {
    authority: Type.String({ description: 'GB/T 2260 code' }),
    response: hazard,
    issuedAs: Type.Array(hazard, { description: 'what it is, or would be, issued against' }),
    at: ViewInstant('since when this has been the answer'),
    level,
    areas: Type.Array(View({ area: Type.String(), name: Type.String(), level })),
    calledFor: level,
    proposal: ViewNull(Type.String({ description: 'the open proposal' })),
    conditions: Type.Array(
      View({
        id: Type.String({ description: 'condition of the plan' }),
        level,
        state: Type.Unsafe<ConditionState>(
          Type.String({ enum: ['holds', 'near', 'masked', 'refused', 'stale'] satisfies ConditionState[] }),
        ),
        by: Type.String({ description: 'by what it holds, or what it lacks, in words' }),
        since: ViewNull(ViewInstant('holds since')),
        text: Type.String({ description: 'the condition in words' }),
        grounds: Type.Array(ground),
      }),
      { description: 'conditions of the plan that hold, or nearly do' },
    ),
    wouldChange: Type.Array(Type.String(), { description: 'what would change the level, up and down' }),
    reason: Type.String({ description: 'the whole of it as sentences' }),
    refused: ViewNull(Type.String({ description: 'what was refused last' })),
    plan: Type.String({ description: 'version of the plan' }),
  },
  'why the level is what it is',
);
