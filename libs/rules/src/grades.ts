import type { IncidentV1 } from '@fengsui/contracts';

/** 一般 较大 重大 特别重大, lowest first. */
export const GRADES = ['general', 'larger', 'major', 'extra-major'] as const;
export type Grade = (typeof GRADES)[number];
const gradeRank = (grade: Grade): number => GRADES.indexOf(grade);

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

/** Deaths by which alone an accident has a grade: so many at the least, and so many at the most. */
export function deathsOfGrade(grade: Grade): readonly [least: number, most: number] {
  const next = GRADES[gradeRank(grade) + 1];
  return [DECREE_493[grade][0], next === undefined ? Infinity : DECREE_493[next][0] - 1];
}

/** What a report says that grades it; what it does not state counts as none. */
type Graded = Readonly<
  Pick<IncidentV1['data'], 'category' | 'deaths' | 'seriousInjuries' | 'economicLossYuan' | 'propertyLossYuan'>
>;

/**
 * The grade by what one report states: a fire goes by its property loss, a geological disaster by its own table, every
 * other accident by its economic loss.
 */
export function gradeOfReport({
  category,
  deaths,
  seriousInjuries,
  economicLossYuan,
  propertyLossYuan,
}: Graded): Grade {
  if (category === 'geological') return gradeOfGeological(deaths ?? 0, economicLossYuan ?? 0);
  const loss = category === 'fire' ? propertyLossYuan : economicLossYuan;
  return gradeOf(deaths ?? 0, seriousInjuries ?? 0, loss ?? 0);
}

/**
 * Geological disasters, 《地质灾害防治条例》 art. 4 (小型 中型 大型 特大型, lowest first): the highest that deaths or loss
 * reach; 以上 includes the number. Rows: least deaths, least loss in yuan.
 */
const GEOLOGICAL: Record<Grade, readonly [number, number]> = {
  general: [0, 0],
  larger: [3, 1_000_000],
  major: [10, 5_000_000],
  'extra-major': [30, 10_000_000],
};

function gradeOfGeological(deaths: number, lossYuan: number): Grade {
  return GRADES.filter((grade) => deaths >= GEOLOGICAL[grade][0] || lossYuan >= GEOLOGICAL[grade][1]).at(-1) as Grade;
}

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
