import type { Change } from '@fengsui/rules';
import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';
import { UNITS, type Unit } from './figures/definition.js';

const enumOf = <T extends string>(...values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }));

const Words = View({ zh: Type.String(), en: Type.String() });
const ChangeNote = enumOf<NonNullable<Change['note']> | 'unfinished' | 'other-definition'>(
  'zero-base',
  'no-base',
  'unfinished',
  'other-definition',
);
const compared = {
  previous: ViewNull(Type.Number({ description: 'of the base, where it may be compared' })),
  change: ViewNull(Type.Number({ description: 'percent, to one decimal' })),
  changeNote: ViewNull(ChangeNote),
  direction: ViewNull(enumOf<NonNullable<Change['direction']>>('up', 'down', 'level')),
};

const RestatedView = View(
  {
    case: Type.String({ description: 'number of the accident, record or fire' }),
    from: Type.Number({ description: 'what it counted when the figures were closed' }),
    to: Type.Number({ description: 'what it counts' }),
    reason: Words,
  },
  'a case by which the base is another one than when it was closed',
);
export type RestatedCase = Readonly<Static<typeof RestatedView>>;

const BaseView = View(
  {
    kind: enumOf('known', 'not-held', 'other-definition', 'imported'),
    period: Type.String({ description: 'what the figure is held against' }),
    value: ViewNull(Type.Number()),
    published: ViewNull(Type.Number({ description: 'as it was closed, where it is another one now' })),
    source: ViewNull(Type.String({ description: 'where an imported one was published' })),
    restated: Type.Array(RestatedView),
  },
  'what a figure is held against; what is not held is never 0',
);

const FigureView = View(
  {
    id: Type.String({ description: 'id of the indicator' }),
    label: Words,
    value: ViewNull(Type.Number({ description: 'null: not held' })),
    exact: ViewNull(Type.Number({ description: 'a share before it is rounded; null of everything else' })),
    unit: enumOf<Unit>(...UNITS),
    method: enumOf('sum', 'distinct', 'ratio', 'constant'),
    ...compared,
    base: BaseView,
    since: ViewNull(Type.String({ description: 'the day from which it counts, where that is within the period' })),
    indicator: Type.String({ description: 'id of the indicator' }),
    version: ViewCount('version of the definition'),
    definition: Words,
  },
  'one figure of a period, with what it is held against; where there is no change, changeNote says why',
);
export type Figure = Readonly<Static<typeof FigureView>>;

const PeriodView = View({
  name: Type.String({ description: '2020, 2020H1, 2020Q2, 2020-06, 2020-flood, or from..to' }),
  from: Type.String({ description: 'first day in Beijing' }),
  to: Type.String({ description: 'last day' }),
});
const asked = {
  year: Type.Integer({ description: 'in which the period begins' }),
  period: PeriodView,
  county: ViewNull(Type.String({ description: 'GB/T 2260 code; null: the whole city' })),
  against: enumOf('year', 'previous', 'average'),
  asOf: ViewNull(ViewInstant('as known at; null: nothing is known yet')),
};
export const FiguresView = View({ ...asked, figures: Type.Array(FigureView) });
export type Figures = Readonly<Static<typeof FiguresView>>;

export const PartsView = View({
  ...asked,
  by: Type.String({ description: 'county, or a dimension of the indicators' }),
  figures: Type.Array(
    View({
      id: Type.String(),
      label: Words,
      unit: enumOf<Unit>(...UNITS),
      rows: Type.Array(View({ key: Type.String(), value: ViewNull(Type.Number()), ...compared })),
    }),
  ),
});
export type FigureParts = Readonly<Static<typeof PartsView>>;

const IndicatorView = View(
  {
    id: Type.String(),
    label: Words,
    definition: Words,
    unit: enumOf<Unit>(...UNITS),
    method: enumOf('sum', 'distinct', 'ratio', 'constant'),
    version: ViewCount(),
    validFrom: ViewNull(Type.String({ description: 'the day from which this version counts' })),
    dimensions: Type.Array(Type.String(), { description: 'what it may be told apart by, beside the county' }),
    isCounted: Type.Boolean({ description: 'false: not yet counted over the facts that are there' }),
    versions: Type.Array(Type.Unknown(), { description: 'every version of its definition, as the catalogue has it' }),
    history: Type.Array(
      View({ version: ViewCount(), since: ViewInstant('counted so since'), definition: Type.Unknown() }),
    ),
  },
  'an indicator of the catalogue',
);
export type IndicatorView = Readonly<Static<typeof IndicatorView>>;
export { IndicatorView as IndicatorSchema };

export const DocumentSchema = View(
  {
    id: Type.String({ description: 'period, template and version' }),
    title: Type.String(),
    state: enumOf('draft', 'checked', 'signed', 'dropped'),
    madeAt: ViewInstant('written at'),
    asOf: ViewInstant('as known then'),
    madeBy: Type.String({ description: 'person, or the roll-up' }),
    sha256: Type.String(),
    pdf: ViewNull(
      Type.String({ description: 'SHA-256 of the PDF beside it; null: it is not signed, or not made yet' }),
    ),
    checkedBy: ViewNull(Type.String()),
    signedBy: ViewNull(Type.String()),
    missing: Type.Array(View({ place: Type.String(), what: Type.String() })),
    findings: Type.Array(Type.Unknown(), { description: 'what the checker found in it' }),
    differences: ViewNull(
      Type.Array(
        View({
          id: Type.String({ description: 'figure' }),
          from: ViewNull(Type.Number()),
          to: ViewNull(Type.Number()),
          cases: Type.Array(RestatedView),
        }),
        { description: 'from the version signed last; null: none was signed' },
      ),
    ),
  },
  'a version of a report',
);
export type DocumentView = Readonly<Static<typeof DocumentSchema>>;

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

const traced = {
  figure: Type.String(),
  value: ViewNull(Type.Number()),
  method: enumOf('sum', 'distinct', 'ratio', 'constant'),
  facts: Type.Array(TracedFactView),
  next: ViewNull(Type.String({ description: '`after` of the next page; null: these are all' })),
};
export const TraceView = View({
  ...traced,
  of: ViewNull(Type.Array(Type.String(), { description: 'the two figures of a ratio' })),
  parts: Type.Array(View(traced), { description: 'the two of a ratio, each with its facts' }),
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
