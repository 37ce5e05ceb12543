import { Type, type Static, type TSchema } from 'typebox';
import type { UtcInstant } from '@fengsui/contracts';

/**
 * What the command prints with `--json`. Scripts of others rely on these shapes; they are published in
 * `services/fengsui/published/`.
 */
const shape = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const instant = Type.Unsafe<UtcInstant>(Type.String({ description: 'UTC with milliseconds' }));
const count = Type.Integer({ minimum: 0 });

const Refusal = shape({ place: Type.String(), reason: Type.String(), expected: Type.String() });
const counts = { records: count, accepted: count, duplicates: count, refused: count };

const FeedOutput = shape({
  files: Type.Array(
    shape({
      file: Type.String(),
      format: Type.String(),
      ...counts,
      conflicts: count,
      events: Type.Record(Type.String(), count),
      refusals: Type.Array(Refusal),
      notes: Type.Array(shape({ place: Type.String(), note: Type.String() })),
    }),
  ),
  skipped: Type.Array(shape({ file: Type.String(), reason: Type.String() })),
  ...counts,
});
export type FeedOutput = Static<typeof FeedOutput>;

const FigureOutput = shape({
  id: Type.String(),
  label: Type.String(),
  value: orNull(Type.Number()),
  unit: Type.String(),
  previous: orNull(Type.Number()),
  change: orNull(Type.Number({ description: 'percent, to one decimal' })),
  changeNote: orNull(Type.String({ description: 'why there is no change' })),
  direction: orNull(Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('level')])),
  indicator: Type.String(),
  version: Type.Integer(),
});
export type FigureOutput = Static<typeof FigureOutput>;
const FiguresOutput = shape({ year: Type.Integer(), asOf: orNull(instant), figures: Type.Array(FigureOutput) });
export type FiguresOutput = Static<typeof FiguresOutput>;

const TraceOutput = shape({
  figure: Type.String(),
  value: orNull(Type.Number()),
  method: Type.Union([Type.Literal('sum'), Type.Literal('distinct'), Type.Literal('ratio'), Type.Literal('constant')]),
  of: orNull(Type.Array(Type.String())),
  facts: Type.Array(
    shape({
      fact: Type.String(),
      event: Type.String(),
      contract: Type.String(),
      occurredAt: instant,
      recordedAt: instant,
      measure: Type.Number(),
      key: orNull(Type.String()),
      source: orNull(shape({ door: Type.String(), name: Type.String(), place: Type.String(), sha256: Type.String() })),
      bytes: Type.Optional(Type.String()),
    }),
  ),
});
export type TraceOutput = Static<typeof TraceOutput>;

const ReportOutput = shape({
  file: Type.String(),
  year: Type.Integer(),
  asOf: instant,
  figures: count,
  sha256: Type.String(),
});
export type ReportOutput = Static<typeof ReportOutput>;
const ClockOutput = shape({ now: instant, virtual: Type.Boolean(), idle: Type.Boolean() });
export type ClockOutput = Static<typeof ClockOutput>;
const Check = shape({
  name: Type.String(),
  ok: Type.Boolean(),
  found: Type.String(),
  expected: Type.String(),
  advice: Type.String(),
});
const DoctorOutput = shape({ ok: Type.Boolean(), checks: Type.Array(Check) });
export type DoctorOutput = Static<typeof DoctorOutput>;
const OrderOutput = shape({
  event: Type.String(),
  order: Type.String(),
  outcome: Type.String(),
  reason: Type.String(),
});
export type OrderOutput = Static<typeof OrderOutput>;

/** By the command that prints it. */
export const OUTPUTS = {
  feed: FeedOutput,
  figures: FiguresOutput,
  trace: TraceOutput,
  report: ReportOutput,
  clock: ClockOutput,
  doctor: DoctorOutput,
  orders: OrderOutput,
} as const;
