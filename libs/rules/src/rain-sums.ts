/** Rain that fell within the minutes up to `end`, in minutes since 1970: a gauge has hundreds of windows a day. */
export type RainWindow = Readonly<{ end: number; minutes: number; mm: number; event: string }>;
/**
 * Rain of some hours: at least `mm` fell, because windows that do not overlap add up to it. `coveredMinutes` of the
 * hours are known by them; of the rest nobody knows anything.
 */
export type RainSum = Readonly<{ mm: number; coveredMinutes: number; events: readonly string[] }>;

/**
 * The most that windows of one gauge prove to have fallen in the hours up to `until`: the greatest sum of windows that
 * lie within and do not overlap. Rain cannot be negative, so no such sum is more than what fell; and whatever comes
 * twice, or as running sums, is counted once.
 */
export function rainSumOf(windows: readonly RainWindow[], until: number, hours: number): RainSum {
  const from = until - hours * 60;
  const within = windows
    .filter(({ end, minutes }) => end <= until && end - minutes >= from)
    .sort((a, b) => a.end - b.end || a.minutes - b.minutes || a.mm - b.mm || (a.event < b.event ? -1 : 1));
  // The best of the windows up to each, by weighted interval scheduling.
  const best: Best[] = [NOTHING];
  for (const [index, { end, minutes, mm, event }] of within.entries()) {
    const before = best[lastEndingBy(within, end - minutes, index)] ?? NOTHING;
    const added = { mm: before.mm + mm, minutes: before.minutes + minutes, event, before };
    const without = best[index] ?? NOTHING;
    best.push(isBetter(added, without) ? added : without);
  }
  const found = best.at(-1) ?? NOTHING;
  const events: string[] = [];
  for (let one: Best | null = found; one !== null; one = one.before) if (one.event !== '') events.push(one.event);
  return { mm: Math.round(found.mm * 1000) / 1000, coveredMinutes: found.minutes, events };
}

type Best = Readonly<{ mm: number; minutes: number; event: string; before: Best | null }>;
const NOTHING: Best = { mm: 0, minutes: 0, event: '', before: null };
/** More rain; or as much, and more of the time known. */
const isBetter = (a: Best, b: Best): boolean => a.mm > b.mm + 1e-9 || (a.mm > b.mm - 1e-9 && a.minutes > b.minutes);

/** How many of the first `count` windows end by then; they are in the order of their ends. */
function lastEndingBy(windows: readonly Readonly<{ end: number }>[], by: number, count: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((windows[middle]?.end ?? 0) <= by) low = middle + 1;
    else high = middle;
  }
  return low;
}
