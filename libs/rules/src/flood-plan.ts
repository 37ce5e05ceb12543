import type { AuthorityKind, Colour, Hazard, Level } from '@fengsui/contracts';
import type { OtherMeasure, StageMark } from './other-measures.js';

/**
 * A condition of the response plan 启动条件: from here on upward it calls for the level. All are of the form "at least",
 * so more water or a higher warning can only add conditions that hold, never take one away.
 */
export type SingleMeasure =
  | Readonly<{ measure: 'warning'; eventCode: string; colour: Colour; counties: number }>
  | Readonly<{ measure: 'stage'; aboveWarningM: number; stations: number }>
  | Readonly<{ measure: 'forecast-stage'; aboveWarningM: number; stations: number }>
  | Readonly<{ measure: 'forecast-flow'; station: string; flowM3s: number }>
  /** Of one gauge's river where it is named; of any otherwise. */
  | Readonly<{ measure: 'forecast-return-period'; years: number; station?: string | undefined }>
  | Readonly<{ measure: 'rain'; hours: number; mm: number; stations: number }>
  /** Rain that reaches the gauge's own critical rain of this grade 临界雨量, in any of its hours. */
  | Readonly<{ measure: 'critical-rain'; grade: Colour; stations: number }>
  | LevelElsewhere
  | OtherMeasure;

/** At least so many of these hold, each by itself; in one county where it says so. All of them: 且; one: 或. */
export type Joined = Readonly<{
  measure: 'joined';
  least: number;
  of: readonly SingleMeasure[];
  inOneCounty?: boolean | undefined;
}>;
export type Measure = SingleMeasure | Joined;

/** What a condition measures: its parts, where it is joined of several. */
export const measuresOf = (when: Measure): readonly SingleMeasure[] => (when.measure === 'joined' ? when.of : [when]);

/** From one day of the year to another, both within it, in Beijing: `04-15`. May go over the new year. */
export type SeasonOfYear = Readonly<{ from: string; until: string }>;

/** So many other authorities of a kind have declared a level as high. */
export type LevelElsewhere = Readonly<{
  measure: 'authority-level';
  kind: AuthorityKind;
  /** Only of this one. */ authority?: string | undefined;
  /** Only against one of these; without it against what the condition is for. */ hazards?:
    readonly Hazard[] | undefined;
  level: RaisingLevel;
  authorities: number;
}>;

export type RaisingLevel = Exclude<Level, 'none'>;
export type Condition = Readonly<{
  id: string;
  /** What it calls for a response against; several: for one that is issued as combined. */ hazards: readonly Hazard[];
  level: RaisingLevel;
  /** Only in this season 汛期; without it all the year. */ season?: SeasonOfYear | undefined;
  when: Measure;
  text: string;
  source: string;
  verified: boolean;
}>;

/** What ends what a warning of a kind warns of: it must be seen before a lower level is proposed. */
export type EndsWith = 'rain' | 'stage' | 'nothing';
type WarningKind = Readonly<{
  eventCode: string;
  name: string;
  /** What its warnings may call for a response against. */ hazards: readonly Hazard[];
  colours: readonly Colour[];
  endsWith: EndsWith;
  /** Hours for which one that does not say until when holds; then a person is asked. */ holdsHours: number;
  /** Hours after which a person is asked of any, whatever it says itself. */ longestHours: number;
}>;

/** A colour that calls for no level, in so many counties or fewer. */
export type NoResponse = Readonly<{
  eventCode: string;
  colour: Colour;
  /** Only against these; without it against all that the kind concerns. */ hazards?: readonly Hazard[] | undefined;
  /** All counties without it. */ upToCounties?: number | undefined;
  reason: string;
}>;

/**
 * The highest level that a quantity calls for by itself, in so many places or fewer: more is for people to consult
 * about 会商.
 */
export type Ceiling = Readonly<{
  of: SingleMeasure['measure'];
  eventCode?: string | undefined;
  hours?: number | undefined;
  station?: string | undefined;
  kind?: AuthorityKind | undefined;
  /** Of a report, storm or stage: which. */ key?: string | undefined;
  /** Counties or gauges; all of them without it. */ upTo?: number | undefined;
  level: RaisingLevel;
  reason: string;
}>;

