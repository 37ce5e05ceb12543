import {
  addMinutes,
  SITUATION_GRADE_IN_CHINESE,
  SITUATION_GRADES,
  SITUATION_IN_CHINESE,
  type SituationGrade,
  type SituationKind,
  type UtcInstant,
} from '@fengsui/contracts';
import type { Area } from './areas.js';
import type { Evidence } from './evidence.js';
import type { FloodPlan } from './flood-plan.js';

/** Storms by what they are, weakest first. What is none of these any more is no storm. */
export const STORM_GRADES = ['tropical-depression', 'tropical-storm', 'severe-tropical-storm', 'typhoon'] as const;
export type StormGrade = (typeof STORM_GRADES)[number];
const STORM_IN_CHINESE: Readonly<Record<StormGrade, string>> = {
  'tropical-depression': '热带低压',
  'tropical-storm': '热带风暴',
  'severe-tropical-storm': '强热带风暴',
  typhoon: '台风',
};

/** Measures that are met where one value is high enough, at so many places. */
export type OtherMeasure =
  | Readonly<{ measure: 'flow'; station: string; flowM3s: number }>
  /** A reservoir above its flood limit 汛限水位. */
  | Readonly<{ measure: 'reservoir'; aboveLimitM: number; stations: number }>
  | Readonly<{ measure: 'rise'; mPerHour: number; stations: number }>
  /** Above the guarantee stage 保证水位, or the highest ever measured 历史最高水位. */
  | Readonly<{ measure: 'stage-mark'; mark: StageMark; aboveM: number; stations: number }>
  /** The mean of the gauges of a county 面雨量. */
  | Readonly<{ measure: 'areal-rain'; hours: number; mm: number; counties: number }>
  | Readonly<{
      measure: 'report';
      kind: SituationKind;
      grade: SituationGrade;
      river?: string | undefined;
      reports: number;
    }>
  /** A storm that is, or is forecast to be, as near within so many hours. Nearer is more. */
  | Readonly<{ measure: 'storm'; withinKm: number; withinHours: number; grade: StormGrade }>;
export type StageMark = 'guarantee' | 'record';
const MARK_IN_CHINESE: Readonly<Record<StageMark, string>> = { guarantee: '保证水位', record: '历史最高水位' };

/** A value at a place, with the words for it. */
type Valued = Readonly<{
  place: string;
  value: number;
  areas: readonly Area[];
  events: readonly string[];
  says: string;
  countsUntil: UtcInstant | null;
}>;
type Known = Readonly<{
  evidence: Evidence;
  plan: FloodPlan;
  now: UtcInstant;
  reachOf: (station: string) => readonly Area[];
}>;

/** All that rules and proofs ask of such a measure. */
type Threshold<M> = Readonly<{
  least: (measure: M) => number;
  places: (measure: M) => number;
  /** Every value of what it measures. */ values: (measure: M, known: Known) => readonly Valued[];
  /** So far below its threshold it is told as near. */ near: (measure: M) => number;
  /** What is the same quantity has the same. */ quantity: (measure: M) => string;
  /** The most that can be; of it, in how many places. */ most: (
    measure: M,
    plan: FloodPlan,
  ) => readonly [value: number, places: number];
  /** The quantity in words; then the measure. */ name: (measure: M, plan: FloodPlan) => string;
  words: (measure: M, plan: FloodPlan) => string;
  /** What must be seen before a lower level is proposed: the water at the gauge, the rain, or that it is over. */
  endsWith: 'gauge' | 'rain' | 'end';
  /** So much more of it is new beside what a person has weighed. */
  step: (again: FloodPlan['proposeAgain']) => number;
  /** Reached whatever happens where the plan asks for no more than nothing; false: its zero is not nothing. */
  zeroIsNothing: boolean;
}>;
type Of<K extends OtherMeasure['measure']> = Extract<OtherMeasure, { measure: K }>;

