import { CityBorder, Counties } from '@fengsui/regions';
import type { FirePlan } from '@fengsui/rules';
import { readPlanYaml } from '@fengsui/settings';
import { Type } from 'typebox';

/** What the city has laid down for satellite hotspots and fires reported by people. */
export class WildfirePlan {
  readonly border: CityBorder;

  private constructor(
    readonly fires: FirePlan,
    readonly counties: Counties,
    /** Minutes that a verdict waits for a fire that is not known yet. */
    readonly orderWaitsMinutes: number,
    /** Hours after which a sign that comes in is history. */
    readonly lateAfterHours: number,
    /** Heat so near to the city is kept, though it is not the city's. */
    readonly outsideWithinKm: number,
  ) {
    this.border = new CityBorder(counties);
  }

  static read(folder: string): WildfirePlan {
    const { value, version } = readPlanYaml(folder, 'wildfire.yaml', PlanFile);
    const {
      joinWithinKm,
      joinWithinHours,
      verifyWithinMinutes,
      afterVerdict,
      orderWaitsMinutes,
      lateAfterHours,
      outsideWithinKm,
    } = value;
    return new WildfirePlan(
      { version, joinWithinKm, joinWithinHours, verifyWithinMinutes, afterVerdict },
      Counties.ofPlan(folder),
      orderWaitsMinutes,
      lateAfterHours,
      outsideWithinKm,
    );
  }
}

const Kilometres = Type.Number({ minimum: 0.2, maximum: 50 });
const Hours = Type.Integer({ minimum: 1, maximum: 24 * 30 });
const Days = Type.Integer({ minimum: 1, maximum: 3_660 });

const PlanFile = Type.Object(
  {
    joinWithinKm: Kilometres,
    joinWithinHours: Type.Number({ exclusiveMinimum: 0, maximum: 240 }),
    verifyWithinMinutes: Type.Integer({ minimum: 1 }),
    afterVerdict: Type.Object(
      {
        timesItsStrongest: Type.Number({ minimum: 1, maximum: 100 }),
        widerByKm: Kilometres,
        standingWithinKm: Kilometres,
        standingDays: Days,
        falseAlarmDays: Days,
        passingHours: Hours,
        extinguishedHours: Hours,
        asleepAfterHours: Hours,
        endedAfterHours: Hours,
      },
      { additionalProperties: false },
    ),
    orderWaitsMinutes: Type.Integer({ minimum: 1 }),
    lateAfterHours: Type.Integer({ minimum: 1 }),
    outsideWithinKm: Type.Number({ minimum: 0, maximum: 500 }),
    source: Type.String(),
    verified: Type.Boolean(),
  },
  { additionalProperties: false },
);
