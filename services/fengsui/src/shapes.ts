import { CallView } from '@fengsui/duty';
import { ConflictView, InputView, SourceView, UnknownView } from '@fengsui/intake';
import { DocumentSchema, IndicatorSchema } from '@fengsui/reporting';
import { ExplanationView, ItemView, LevelView, NoticeView, TaskView } from '@fengsui/response';
import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { WildfireView } from '@fengsui/wildfire';
import { Type, type Static } from 'typebox';

/**
 * What the command prints with `--json`. Scripts of others rely on these shapes; they are published in
 * `services/fengsui/published/`.
 */
const count = ViewCount();

const zh = Type.String({ description: 'the same as a sentence in Chinese' });
const Refusal = View({ place: Type.String(), reason: Type.String(), expected: Type.String(), zh });
const Rehearsed = View(
  {
    place: Type.String(),
    event: Type.String(),
    contract: Type.String(),
    area: Type.String({ description: 'where, by name' }),
    duplicateOf: ViewNull(Type.String({ description: 'the event that says the same already' })),
    conflictsWith: ViewNull(Type.String({ description: 'the event that says something else under the same identity' })),
  },
  'with --dry-run: what a record would be',
);
const JudgedNoticeOutput = View(
  {
    at: ViewInstant('ordered at'),
    authority: Type.String({ description: 'GB/T 2260' }),
    response: Type.String({ description: '防汛, 防风防汛, 防冻 …' }),
    hazards: Type.Array(Type.String(), { description: 'what the response is against' }),
    decidedHere: Type.Boolean({ description: 'whether the level is decided here, or received' }),
    ordered: Type.String({ description: 'level; none: it ends' }),
    known: Type.Array(View({ event: Type.String(), knownAt: ViewInstant('known from'), text: Type.String() })),
    missing: Type.Array(Type.String()),
    proposed: ViewNull(View({ level: Type.String(), at: ViewInstant('called for since') })),
    judged: Type.Boolean({ description: 'it has evidence of its own' }),
    difference: Type.String({ description: 'agrees, higher, lower, later, none' }),
  },
  'a published notice against what was known before it',
);
const PlanCheckOutput = View({
  ok: Type.Boolean(),
  faults: Type.Array(
    View({
      file: Type.String(),
      place: Type.String(),
      fault: Type.String(),
      counterExample: Type.String({ description: 'a case in which it would decide wrongly; empty: it cannot be read' }),
    }),
  ),
});
const counts = { records: count, accepted: count, duplicates: count, refused: count };

const FeedOutput = View({
  files: Type.Array(
    View({
      file: Type.String(),
      format: Type.String(),
      ...counts,
      conflicts: count,
      persons: Type.Optional(count),
      events: Type.Record(Type.String(), count),
      refusals: Type.Array(Refusal),
      notes: Type.Array(View({ place: Type.String(), note: Type.String(), zh })),
      would: Type.Optional(Type.Array(Rehearsed)),
    }),
  ),
  skipped: Type.Array(View({ file: Type.String(), reason: Type.String() })),
  ...counts,
});
export type FeedOutput = Static<typeof FeedOutput>;

const compared = {
  previous: ViewNull(Type.Number()),
  change: ViewNull(Type.Number({ description: 'percent, to one decimal' })),
  changeNote: ViewNull(Type.String({ description: 'why there is no change' })),
  direction: ViewNull(Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('level')])),
};
const FigureOutput = View({
  id: Type.String(),
  label: Type.String(),
  value: ViewNull(Type.Number()),
  unit: Type.String(),
  ...compared,
  indicator: Type.String(),
  version: Type.Integer(),
  since: ViewNull(Type.String({ description: 'the day from which it counts, where that is within the period' })),
  base: View({
    kind: Type.Unsafe<'known' | 'not-held' | 'other-definition' | 'imported'>(
      Type.String({ enum: ['known', 'not-held', 'other-definition', 'imported'] }),
    ),
    period: Type.String(),
    value: ViewNull(Type.Number()),
    published: ViewNull(Type.Number({ description: 'as it was closed, where it is another one now' })),
    source: ViewNull(Type.String()),
    restated: Type.Array(View({ case: Type.String(), from: Type.Number(), to: Type.Number(), reason: Type.String() })),
  }),
});
export type FigureOutput = Static<typeof FigureOutput>;
const asked = {
  year: Type.Integer(),
  period: Type.String(),
  from: Type.String(),
  to: Type.String(),
  county: ViewNull(Type.String()),
  against: Type.String(),
  asOf: ViewNull(ViewInstant('as known at')),
};
const FiguresOutput = View({ ...asked, figures: Type.Array(FigureOutput) });
export type FiguresOutput = Static<typeof FiguresOutput>;
const FigurePartsOutput = View({
  ...asked,
  by: Type.String(),
  figures: Type.Array(
    View({
      id: Type.String(),
      label: Type.String(),
      unit: Type.String(),
      rows: Type.Array(View({ key: Type.String(), value: ViewNull(Type.Number()), ...compared })),
    }),
  ),
});
export type FigurePartsOutput = Static<typeof FigurePartsOutput>;
const FiguresRebuildOutput = View({
  indicators: Type.Array(
    View({
      id: Type.String(),
      facts: Type.Integer({ description: 'versions of facts that were gone through' }),
      before: Type.Number({ description: 'over all time' }),
      after: Type.Number(),
    }),
  ),
});
export type FiguresRebuildOutput = Static<typeof FiguresRebuildOutput>;

