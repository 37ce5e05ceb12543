import { addMinutes, shanghaiDate, type UtcInstant, type Verdict } from '@fengsui/contracts';
import { CLASS_OF } from './fires.js';
import { Neighbours } from './neighbours.js';
import { kilometresBetween, signSets, type Seen, type SignReach } from './sign-sets.js';

/** When recurring heat is a place and no fire. From the plan, not from the code. */
export type MaskPlan = Readonly<{
  /** As far as a place reaches from its middle. */ withinKm: number;
  /** What recurs there must recur alone: on so few days is heat seen farther off, as a share of its own days. */
  aroundKm: number;
  aroundShare: number;
  /** On so many days at the least, over so many, and of these so many at night, as a share. */ days: number;
  spanDays: number;
  nightShare: number;
  /** So many times its strongest is another thing. */ timesItsStrongest: number;
  /** Other heat so near, within a day, and somebody looks. */ otherHeatWithinKm: number;
  /** What was seen in so many days is learnt from. */ learnDays: number;
}>;

/** A sign as a mask is learnt from it. */
export type HeatSeen = Seen &
  Readonly<{
    frpMw: number | null;
    /** Null: the source does not say. */ isNight: boolean | null;
    /** FIRMS type; null: not known. */ pixelType: number | null;
    /** What its fire was judged to be, when, and by whom; null: it was not. */
    judged: Readonly<{ fire: string; verdict: Verdict; at: UtcInstant; by: string }> | null;
  }>;

/** A place at which heat is no fire. */
export type HeatPlace = Readonly<{
  latitude: number;
  longitude: number;
  because: 'verdict' | 'recurrence';
  /** Who judged it a works; null: nobody, it recurs. */ pinnedBy: string | null;
  since: UtcInstant;
  until: UtcInstant;
  signs: number;
  days: number;
  /** Share of its days on which it was seen at night; null: the source does not say. */ nightShare: number | null;
  /** Fire radiative power, megawatts; null: never given. */
  frp: Readonly<{ least: number; median: number; most: number }> | null;
  /** How often the source called it what, and what people found. */ types: Readonly<Record<string, number>>;
  verdicts: Readonly<Record<string, number>>;
}>;

/**
 * Places of standing heat: those that were judged to be a works, and those at which heat recurs alone, on many days and
 * at night, too, and no fire was ever confirmed.
 * @param known what was judged later is not known
 */
export function learnPlaces(signs: readonly HeatSeen[], plan: MaskPlan, known: UtcInstant): readonly HeatPlace[] {
  const verdictOf = ({ judged }: HeatSeen) => (judged === null || judged.at > known ? null : judged.verdict);
  const near = new Neighbours(signs, plan.aroundKm);
  const days = signs.map(dayOf);
  const taken = new Uint8Array(signs.length);
  const candidates: Readonly<{ index: number; inner: readonly number[]; days: number; pinned: boolean }>[] = [];
  signs.forEach((sign, index) => {
    const inner: number[] = [];
    const [own, around] = [new Set<string>(), new Set<string>()];
    for (const { index: other, km } of near.of(index)) {
      (km > plan.withinKm ? around : own).add(days[other] as string);
      if (km <= plan.withinKm) inner.push(other);
    }
    if (inner.some((one) => isFire(verdictOf(signs[one] as HeatSeen)))) return;
    const verdict = verdictOf(sign);
    const pinned = verdict !== null && CLASS_OF[verdict] === 'standing';
    if (pinned || recurs(inner, signs, { own, around }, plan))
      candidates.push({ index, inner, days: own.size, pinned });
  });
  candidates.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.days - a.days || a.index - b.index);
  const places: HeatPlace[] = [];
  for (const { index, inner, pinned } of candidates) {
    if (taken[index] === 1) continue;
    for (const one of inner) taken[one] = 1;
    const members = inner.map((one) => signs[one] as HeatSeen);
    places.push(placeOf(members, pinned ? ((signs[index] as HeatSeen).judged?.by ?? null) : null, pinned));
  }
  return places;
}

