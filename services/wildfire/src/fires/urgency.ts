import type { UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { whyUrgent } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import { Danger } from '../signs/danger.js';
import { Wind } from '../signs/wind.js';
import type { AskedSetting } from './fire-events.js';
import type { KnownSign } from './fires.js';

/** What is around fires when somebody is asked about them. */
@Injectable()
export class Urgency {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly danger: Danger,
    private readonly wind: Wind,
  ) {}

  /**
   * In which township fires are, and what makes them urgent at this time: signals in force, the season, how many pixels
   * there are, wind, what is near.
   */
  async settings(tx: Tx, now: UtcInstant): Promise<(signs: readonly KnownSign[]) => AskedSetting> {
    const [danger, wind] = [await this.danger.inForce(tx, now), await this.wind.around(tx, now)];
    const { season, surroundings, wind: windPlan } = this.plan;
    return (signs) => {
      const { at, county, latitude, longitude } = signs[0] as KnownSign;
      const pixels = signs.filter(({ by }) => by === 'satellite').length;
      const setting = { at, pixels, danger: danger(county), windMs: wind(county), near: surroundings.near(signs) };
      return {
        township: Number.isNaN(latitude) ? null : surroundings.townshipNamed(latitude, longitude, county),
        urgentBecause: whyUrgent(setting, season, windPlan?.urgentMs ?? null),
      };
    };
  }
}
