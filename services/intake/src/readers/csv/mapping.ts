import { Type, type Static, type TSchema } from 'typebox';

/**
 * The language of mapping files: how the columns of somebody's CSV become events. It has constants, columns, words,
 * units and times, and no expressions: what needs a program needs a reader.
 */
const strict = { additionalProperties: false };
const shape = <P extends Record<string, TSchema>>(properties: P, description?: string) =>
  Type.Object(properties, { ...strict, ...(description === undefined ? {} : { description }) });
const may = <T extends TSchema>(schema: T) => Type.Optional(schema);
const text = Type.String({ maxLength: 2_000 });
const texts = Type.Array(text);
const scalar = Type.Union([text, Type.Number(), Type.Boolean(), Type.Null()]);
const words = Type.Record(Type.String(), scalar);

const Condition = shape(
  { column: text, in: texts },
  'holds where the column has one of the texts; `a*` stands for every text that begins with a',
);
const By = shape(
  { column: text, default: may(Type.String()), of: Type.Record(Type.String(), Type.String()) },
  'one text by the value of a column',
);

/** How a value of an event is had from a row. */
const Value = Type.Union([
  scalar,
  shape({
    column: Type.String({
      description: 'name of the column, `#n` for the n-th, `*` for the one that `each` repeats over',
    }),
    unit: may(
      Type.Union([Type.String(), By], {
        description: 'the value is a number in this unit; it is converted to that of the field',
      }),
    ),
    number: may(Type.Boolean({ description: 'the value is a number without a unit' })),
    degrees: may(
      Type.Boolean({ description: 'the value is an angle in decimal degrees, or as 113°41′13″, 113度41分13秒' }),
    ),
    maybe: may(Type.Boolean({ description: 'some tables have no such column: the field is left out' })),
    words: may(words),
    aliases: may(Type.Record(Type.String(), Type.String(), { description: 'other spellings of the same' })),
    missing: may(
      Type.Array(Type.String(), { description: 'texts that mean "not known"; numbers are compared as numbers' }),
    ),
    optional: may(
      Type.Boolean({ description: 'the field is left out when the value is missing, where the contract allows it' }),
    ),
    when: may(Condition),
    prefix: may(text),
  }),
  shape({
    text: Type.String({ description: 'a text with {column} in it; {*} is what the star of `each` stands for' }),
    aliases: may(Type.Record(Type.String(), Type.String())),
    prefix: may(text),
  }),
  shape({ time: Type.Literal('occurred') }, 'the time of the row'),
  shape({ time: Type.Literal('precision') }, 'how well that time is known'),
  shape(
    { minutesBetween: Type.Array(text, { minItems: 2, maxItems: 2 }) },
    'from the one column to the other, both as the time of the row is written',
  ),
  shape(
    { cell: Type.Array(text, { minItems: 2, maxItems: 2 }) },
    'the grid cell of a hotspot, from the columns of latitude and longitude',
  ),
  shape({ group: Type.Record(Type.String(), Type.Unknown()) }, 'an object of values'),
]);

const Time = shape({
  column: may(text),
  patterns: may(
    Type.Array(text, {
      minItems: 1,
      description:
        '`iso`, or yyyy MM dd HH mm ss, M d H for one or two digits, h and a for half days; the first that fits',
    }),
  ),
  parts: may(shape({ year: text, month: text, day: text, hour: may(text), minute: may(text) })),
  unknown: may(Type.Array(Type.String(), { description: 'what stands in a part that nobody knows' })),
  zone: may(
    Type.Union([Type.String(), By], {
      description: 'UTC, +05:30, or a name of the time zone database; not for `iso`, which has its own',
    }),
  ),
  precision: may(Type.String({ description: 'no finer than this, whatever is written' })),
});

const Event = shape({
  contract: text,
  when: may(Condition),
  each: may(Type.String({ description: 'once for every column whose name fits, `*_level`' })),
  except: may(Type.Array(text, { description: 'columns that `each` passes over' })),
  needs: may(
    Type.Array(text, {
      description: 'made only where these columns hold a value: not empty, and nothing that the event lists as missing',
    }),
  ),
  data: Type.Record(Type.String(), Value),
});

export const MappingFile = shape({
  format: Type.String({ pattern: '^[a-z0-9-]{3,60}$' }),
  about: text,
  source: text,
  header: may(Type.Array(Type.String(), { description: 'the columns, all of them in this order' })),
  columns: may(
    Type.Array(Type.String(), { minItems: 3, description: 'columns that the header must have, besides others' }),
  ),
  time: Time,
  refuse: may(Type.Array(shape({ when: Condition, reason: text, expected: text }))),
  events: Type.Array(Event, { minItems: 1 }),
});
export type Mapping = Static<typeof MappingFile>;
export type MappedTime = Static<typeof Time>;
export type MappedEvent = Static<typeof Event>;
export type MappedValue = Static<typeof Value>;
export type MappedCondition = Static<typeof Condition>;
export type MappedBy = Static<typeof By>;

/**
 * Metres of water, millimetres of rain, cubic metres a second, yuan: what the fields of the contracts are in, by the
 * end of their name.
 */
const FIELD_UNITS: readonly (readonly [RegExp, string])[] = [
  [/(M3s)$/, 'm3/s'],
  [/Mm$/, 'mm'],
  [/Yuan$/, 'yuan'],
  [/Km$/, 'km'],
  [/Mw$/, 'MW'],
  [/K$/, 'K'],
  [/M$/, 'm'],
  [/Minutes$/, 'min'],
];
const FACTORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  m: { m: 1, cm: 0.01, mm: 0.001, ft: 0.3048, in: 0.0254 },
  mm: { mm: 1, cm: 10, m: 1000, in: 25.4 },
  km: { km: 1, m: 0.001, mi: 1.609344 },
  'm3/s': { 'm3/s': 1, 'l/s': 0.001, cfs: 0.028316846592 },
  yuan: { yuan: 1, 万元: 10_000, 亿元: 100_000_000 },
  min: { min: 1, h: 60, s: 1 / 60 },
  MW: { MW: 1, kW: 0.001 },
  K: { K: 1 },
};

/**
 * What a number in `unit` must be multiplied by to be in the unit of a contract's field; null when the two do not go
 * together.
 */
export function factorTo(field: string, unit: string): number | null {
  const target = FIELD_UNITS.find(([end]) => end.test(field))?.[1];
  return target === undefined ? null : (FACTORS[target]?.[unit] ?? null);
}