const nameOf = (station: string, { names }: Pick<FloodPlan, 'names'>): string => names[station] ?? station;
const gaugesIn = ({ limits }: FloodPlan): number => Object.keys(limits.stages).length;
const fresh = (at: UtcInstant, { plan, now }: Known): boolean => addMinutes(at, plan.silence.freshForMinutes) >= now;
const until = (at: UtcInstant, { plan }: Known): UtcInstant => addMinutes(at, plan.silence.freshForMinutes);
const rank = (grade: SituationGrade): number => SITUATION_GRADES.indexOf(grade) + 1;
const stormRank = (grade: string): number => (STORM_GRADES as readonly string[]).indexOf(grade) + 1;

const flow: Threshold<Of<'flow'>> = {
  least: ({ flowM3s }) => flowM3s,
  places: () => 1,
  values: ({ station }, known) =>
    known.evidence.flows
      .filter((one) => one.station === station && fresh(one.at, known))
      .map(({ flowM3s, event, at }) => ({
        place: station,
        value: flowM3s,
        areas: known.reachOf(station),
        events: [event],
        says: `${nameOf(station, known.plan)}流量${flowM3s}立方米每秒`,
        countsUntil: until(at, known),
      })),
  near: ({ flowM3s }) => flowM3s * 0.3,
  quantity: ({ station }) => station,
  most: (_, { limits }) => [limits.mostFlowM3s, 1],
  name: ({ station }, plan) => `${nameOf(station, plan)}流量`,
  words: ({ station, flowM3s }, plan) => `${nameOf(station, plan)}流量${flowM3s}立方米每秒`,
  endsWith: 'gauge',
  step: ({ flowM3s }) => flowM3s,
  zeroIsNothing: true,
};

const reservoir: Threshold<Of<'reservoir'>> = {
  least: ({ aboveLimitM }) => aboveLimitM,
  places: ({ stations }) => stations,
  values: (_, known) =>
    known.evidence.reservoirs
      .filter(({ at }) => fresh(at, known))
      .map(({ station, aboveLimitM, event, at }) => ({
        place: station,
        value: aboveLimitM,
        areas: known.reachOf(station),
        events: [event],
        says: `${nameOf(station, known.plan)}超汛限水位${aboveLimitM.toFixed(2)}米`,
        countsUntil: until(at, known),
      })),
  near: () => 1,
  quantity: () => '',
  most: (_, { reservoirs }) => [MOST_ABOVE_LIMIT_M, reservoirs.length],
  name: () => '水库水位',
  words: ({ aboveLimitM, stations }) => `${stations}座水库超汛限水位${aboveLimitM}米`,
  endsWith: 'end',
  step: ({ stageM }) => stageM,
  zeroIsNothing: false,
};
/** No dam holds more than this above its flood limit. */
const MOST_ABOVE_LIMIT_M = 30;

const rise: Threshold<Of<'rise'>> = {
  least: ({ mPerHour }) => mPerHour,
  places: ({ stations }) => stations,
  values: (_, known) =>
    known.evidence.stages
      .filter(({ at }) => fresh(at, known))
      .flatMap(({ station, risingMPerHour, event, at }) =>
        risingMPerHour === null
          ? []
          : [
              {
                place: station,
                value: risingMPerHour,
                areas: known.reachOf(station),
                events: [event],
                says: `${nameOf(station, known.plan)}每小时上涨${risingMPerHour.toFixed(2)}米`,
                countsUntil: until(at, known),
              },
            ],
      ),
  near: ({ mPerHour }) => mPerHour * 0.3,
  quantity: () => '',
  most: (_, plan) => [plan.limits.mostRiseMPerHour, gaugesIn(plan)],
  name: () => '水位涨率',
  words: ({ mPerHour, stations }) => `${stations}个站点每小时上涨${mPerHour}米`,
  endsWith: 'gauge',
  step: ({ stageM }) => stageM,
  zeroIsNothing: true,
};