function recurs(
  inner: readonly number[],
  signs: readonly HeatSeen[],
  { own, around }: Readonly<{ own: ReadonlySet<string>; around: ReadonlySet<string> }>,
  plan: MaskPlan,
): boolean {
  if (own.size < plan.days || around.size > plan.aroundShare * own.size) return false;
  const times = inner.map((one) => (signs[one] as HeatSeen).at).sort();
  if (addMinutes(times[0] as UtcInstant, plan.spanDays * 1_440) > (times.at(-1) as UtcInstant)) return false;
  return (nightShareOf(inner.map((one) => signs[one] as HeatSeen)) ?? 0) >= plan.nightShare;
}

/** Beijing's day. */
const dayOf = ({ at }: Pick<Seen, 'at'>): string => shanghaiDate(at);

const isFire = (verdict: Verdict | null): boolean => verdict !== null && CLASS_OF[verdict] === 'fire';

function nightShareOf(signs: readonly HeatSeen[]): number | null {
  const said = signs.filter(({ isNight }) => isNight !== null);
  if (said.length === 0) return null;
  const daysOf = (some: readonly HeatSeen[]): number => new Set(some.map(dayOf)).size;
  return daysOf(said.filter(({ isNight }) => isNight)) / daysOf(said);
}

function placeOf(members: readonly HeatSeen[], pinnedBy: string | null, pinned: boolean): HeatPlace {
  const times = members.map(({ at }) => at).sort();
  const powers = members.flatMap(({ frpMw }) => frpMw ?? []).sort((a, b) => a - b);
  const [first] = members as [HeatSeen];
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  // Around the first one, so that a place on the antimeridian has its middle there.
  const east = mean(members.map(({ longitude }) => ((longitude - first.longitude + 540) % 360) - 180));
  return {
    latitude: mean(members.map(({ latitude }) => latitude)),
    longitude: ((first.longitude + east + 540) % 360) - 180,
    because: pinned ? 'verdict' : 'recurrence',
    pinnedBy,
    since: times[0] as UtcInstant,
    until: times.at(-1) as UtcInstant,
    signs: members.length,
    days: new Set(members.map(dayOf)).size,
    nightShare: nightShareOf(members),
    frp:
      powers.length === 0
        ? null
        : {
            least: powers[0] as number,
            median: powers[Math.floor(powers.length / 2)] as number,
            most: powers.at(-1) as number,
          },
    types: counted(members.map(({ pixelType }) => (pixelType === null ? 'unknown' : String(pixelType)))),
    verdicts: counted(members.flatMap(({ judged }) => judged?.verdict ?? [])),
  };
}

function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

type Heat = Readonly<{ latitude: number; longitude: number; frpMw: number | null }>;

/** The place from which all of some heat comes; null: there is none, or it is much stronger than that ever was. */
export function maskedBy<P extends Pick<HeatPlace, 'latitude' | 'longitude' | 'frp'>>(
  signs: readonly Heat[],
  places: readonly P[],
  { withinKm, timesItsStrongest }: Pick<MaskPlan, 'withinKm' | 'timesItsStrongest'>,
): P | null {
  const holds = (place: P): boolean =>
    signs.every(
      (sign) =>
        kilometresBetween(sign, place) <= withinKm &&
        (sign.frpMw === null || place.frp === null || sign.frpMw <= place.frp.most * timesItsStrongest),
    );
  return signs.length === 0 ? null : (places.find(holds) ?? null);
}

/** What a mask would have left out of one week, in one half of the land. */
export type ReplayWeek = Readonly<{
  /** The first day. */ week: string;
  side: 'west' | 'east';
  /** Sets of signs, and of these such as nobody would have been sent out for; of these such as were fires. */
  sets: number;
  leftOut: number;
  fires: number;
  signs: number;
  signsLeftOut: number;
}>;
export type MaskReplay = Readonly<{
  weeks: readonly ReplayWeek[];
  /** Fires that were confirmed, of which nobody would have been told: each by its first sign. */
  lost: readonly Readonly<{ fire: string | null; event: string; latitude: number; longitude: number }>[];
}>;

/**
 * Goes through the signs week by week: of each week is left out what a mask explains that was learnt from the weeks
 * before. So it says how well the rule does on what it has not seen.
 * @param isFireSet whether a set was a fire; without it, what was judged says so
 */
