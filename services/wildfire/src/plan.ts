import { COLOURS, type Colour } from '@fengsui/contracts';
import { CityBorder, Counties } from '@fengsui/regions';
import type { FirePlan, MaskPlan, SeasonPlan } from '@fengsui/rules';
import { readPlanYaml, SettingsError } from '@fengsui/settings';
import { Type, type Static } from 'typebox';
import { Surroundings } from './signs/surroundings.js';

/** What the city has laid down for satellite hotspots and fires reported by people. */
export class WildfirePlan {
  readonly fires: FirePlan;
  /** When recurring heat is a place and no fire. */
  readonly mask: MaskPlan;
  readonly border: CityBorder;
  /** When fires are more dangerous than usual. */
  readonly season: SeasonPlan;
  /** Minutes that a verdict waits for a fire that is not known yet. */
  readonly orderWaitsMinutes: number;
  /** Hours after which a sign that comes in is history. */
  readonly lateAfterHours: number;
  /** What the city knows of the land around a fire. */
  readonly surroundings: Surroundings;
  /** From which wind a fire is urgent, and who measures it; undefined: nobody does. */
  readonly wind: Static<typeof WindPlan> | undefined;
  /** Heat so near to the city is kept, though it is not the city's, kilometres. */
  readonly outsideWithinKm: number;

  private constructor(
    file: Static<typeof PlanFile>,
    version: string,
    readonly counties: Counties,
    folder: string,
  ) {
    const { joinWithinKm, joinWithinHours, verifyWithinMinutes, afterVerdict } = file;
    this.fires = { version, joinWithinKm, joinWithinHours, verifyWithinMinutes, afterVerdict };
    this.mask = { ...file.heatMask, otherHeatWithinKm: afterVerdict.otherHeatWithinKm };
    this.border = new CityBorder(counties);
    this.season = file.season;
    this.orderWaitsMinutes = file.orderWaitsMinutes;
    this.lateAfterHours = file.lateAfterHours;
    this.outsideWithinKm = file.outsideWithinKm;
    this.surroundings = new Surroundings(folder, file.layers ?? {}, (code) => counties.has(code));
    this.wind = file.wind;
    const strange = Object.entries(file.wind?.stations ?? {}).filter(([, county]) => !counties.has(county));
    if (strange.length > 0)
      throw new SettingsError(
        'wildfire.yaml does not fit',
        strange.map(([station, county]) => `/wind/stations/${station}: ${county} is no county of the plan`),
      );
  }

  static read(folder: string): WildfirePlan {
    const { value, version } = readPlanYaml(folder, 'wildfire.yaml', PlanFile);
    return new WildfirePlan(value, version, Counties.ofPlan(folder), folder);
  }
}

const Kilometres = Type.Number({ minimum: 0.2, maximum: 50 });
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Hours = Type.Integer({ minimum: 1, maximum: 24 * 30 });
const Days = Type.Integer({ minimum: 1, maximum: 3_660 });
const DayOfYear = Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' });
const Part = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const File = Type.String({ minLength: 1, description: 'GeoJSON in WGS-84, a path in the folder of the plan' });
const Layers = Part({
  townships: Type.Optional(File),
  neighbours: Type.Optional(File),
  landCover: Type.Optional(Part({ file: File, property: Type.String({ minLength: 1 }) })),
  near: Type.Optional(
    Type.Array(
      Part({ name: Type.String({ minLength: 1 }), file: File, withinKm: Type.Number({ minimum: 0, maximum: 50 }) }),
    ),
  ),
});
const WindPlan = Part({
  urgentMs: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
  withinMinutes: Type.Integer({ minimum: 10, maximum: 1_440 }),
  stations: Type.Record(Type.String(), Type.String({ pattern: '^\\d{6}$' })),
});

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
  heatMask: Part({
    withinKm: Kilometres,
    aroundKm: Kilometres,
    aroundShare: Share,
    days: Days,
    spanDays: Days,
    nightShare: Share,
    timesItsStrongest: Type.Number({ minimum: 1, maximum: 100 }),
    learnDays: Days,
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
  layers: Type.Optional(Layers),
  wind: Type.Optional(WindPlan),
  source: Type.String(),
  verified: Type.Boolean(),
});
