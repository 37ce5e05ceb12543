import { Type, type Static, type TSchema } from 'typebox';
import type { UtcInstant } from './units.js';

/** On the wire: ISO 8601 UTC with milliseconds. Anything else is refused, not guessed at. */
export const Instant = (description: string) =>
  Type.Unsafe<UtcInstant>(
    Type.String({
      description,
      pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$',
    }),
  );
/** A day of the calendar in Beijing, `2020-06-30`. */
export const Day = (description: string) =>
  Type.String({
    description,
    pattern:
      '^\\d{4}-(((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01]))|((0[469]|11)-(0[1-9]|[12]\\d|30))|(02-(0[1-9]|1\\d|2\\d)))$',
  });

/**
 * No character that XML 1.0 forbids (2.2): no control characters but tab and line ends, no halves of surrogate pairs,
 * no U+FFFE or U+FFFF. PostgreSQL cannot hold a NUL, and what is said goes out as CAP and in documents.
 */
const CLEAN = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ud800-\\udfff\\ufffe\\uffff]*$';

export const Text = (description: string, maxLength = 20_000) =>
  Type.String({ description, maxLength, pattern: CLEAN });
const UNFIT = '\\u0000-\\u001f\\ud800-\\udfff\\ufffe\\uffff';
/** Names a thing: no blanks at the ends, never empty. */
export const Name = (description: string, maxLength = 300) =>
  Type.String({
    description,
    minLength: 1,
    maxLength,
    pattern: `^[^\\s${UNFIT}]([^${UNFIT}]*[^\\s${UNFIT}])?$`,
  });
export const Count = (description: string) => Type.Integer({ description, minimum: 0, maximum: 1_000_000_000 });
export const Quantity = (description: string, minimum: number, maximum: number) =>
  Type.Number({ description, minimum, maximum });
export const OrNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const OneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>(Type.String({ enum: [...values], description }));
export const Shape = <P extends Record<string, TSchema>>(properties: P, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });

/** Vocabulary of CAP 1.2, section 3.2. */
export const STATUSES = ['Actual', 'Exercise', 'System', 'Test', 'Draft'] as const;
export type Status = (typeof STATUSES)[number];
/** Whatever is fed says whether it is real, as CAP does; who says nothing means Actual. */
export const SaidStatus = Type.Optional(
  OneOf(STATUSES, 'whether it is real 实情 演练 测试; without it Actual. Only what is Actual is taken'),
);

export const Latitude = Quantity('degrees north, WGS-84', -90, 90);
export const Longitude = Quantity('degrees east, WGS-84', -180, 180);
/** GB/T 2260: six digits for a county or city, nine for a township. */
export const Division = (description: string) =>
  Type.String({ description: `${description}; GB/T 2260 code`, pattern: '^\\d{6}(\\d{3})?$' });

/**
 * One kind of event: what it states about the world, and what must hold for every event of the kind.
 * @param type name and version, `reading.v1`; a changed meaning is a new version beside the old
 * @param meaning one sentence, published with the schema
 */
export const defineEvent = <T extends string, D extends TSchema>(type: T, meaning: string, data: D) =>
  Type.Object(
    {
      id: Type.String({
        minLength: 1,
        maxLength: 400,
        description: 'deterministic: the same fact always has the same id',
      }),
      type: Type.Literal(type),
      key: Type.String({ minLength: 1, maxLength: 300, description: 'events that share it stay in order' }),
      occurredAt: Instant('when it happened in the world; rules read this one'),
      recordedAt: Instant('when we first knew, set by intake from the clock; delays and "as known on" read this one'),
      correlationId: Type.String({
        minLength: 1,
        maxLength: 400,
        description: 'follows one matter through every service into the summary',
      }),
      causes: Type.Array(Type.String({ minLength: 1, maxLength: 400 }), {
        maxItems: 100,
        description: 'ids of the events that this one was decided from; empty for what came in from outside',
      }),
      data,
    },
    { additionalProperties: false, $id: type, title: type, description: meaning },
  );

/** What every event carries around its data, whatever its kind. */
export type Envelope = Readonly<{
  id: string;
  type: string;
  key: string;
  occurredAt: UtcInstant;
  recordedAt: UtcInstant;
  correlationId: string;
  causes: readonly string[];
  data: unknown;
}>;

export type { Static };
