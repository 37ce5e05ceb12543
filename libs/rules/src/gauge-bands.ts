import { minutesBetween, type UtcInstant } from '@fengsui/contracts';

/** What a gauge can show at all, and how fast that can change; null: not known, so nothing is doubted for it. */
export type GaugeBand = Readonly<{
  minStageM: number | null;
  maxStageM: number | null;
  /** Metres an hour, up or down. */ mostChangeMPerHour: number | null;
  /** Metres that any two readings may differ, however near in time. */ toleranceM: number;
}>;
export type StageAt = Readonly<{ at: UtcInstant; stageM: number }>;

/**
 * Why a stage is not weighed by itself, or null: it lies outside of what the gauge can show, or further from the last
 * one than water moves in the time between. A sensor that fails says such things, and so does a flood that nobody
 * expected: a second reading tells them apart.
 * @param before the stage that is weighed now
 */
function doubtOf(reading: StageAt, before: StageAt | null, band: GaugeBand): 'outside' | 'jump' | null {
  const { minStageM, maxStageM } = band;
  if ((minStageM !== null && reading.stageM < minStageM) || (maxStageM !== null && reading.stageM > maxStageM))
    return 'outside';
  return before === null || agree(reading, before, band) ? null : 'jump';
}

/** Whether the water can have gone from one reading to the other. A second value of one moment corrects the first. */
export function agree(a: StageAt, b: StageAt, { mostChangeMPerHour, toleranceM }: GaugeBand): boolean {
  if (mostChangeMPerHour === null || a.at === b.at) return true;
  const hours = Math.abs(minutesBetween(a.at, b.at)) / 60;
  return Math.abs(a.stageM - b.stageM) <= toleranceM + mostChangeMPerHour * hours;
}

/** What stands of a gauge: the stage that is weighed, and one that waits for a second to agree. */
export type GaugeState<T extends StageAt> = Readonly<{ weighed: T | null; doubtful: T | null }>;

/** Takes one reading of a gauge. What is older than the stage that is weighed changes nothing. */
export function takeStage<T extends StageAt>(
  { weighed, doubtful }: GaugeState<T>,
  reading: T,
  band: GaugeBand,
): GaugeState<T> {
  if (weighed !== null && reading.at < weighed.at) return { weighed, doubtful };
  if (doubtOf(reading, weighed, band) === null)
    return { weighed: reading, doubtful: doubtful !== null && doubtful.at > reading.at ? doubtful : null };
  const second = doubtful !== null && doubtful.at !== reading.at && agree(reading, doubtful, band);
  return second
    ? { weighed: reading.at > doubtful.at ? reading : doubtful, doubtful: null }
    : { weighed, doubtful: reading };
}

/** A gauge up or down the river: its stage, and where its water becomes dangerous; null: nobody says. */
export type Neighbour = Readonly<{ weighed: StageAt | null; warningStageM: number | null }>;

/**
 * Whether a neighbour bears out a stage that waits: a jump to or above the warning stage, while the neighbour, too,
 * stands at or above its own at about the time. What the gauge cannot show at all nobody bears out.
 */
export function isBorneOut<T extends StageAt>(
  { weighed, doubtful }: GaugeState<T>,
  { band, warningStageM }: Readonly<{ band: GaugeBand; warningStageM: number | null }>,
  neighbours: readonly Neighbour[],
  withinMinutes: number,
): boolean {
  if (doubtful === null || doubtOf(doubtful, weighed, band) !== 'jump') return false;
  if (warningStageM === null || doubtful.stageM < warningStageM) return false;
  return neighbours.some(
    (one) =>
      one.weighed !== null &&
      one.warningStageM !== null &&
      one.weighed.stageM >= one.warningStageM &&
      Math.abs(minutesBetween(one.weighed.at, doubtful.at)) <= withinMinutes,
  );
}

/** Whether so much rain can fall in a time: more than has ever fallen anywhere is a gauge that fails. */
export const canFall = (mm: number, minutes: number, mostMmPerHour: number | null): boolean =>
  mostMmPerHour === null || mm <= mostMmPerHour * Math.max(minutes / 60, 1 / 6);
