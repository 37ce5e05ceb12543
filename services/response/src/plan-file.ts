import {
  AUTHORITY_KINDS,
  COLOURS,
  HAZARDS,
  SITUATION_GRADES,
  SITUATION_KINDS,
  type AuthorityKind,
  type Colour,
  type Hazard,
  type SituationGrade,
  type SituationKind,
} from '@fengsui/contracts';
import {
  OTHER_MEASURES,
  STORM_GRADES,
  type EndsWith,
  type SingleMeasure,
  type StageMark,
  type StormGrade,
} from '@fengsui/rules';
import { Type, type Static } from 'typebox';

const level = Type.Union([Type.Literal('IV'), Type.Literal('III'), Type.Literal('II'), Type.Literal('I')]);
const colour = Type.Unsafe<Colour>(Type.String({ enum: [...COLOURS] }));
const perLevel = <T extends Parameters<typeof Type.Array>[0]>(value: T) =>
  Type.Object({ IV: value, III: value, II: value, I: value }, strict);
const strict = { additionalProperties: false };
const count = Type.Integer({ minimum: 1 });
/** Something stands there: a point without an organiser is nobody's. */
const written = Type.String({ pattern: '\\S' });

/** Hours for which critical rain is laid down, and over which rain is always summed. */
export const RAIN_HOURS = [1, 3, 6, 12, 24];
/** Over these, too, where a condition asks for it: what fell before 前期雨量. */
const ANTECEDENT_HOURS = [48, 72, 120, 168];
const rainHours = Type.Union([...RAIN_HOURS, ...ANTECEDENT_HOURS].map((hours) => Type.Literal(hours)));
const more = Type.Number({ exclusiveMinimum: 0 });
const hazards = Type.Array(Type.Unsafe<Hazard>(Type.String({ enum: [...HAZARDS] })), { minItems: 1 });
const authorityKind = Type.Unsafe<AuthorityKind>(Type.String({ enum: [...AUTHORITY_KINDS] }));

const MEASURES = [
  'warning',
  'stage',
  'forecast-stage',
  'forecast-flow',
  'forecast-return-period',
  'rain',
  'critical-rain',
  'authority-level',
  ...OTHER_MEASURES,
];
const SingleMeasureOf = Type.Union([
  Type.Object({ measure: Type.Literal('warning'), eventCode: Type.String(), colour, counties: count }, strict),
  Type.Object({ measure: Type.Literal('stage'), aboveWarningM: Type.Number(), stations: count }, strict),
  Type.Object({ measure: Type.Literal('forecast-stage'), aboveWarningM: Type.Number(), stations: count }, strict),
  Type.Object({ measure: Type.Literal('forecast-flow'), station: Type.String(), flowM3s: Type.Number() }, strict),
  Type.Object(
    { measure: Type.Literal('forecast-return-period'), years: Type.Number(), station: Type.Optional(Type.String()) },
    strict,
  ),
  Type.Object(
    {
      measure: Type.Literal('rain'),
      hours: rainHours,
      mm: Type.Number(),
      stations: count,
    },
    strict,
  ),
  Type.Object({ measure: Type.Literal('flow'), station: Type.String(), flowM3s: Type.Number() }, strict),
  Type.Object({ measure: Type.Literal('reservoir'), aboveLimitM: Type.Number(), stations: count }, strict),
  Type.Object({ measure: Type.Literal('rise'), mPerHour: more, stations: count }, strict),
  Type.Object(
    {
      measure: Type.Literal('stage-mark'),
      mark: Type.Unsafe<StageMark>(Type.String({ enum: ['guarantee', 'record'] })),
      aboveM: Type.Number(),
      stations: count,
    },
    strict,
  ),
  Type.Object({ measure: Type.Literal('areal-rain'), hours: rainHours, mm: more, counties: count }, strict),
  Type.Object(
    {
      measure: Type.Literal('report'),
      kind: Type.Unsafe<SituationKind>(Type.String({ enum: [...SITUATION_KINDS] })),
      grade: Type.Unsafe<SituationGrade>(Type.String({ enum: [...SITUATION_GRADES] })),
      river: Type.Optional(Type.String({ minLength: 1 })),
      reports: count,
    },
    strict,
  ),
  Type.Object(
    {
      measure: Type.Literal('storm'),
      withinKm: more,
      withinHours: Type.Integer({ minimum: 0, maximum: 120 }),
      grade: Type.Unsafe<StormGrade>(Type.String({ enum: [...STORM_GRADES] })),
    },
    strict,
  ),
  Type.Object({ measure: Type.Literal('critical-rain'), grade: colour, stations: count }, strict),
  Type.Object(
    {
      measure: Type.Literal('authority-level'),
      kind: authorityKind,
      authority: Type.Optional(Type.String({ minLength: 1 })),
      hazards: Type.Optional(hazards),
      level,
      authorities: count,
    },
    strict,
  ),
]);

