import { VERDICT_IN_CHINESE, VERDICTS, type UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { CLASS_OF, explainedBy, otherHeatNear, whyUrgent, type JudgedPlace } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import { Danger } from '../signs/danger.js';
import { Wind } from '../signs/wind.js';
import type { AskedSetting } from './fire-events.js';
import { Fires, type KnownSign } from './fires.js';
import { Permits } from './permits.js';

/** Why nobody is sent out for some heat. */
export type Explanation = Readonly<{
  /** The fire from whose heat it comes; null: from none. */ fire: string | null;
  words: string;
}>;

/** What is known around heat that was seen: what it may come from, and what makes it urgent. */
@Injectable()
export class Circumstances {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
    private readonly danger: Danger,
    private readonly permits: Permits,
    private readonly wind: Wind,
  ) {}

  /** For each set of signs why nobody is sent out for it; null: somebody is. */
  async explain(tx: Tx, sets: readonly (readonly KnownSign[])[]): Promise<(Explanation | null)[]> {
    const permits = await this.permits.covering(tx, sets);
    const places = await this.placesOf(tx, sets);
    return sets.map((signs, index) => {
      if (signs.every(({ late }) => late)) return { fire: null, words: '收到时已是历史资料，不派人核查' };
      // What a person reports is looked at, whatever a satellite's heat there was judged to be.
      if (signs.some(({ by, late }) => by === 'report' && !late)) return null;
      const [permit, place] = [permits[index] ?? null, places[index] ?? null];
      if (permit !== null) return { fire: null, words: `在用火许可 ${permit.permit}（${permit.place}）的范围和时段内` };
      if (place === null) return null;
      const words = `与${place.id}（${VERDICT_IN_CHINESE[place.verdict]}）同处，无异常，不派人核查`;
      return { fire: place.id, words };
    });
  }

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

  /** For each set the judged place from which it comes; null: it comes from none, or other heat is around it. */
  private async placesOf(tx: Tx, sets: readonly (readonly KnownSign[])[]): Promise<(JudgedPlace | null)[]> {
    const { joinWithinKm, afterVerdict: plan } = this.plan.fires;
    const km = Math.max(joinWithinKm, plan.standingWithinKm, plan.widerByKm);
    const judged = await this.fires.judgedNear(tx, sets.flat(), km, EXPLAIN);
    const places = sets.map((signs) => explainedBy(signs, judged, plan));
    const doubted = sets.filter((_, index) => places[index] !== null).flat();
    if (doubted.length === 0) return places;
    const around = await this.fires.otherHeat(tx, doubted, plan.otherHeatWithinKm);
    const others = [...around, ...sets.filter((_, index) => places[index] === null).flat()];
    return places.map((place, index) => {
      const signs = sets[index] as readonly KnownSign[];
      const own = new Set(signs.map(({ event }) => event));
      const foreign = others.filter(({ event }) => !own.has(event));
      return place !== null && otherHeatNear(signs, foreign, plan) ? null : place;
    });
  }
}

/** Verdicts by which later heat of the same place may be no news. */
const EXPLAIN = VERDICTS.filter((verdict) => ['standing', 'permitted', 'none'].includes(CLASS_OF[verdict]));
