import { addMinutes, shanghaiMinute, type UtcInstant } from '@fengsui/contracts';

/** A sign of fire: a hotspot, or a report that names a position. */
export type Sign = Readonly<{
  event: string;
  at: UtcInstant;
  latitude: number;
  longitude: number;
  county: string;
  by: 'satellite' | 'report';
}>;

/** How far apart signs of one fire may lie. From the plan, not from the code. */
export type FirePlan = Readonly<{
  version: string;
  joinWithinKm: number;
  joinWithinHours: number;
  verifyWithinMinutes: number;
}>;

/** A fire to verify that is still open, with its signs. */
export type OpenFire = Readonly<{ id: string; signs: readonly Sign[] }>;

export type Gathering =
  | Readonly<{ kind: 'raise'; id: string; signs: readonly Sign[] }>
  | Readonly<{ kind: 'join'; id: string; signs: readonly Sign[] }>
  | Readonly<{ kind: 'merge'; id: string; merged: readonly string[]; signs: readonly Sign[] }>;

/**
 * Puts new signs to the open fires. Signs within reach of each other, directly or through others, are one fire. The
 * answer depends on the set of signs only: not on their order, and not on how they were cut into batches.
 */
export function gather(open: readonly OpenFire[], fresh: readonly Sign[], plan: FirePlan): readonly Gathering[] {
  const known = open.flatMap(({ id, signs }) => signs.map((sign) => ({ sign, fire: id })));
  const all = [...known, ...fresh.map((sign) => ({ sign, fire: null as string | null }))];
  return connected(
    all.map(({ sign }) => sign),
    plan,
  )
    .map((members) => members.map((index) => all[index] as (typeof all)[number]))
    .flatMap((members) => outcome(members))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function outcome(members: readonly Readonly<{ sign: Sign; fire: string | null }>[]): Gathering[] {
  const added = members
    .filter(({ fire }) => fire === null)
    .map(({ sign }) => sign)
    .sort(bySign);
  const fires = [...new Set(members.flatMap(({ fire }) => fire ?? []))];
  if (added.length === 0 && fires.length < 2) return [];
  if (fires.length === 0) return [{ kind: 'raise', id: fireId(added[0] as Sign), signs: added }];
  const [oldest, ...younger] = fires.sort((a, b) => (earliest(members, a) < earliest(members, b) ? -1 : 1)) as [
    string,
    ...string[],
  ];
  if (younger.length === 0) return [{ kind: 'join', id: oldest, signs: added }];
  return [{ kind: 'merge', id: oldest, merged: younger.sort(), signs: added }];
}

const earliest = (members: readonly Readonly<{ sign: Sign; fire: string | null }>[], fire: string): string =>
  members
    .filter((member) => member.fire === fire)
    .map(({ sign }) => `${sign.at} ${sign.event}`)
    .sort()[0] ?? '';

const bySign = (a: Sign, b: Sign): number => (`${a.at} ${a.event}` < `${b.at} ${b.event}` ? -1 : 1);

/** Groups of indexes that hang together. Sorted by time, so that only signs within the time window are compared. */
function connected(signs: readonly Sign[], plan: FirePlan): number[][] {
  const parent = signs.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) at = parent[at] = parent[parent[at] as number] as number;
    return at;
  };
  const order = signs.map((_, index) => index).sort((a, b) => bySign(signs[a] as Sign, signs[b] as Sign));
  order.forEach((later, place) => {
    // Instants are texts that sort by time: the window is computed once a sign, not once a pair.
    const since = addMinutes((signs[later] as Sign).at, -plan.joinWithinHours * 60);
    for (let i = place - 1; i >= 0; i -= 1) {
      const sooner = order[i] as number;
      const [a, b] = [signs[sooner] as Sign, signs[later] as Sign];
      if (a.at < since) break;
      if (kilometresBetween(a, b) <= plan.joinWithinKm) parent[root(later)] = root(sooner);
    }
  });
  const groups = new Map<number, number[]>();
  signs.forEach((_, index) => groups.set(root(index), [...(groups.get(root(index)) ?? []), index]));
  return [...groups.values()];
}

/** County, local time of the first sign, and a mark made of it: readable, and the same whoever computes it. */
export const fireId = ({ county, at, event }: Sign): string =>
  `${county}-${shanghaiMinute(at).replace(/[-:]/g, '').replace('T', '-')}-${mark(event)}`;

/** FNV-1a, 32 bits, in base 36: keeps two fires of one county and minute apart. */
function mark(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0').slice(-5);
}

const EARTH_RADIUS_KM = 6371.0088;

/**
 * Great-circle distance. Degrees never measure distance: at 24° north a degree of longitude is 102 km, one of
 * latitude 111 km.
 */
export function kilometresBetween(
  a: Readonly<{ latitude: number; longitude: number }>,
  b: Readonly<{ latitude: number; longitude: number }>,
): number {
  const rad = Math.PI / 180;
  const [lat1, lat2] = [a.latitude * rad, b.latitude * rad];
  const h =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}
