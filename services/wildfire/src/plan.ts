import { COLOURS, type Colour } from '@fengsui/contracts';
import { CityBorder, Counties } from '@fengsui/regions';
import type { FirePlan, SeasonPlan } from '@fengsui/rules';
import { readPlanYaml } from '@fengsui/settings';
import { Type, type Static } from 'typebox';

/** What the city has laid down for satellite hotspots and fires reported by people. */
export class WildfirePlan {
  readonly fires: FirePlan;
  readonly border: CityBorder;
  /** When fires are more dangerous than usual. */
  readonly season: SeasonPlan;
  /** Minutes that a verdict waits for a fire that is not known yet. */
  readonly orderWaitsMinutes: number;
  /** Hours after which a sign that comes in is history. */
  readonly lateAfterHours: number;
  /** Heat so near to the city is kept, though it is not the city's, kilometres. */
  readonly outsideWithinKm: number;

  private constructor(
    file: Static<typeof PlanFile>,
    version: string,
    readonly counties: Counties,
  ) {
    const { joinWithinKm, joinWithinHours, verifyWithinMinutes, afterVerdict } = file;
    this.fires = { version, joinWithinKm, joinWithinHours, verifyWithinMinutes, afterVerdict };
    this.border = new CityBorder(counties);
    this.season = file.season;
    this.orderWaitsMinutes = file.orderWaitsMinutes;
    this.lateAfterHours = file.lateAfterHours;
    this.outsideWithinKm = file.outsideWithinKm;
  }

  static read(folder: string): WildfirePlan {
    const { value, version } = readPlanYaml(folder, 'wildfire.yaml', PlanFile);
    return new WildfirePlan(value, version, Counties.ofPlan(folder));
  }
}

const Kilometres = Type.Number({ minimum: 0.2, maximum: 50 });
const Hours = Type.Integer({ minimum: 1, maximum: 24 * 30 });
const Days = Type.Integer({ minimum: 1, maximum: 3_660 });
const DayOfYear = Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' });
const Part = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const PlanFile = Part({
  joinWithinKm: Kilometres,
  joinWithinHours: Type.Number({ exclusiveMinimum: 0, maximum: 240 }),
  verifyWithinMinutes: Type.Integer({ minimum: 1 }),
  afterVerdict: Part({
    timesItsStrongest: Type.Number({ minimum: 1, maximum: 100 }),
    widerByKm: Kilometres,
    standingWithinKm: Kilometres,
    otherHeatWithinKm: Kilometres,
    standingDays: Days,
    falseAlarmDays: Days,
    passingHours: Hours,
    extinguishedHours: Hours,
    asleepAfterHours: Hours,
    endedAfterHours: Hours,
  }),
  season: Part({
    specialPeriod: Part({ from: DayOfYear, until: DayOfYear }),
    urgentColours: Type.Array(Type.Unsafe<Colour>(Type.String({ enum: [...COLOURS] }))),
    urgentPixels: Type.Integer({ minimum: 1, maximum: 10_000 }),
    festivals: Type.Record(Type.String({ pattern: '^20\\d\\d$' }), Type.Record(Type.String(), DayOfYear)),
  }),
  orderWaitsMinutes: Type.Integer({ minimum: 1 }),
  lateAfterHours: Type.Integer({ minimum: 1 }),
  outsideWithinKm: Type.Number({ minimum: 0, maximum: 500 }),
  source: Type.String(),
  verified: Type.Boolean(),
});