const traced = {
  figure: Type.String(),
  value: ViewNull(Type.Number()),
  method: Type.Union([Type.Literal('sum'), Type.Literal('distinct'), Type.Literal('ratio'), Type.Literal('constant')]),
  facts: Type.Array(
    View({
      fact: Type.String(),
      event: Type.String(),
      contract: Type.String(),
      occurredAt: ViewInstant('happened at'),
      recordedAt: ViewInstant('known since'),
      measure: Type.Number(),
      key: ViewNull(Type.String()),
      source: ViewNull(View({ door: Type.String(), name: Type.String(), place: Type.String(), sha256: Type.String() })),
      bytes: Type.Optional(Type.String()),
    }),
  ),
  next: ViewNull(Type.String({ description: '--after of the next page; null: these are all' })),
};
const TracePart = View(traced);
export type TracePart = Static<typeof TracePart>;
const TraceOutput = View({
  ...traced,
  of: ViewNull(Type.Array(Type.String())),
  parts: Type.Array(TracePart, { description: 'the two figures of a ratio, each with its facts' }),
});
export type TraceOutput = Static<typeof TraceOutput>;

const ReportOutput = View({
  file: Type.String(),
  year: Type.Integer(),
  period: Type.String(),
  asOf: ViewInstant('as known at'),
  figures: count,
  sha256: Type.String(),
  missing: Type.Array(View({ place: Type.String(), what: Type.String() }), {
    description: 'sentences left out, because nobody holds a figure of theirs',
  }),
});
export type ReportOutput = Static<typeof ReportOutput>;
const CheckOutput = View({
  file: Type.String(),
  findings: Type.Array(
    View({
      place: Type.String({ description: 'line:column, from 1' }),
      rule: Type.String({ description: 'share, change, part, grade or announced' }),
      printed: Type.String({ description: 'the numbers as they are written' }),
      possible: Type.String({ description: 'why it cannot be, and what would be' }),
      certainty: Type.String({ description: 'certain or doubtful' }),
      text: Type.String({ description: 'what stands around it' }),
    }),
  ),
});
export type CheckOutput = Static<typeof CheckOutput>;
const ClockOutput = View({
  now: ViewInstant('now by the clock of the services'),
  virtual: Type.Boolean(),
  idle: Type.Boolean(),
});
export type ClockOutput = Static<typeof ClockOutput>;
const Check = View({
  name: Type.String(),
  ok: Type.Boolean(),
  found: Type.String(),
  expected: Type.String(),
  advice: Type.String(),
});
const DoctorOutput = View({ ok: Type.Boolean(), checks: Type.Array(Check) });
export type DoctorOutput = Static<typeof DoctorOutput>;
const OrderOutput = View({
  event: Type.String(),
  order: Type.String(),
  outcome: Type.String(),
  reason: Type.String(),
});
export type OrderOutput = Static<typeof OrderOutput>;

const AuditOutput = View({
  ok: Type.Boolean(),
  records: count,
  from: ViewNull(ViewInstant('first record')),
  to: ViewNull(ViewInstant('last record that fits')),
  brokenAt: ViewNull(Type.Integer({ description: 'number of the first record that does not fit' })),
});
export type AuditOutput = Static<typeof AuditOutput>;

const ReplayOutput = View(
  {
    instants: Type.Array(
      View({
        at: ViewInstant('when what is called for or in force changed, then or now'),
        authority: Type.String({ description: 'GB/T 2260' }),
        response: Type.String({ description: 'what the response is against' }),
        // eslint-disable-next-line unicorn/no-thenable -- the published name; a schema is never awaited
        then: ViewNull(Type.String({ description: 'level then; null: nothing is known of then' })),
        now: Type.String({ description: 'level by the plan that is tried' }),
        by: ViewNull(Type.String({ description: 'who ordered' })),
        reason: Type.String(),
      }),
    ),
    missed: count,
    false: count,
    leadMinutes: ViewNull(Type.Number({ description: 'median' })),
    proposals: View({ same: count, other: count }, 'byte for byte what they were, and not'),
  },
  'a season once more',
);
/** By the command that prints it. */
export const OUTPUTS = {
  feed: FeedOutput,
  figures: FiguresOutput,
  'figures-by': FigurePartsOutput,
  'figures-rebuild': FiguresRebuildOutput,
  trace: TraceOutput,
  report: ReportOutput,
  check: CheckOutput,
  clock: ClockOutput,
  doctor: DoctorOutput,
  orders: OrderOutput,
  audit: AuditOutput,
  indicators: Type.Array(IndicatorSchema),
  reports: Type.Array(DocumentSchema),
  'plan-check': PlanCheckOutput,
  replay: ReplayOutput,
  'replay-notices': Type.Array(JudgedNoticeOutput),
  levels: Type.Array(LevelView),
  explain: Type.Array(ExplanationView),
  items: Type.Array(ItemView),
  notices: Type.Array(NoticeView),
  tasks: Type.Array(TaskView),
  wildfires: Type.Array(WildfireView),
  calls: Type.Array(CallView),
  sources: Type.Array(SourceView),
  conflicts: Type.Array(ConflictView),
  inputs: Type.Array(InputView),
  unknown: Type.Array(UnknownView),
} as const;
