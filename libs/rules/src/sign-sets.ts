import type { UtcInstant } from '@fengsui/contracts';

/** A sign of fire where and when it was seen; NaN: it names no position. */
export type Seen = Readonly<{ event: string; at: UtcInstant; latitude: number; longitude: number }>;

/** How far apart signs of one fire may lie. From the plan, not from the code. */
export type SignReach = Readonly<{ joinWithinKm: number; joinWithinHours: number }>;

export const EARTH_RADIUS_KM = 6371.0088;
export const RAD = Math.PI / 180;

/**
 * Great-circle distance. Degrees never measure distance: at 24° north a degree of longitude is 102 km, one of
 * latitude 111 km.
 */
export function kilometresBetween(
  a: Readonly<{ latitude: number; longitude: number }>,
  b: Readonly<{ latitude: number; longitude: number }>,
): number {
  const [lat1, lat2] = [a.latitude * RAD, b.latitude * RAD];
  const h =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin(((b.longitude - a.longitude) * RAD) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** By the time of seeing, then by the name of the event: the same whoever sorts, in whatever order they came. */
export const bySeen = (a: Seen, b: Seen): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.event < b.event ? -1 : a.event > b.event ? 1 : 0;

/**
 * Signs within reach of each other, directly or through others, are one set (single linkage). The answer depends on
 * the signs only, not on their order, so that any cut of a feed into batches gives the same sets.
 *
 * Signs are put into small cubes of space, in which everything is within reach; cubes are held against those around
 * them only. Twenty thousand signs of one day in one place take no longer than twenty thousand far apart.
 * @param setOf the set that a sign is in already, or null; what has one name stays together
 * @returns each set sorted by time; sets by their first sign
 */
export function signSets<S extends Seen>(
  signs: readonly S[],
  reach: SignReach,
  setOf: (sign: S) => string | null = () => null,
): S[][] {
  const forest = new Forest(signs.length);
  const named = new Map<string, number>();
  signs.forEach((sign, index) => {
    const set = setOf(sign);
    if (set === null) return;
    const first = named.get(set);
    if (first === undefined) named.set(set, index);
    else forest.join(first, index);
  });
  new Cubes(signs, reach, forest).join();
  const sets = new Map<number, S[]>();
  signs.forEach((sign, index) => {
    const root = forest.root(index);
    const set = sets.get(root);
    if (set === undefined) sets.set(root, [sign]);
    else set.push(sign);
  });
  return [...sets.values()].map((set) => set.sort(bySeen)).sort(([a], [b]) => bySeen(a as S, b as S));
}

/** Union and find, with halved paths. */
class Forest {
  private readonly parent: Int32Array;

  constructor(size: number) {
    this.parent = Int32Array.from({ length: size }, (_, index) => index);
  }

  root(index: number): number {
    const { parent } = this;
    let at = index;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  }

  join(a: number, b: number): void {
    this.parent[this.root(b)] = this.root(a);
  }
}

/** Signs of one cube of which each follows the one before in time: one set, whatever else there is. */
type Run = Readonly<{
  members: readonly number[];
  from: number;
  until: number;
  /** Between what it lies, on each axis. */ box: readonly Span[];
}>;
type Span = readonly [least: number, most: number];

function spanOf(members: readonly number[], axis: Float64Array): Span {
  let [least, most] = [Infinity, -Infinity];
  for (const index of members) {
    const value = axis[index] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** Offset of a cube's number on each axis, so that none is below 0; 2^51 numbers in all, which a double holds. */
const HALF_AXIS = 65_536;
const AXIS = 2 * HALF_AXIS;

/**
 * Space in cubes a little wider than the reach, each in eight of which the diagonal is the reach: what lies in one of
 * these is within reach of each other, and what is within reach lies in neighbouring cubes.
 */
class Cubes {
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly z: Float64Array;
  private readonly at: Float64Array;
  private readonly cubes = new Map<number, Run[]>();
  private readonly chordSquared: number;
  private readonly window: number;

  constructor(
    signs: readonly Seen[],
    { joinWithinKm, joinWithinHours }: SignReach,
    private readonly forest: Forest,
  ) {
    this.window = joinWithinHours * 3_600_000;
    // Straight through the Earth: no poles and no antimeridian, and no sine for each pair.
    this.chordSquared = (2 * EARTH_RADIUS_KM * Math.sin(joinWithinKm / (2 * EARTH_RADIUS_KM))) ** 2;
    const side = Math.sqrt(this.chordSquared / 3);
    this.x = new Float64Array(signs.length);
    this.y = new Float64Array(signs.length);
    this.z = new Float64Array(signs.length);
    this.at = new Float64Array(signs.length);
    const members = new Map<number, number[]>();
    const eighths = new Uint8Array(signs.length);
    signs.forEach(({ at, latitude, longitude }, index) => {
      if (Number.isNaN(latitude) || Number.isNaN(longitude)) return; // near nothing
      const [lat, lon] = [latitude * RAD, longitude * RAD];
      const x = (this.x[index] = EARTH_RADIUS_KM * Math.cos(lat) * Math.cos(lon));
      const y = (this.y[index] = EARTH_RADIUS_KM * Math.cos(lat) * Math.sin(lon));
      const z = (this.z[index] = EARTH_RADIUS_KM * Math.sin(lat));
      this.at[index] = Date.parse(at);
      const [a, b, c] = [Math.floor(x / side), Math.floor(y / side), Math.floor(z / side)];
      eighths[index] = (a & 1) + 2 * (b & 1) + 4 * (c & 1);
      const cube = numberOf(a >> 1, b >> 1, c >> 1);
      const there = members.get(cube);
      if (there === undefined) members.set(cube, [index]);
      else there.push(index);
    });
    for (const [cube, there] of members) this.cubes.set(cube, this.runsOfEighths(there, eighths));
  }

  /** Joins whatever is within reach. */
  join(): void {
    for (const [cube, runs] of this.cubes)
      for (const step of STEPS) {
        const others = this.cubes.get(cube + step);
        if (others === undefined) continue;
        for (const run of runs) for (const other of others) this.joinRuns(run, other);
      }
  }

  private runsOfEighths(members: number[], eighths: Uint8Array): Run[] {
    if (members.length === 1) return this.runsOf(members);
    const parts: number[][] = [];
    for (const index of members) (parts[eighths[index] as number] ??= []).push(index);
    return parts.flatMap((part) => this.runsOf(part));
  }

  private runsOf(members: number[]): Run[] {
    members.sort((a, b) => (this.at[a] as number) - (this.at[b] as number));
    const runs: number[][] = [];
    let last = -Infinity;
    for (const index of members) {
      const at = this.at[index] as number;
      const run = runs.at(-1);
      if (run === undefined || at - last > this.window) runs.push([index]);
      else {
        this.forest.join(run[0] as number, index);
        run.push(index);
      }
      last = at;
    }
    return runs.map((run) => ({
      members: run,
      from: this.at[run[0] as number] as number,
      until: this.at[run.at(-1) as number] as number,
      box: [this.x, this.y, this.z].map((axis) => spanOf(run, axis)),
    }));
  }

  private joinRuns(a: Run, b: Run): void {
    if (a.from - b.until > this.window || b.from - a.until > this.window) return;
    const [first, other] = [a.members[0] as number, b.members[0] as number];
    if (this.forest.root(first) === this.forest.root(other) || this.areApart(a, b)) return;
    let start = 0;
    for (const one of a.members) {
      const at = this.at[one] as number;
      while (start < b.members.length && at - (this.at[b.members[start] as number] as number) > this.window) start += 1;
      for (let place = start; place < b.members.length; place += 1) {
        const two = b.members[place] as number;
        if ((this.at[two] as number) - at > this.window) break;
        if (!this.isWithinReach(one, two)) continue;
        this.forest.join(first, other);
        return;
      }
    }
  }

  /** Whether nothing of one can be within reach of the other: two dense places just out of reach are not compared. */
  private areApart({ box: a }: Run, { box: b }: Run): boolean {
    let squared = 0;
    for (let axis = 0; axis < 3; axis += 1) {
      const [one, two] = [a[axis] as Span, b[axis] as Span];
      squared += Math.max(0, one[0] - two[1], two[0] - one[1]) ** 2;
    }
    return squared > this.chordSquared;
  }

  private isWithinReach(a: number, b: number): boolean {
    const dx = (this.x[a] as number) - (this.x[b] as number);
    const dy = (this.y[a] as number) - (this.y[b] as number);
    const dz = (this.z[a] as number) - (this.z[b] as number);
    return dx * dx + dy * dy + dz * dz <= this.chordSquared;
  }
}

/** One number for a cube of space that is `x` sides from the middle of the Earth, and so on. */
export const numberOf = (x: number, y: number, z: number): number =>
  ((x + HALF_AXIS) * AXIS + (y + HALF_AXIS)) * AXIS + (z + HALF_AXIS);

/** To a cube itself and to the half of those around it from which it is not looked at. */
const STEPS: readonly number[] = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => (x * AXIS + y) * AXIS + z)))
  .filter((step) => step >= 0);
