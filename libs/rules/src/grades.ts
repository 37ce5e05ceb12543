import { addMinutes, type IncidentV1, type UtcInstant } from '@fengsui/contracts';

/** 一般 较大 重大 特别重大, lowest first. */
export const GRADES = ['general', 'larger', 'major', 'extra-major'] as const;
export type Grade = (typeof GRADES)[number];
export const gradeRank = (grade: Grade): number => GRADES.indexOf(grade);

/**
 * Production-safety accidents, State Council Decree 493 art. 3 (in force 2007-06-01): the highest grade that any of
 * the three measures reaches; 以上 includes the number. Fires take the same numbers with direct property loss (公安部
 * 2007-06-26). Rows: least deaths, least serious injuries, least loss in yuan.
 */
const DECREE_493: Record<Grade, readonly [number, number, number]> = {
  general: [0, 0, 0],
  larger: [3, 10, 10_000_000],
  major: [10, 50, 50_000_000],
  'extra-major': [30, 100, 100_000_000],
};

/** @param lossYuan economic loss for accidents, property loss for fires */
function gradeOf(deaths: number, seriousInjuries: number, lossYuan: number): Grade {
  const reached = GRADES.filter((grade) => {
    const [d, i, l] = DECREE_493[grade];
    return (deaths >= d && d > 0) || (seriousInjuries >= i && i > 0) || (lossYuan >= l && l > 0);
  });
  return reached.at(-1) ?? 'general';
}

/** What a report says that grades it; what it does not state counts as none. */
type Graded = Readonly<
  Pick<IncidentV1['data'], 'category' | 'deaths' | 'seriousInjuries' | 'economicLossYuan' | 'propertyLossYuan'>
>;

/** The grade by what one report states: a fire goes by its property loss, every other accident by its economic loss. */
export function gradeOfReport({
  category,
  deaths,
  seriousInjuries,
  economicLossYuan,
  propertyLossYuan,
}: Graded): Grade {
  const loss = category === 'fire' ? propertyLossYuan : economicLossYuan;
  return gradeOf(deaths ?? 0, seriousInjuries ?? 0, loss ?? 0);
}

/**
 * How long casualties may still change after an accident: 30 days, 7 days for road traffic and fire (Decree 493 art.
 * 13). Later deaths are kept, and do not change the counts.
 */
const CASUALTY_WINDOW_DAYS: Record<IncidentV1['data']['category'], number> = {
  'work-accident': 30,
  'road-accident': 7,
  fire: 7,
  geological: 30,
  other: 30,
};

/** Whether figures that stood at `asOf` still count. */
export const withinCasualtyWindow = (
  category: IncidentV1['data']['category'],
  happenedAt: UtcInstant,
  asOf: UtcInstant,
): boolean => asOf <= addMinutes(happenedAt, CASUALTY_WINDOW_DAYS[category] * 24 * 60);

/**
 * Forest fires, 《森林防火条例》 art. 40: the highest grade that damaged forest, deaths or serious injuries reach; 以上
 * includes the number. Rows: least hectares, least deaths, least serious injuries.
 */
const FOREST_FIRES: Record<Grade, readonly [number, number, number]> = {
  general: [0, 0, 0],
  larger: [1, 3, 10],
  major: [100, 10, 50],
  'extra-major': [1_000, 30, 100],
};

/** @param damagedAreaHa damaged forest 受害森林面积, hectares; null: not known. What burned 过火面积 grades nothing */
export function gradeOfForestFire({
  damagedAreaHa,
  deaths,
  seriousInjuries,
}: Readonly<{ damagedAreaHa: number | null; deaths: number; seriousInjuries: number }>): Grade {
  const reached = GRADES.filter((grade) => {
    const [ha, d, i] = FOREST_FIRES[grade];
    return (damagedAreaHa ?? 0) >= ha && ha > 0 ? true : (deaths >= d && d > 0) || (seriousInjuries >= i && i > 0);
  });
  return reached.at(-1) ?? 'general';
}