/** Several measures of which so many must hold: all of them, or n of m. */
const MeasureOf = Type.Union([
  SingleMeasureOf,
  Type.Object(
    {
      measure: Type.Literal('joined'),
      least: count,
      of: Type.Array(SingleMeasureOf, { minItems: 1 }),
      inOneCounty: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
]);
const dayOfYear = Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' });

const Conditions = Type.Array(
  Type.Object(
    {
      id: Type.String(),
      /** Without it: of a warning, what its kind concerns; else flood. */
      hazards: Type.Optional(hazards),
      level,
      season: Type.Optional(Type.Object({ from: dayOfYear, until: dayOfYear }, strict)),
      when: MeasureOf,
      text: Type.String(),
      source: Type.String(),
      verified: Type.Boolean(),
    },
    strict,
  ),
  { minItems: 1 },
);
const ATTENTION = {
  id: Type.String(),
  hazards: Type.Optional(hazards),
  season: Type.Optional(Type.Object({ from: dayOfYear, until: dayOfYear }, strict)),
  when: MeasureOf,
  text: Type.String(),
  source: Type.String(),
  verified: Type.Boolean(),
};
const NoResponses = Type.Array(
  Type.Object(
    {
      eventCode: Type.String(),
      colour,
      hazards: Type.Optional(hazards),
      upToCounties: Type.Optional(count),
      reason: Type.String({ minLength: 1 }),
    },
    strict,
  ),
);
const Ceilings = Type.Array(
  Type.Object(
    {
      of: Type.Unsafe<SingleMeasure['measure']>(Type.String({ enum: MEASURES })),
      eventCode: Type.Optional(Type.String()),
      hours: Type.Optional(rainHours),
      station: Type.Optional(Type.String()),
      kind: Type.Optional(authorityKind),
      /** Which report, storm or mark of a stage, as the plan check names it. */
      key: Type.Optional(Type.String()),
      upTo: Type.Optional(count),
      level,
      reason: Type.String({ minLength: 1 }),
    },
    strict,
  ),
);

const metres = Type.Number({ minimum: 0 });
/** What a gauge can show where gauges.csv does not say: metres below and above its warning stage, and how fast. */
const GaugeDefaults = Type.Object(
  {
    belowWarningM: metres,
    aboveWarningM: metres,
    mostChangeMPerHour: metres,
    toleranceM: metres,
    mostRainMmPerHour: metres,
    mostFlowM3s: metres,
    mostReturnPeriodYears: metres,
    verified: Type.Boolean(),
  },
  strict,
);
export type GaugeDefaults = Static<typeof GaugeDefaults>;

/** flood-response.yaml, as it is written. */
export const PlanFile = Type.Object(
  {
    authority: Type.String({ pattern: '^\\d{6}$' }),
    warnings: Type.Array(
      Type.Object(
        {
          eventCode: Type.String(),
          name: Type.String(),
          hazards: Type.Optional(hazards),
          colours: Type.Array(colour, { minItems: 1 }),
          endsWith: Type.Unsafe<EndsWith>(Type.String({ enum: ['rain', 'stage', 'nothing'] })),
          holdsHours: count,
          longestHours: count,
        },
        strict,
      ),
    ),
    /** What is to be watched 关注, below any level. */
    attention: Type.Optional(Type.Array(Type.Object(ATTENTION, strict))),
    noResponse: NoResponses,
    ceilings: Ceilings,
    unknownColourAs: colour,
    conditions: Conditions,
    /** What each county decides by, for what lies in it; without it the counties decide nothing here. */
    counties: Type.Optional(
      Type.Object({ conditions: Conditions, noResponse: NoResponses, ceilings: Ceilings }, strict),
    ),
    /** How notices are written; without it none are. By authority, the city and those counties that write their own. */
    notices: Type.Optional(
      Type.Object(
        {
          basis: written,
          reportAt: perLevel(Type.Array(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }))),
          forms: Type.Record(
            Type.String({ pattern: '^\\d{6}$' }),
            Type.Object({ prefix: written, issuer: written, addressees: written, reportTo: written }, strict),
          ),
          source: Type.String(),
          verified: Type.Boolean(),
        },
        strict,
      ),
    ),
    transfersFor: Type.Optional(hazards),
    transfersAt: perLevel(Type.Array(Type.String())),
    /** Categories whose people make ready at a level at which they do not leave yet. */
    preparesAt: Type.Optional(perLevel(Type.Array(Type.String()))),
    transferReminders: Type.Optional(
      Type.Object({ everyMinutes: perLevel(count), unverifiedEveryMinutes: count, verified: Type.Boolean() }, strict),
    ),
    decideWithinMinutes: perLevel(count),
    moveWithinMinutes: perLevel(count),
    lowering: Type.Object(
      {
        dwellMinutes: count,
        risingMPerHour: metres,
        rainOver: Type.Object({ hours: rainHours, mm: Type.Number({ exclusiveMinimum: 0 }) }, strict),
        askAgainMinutes: count,
        verified: Type.Boolean(),
      },
      strict,
    ),
    silence: Type.Object(
      {
        freshForMinutes: count,
        lastValueCountsForMinutes: count,
        lastValueCountsInForceForMinutes: count,
        cadenceMinutes: perLevel(count),
        verified: Type.Boolean(),
      },
      strict,
    ),
    proposeAgain: Type.Object(
      {
        stageM: more,
        flowM3s: more,
        returnPeriodYears: more,
        rainMm: more,
        sameWithinMinutes: count,
        verified: Type.Boolean(),
      },
      strict,
    ),
    orderWaitsMinutes: count,
    lateRecordWithinHours: count,
    gaugeDefaults: GaugeDefaults,
    lateAfterHours: Type.Object({ readings: count, verified: Type.Boolean() }, strict),
  },
  strict,
);

