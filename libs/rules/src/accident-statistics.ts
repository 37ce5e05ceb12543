import {
  addMinutes,
  fromShanghai,
  minutesBetween,
  shanghaiDate,
  type IncidentV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { kilometresBetween } from './sign-sets.js';

type Category = IncidentV1['data']['category'];

/** How accidents are counted. From the plan, not from the code. */
export type StatisticsPlan = Readonly<{
  casualtyWindow: Readonly<{
    /** Days within which casualties still change (Decree 493 art. 13), by kind of accident. */
    days: Readonly<Record<Category, number>>;
    /** Days of civil law (Civil Code art. 201, 203): the day itself is not counted, the last ends at midnight. */
    civilDays: boolean;
  }>;
  /** Who is still missing when the window ends counts as dead. */ missingCountAfterWindow: boolean;
  /** Without casualties and with less loss an accident is outside of the statistics, yuan. */
  outsideBelowYuan: number;
  /** What is so like another report may be the same accident, told by two. */
  sameAccident: Readonly<{ withinMinutes: number; withinKm: number; casualtiesApart: number }>;
}>;

/** When casualties stop to count: what stood by then. */
export function casualtyWindowEnd(
  category: Category,
  happenedAt: UtcInstant,
  { casualtyWindow: { days, civilDays } }: Pick<StatisticsPlan, 'casualtyWindow'>,
): UtcInstant {
  const minutes = days[category] * 1_440;
  // The last millisecond of the last day: midnight is the next day.
  return civilDays
    ? addMinutes(fromShanghai(shanghaiDate(addMinutes(happenedAt, minutes + 1_440))), -1 / 60_000)
    : addMinutes(happenedAt, minutes);
}

/** What two reports are compared by. */
export type AccidentLike = Readonly<{
  at: UtcInstant;
  latitude: number | null;
  longitude: number | null;
  deaths: number;
  injuries: number;
}>;

/** Whether two accidents under different numbers may be one, told by two departments: a person says. */
export function mayBeSame(
  a: AccidentLike,
  b: AccidentLike,
  { withinMinutes, withinKm, casualtiesApart }: StatisticsPlan['sameAccident'],
): boolean {
  const [from, to] = [positionOf(a), positionOf(b)];
  if (from === null || to === null) return false;
  return (
    Math.abs(minutesBetween(a.at, b.at)) <= withinMinutes &&
    kilometresBetween(from, to) <= withinKm &&
    Math.abs(a.deaths - b.deaths) <= casualtiesApart &&
    Math.abs(a.injuries - b.injuries) <= casualtiesApart
  );
}

const positionOf = ({ latitude, longitude }: AccidentLike) =>
  latitude === null || longitude === null ? null : { latitude, longitude };
