import { Type, type Static } from 'typebox';

const strict = { additionalProperties: false };
const name = Type.String({ minLength: 1 });
const words = Type.Object({ zh: name, en: name }, strict);
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a day, such as 2020-07-01' });
const value = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** What one field must be; several of a list. */
const Test = Type.Union([
  value,
  Type.Array(value, { minItems: 1 }),
  Type.Object({ atLeast: Type.Union([Type.Number(), Type.String()]) }, strict),
  Type.Object({ atMost: Type.Union([Type.Number(), Type.String()]) }, strict),
  Type.Object({ known: Type.Boolean() }, strict),
]);
export type Test = Static<typeof Test>;

export const UNITS = ['count', 'persons', 'yuan', 'percent', 'weeks', 'hectares'] as const;
export type Unit = (typeof UNITS)[number];

/** One version of an indicator 指标, as the catalogue has it. */
export const Definition = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*)+$', description: 'readable, and stable' }),
    label: words,
    /** What it counts, in words. */ definition: words,
    unit: Type.Unsafe<Unit>(Type.String({ enum: [...UNITS] })),
    version: Type.Integer({ minimum: 1 }),
    /** From which day on facts count by this version; without it, all do. */ validFrom: Type.Optional(day),
    /** Of facts of this kind … */ kind: Type.Optional(name),
    /** … of which each of these fields is so … */ filter: Type.Optional(Type.Record(name, Test)),
    /** … the sum of this field, or without it how many there are … */ measure: Type.Optional(name),
    /** … or how many different things these fields name. */
    distinctBy: Type.Optional(Type.Array(name, { minItems: 1, uniqueItems: true })),
    /** On which day a fact counts: its own, or the Thursday of its week, which says to which year a week belongs. */
    on: Type.Optional(Type.Union([Type.Literal('day'), Type.Literal('thursday')])),
    /** What it may be told apart by, beside the county. */
    dimensions: Type.Optional(Type.Array(name, { minItems: 1, uniqueItems: true })),
    /** Instead of all these: percent of one indicator in another, to one decimal. */
    ratio: Type.Optional(Type.Array(name, { minItems: 2, maxItems: 2 })),
    /** Or what the calendar gives. */ constant: Type.Optional(Type.Literal('iso-weeks')),
  },
  { ...strict, description: 'what an indicator counts' },
);
export type Definition = Static<typeof Definition>;

export const IndicatorsFile = Type.Object({ indicators: Type.Array(Definition) }, strict);
