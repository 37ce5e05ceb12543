import { minutesBetween, type UtcInstant } from '@fengsui/contracts';
import type { FloodPlan } from '@fengsui/rules';

/** How many thresholds of the plan a gauge has reached, and when it said so. */
export type Band = Readonly<{ station: string; band: number; at: UtcInstant }>;

/**
 * Whether a reading can change what is called for: a threshold was crossed, up or down; or a gauge speaks again after
 * it was silent.
 */
export function matters({ band, at }: Band, before: Band | undefined, quiet: number): boolean {
  if (band !== (before?.band ?? 0)) return true;
  return before !== undefined && minutesBetween(before.at, at) > quiet;
}

/** After so many minutes without a word a gauge that speaks again may change something: it was awaited. */
export const quietMinutes = ({ silence }: FloodPlan): number =>
  Math.min(silence.freshForMinutes, ...Object.values(silence.cadenceMinutes));

/** Gauges read to the centimetre; binary sums must not turn 0.1 + 0.2 into a missed threshold. */
export const round = (value: number): number => Math.round(value * 1000) / 1000;