const stageMark: Threshold<Of<'stage-mark'>> = {
  least: ({ aboveM }) => aboveM,
  places: ({ stations }) => stations,
  values: ({ mark }, known) =>
    known.evidence.stages
      .filter(({ at }) => fresh(at, known))
      .flatMap(({ station, aboveWarningM, event, at }) => {
        const marked = known.plan.marks[station]?.[mark];
        if (marked === undefined) return [];
        const value = Math.round((aboveWarningM - marked) * 1000) / 1000;
        return [
          {
            place: station,
            value,
            areas: known.reachOf(station),
            events: [event],
            says: `${nameOf(station, known.plan)}${value < 0 ? '低于' : '超'}${MARK_IN_CHINESE[mark]}${Math.abs(value).toFixed(2)}米`,
            countsUntil: until(at, known),
          },
        ];
      }),
  near: () => 1,
  quantity: ({ mark }) => mark,
  most: ({ mark }, { marks, limits }) => {
    const above = Object.entries(marks).flatMap(([station, own]) => {
      const [marked, highest] = [own[mark], limits.stages[station]?.highestM];
      return marked === undefined || highest === undefined ? [] : [highest - marked];
    });
    return [Math.max(-Infinity, ...above), above.length];
  },
  name: ({ mark }) => `水位（对${MARK_IN_CHINESE[mark]}）`,
  words: ({ mark, aboveM, stations }) => `${stations}个站点超${MARK_IN_CHINESE[mark]}${aboveM}米`,
  endsWith: 'gauge',
  step: ({ stageM }) => stageM,
  zeroIsNothing: false,
};

const arealRain: Threshold<Of<'areal-rain'>> = {
  least: ({ mm }) => mm,
  places: ({ counties }) => counties,
  values: ({ hours }, known) => {
    const recent = known.evidence.rains.filter((one) => one.hours === hours && fresh(one.at, known));
    return known.plan.counties.flatMap((county): Valued[] => {
      const own = recent.filter(({ station }) => known.plan.stations[station]?.county === county);
      if (own.length === 0) return [];
      const mm = Math.round((own.reduce((sum, one) => sum + one.mm, 0) / own.length) * 10) / 10;
      return [
        {
          place: county,
          value: mm,
          areas: [county],
          events: [...new Set(own.flatMap(({ events }) => events))].sort(),
          says: `${nameOf(county, known.plan)}${hours}小时面雨量${mm}毫米（${own.length}站平均）`,
          countsUntil: own.map(({ at }) => until(at, known)).sort()[0] ?? null,
        },
      ];
    });
  },
  near: ({ mm }) => mm * 0.3,
  quantity: ({ hours }) => String(hours),
  most: ({ hours }, { limits, counties }) => [limits.mostRainMmPerHour * hours, counties.length],
  name: ({ hours }) => `${hours}小时面雨量`,
  words: ({ hours, mm, counties }) => `${counties}个县（市、区）${hours}小时面雨量${mm}毫米`,
  endsWith: 'rain',
  step: ({ rainMm }) => rainMm,
  zeroIsNothing: true,
};

const report: Threshold<Of<'report'>> = {
  least: ({ grade }) => rank(grade),
  places: ({ reports }) => reports,
  values: ({ kind, river }, { evidence, plan }) =>
    evidence.situations
      .filter((one) => one.kind === kind && (river === undefined || one.river === river))
      .map((one) => ({
        place: one.reportId,
        value: rank(one.grade),
        areas: one.counties,
        events: [one.event],
        says: `${one.counties.map((county) => nameOf(county, plan)).join('、')}${one.river ?? ''}${SITUATION_IN_CHINESE[kind]}（${SITUATION_GRADE_IN_CHINESE[one.grade]}，${one.reportedBy}）`,
        countsUntil: one.untilAt,
      })),
  near: () => 0,
  quantity: ({ kind, river = '' }) => `${kind}${river}`,
  most: () => [SITUATION_GRADES.length, MANY],
  name: ({ kind, river = '' }) => `${river}${SITUATION_IN_CHINESE[kind]}`,
  words: ({ kind, grade, reports, river = '' }) =>
    `${reports}处${river}${SITUATION_IN_CHINESE[kind]}（${SITUATION_GRADE_IN_CHINESE[grade]}以上）`,
  endsWith: 'end',
  step: () => 1, // the next grade
  zeroIsNothing: false,
};
/** As many reports as anybody can write. */
const MANY = 99;

const STORM_STEP_KM = 100;

