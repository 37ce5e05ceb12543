/** Seeded numbers: the same seed gives the same demonstration on every machine. */
export class Random {
  constructor(private state: number) {}

  /** In [0, 1). mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)] as T;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** `parts` whole numbers of at least `least` that add up to `total`. */
  split(total: number, parts: number, least = 0): number[] {
    const shares = Array.from({ length: parts }, () => 0.2 + this.next());
    const sum = shares.reduce((a, b) => a + b, 0);
    const spread = total - parts * least;
    const result = shares.map((share) => least + Math.floor((share / sum) * spread));
    for (let rest = total - result.reduce((a, b) => a + b, 0), i = 0; rest > 0; rest -= 1, i += 1)
      result[i % parts] = (result[i % parts] ?? 0) + 1;
    return result;
  }
}