/** What can be measured at all: beyond it a condition cannot be met. */
export type Limits = Readonly<{
  /** Of each gauge with a warning stage, metres above (below: less than 0) it. */
  stages: Readonly<Record<string, Readonly<{ lowestM: number; highestM: number }>>>;
  mostRainMmPerHour: number;
  mostFlowM3s: number;
  mostReturnPeriodYears: number;
  mostRiseMPerHour: number;
}>;

/**
 * Critical rain 临界雨量 of gauges: millimetres by grade and hours. `*` is for every gauge without rows of its own.
 */
export type CriticalRain = Readonly<
  Record<string, Readonly<Partial<Record<Colour, Readonly<Partial<Record<number, number>>>>>>>
>;

/** How a level is let down: by observation, after a time, by a person. */
export type Lowering = Readonly<{
  /** The water must have been calm for this long before a lower level is proposed. */ dwellMinutes: number;
  /** A gauge that rises as fast as this is not calm. */ risingMPerHour: number;
  /** The rain is over where less than this fell. */ rainOver: Readonly<{ hours: number; mm: number }>;
  /** What was not followed is asked again after this. */ askAgainMinutes: number;
}>;

/** What silence means. */
export type Silence = Readonly<{
  /** A reading older than this is told as silent since; it is no observation of calm. */ freshForMinutes: number;
  /** The last stage of a gauge calls for a level for this long. */ lastValueCountsForMinutes: number;
  /** And for this long where it is one of those by which the level in force was called for. */
  lastValueCountsInForceForMinutes: number;
  /** How often a gauge speaks at each level in force; three times nothing is a call. */
  cadenceMinutes: Readonly<Record<RaisingLevel, number>>;
}>;

/** What is new beside what a person has weighed already. */
export type ProposeAgain = Readonly<{
  stageM: number;
  flowM3s: number;
  returnPeriodYears: number;
  rainMm: number;
  /** What is gone and back within this is the same. */ sameWithinMinutes: number;
}>;

/**
 * The response plan of an authority as data: the city's, or a county's for what lies in it. The machine proposes by it;
 * a named person decides.
 */
export type FloodPlan = Readonly<{
  /** Hash of the content: every decision carries it. */
  version: string;
  authority: string;
  /** Counties that the authority decides on, GB/T 2260. */ counties: readonly string[];
  /** Names of counties by their code, and of gauges by theirs. */ names: Readonly<Record<string, string>>;
  /** Gauges: where they are, and which one is next down the river. */
  stations: Readonly<Record<string, Readonly<{ county: string; below: string | null }>>>;
  /** Gauges on whose reach risk points lie, and the counties of these. */
  reaches: Readonly<Record<string, readonly string[]>>;
  /**
   * Event codes of warnings that concern floods; every colour of each must be decided, by a condition or under
   * `noResponse`.
   */
  warnings: readonly WarningKind[];
  noResponse: readonly NoResponse[];
  /** What even the most of a quantity does not call for, and why. */ ceilings: readonly Ceiling[];
  /** What can be measured at all. */ limits: Limits;
  criticalRain: CriticalRain;
  /** Conditions that call for no level and are to be watched 关注. */
  attention?: readonly Condition[] | undefined;
  /** Metres above the warning stage at which other marks of a gauge lie. */
  marks: Readonly<Record<string, Readonly<Partial<Record<StageMark, number>>>>>;
  /** Reservoirs with a flood limit. */ reservoirs: readonly string[];
  /** A relevant warning whose colour is unknown is weighed as this colour: unknown is never safe. */
  unknownColourAs: Colour;
  conditions: readonly Condition[];
  /** The responses in which people are moved. */ transfersFor: readonly Hazard[];
  /** Risk point categories whose people must be moved at each level; each level holds all of the level below. */
  transfersAt: Readonly<Record<RaisingLevel, readonly string[]>>;
  /** Categories whose people make ready 准备转移 at a level at which they do not leave yet. */
  preparesAt?: Readonly<Record<RaisingLevel, readonly string[]>> | undefined;
  /** Minutes after which an overdue transfer calls again; of a response that has ended, while it is 待核实. */
  transferReminders?:
    Readonly<{ everyMinutes: Readonly<Record<RaisingLevel, number>>; unverifiedEveryMinutes: number }> | undefined;
  decideWithinMinutes: Readonly<Record<RaisingLevel, number>>;
  moveWithinMinutes: Readonly<Record<RaisingLevel, number>>;
  lowering: Lowering;
  silence: Silence;
  proposeAgain: ProposeAgain;
}>;