const storm: Threshold<Of<'storm'>> = {
  least: ({ withinKm }) => -withinKm,
  places: () => 1,
  values: ({ grade, withinHours }, { evidence, plan, now }) => {
    const last = addMinutes(now, withinHours * 60);
    const near = evidence.storms.filter(({ at, grade: own }) => at <= last && stormRank(own) >= stormRank(grade));
    return [...new Set(near.map(({ stormId }) => stormId))].sort().map((stormId) => {
      const own = near.filter((one) => one.stormId === stormId);
      const nearest = own.reduce((least, one) => (one.km < least.km ? one : least));
      const what = STORM_IN_CHINESE[nearest.grade as StormGrade];
      return {
        place: stormId,
        value: -nearest.km,
        areas: plan.counties,
        events: [...new Set(own.map(({ event }) => event))].sort(),
        says: `${what}“${nearest.name ?? stormId}”${nearest.at > now ? '预计' : ''}距本市${Math.round(nearest.km)}公里`,
        countsUntil: nearest.countsUntil,
      };
    });
  },
  near: () => 200,
  quantity: ({ grade, withinHours }) => `${grade}${withinHours}`,
  most: () => [0, 1],
  name: ({ grade }) => `${STORM_IN_CHINESE[grade]}距离`,
  words: ({ grade, withinKm, withinHours }) =>
    `${STORM_IN_CHINESE[grade]}${withinHours}小时内距本市${withinKm}公里以内`,
  endsWith: 'end',
  step: () => STORM_STEP_KM,
  zeroIsNothing: false,
};

const ALL: { readonly [K in OtherMeasure['measure']]: Threshold<Of<K>> } = {
  flow,
  reservoir,
  rise,
  'stage-mark': stageMark,
  'areal-rain': arealRain,
  report,
  storm,
};
const of = (measure: OtherMeasure): Threshold<OtherMeasure> =>
  ALL[measure.measure] as unknown as Threshold<OtherMeasure>;

export const isOther = (measure: Readonly<{ measure: string }>): measure is OtherMeasure => measure.measure in ALL;
export const OTHER_MEASURES = Object.keys(ALL) as OtherMeasure['measure'][];

/** Where it is reached, each place with its highest value. */
export const reached = (measure: OtherMeasure, known: Known): readonly Valued[] =>
  of(measure)
    .values(measure, known)
    .filter(({ value }) => value >= of(measure).least(measure));

/** So much more of it is new beside what a person has weighed. */
export const stepOfOther = (measure: OtherMeasure['measure'], again: FloodPlan['proposeAgain']): number =>
  ALL[measure].step(again);

/** What is nearest below it, where that is near; null: nothing is. */
export function nearest(measure: OtherMeasure, known: Known): string | null {
  const { values, least, near } = of(measure);
  const below = values(measure, known).filter(({ value }) => value < least(measure));
  const [top] = [...below].sort((a, b) => b.value - a.value);
  return top !== undefined && top.value >= least(measure) - near(measure) ? top.says : null;
}

export const placesAsked = (measure: OtherMeasure): number => of(measure).places(measure);
export const endsWithOf = (measure: OtherMeasure): 'gauge' | 'rain' | 'end' => of(measure).endsWith;
export const inWords = (measure: OtherMeasure, plan: FloodPlan): string => of(measure).words(measure, plan);
export const quantityOf = (measure: OtherMeasure, plan: FloodPlan) => ({
  key: of(measure).quantity(measure),
  name: of(measure).name(measure, plan),
  places: of(measure).most(measure, plan)[1],
});

/** Why it can never be reached; null: it can. */
export function beyondReach(measure: OtherMeasure, plan: FloodPlan): string | null {
  const [most, places] = of(measure).most(measure, plan);
  if (of(measure).places(measure) > places) return `要求${of(measure).places(measure)}处，最多只有${places}处`;
  return of(measure).least(measure) > most ? `${of(measure).words(measure, plan)}，可能的最大为${most}` : null;
}

/** Whether it is reached whatever happens. */
export const holdsAlways = (measure: OtherMeasure): boolean =>
  of(measure).zeroIsNothing && of(measure).least(measure) <= 0;

/** Whether the one cannot be reached without the other. */
export const impliesOther = (a: OtherMeasure, b: OtherMeasure): boolean =>
  a.measure === b.measure &&
  of(a).quantity(a) === of(b).quantity(b) &&
  of(a).least(a) >= of(b).least(b) &&
  of(a).places(a) >= of(b).places(b);
