import { shanghaiDate, VERDICT_IN_CHINESE, VERDICTS } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { CLASS_OF, explainedBy, otherHeatNear, type JudgedPlace } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { HeatMask, type PlaceInForce } from '../mask/heat-mask.js';
import { WildfirePlan } from '../plan.js';
import { Fires, type KnownSign } from './fires.js';
import { Permits } from './permits.js';
import { Urgency } from './urgency.js';

/** Why nobody is sent out for some heat. */
export type Explanation = Readonly<{
  /** The fire from whose heat it comes; null: from none. */ fire: string | null;
  /** The place of the heat mask, `version/number`; null: none. */ heatPlace: string | null;
  words: string;
}>;

/** What is known around heat that was seen: what it may come from, and what makes it urgent. */
@Injectable()
export class Circumstances {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
    private readonly permits: Permits,
    private readonly mask: HeatMask,
    readonly urgency: Urgency,
  ) {}

  /** For each set of signs why nobody is sent out for it; null: somebody is. */
  async explain(tx: Tx, sets: readonly (readonly KnownSign[])[]): Promise<(Explanation | null)[]> {
    const permits = await this.permits.covering(tx, sets);
    const places = await this.placesOf(tx, sets);
    const masked = await this.maskedOf(tx, sets);
    return sets.map((signs, index) => {
      if (signs.every(({ late }) => late)) return because('收到时已是历史资料，不派人核查');
      // What a person reports is looked at, whatever a satellite's heat there was judged to be.
      if (signs.some(({ by, late }) => by === 'report' && !late)) return null;
      const [permit, place] = [permits[index] ?? null, places[index] ?? null];
      if (permit !== null) return because(`在用火许可 ${permit.permit}（${permit.place}）的范围和时段内`);
      const heat = masked[index] ?? null;
      if (place === null && heat !== null) return because(wordsOf(heat), { heatPlace: `${heat.version}/${heat.n}` });
      if (place === null) return null;
      const words = `与${place.id}（${VERDICT_IN_CHINESE[place.verdict]}）同处，无异常，不派人核查`;
      return because(words, { fire: place.id });
    });
  }

  /** For each set the judged place from which it comes; null: it comes from none, or other heat is around it. */
  private async placesOf(tx: Tx, sets: readonly (readonly KnownSign[])[]): Promise<(JudgedPlace | null)[]> {
    const { joinWithinKm, afterVerdict: plan } = this.plan.fires;
    const km = Math.max(joinWithinKm, plan.standingWithinKm, plan.widerByKm);
    const judged = await this.fires.judgedNear(tx, sets.flat(), km, EXPLAIN);
    return this.unlessOtherHeat(
      tx,
      sets,
      sets.map((signs) => explainedBy(signs, judged, plan)),
    );
  }

  /** For each set the place of standing heat from which it comes. */
  private async maskedOf(tx: Tx, sets: readonly (readonly KnownSign[])[]): Promise<(PlaceInForce | null)[]> {
    return this.unlessOtherHeat(tx, sets, await this.mask.explaining(tx, sets));
  }

  /** Other heat around may have come to a place that is known: then it explains nothing. */
  private async unlessOtherHeat<P>(
    tx: Tx,
    sets: readonly (readonly KnownSign[])[],
    places: readonly (P | null)[],
  ): Promise<(P | null)[]> {
    const { afterVerdict: plan } = this.plan.fires;
    const doubted = sets.filter((_, index) => places[index] !== null).flat();
    if (doubted.length === 0) return [...places];
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

const because = (words: string, from: Partial<Explanation> = {}): Explanation => {
  return { fire: null, heatPlace: null, words, ...from };
};

function wordsOf({ version, n, since, days, nightShare }: PlaceInForce): string {
  const night = nightShare === null ? '' : `，夜间占${Math.round(nightShare * 100)}%`;
  return `与热源底图第${version}版${n}号同处（自${shanghaiDate(since)}有${days}日见热${night}），无异常，不派人核查`;
}

/** Verdicts by which later heat of the same place may be no news. */
const EXPLAIN = VERDICTS.filter((verdict) => ['standing', 'permitted', 'none'].includes(CLASS_OF[verdict]));
