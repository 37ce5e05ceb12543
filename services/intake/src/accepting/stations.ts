import { aliasesOf, type GaugeRow } from '@fengsui/regions';

/** What the plan calls a station, whatever others call it. */
export class Stations {
  private readonly known: ReadonlySet<string>;
  private readonly aliases: ReadonlyMap<string, string>;

  constructor(private readonly gauges: readonly GaugeRow[]) {
    this.known = new Set(gauges.map(({ station }) => station));
    this.aliases = new Map(gauges.flatMap((row) => aliasesOf(row).map((alias) => [alias, row.station] as const)));
  }

  knows(station: string): boolean {
    return this.known.has(station);
  }

  /** What the plan calls a station in words; null: it is none of the plan's. */
  nameOf(station: string): string | null {
    return this.gauges.find((row) => row.station === station)?.name ?? null;
  }

  /** The station that an alias of the plan leads to; null: it is no alias. */
  meantBy(name: string): string | null {
    return this.aliases.get(name) ?? null;
  }

  /** Stations of the plan that are written much like a name, or are called so: the likeliest first, three at most. */
  near(name: string): readonly string[] {
    const asked = bare(name);
    return this.gauges
      .map((row) => ({
        row,
        far: Math.min(...[row.station, row.name, ...aliasesOf(row)].map((one) => distance(asked, bare(one)))),
      }))
      .filter(({ far }) => far <= MOST_DIFFERENT)
      .sort((a, b) => a.far - b.far)
      .slice(0, 3)
      .map(({ row }) => row.station);
  }
}

/** Letters that may differ. */
const MOST_DIFFERENT = 2;

/** A name without what is written around it: 飞来峡(坝下)站 is 飞来峡, `Fei-Lai-Xia` is `feilaixia`. */
const bare = (name: string): string =>
  name
    .replace(/[(（][^)）]*[)）]/g, '')
    .replace(/(水文|水位|雨量)?站$/, '')
    .toLowerCase()
    .replace(/[\s_\-./]/g, '');

/** Levenshtein's distance; of names of one or two letters none but the same is near. */
function distance(a: string, b: string): number {
  if (a === b) return 0;
  const longest = Math.max(a.length, b.length);
  if (longest < 5 || Math.abs(a.length - b.length) > MOST_DIFFERENT) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
}
