import {
  addMinutes,
  minutesBetween,
  shanghaiDate,
  type UtcInstant,
  type Verdict,
  VERDICT_IN_CHINESE,
} from '@fengsui/contracts';
import { kilometresBetween, type Seen, type SignReach } from './sign-sets.js';

/** A sign of fire: a hotspot, or a report that names a position. */
export type Sign = Seen &
  Readonly<{
    county: string;
    by: 'satellite' | 'report';
    /** Fire radiative power, megawatts; null: not given. */ frpMw: number | null;
  }>;

/** How fires are gathered, verified and asked about again. From the plan, not from the code. */
export type FirePlan = SignReach &
  Readonly<{ version: string; verifyWithinMinutes: number; afterVerdict: AfterVerdict }>;

/** When heat at a place that was judged is asked about again. */
export type AfterVerdict = Readonly<{
  /** So many times the strongest of the signs that were known when it was judged. */ timesItsStrongest: number;
  /** So far from every sign that was known when it was judged. */ widerByKm: number;
  /** Standing heat is a place: what lies so near to it is joined to it. */ standingWithinKm: number;
  /** Heat of no judged place so near, within a day: then a fire may have come to the works, and somebody looks. */
  otherHeatWithinKm: number;
  standingDays: number;
  falseAlarmDays: number;
  /** A fire that needs nobody is still seen so long after it was judged. */ passingHours: number;
  /** Heat is seen so long after the open flame was out 明火扑灭. */ extinguishedHours: number;
  /** No heat for so long: the fire sleeps, and has ended. */ asleepAfterHours: number;
  endedAfterHours: number;
}>;

/**
 * What a verdict says about heat that is seen there afterwards: a `fire` goes on until it has ended; `standing` heat
 * is there every day; what is `permitted` ends with its permit; what is `passing` is over by itself; `none` was no
 * heat of ours.
 */
export type VerdictClass = 'fire' | 'standing' | 'permitted' | 'passing' | 'none';
export const CLASS_OF: Readonly<Record<Verdict, VerdictClass>> = {
  'forest-fire': 'fire',
  'grass-fire': 'fire',
  'building-fire': 'passing',
  'farm-burn': 'passing',
  'site-clearing': 'permitted',
  'prescribed-burn': 'permitted',
  'industrial-heat': 'standing',
  'waste-burn': 'passing',
  'other-fire': 'passing',
  'false-alarm': 'none',
  'outside-area': 'none',
};

/** Verdicts by which nothing burned here: nobody can have come to harm by it, and it was no fire. */
export const NOTHING_BURNED: ReadonlySet<Verdict> = new Set(['industrial-heat', 'false-alarm', 'outside-area']);

/** A fire as it was judged. */
export type Judged = Readonly<{
  verdict: Verdict;
  /** When it was judged, in the world. */ at: UtcInstant;
  /** Open flame out; null: nobody has said so. */ extinguishedAt: UtcInstant | null;
  /** Its permit holds until then; null: it has none. */ permitUntil: UtcInstant | null;
  /** Signs that were known when it was judged. */ known: readonly Sign[];
}>;

/**
 * Why a fire that was judged is asked about again, now that more signs belong to it; null: they change nothing. A
 * fire that goes on is no news, nor is the heat of a works; that either is stronger, wider or later than what was
 * judged is.
 * @param fresh signs that were not known when it was judged, seen before or after that
 */
export function askAgain(judged: Judged, fresh: readonly Sign[], plan: AfterVerdict): string | null {
  const kind = CLASS_OF[judged.verdict];
  for (const sign of fresh) {
    const reason = kind === 'fire' ? rekindled(judged, sign, plan) : differs(judged, kind, sign, plan);
    if (reason !== null) return reason;
  }
  return null;
}

function rekindled({ extinguishedAt }: Judged, { at }: Sign, { extinguishedHours }: AfterVerdict): string | null {
  if (extinguishedAt === null || at <= addMinutes(extinguishedAt, extinguishedHours * 60)) return null;
  return `明火扑灭${hours(extinguishedAt, at)}小时后又见热点`;
}

