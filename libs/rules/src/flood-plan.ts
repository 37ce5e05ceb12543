import { colourRank, levelRank, type Colour, type Level } from '@fengsui/contracts';

/**
 * A condition of the response plan 启动条件: from here on upward it calls for the level. All are of the form "at least",
 * so more water or a higher warning can only add conditions that hold, never take one away.
 */
export type Measure =
  | Readonly<{ measure: 'warning'; eventCode: string; colour: Colour; counties: number }>
  | Readonly<{ measure: 'stage'; aboveWarningM: number; stations: number }>
  | Readonly<{ measure: 'forecast-stage'; aboveWarningM: number; stations: number }>
  | Readonly<{ measure: 'forecast-flow'; station: string; flowM3s: number }>
  | Readonly<{ measure: 'forecast-return-period'; years: number }>
  | Readonly<{ measure: 'rain'; hours: number; mm: number; stations: number }>;

export type RaisingLevel = Exclude<Level, 'none'>;
export type Condition = Readonly<{
  id: string;
  level: RaisingLevel;
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
  colours: readonly Colour[];
  endsWith: EndsWith;
  /** Hours for which one that does not say until when holds; then a person is asked. */ holdsHours: number;
  /** Hours after which a person is asked of any, whatever it says itself. */ longestHours: number;
}>;

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

/** The city's flood response plan as data. The machine proposes by it; a named person decides. */
export type FloodPlan = Readonly<{
  /** Hash of the content: every decision carries it. */
  version: string;
  authority: string;
  /** Counties of the city, GB/T 2260. */ counties: readonly string[];
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
  noResponse: readonly Readonly<{ eventCode: string; colour: Colour; reason: string }>[];
  /** A relevant warning whose colour is unknown is weighed as this colour: unknown is never safe. */
  unknownColourAs: Colour;
  conditions: readonly Condition[];
  /** Risk point categories whose people must be moved at each level; each level holds all of the level below. */
  transfersAt: Readonly<Record<RaisingLevel, readonly string[]>>;
  decideWithinMinutes: Readonly<Record<RaisingLevel, number>>;
  moveWithinMinutes: Readonly<Record<RaisingLevel, number>>;
  lowering: Lowering;
  silence: Silence;
  proposeAgain: ProposeAgain;
}>;

export type PlanFault = Readonly<{ place: string; fault: string; counterExample: string }>;

/**
 * Everything that is wrong with a plan, each with a case in which it would decide wrongly. An empty list: the plan
 * may be used.
 */
export function faultsOf(plan: FloodPlan): readonly PlanFault[] {
  return [...undecidedWarnings(plan), ...unreachableConditions(plan), ...missingTransfers(plan), ...repeatedIds(plan)];
}

function undecidedWarnings({ warnings, noResponse, conditions }: FloodPlan): PlanFault[] {
  return warnings.flatMap(({ eventCode, name, colours }) =>
    colours
      .filter(
        (colour) =>
          !conditions.some(
            ({ when }) =>
              when.measure === 'warning' &&
              when.eventCode === eventCode &&
              colourRank(when.colour) <= colourRank(colour),
          ),
      )
      .filter((colour) => !noResponse.some((row) => row.eventCode === eventCode && row.colour === colour))
      .map((colour) => ({
        place: `warnings/${eventCode}`,
        fault: `${name} ${colour} is undecided`,
        counterExample: `a ${colour} warning ${eventCode} for every county calls for no level and no rule says that it should not`,
      })),
  );
}

/**
 * A condition that another one always anticipates, at a level as high or higher, can never decide anything: one of
 * the two is a mistake.
 */
function unreachableConditions({ conditions }: FloodPlan): PlanFault[] {
  return conditions.flatMap((condition, index) => {
    const anticipating = conditions.find(
      (other, otherIndex) =>
        otherIndex !== index &&
        levelRank(other.level) >= levelRank(condition.level) &&
        implies(condition.when, other.when) &&
        !(implies(other.when, condition.when) && otherIndex > index),
    );
    if (anticipating === undefined) return [];
    return [
      {
        place: `conditions/${condition.id}`,
        fault: `never decides: ${anticipating.id} calls for ${anticipating.level} first`,
        counterExample: `${words(condition.when)}: ${condition.id} says ${condition.level}, ${anticipating.id} already says ${anticipating.level}`,
      },
    ];
  });
}

/** Whether `a` cannot hold without `b` holding. */
function implies(a: Measure, b: Measure): boolean {
  if (a.measure === 'warning')
    return (
      b.measure === 'warning' &&
      a.eventCode === b.eventCode &&
      colourRank(a.colour) >= colourRank(b.colour) &&
      a.counties >= b.counties
    );
  if (a.measure === 'stage')
    return b.measure === 'stage' && a.aboveWarningM >= b.aboveWarningM && a.stations >= b.stations;
  if (a.measure === 'forecast-stage')
    return b.measure === 'forecast-stage' && a.aboveWarningM >= b.aboveWarningM && a.stations >= b.stations;
  if (a.measure === 'forecast-flow')
    return b.measure === 'forecast-flow' && a.station === b.station && a.flowM3s >= b.flowM3s;
  if (a.measure === 'forecast-return-period') return b.measure === 'forecast-return-period' && a.years >= b.years;
  return b.measure === 'rain' && a.hours <= b.hours && a.mm >= b.mm && a.stations >= b.stations;
}

const LADDER = ['IV', 'III', 'II', 'I'] as const satisfies readonly RaisingLevel[];

function missingTransfers({ transfersAt }: FloodPlan): PlanFault[] {
  return LADDER.slice(1).flatMap((level, index) => {
    const below = LADDER[index] as RaisingLevel;
    return transfersAt[below]
      .filter((category) => !transfersAt[level].includes(category))
      .map((category) => ({
        place: `transfersAt/${level}`,
        fault: `${category} is moved at ${below} but not at ${level}`,
        counterExample: `a jump from none to ${level} leaves the people of ${category} where a climb through ${below} would have moved them`,
      }));
  });
}

function repeatedIds({ conditions }: FloodPlan): PlanFault[] {
  const ids = conditions.map(({ id }) => id);
  return ids
    .filter((id, index) => ids.indexOf(id) !== index)
    .map((id) => ({
      place: `conditions/${id}`,
      fault: 'two conditions have this id',
      counterExample: `a reason that names ${id} names two rules`,
    }));
}

/** A condition in words, for reasons and for refusals of a plan. */
export function words(when: Measure): string {
  switch (when.measure) {
    case 'warning':
      return `warning ${when.eventCode} ${when.colour} or higher in ${when.counties} or more counties`;
    case 'stage':
      return `stage ${when.aboveWarningM} m or more above the warning stage at ${when.stations} or more stations`;
    case 'forecast-stage':
      return `stage forecast ${when.aboveWarningM} m or more above the warning stage at ${when.stations} or more stations`;
    case 'forecast-flow':
      return `flow forecast of ${when.flowM3s} m³/s or more at ${when.station}`;
    case 'forecast-return-period':
      return `flood forecast with a return period of ${when.years} years or more`;
    case 'rain':
      return `${when.mm} mm or more within ${when.hours} h at ${when.stations} or more stations`;
  }
}
