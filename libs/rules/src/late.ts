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

/** Those of many that were not history when they came in. What came together is held against one bound: it is cheap. */
export function notLate<T extends TakenIn>(all: readonly T[], hours: number): readonly T[] {
  const bounds = new Map<UtcInstant, UtcInstant>();
  return all.filter(({ occurredAt, recordedAt }) => {
    if (occurredAt >= recordedAt) return true;
    let bound = bounds.get(recordedAt);
    if (bound === undefined) bounds.set(recordedAt, (bound = addMinutes(recordedAt, -hours * 60)));
    return occurredAt >= bound;
  });
}
