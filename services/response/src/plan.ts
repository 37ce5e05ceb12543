import * as path from 'node:path';
import { AccessPlan } from '@fengsui/access';
import { COLOURS, type Colour } from '@fengsui/contracts';
import { Counties, neighboursOf, readGauges, type GaugeRow } from '@fengsui/regions';
import { faultsOf, type FloodPlan, type GaugeBand, type RiskPoint } from '@fengsui/rules';
import { hashOf, readPlanCsv, readPlanYaml, SettingsError } from '@fengsui/settings';
import { Type, type Static } from 'typebox';

/** A gauge of the plan. Stations without a warning stage are kept for their rain or flow. */
export type Gauge = Readonly<{
  station: string;
  name: string;
  county: string;
  warningStageM: number | null;
  /** What it can show. */ band: GaugeBand;
  /** Stations up and down the same river. */ neighbours: readonly string[];
  /** Millimetres an hour that can fall at all; null: not known. */ mostRainMmPerHour: number | null;
}>;

/** Hours after which what comes in is history: it is kept, and decides nothing. */
type LateAfterHours = Readonly<{
  readings: number;
  /** That do not say until when they hold. */ warningsWithoutEnd: number;
}>;

type Rest = Readonly<{
  access: AccessPlan;
  orderWaitsMinutes: number;
  remindAtMost: number;
  lateAfterHours: LateAfterHours;
}>;

/** All that the city has laid down for floods. */
export class ResponsePlan {
  /** Who may decide what, and what takes two people. */
  readonly access: AccessPlan;
  /** Minutes that an order waits for what it answers. */
  readonly orderWaitsMinutes: number;
  /** How often an undecided proposal is called out again. */
  readonly remindAtMost: number;
  readonly lateAfterHours: LateAfterHours;

  private constructor(
    readonly flood: FloodPlan,
    readonly gauges: ReadonlyMap<string, Gauge>,
    readonly riskPoints: readonly RiskPoint[],
    readonly counties: Counties,
    { access, orderWaitsMinutes, remindAtMost, lateAfterHours }: Rest,
  ) {
    this.lateAfterHours = lateAfterHours;
    this.access = access;
    this.orderWaitsMinutes = orderWaitsMinutes;
    this.remindAtMost = remindAtMost;
  }

  /** @throws SettingsError when a file does not fit, or when the plan would decide wrongly somewhere: with the case */
  static read(folder: string): ResponsePlan {
    const plan = readPlanYaml(folder, 'flood-response.yaml', PlanFile);
    const gauges = readGauges(folder);
    const points = readPlanCsv(folder, 'risk-points.csv', RiskPointRow);
    const { orderWaitsMinutes, remindAtMost, gaugeDefaults, lateAfterHours, ...rules } = plan.value;
    const flood = { ...rules, version: hashOf(plan.version, gauges.version, points.version) } as FloodPlan;
    const faults = faultsOf(flood);
    if (faults.length > 0)
      throw new SettingsError(
        `${path.join(folder, 'flood-response.yaml')} would decide wrongly`,
        faults.map(({ place, fault, counterExample }) => `${place}: ${fault}. For example: ${counterExample}`),
      );
    const counties = Counties.ofPlan(folder);
    const known = new Set(counties.all().map(({ code }) => code));
    const strange = points.value
      .filter(({ county }) => !known.has(county))
      .map(({ id, county }) => `${id}: ${county} is no county of the city`);
    if (strange.length > 0) throw new SettingsError(`${path.join(folder, 'risk-points.csv')} does not fit`, strange);
    return new ResponsePlan(
      flood,
      new Map(gauges.value.map((row) => [row.station, gaugeOf(row, gaugeDefaults)])),
      points.value,
      counties,
      { access: AccessPlan.read(folder), orderWaitsMinutes, remindAtMost, lateAfterHours },
    );
  }
}

const level = Type.Union([Type.Literal('IV'), Type.Literal('III'), Type.Literal('II'), Type.Literal('I')]);
const colour = Type.Unsafe<Colour>(Type.String({ enum: [...COLOURS] }));
const perLevel = <T extends Parameters<typeof Type.Array>[0]>(value: T) =>
  Type.Object({ IV: value, III: value, II: value, I: value }, strict);
