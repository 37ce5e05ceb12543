/** Addresses that are remembered; more than this at once is an attack from everywhere. */
const MOST_ADDRESSES = 10_000;

/** Counts what went wrong, a minute and address: guessing is slow work here. */
export class Failures {
  private readonly counts = new Map<string, Readonly<{ minute: number; count: number }>>();

  /** @param perMinute failures in a minute after which no more are looked at */
  constructor(private readonly perMinute: number) {}

  /** How many there were in this minute. @param now milliseconds */
  of(address: string, now: number): number {
    const before = this.counts.get(address);
    return before?.minute === minuteOf(now) ? before.count : 0;
  }

  /** True when no more is looked at in this minute. */
  tooMany(address: string, now: number): boolean {
    return this.of(address, now) >= this.perMinute;
  }

  /** @returns how many there are now */
  add(address: string, now: number): number {
    const count = this.of(address, now) + 1;
    if (this.counts.size >= MOST_ADDRESSES) this.counts.clear();
    this.counts.set(address, { minute: minuteOf(now), count });
    return count;
  }
}

const minuteOf = (now: number): number => Math.floor(now / 60_000);
/** Seconds until the next minute begins. */
export const secondsToNext = (now: number): number => 60 - (Math.floor(now / 1_000) % 60);
