import { addMinutes, type FireJudgedV1, type Threatened, type UtcInstant } from '@fengsui/contracts';
import type { Owed, Owner } from './obligations.js';

/** One list of the law: a forest fire that reaches any of these is reported at once. */
export type FireReport = Readonly<{
  id: string;
  /** To whom, in words. */ to: string;
  owner: Owner;
  withinMinutes: number;
  /** The article. */ article: string;
  when: Readonly<{
    /** Open flame for more than so many hours. */ burningHours?: number | undefined;
    deaths?: number | undefined;
    seriousInjuries?: number | undefined;
    /** Damaged forest; where it is not known yet, what burned. */ hectares?: number | undefined;
    /** So near to the border of the city. */ borderKm?: number | undefined;
    /** In these counties the border of the city is that of the province. */ provincialCounties?:
      readonly string[] | undefined;
    threatens?: readonly Threatened[] | undefined;
    asksSupport?: boolean | undefined;
  }>;
}>;

/** What is known of a forest fire that may have to be reported. */
export type ReportedFire = Readonly<
  Pick<
    FireJudgedV1['data'],
    | 'fireId'
    | 'county'
    | 'deaths'
    | 'seriousInjuries'
    | 'burnedAreaHa'
    | 'damagedAreaHa'
    | 'threatens'
    | 'asksSupport'
    | 'borderKm'
  > & { /** Hours for which its open flame has been known. */ burningHours: number }
>;

const THREATENED_IN_CHINESE: Readonly<Record<Threatened, string>> = {
  houses: '威胁居民点或重要设施',
  'protected-area': '位于或威胁自然保护区',
  'primeval-forest': '位于或威胁原始林区',
};

/** Why a fire is on a list; empty: it is not. */
export function reasonsToReport(fire: ReportedFire, { when }: FireReport): readonly string[] {
  const reached = (value: number | undefined, least: number | undefined): boolean =>
    least !== undefined && (value ?? 0) >= least;
  const hectares = Math.max(fire.damagedAreaHa ?? 0, fire.burnedAreaHa ?? 0);
  const isAtBorder =
    when.borderKm !== undefined &&
    fire.borderKm !== null &&
    fire.borderKm !== undefined &&
    fire.borderKm <= when.borderKm;
  const isProvincial = when.provincialCounties?.includes(fire.county) ?? true;
  return [
    // “超过二十四小时”: the hour itself is not over yet.
    ...(when.burningHours !== undefined && fire.burningHours > when.burningHours
      ? [`超过${when.burningHours}小时明火未扑灭`]
      : []),
    ...(reached(fire.deaths, when.deaths) ? [`死亡${fire.deaths}人`] : []),
    ...(reached(fire.seriousInjuries, when.seriousInjuries) ? [`重伤${fire.seriousInjuries}人`] : []),
    ...(reached(hectares, when.hectares) ? [`面积${hectares}公顷`] : []),
    ...(isAtBorder && isProvincial
      ? [`距${when.provincialCounties === undefined ? '市' : '省'}界${(fire.borderKm ?? 0).toFixed(1)}公里`]
      : []),
    ...(when.threatens ?? []).filter((one) => fire.threatens?.includes(one)).map((one) => THREATENED_IN_CHINESE[one]),
    ...(when.asksSupport === true && fire.asksSupport === true ? ['请求支援'] : []),
  ];
}

/** What is owed for a forest fire, by each list on which it is. @param at from when the time runs */
export const fireReportsOwed = (fire: ReportedFire, lists: readonly FireReport[], at: UtcInstant): readonly Owed[] =>
  lists.flatMap((list): Owed[] => {
    const reasons = reasonsToReport(fire, list);
    if (reasons.length === 0) return [];
    return [
      {
        matter: `fire-report/${list.id}/${fire.fireId}`,
        kind: 'fire-report',
        owner: list.owner,
        words: `${fire.fireId}报${list.to}：${reasons.join('，')}（${list.article}）`,
        dueAt: addMinutes(at, list.withinMinutes),
      },
    ];
  });
