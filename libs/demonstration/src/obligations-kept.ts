import { addMinutes, type LevelOrdered, type UtcInstant } from '@fengsui/contracts';
import { nextReportAt, stepsAt, type Duties } from '@fengsui/rules';
import { lines, MARK, order, type Delivery } from './delivery.js';

/** What the plan asks for, where it asks for anything. */
export type DutiesOfCity = Readonly<{ dutiesOf: (authority: string) => Duties | null }>;
/** A change of level as the script has it. */
export type NumberedChange = Readonly<{ at: UtcInstant; level: LevelOrdered | 'none'; notice: number }>;

/** The city's notices carry it. */
const PREFIX = '清防';
/** A notice is signed for, and a step taken, so long after it; a report is in so long before its time. */
const SIGNED_MINUTES = 15;
const DONE_MINUTES = 25;
const EARLY_MINUTES = 10;
const CLERK = 'clerk';

/** Somebody at the duty desk says that a matter is done. */
export const fulfilled = (at: UtcInstant, matter: string): Delivery =>
  lines(at, 'orders-fulfil', [
    order(at, `fulfil-${matter.replaceAll('/', '-')}`, CLERK, {
      kind: 'fulfil',
      matter,
      owners: [],
      reason: `${MARK}已办结`,
    }),
  ]);

/**
 * Receipts, steps and reports of one response of the city, each in time: what is owed follows from the plan, as it does
 * in the product.
 * @param changes in the order of time; the last one ends it
 */
export function obligationsKept(
  city: DutiesOfCity,
  { authority, episode, year }: Readonly<{ authority: string; episode: string; year: number }>,
  changes: readonly NumberedChange[],
): Delivery[] {
  const duties = city.dutiesOf(authority);
  if (duties === null) return [];
  const matters = new Map<string, UtcInstant>();
  changes.forEach(({ at, level, notice }, n) => {
    if (duties.receipts !== null)
      matters.set(`receipt/${PREFIX}〔${year}〕${notice}号`, addMinutes(at, SIGNED_MINUTES));
    if (level === 'none') return;
    for (const { matter } of stepsAt(duties, { episode, level, at }))
      if (!matters.has(matter)) matters.set(matter, addMinutes(at, DONE_MINUTES));
    const until = changes[n + 1]?.at ?? at;
    const ends = changes.at(-1)?.at ?? at;
    // What was owed at this level when it changed is owed still, where the response goes on until its time.
    const most = n + 1 < changes.length ? ends : until;
    for (const next of reportTimes(duties, level, at, until))
      if (next <= most) matters.set(`report/${episode}/${next}`, addMinutes(next, -EARLY_MINUTES));
  });
  return [...matters].map(([matter, at]) => fulfilled(at, matter));
}

/** The clock times of a level from one change to the next, and the one that was owed already when it came. */
function* reportTimes(duties: Duties, level: LevelOrdered, at: UtcInstant, until: UtcInstant): Generator<UtcInstant> {
  let next = nextReportAt(duties, level, at);
  for (; next !== null && next <= until; next = nextReportAt(duties, level, next)) yield next;
  if (next !== null) yield next;
}