function differs(judged: Judged, kind: VerdictClass, sign: Sign, plan: AfterVerdict): string | null {
  const was = `已核查为${VERDICT_IN_CHINESE[judged.verdict]}`;
  const strongest = strongestOf(judged.known);
  if (sign.frpMw !== null && strongest !== null && sign.frpMw > strongest * plan.timesItsStrongest)
    return `${was}，辐射功率升至${sign.frpMw}兆瓦，核查前最高${strongest}兆瓦`;
  const away = kilometresTo(judged.known, sign);
  if (away === null) return `${was}，核查时的位置不明，又见火情`;
  if (away > (kind === 'standing' ? plan.standingWithinKm : plan.widerByKm))
    return `${was}，范围扩大：${away.toFixed(1)}公里外又见热点`;
  if (judged.permitUntil !== null && sign.at > judged.permitUntil) return `${was}，许可时间已过仍有热点`;
  if (kind === 'none' && sign.at > untilOf(judged, plan)) return `${was}，${plan.falseAlarmDays}天后又见热点`;
  const isOver = kind === 'passing' || (kind === 'permitted' && judged.permitUntil === null);
  if (isOver && sign.at > addMinutes(judged.at, plan.passingHours * 60))
    return `${was}，${hours(judged.at, sign.at)}小时后仍有热点`;
  return null;
}

/** A place that was judged, and may be what new heat comes from. */
export type JudgedPlace = Judged & Readonly<{ id: string }>;

/**
 * Whether heat of another fire lies so near to these signs, in time, too, that a judged place does not explain them.
 * @param others signs of other fires, without those of judged places
 */
export function otherHeatNear(signs: readonly Sign[], others: readonly Sign[], plan: AfterVerdict): boolean {
  const isNear = (a: Sign, b: Sign): boolean =>
    Math.abs(minutesBetween(a.at, b.at)) <= 1_440 && kilometresBetween(a, b) <= plan.otherHeatWithinKm;
  return signs.some((sign) => others.some((other) => isNear(sign, other)));
}

/**
 * The judged place from which all of a new set of signs comes, so that nobody is sent out: standing heat, a burn while
 * its permit holds, what was a false alarm lately. Null: there is none, or it behaves differently than it did.
 */
export function explainedBy(
  signs: readonly Sign[],
  places: readonly JudgedPlace[],
  plan: AfterVerdict,
): JudgedPlace | null {
  const explains = (place: JudgedPlace): boolean =>
    signs.every(({ at }) => at >= place.at && at <= untilOf(place, plan)) && askAgain(place, signs, plan) === null;
  return places.find(explains) ?? null;
}

function untilOf({ verdict, at, permitUntil }: Judged, plan: AfterVerdict): UtcInstant {
  switch (CLASS_OF[verdict]) {
    case 'standing':
      return addMinutes(at, plan.standingDays * 1_440);
    case 'none':
      return addMinutes(at, plan.falseAlarmDays * 1_440);
    case 'permitted':
      return permitUntil ?? at;
    case 'fire':
    case 'passing':
      return at;
  }
}

const strongestOf = (signs: readonly Sign[]): number | null =>
  signs.reduce<number | null>((most, { frpMw }) => (frpMw === null ? most : Math.max(most ?? -Infinity, frpMw)), null);
/** Null: one of the two has no position. */
const kilometresTo = (signs: readonly Sign[], sign: Sign): number | null => {
  const away = signs.map((one) => kilometresBetween(one, sign)).filter((km) => !Number.isNaN(km));
  return away.length === 0 ? null : Math.min(...away);
};
const hours = (from: UtcInstant, until: UtcInstant): number => Math.floor(minutesBetween(from, until) / 60);

/** What a judged fire is doing. */
const PHASES = ['awake', 'asleep', 'extinguished', 'ended'] as const;
export type Phase = (typeof PHASES)[number];

/** `441881-20201202-01`: county, day of the first sign in Beijing, and how many there were when it was found. */
export const fireNumber = ({ county, at }: Pick<Sign, 'county' | 'at'>, nth: number): string =>
  `${county}-${shanghaiDate(at).replaceAll('-', '')}-${String(nth).padStart(2, '0')}`;
