import { Counties } from '@fengsui/regions';
import type { FirePlan } from '@fengsui/rules';
import { readPlanYaml } from '@fengsui/settings';
import { Type } from 'typebox';

/** What the city has laid down for satellite hotspots and fires reported by people. */
export class WildfirePlan {
  private constructor(
    readonly fires: FirePlan,
    readonly counties: Counties,
    /** Minutes that a verdict waits for a fire that is not known yet. */
    readonly orderWaitsMinutes: number,
    /** Hours after which a sign that comes in is history. */
    readonly lateAfterHours: number,
  ) {}

  static read(folder: string): WildfirePlan {
    const { value, version } = readPlanYaml(folder, 'wildfire.yaml', PlanFile);
    const { joinWithinKm, joinWithinHours, verifyWithinMinutes, orderWaitsMinutes, lateAfterHours } = value;
    return new WildfirePlan(
      { version, joinWithinKm, joinWithinHours, verifyWithinMinutes },
      Counties.ofPlan(folder),
      orderWaitsMinutes,
      lateAfterHours,
    );
  }
}

const PlanFile = Type.Object(
  {
    joinWithinKm: Type.Number({ exclusiveMinimum: 0, maximum: 50 }),
    joinWithinHours: Type.Number({ exclusiveMinimum: 0, maximum: 240 }),
    verifyWithinMinutes: Type.Integer({ minimum: 1 }),
    orderWaitsMinutes: Type.Integer({ minimum: 1 }),
    lateAfterHours: Type.Integer({ minimum: 1 }),
    source: Type.String(),
    verified: Type.Boolean(),
  },
  { additionalProperties: false },
);