export function replayMask(
  signs: readonly HeatSeen[],
  reach: SignReach,
  plan: MaskPlan,
  isFireSet = (set: readonly HeatSeen[]): boolean => set.some(({ judged }) => isFire(judged?.verdict ?? null)),
): MaskReplay {
  const begin = signs.reduce<UtcInstant | null>((least, { at }) => (least === null || at < least ? at : least), null);
  if (begin === null) return { weeks: [], lost: [] };
  const weekOf = ({ at }: Seen): number => Math.floor((Date.parse(at) - Date.parse(begin)) / WEEK_MS);
  const isLeftOut = leftOutBy(maskedByWeek(signs, weekOf, begin, plan), signs, plan);
  const middle = medianOf(signs.map(({ longitude }) => longitude).filter((one) => !Number.isNaN(one)));
  const weeks = new Map<string, ReplayWeek>();
  const lost: MaskReplay['lost'][number][] = [];
  for (const set of signSets(signs, reach)) {
    const first = set[0] as HeatSeen;
    const week = dayOf({ at: addMinutes(begin, weekOf(first) * 7 * 1_440) });
    const side = first.longitude < middle ? ('west' as const) : ('east' as const);
    const isOut = set.every(isLeftOut);
    const isLost = isOut && isFireSet(set);
    const confirmed = set.find(({ judged }) => isFire(judged?.verdict ?? null)) ?? first;
    const { event, latitude, longitude, judged } = confirmed;
    if (isLost) lost.push({ fire: judged?.fire ?? null, event, latitude, longitude });
    const so = weeks.get(`${week} ${side}`) ?? { week, side, ...NOTHING };
    weeks.set(`${week} ${side}`, {
      ...so,
      sets: so.sets + 1,
      signs: so.signs + set.length,
      leftOut: so.leftOut + Number(isOut),
      signsLeftOut: so.signsLeftOut + (isOut ? set.length : 0),
      fires: so.fires + Number(isLost),
    });
  }
  return { weeks: [...weeks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, week]) => week), lost };
}

const NOTHING = { sets: 0, leftOut: 0, fires: 0, signs: 0, signsLeftOut: 0 };

/** Signs that a place explains which was known when their week began. */
function maskedByWeek(
  signs: readonly HeatSeen[],
  weekOf: (sign: HeatSeen) => number,
  begin: UtcInstant,
  plan: MaskPlan,
): ReadonlySet<string> {
  const byWeek: HeatSeen[][] = [];
  for (const sign of signs) (byWeek[weekOf(sign)] ??= []).push(sign);
  const masked = new Set<string>();
  const before: HeatSeen[] = [];
  for (let week = 0; week < byWeek.length; week += 1) {
    const known = addMinutes(begin, week * 7 * 1_440);
    const places = new PlacesByLatitude(learnPlaces(before, plan, known), plan);
    for (const sign of byWeek[week] ?? []) {
      if (maskedBy([sign], places.near(sign), plan) !== null) masked.add(sign.event);
      before.push(sign);
    }
  }
  return masked;
}

/** Whether nobody would be sent out for a sign: it is masked, and nothing else burned around it in the day before. */
function leftOutBy(masked: ReadonlySet<string>, signs: readonly HeatSeen[], plan: MaskPlan) {
  const near = new Neighbours(signs, plan.otherHeatWithinKm);
  const indexOf = new Map(signs.map(({ event }, index) => [event, index]));
  return (sign: HeatSeen): boolean => {
    if (!masked.has(sign.event)) return false;
    for (const { index } of near.of(indexOf.get(sign.event) as number)) {
      const other = signs[index] as HeatSeen;
      const before = Date.parse(sign.at) - Date.parse(other.at);
      if (before >= 0 && before <= DAY_MS && !masked.has(other.event)) return false;
    }
    return true;
  };
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Places that may reach a point, without looking at all of them. */
class PlacesByLatitude {
  private readonly rows = new Map<number, HeatPlace[]>();
  private readonly height: number;

  constructor(places: readonly HeatPlace[], { withinKm }: MaskPlan) {
    this.height = withinKm / 110; // degrees of latitude, never too few
    for (const place of places) {
      const row = Math.floor(place.latitude / this.height);
      this.rows.set(row, [...(this.rows.get(row) ?? []), place]);
    }
  }

  near({ latitude }: Seen): readonly HeatPlace[] {
    const row = Math.floor(latitude / this.height);
    return [row - 1, row, row + 1].flatMap((one) => this.rows.get(one) ?? []);
  }
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
