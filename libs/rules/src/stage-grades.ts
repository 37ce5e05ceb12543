/** How high a stage stands by the three thresholds of its gauge. */
export const STAGE_GRADES = ['normal', 'alert', 'minor-flood', 'major-flood'] as const;
export type StageGrade = (typeof STAGE_GRADES)[number];

export type StageThresholds = Readonly<{ alertM: number | null; minorM: number | null; majorM: number | null }>;

/** Why a stage cannot be graded. */
export type Ungradable = 'no-stage' | 'no-thresholds' | 'thresholds-not-in-order';

/**
 * Grades a stage: a threshold that is reached counts. Thresholds of 0 mean that none are set; some tables have the
 * third below the second. What is not 0 < alert ≤ minor ≤ major grades nothing: a stage of 1 m above "0" is no flood.
 */
export function gradeStage(
  stageM: number | null,
  { alertM, minorM, majorM }: StageThresholds,
): Readonly<{ grade: StageGrade } | { ungradable: Ungradable }> {
  if (stageM === null) return { ungradable: 'no-stage' };
  if (alertM === null || minorM === null || majorM === null) return { ungradable: 'no-thresholds' };
  if (!(alertM > 0 && alertM <= minorM && minorM <= majorM)) return { ungradable: 'thresholds-not-in-order' };
  const reached = [alertM, minorM, majorM].filter((threshold) => stageM >= threshold).length;
  return { grade: STAGE_GRADES[reached] ?? 'normal' };
}