/** A row of critical-rain.csv: `*` is for every gauge without rows of its own. An empty cell: none laid down. */
export const CriticalRainRow = Type.Object(
  {
    station: written,
    grade: colour,
    ...Object.fromEntries(RAIN_HOURS.map((hours) => [`mm_${hours}h`, Type.String({ pattern: '^(\\d+(\\.\\d+)?)?$' })])),
    source: Type.String(),
  },
  strict,
);

/** A row of risk-points.csv. */
export const RiskPointRow = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    name: written,
    county: Type.String({ pattern: '^\\d{6}$' }),
    /** The gauge on whose reach it lies; empty: on none. */
    reach: Type.Optional(Type.String()),
    category: written,
    people: Type.Integer({ minimum: 1 }),
    organiser: written,
    destination: written,
  },
  strict,
);

/** A row of shelters.csv. */
export const ShelterRow = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    name: written,
    county: Type.String({ pattern: '^\\d{6}$' }),
    capacity: Type.Integer({ minimum: 1 }),
    address: Type.Optional(Type.String()),
  },
  strict,
);
export type Shelter = Static<typeof ShelterRow>;

/** A row of vulnerable-sites.csv: a list of education, civil affairs or health, to hold the risk points against. */
export const SiteRow = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    name: written,
    county: Type.String({ pattern: '^\\d{6}$' }),
    /** 养老机构, 学校, 医院 … */
    kind: written,
    people: Type.Integer({ minimum: 0 }),
    /** The risk point that covers it; empty: none does. */
    risk_point: Type.Optional(Type.String()),
  },
  strict,
);
export type Site = Static<typeof SiteRow>;