const strict = { additionalProperties: false };
const count = Type.Integer({ minimum: 1 });

const Measure = Type.Union([
  Type.Object({ measure: Type.Literal('warning'), eventCode: Type.String(), colour, counties: count }, strict),
  Type.Object({ measure: Type.Literal('stage'), aboveWarningM: Type.Number(), stations: count }, strict),
  Type.Object({ measure: Type.Literal('forecast-stage'), aboveWarningM: Type.Number(), stations: count }, strict),
  Type.Object({ measure: Type.Literal('forecast-flow'), station: Type.String(), flowM3s: Type.Number() }, strict),
  Type.Object({ measure: Type.Literal('forecast-return-period'), years: Type.Number() }, strict),
  Type.Object(
    {
      measure: Type.Literal('rain'),
      hours: Type.Union([1, 3, 6, 12, 24].map((hours) => Type.Literal(hours))),
      mm: Type.Number(),
      stations: count,
    },
    strict,
  ),
]);

const metres = Type.Number({ minimum: 0 });
/** What a gauge can show where gauges.csv does not say: metres below and above its warning stage, and how fast. */
const GaugeDefaults = Type.Object(
  {
    belowWarningM: metres,
    aboveWarningM: metres,
    mostChangeMPerHour: metres,
    toleranceM: metres,
    mostRainMmPerHour: metres,
    verified: Type.Boolean(),
  },
  strict,
);
type GaugeDefaults = Static<typeof GaugeDefaults>;

const PlanFile = Type.Object(
  {
    authority: Type.String({ pattern: '^\\d{6}$' }),
    warnings: Type.Array(
      Type.Object(
        { eventCode: Type.String(), name: Type.String(), colours: Type.Array(colour, { minItems: 1 }) },
        strict,
      ),
    ),
    noResponse: Type.Array(
      Type.Object({ eventCode: Type.String(), colour, reason: Type.String({ minLength: 1 }) }, strict),
    ),
    unknownColourAs: colour,
    conditions: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          level,
          when: Measure,
          text: Type.String(),
          source: Type.String(),
          verified: Type.Boolean(),
        },
        strict,
      ),
      { minItems: 1 },
    ),
    transfersAt: perLevel(Type.Array(Type.String())),
    decideWithinMinutes: perLevel(count),
    moveWithinMinutes: perLevel(count),
    freshForMinutes: count,
    dwellMinutes: count,
    orderWaitsMinutes: count,
    remindAtMost: count,
    gaugeDefaults: Type.Optional(GaugeDefaults),
    lateAfterHours: Type.Object({ readings: count, warningsWithoutEnd: count, verified: Type.Boolean() }, strict),
  },
  strict,
);

const RiskPointRow = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    name: Type.String(),
    county: Type.String({ pattern: '^\\d{6}$' }),
    category: Type.String(),
    people: Type.Integer({ minimum: 1 }),
    organiser: Type.String(),
    destination: Type.String(),
  },
  strict,
);

const numberOr = (written: string | undefined, otherwise: number | null): number | null =>
  written === undefined || written === '' ? otherwise : Number(written);

function gaugeOf(row: GaugeRow, defaults: GaugeDefaults | undefined): Gauge {
  const { station, name, county } = row;
  const warningStageM = numberOr(row.warning_stage_m, null);
  const fromWarning = (metres: number | undefined): number | null =>
    warningStageM === null || metres === undefined ? null : warningStageM + metres;
  const below = defaults === undefined ? undefined : -defaults.belowWarningM;
  return {
    station,
    name,
    county,
    warningStageM,
    neighbours: neighboursOf(row),
    band: {
      minStageM: numberOr(row.min_stage_m, fromWarning(below)),
      maxStageM: numberOr(row.max_stage_m, fromWarning(defaults?.aboveWarningM)),
      mostChangeMPerHour: numberOr(row.most_change_m_per_hour, defaults?.mostChangeMPerHour ?? null),
      toleranceM: defaults?.toleranceM ?? 0,
    },
    mostRainMmPerHour: defaults?.mostRainMmPerHour ?? null,
  };
}
