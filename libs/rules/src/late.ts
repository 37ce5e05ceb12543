import { addMinutes, minutesBetween, type UtcInstant } from '@fengsui/contracts';

/** When something happened, and when intake took it in. */
type TakenIn = Readonly<{ occurredAt: UtcInstant; recordedAt: UtcInstant }>;

/**
 * Whether something was history already when it came in: kept and counted, but no reason to call anybody. It is judged
 * by when intake took it in, not by when a service gets to it: what came in time and had to wait is not late.
 * @param hours after which a thing of its kind no longer affects anything, as the plan says
 */
export const isLate = ({ occurredAt, recordedAt }: TakenIn, hours: number): boolean =>
  minutesBetween(occurredAt, recordedAt) > hours * 60;

/**
 * Those of many that were not history when they came in. What is not late by the latest receipt of all is not late by
 * its own: most of a batch needs no more than that.
 */
export function notLate<T extends TakenIn>(all: readonly T[], hours: number): readonly T[] {
  const latest = all.reduce<UtcInstant | null>(
    (most, { recordedAt }) => (most === null || recordedAt > most ? recordedAt : most),
    null,
  );
  if (latest === null) return all;
  const bound = addMinutes(latest, -hours * 60);
  return all.filter((one) => one.occurredAt >= bound || !isLate(one, hours));
}
