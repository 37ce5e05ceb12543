import {
  COLOUR_IN_CHINESE,
  COLOURS,
  colourRank,
  LEVEL_IN_CHINESE,
  levelRank,
  type Colour,
  type Level,
} from '@fengsui/contracts';
import { highest } from './areas.js';
import type { Condition, FloodPlan, Measure, RaisingLevel } from './flood-plan.js';

/** What is wrong with a plan, and a case in which it would decide wrongly. */
export type PlanFault = Readonly<{ place: string; fault: string; counterExample: string }>;

/**
 * Everything that is wrong with a plan, each with a case in which it would decide wrongly. An empty list: the plan
 * may be used.
 * @param categories those of the risk points of the city: who must be moved at some level
 */
export function faultsOf(plan: FloodPlan, categories: readonly string[]): readonly PlanFault[] {
  return [
    ...strangers(plan),
    ...repeated(plan),
    ...outOfReach(plan),
    ...alwaysMet(plan),
    ...undecidedWarnings(plan),
    ...belowTheHighest(plan),
    ...anticipated(plan),
    ...deadlines(plan),
    ...transfers(plan, categories),
    ...times(plan),
    ...circles(plan),
  ];
}

const LADDER = ['IV', 'III', 'II', 'I'] as const satisfies readonly RaisingLevel[];
const zh = (level: Level): string => (level === 'none' ? '不启动' : LEVEL_IN_CHINESE[level]);

/** Gauges, codes and colours that the plan does not have. */
function strangers({ conditions, noResponse, ceilings, warnings, stations }: FloodPlan): PlanFault[] {
  const kindOf = (code: string) => warnings.find(({ eventCode }) => eventCode === code);
  const named = [
    ...conditions.flatMap(({ id, when }) =>
      when.measure === 'warning' ? [{ place: `conditions/${id}`, ...when }] : [],
    ),
    ...noResponse.map((row, n) => ({ place: `noResponse/${n}`, ...row })),
  ];
  return [
    ...named.flatMap(({ place, eventCode, colour }): PlanFault[] => {
      const kind = kindOf(eventCode);
      if (kind === undefined)
        return [fault(place, `warnings 中没有 ${eventCode}`, `收到 ${eventCode} 预警时不研判，此条永远不起作用`)];
      return kind.colours.includes(colour)
        ? []
        : [
            fault(
              place,
              `${kind.name}没有${COLOUR_IN_CHINESE[colour]}`,
              `${kind.name}${COLOUR_IN_CHINESE[colour]}预警不存在，此条永远不起作用`,
            ),
          ];
    }),
    ...ceilings.flatMap(({ eventCode, station }, n): PlanFault[] => [
      ...(eventCode === undefined || kindOf(eventCode) !== undefined
        ? []
        : [fault(`ceilings/${n}`, `warnings 中没有 ${eventCode}`, `${eventCode} 预警不研判，上限无从谈起`)]),
      ...(station === undefined || stations[station] !== undefined
        ? []
        : [fault(`ceilings/${n}`, `gauges.csv 中没有 ${station}`, `${station} 无读数，上限无从谈起`)]),
    ]),
    ...conditions.flatMap(({ id, when }): PlanFault[] =>
      when.measure === 'forecast-flow' && stations[when.station] === undefined
        ? [fault(`conditions/${id}`, `gauges.csv 中没有 ${when.station}`, `${when.station} 预报任何流量都不计入`)]
        : [],
    ),
  ];
}

function repeated({ conditions, warnings, noResponse }: FloodPlan): PlanFault[] {
  const twice = (names: readonly string[]): string[] => names.filter((name, at) => names.indexOf(name) !== at);
  return [
    ...twice(conditions.map(({ id }) => id)).map((id) =>
      fault(`conditions/${id}`, '编号重复', `依据写“${id}”，不知是哪一条`),
    ),
    ...twice(warnings.map(({ eventCode }) => eventCode)).map((code) =>
      fault(`warnings/${code}`, '重复', `${code} 预警按哪一行研判，不得而知`),
    ),
    ...twice(noResponse.map(({ eventCode, colour }) => `${eventCode} ${colour}`)).map((name) =>
      fault(`noResponse/${name}`, '重复', `${name} 有两条不启动的理由`),
    ),
  ];
}

/** More places than there are, or more of a quantity than can be. */
function outOfReach({ conditions, counties, limits }: FloodPlan): PlanFault[] {
  const gauges = Object.entries(limits.stages);
  return conditions.flatMap(({ id, when }): PlanFault[] => {
    const place = `conditions/${id}`;
    const never = (what: string, case_: string): PlanFault[] => [fault(place, `不可能达到：${what}`, case_)];
    switch (when.measure) {
      case 'warning':
        return when.counties > counties.length
          ? never(
              `要求${when.counties}个县（市、区），本市只有${counties.length}个`,
              `全部${counties.length}个县（市、区）均发布，也不启动`,
            )
          : [];
      case 'stage':
      case 'forecast-stage': {
        const high = gauges.filter(([, { highestM }]) => highestM >= when.aboveWarningM).length;
        return high < when.stations
          ? never(
              `要求${when.stations}个站点超警戒${when.aboveWarningM}米，能达到的只有${high}个`,
              `全部站点达到可能的最高水位，也不启动`,
            )
          : [];
      }
      case 'forecast-flow':
        return when.flowM3s > limits.mostFlowM3s
          ? never(
              `流量${when.flowM3s}立方米每秒，可能的最大为${limits.mostFlowM3s}`,
              `预报${limits.mostFlowM3s}立方米每秒，也不启动`,
            )
          : [];
      case 'forecast-return-period':
        return when.years > limits.mostReturnPeriodYears
          ? never(`${when.years}年一遇`, `预报${limits.mostReturnPeriodYears}年一遇，也不启动`)
          : [];
      case 'rain': {
        const most = limits.mostRainMmPerHour * when.hours;
        return when.mm > most
          ? never(
              `${when.hours}小时${when.mm}毫米，可能的最大为${most}毫米`,
              `${when.hours}小时降雨${most}毫米，也不启动`,
            )
          : [];
      }
    }
  });
}

/** A condition that holds whatever is measured is a response without end. */
function alwaysMet({ conditions, limits }: FloodPlan): PlanFault[] {
  const gauges = Object.entries(limits.stages);
  return conditions.flatMap(({ id, when }): PlanFault[] => {
    const place = `conditions/${id}`;
    const always = (case_: string): PlanFault[] => [fault(place, '任何时候都成立', case_)];
    switch (when.measure) {
      case 'stage':
      case 'forecast-stage': {
        const dry = gauges.filter(([, { lowestM }]) => lowestM >= when.aboveWarningM);
        return dry.length >= when.stations && dry.length > 0
          ? always(`${dry[0]?.[0] ?? ''} 处于可能的最低水位时也启动`)
          : [];
      }
      case 'rain':
        return when.mm <= 0 ? always('无雨时也启动') : [];
      case 'forecast-flow':
        return when.flowM3s <= 0 ? always('断流时也启动') : [];
      case 'forecast-return-period':
        return when.years <= 1 ? always('每年都有的洪水也启动') : [];
      case 'warning':
        return [];
    }
  });
}

/** Every colour of every kind, in 1 to all counties, calls for a level, or for none with a reason; not for both. */
function undecidedWarnings(plan: FloodPlan): PlanFault[] {
  const { warnings, noResponse, counties, conditions } = plan;
  return warnings.flatMap(({ eventCode, name, colours }) =>
    colours.flatMap((colour): PlanFault[] => {
      const none = noResponse.find((row) => row.eventCode === eventCode && row.colour === colour);
      const upTo = none === undefined ? 0 : (none.upToCounties ?? counties.length);
      const place = `warnings/${eventCode}`;
      const said = `${name}${COLOUR_IN_CHINESE[colour]}`;
      for (let n = 1; n <= counties.length; n += 1) {
        const calling = conditions.find(({ when }) => isCalledBy(when, { eventCode, colour, counties: n }));
        const case_ = `${n}个县（市、区）${said}预警`;
        if (calling === undefined && n > upTo)
          return [fault(place, `${said}未作规定`, `${case_}：没有条件启动，也没有不启动的理由`)];
        if (calling !== undefined && n <= upTo)
          return [
            fault(
              place,
              `${said}两处规定不一`,
              `${case_}：${calling.id}启动${zh(calling.level)}，noResponse 却写不启动`,
            ),
          ];
      }
      return [];
    }),
  );
}

const isCalledBy = (
  when: Measure,
  warning: Readonly<{ eventCode: string; colour: Colour; counties: number }>,
): boolean =>
  when.measure === 'warning' &&
  when.eventCode === warning.eventCode &&
  colourRank(when.colour) <= colourRank(warning.colour) &&
  when.counties <= warning.counties;

/** A quantity of which a condition speaks. */
type Quantity = Readonly<{
  of: Measure['measure'];
  eventCode?: string;
  hours?: number;
  station?: string;
  name: string;
  /** As many places can have it. */ places: number;
}>;

/** The most of every quantity, in 1 to all places, calls for Ⅰ, or for what is stated with a reason. */
function belowTheHighest(plan: FloodPlan): PlanFault[] {
  return quantitiesOf(plan).flatMap((quantity): PlanFault[] => {
    const { of, eventCode, hours, station, name, places } = quantity;
    const rows = plan.ceilings
      .filter((row) => row.of === of && row.eventCode === eventCode && row.hours === hours && row.station === station)
      .map((row) => ({ ...row, upTo: row.upTo ?? places }))
      .sort((a, b) => a.upTo - b.upTo);
    for (let n = 1; n <= places; n += 1) {
      const level = highest(
        plan.conditions.filter(({ when }) => isMetAtMost(when, quantity, n)).map((one) => one.level),
      );
      const stated = rows.find(({ upTo }) => n <= upTo)?.level ?? 'I';
      if (level === stated) continue;
      const where = places === 1 ? '' : of === 'warning' ? `${n}个县（市、区）` : `${n}个站点`;
      const case_ = `${where}${name}达到可能的最大：${zh(level)}`;
      return [
        stated === 'I'
          ? fault(`quantity/${name}`, `${name}到不了Ⅰ级，也未写明上限`, case_)
          : fault(`ceilings/${name}`, `${name}的上限写为${zh(stated)}`, `${case_}，与所写不符`),
      ];
    }
    return [];
  });
}

function quantitiesOf({ conditions, warnings, counties, limits, names }: FloodPlan): readonly Quantity[] {
  const gauges = Object.keys(limits.stages).length;
  const all = conditions.map(({ when }): Quantity => {
    switch (when.measure) {
      case 'warning': {
        const name = warnings.find(({ eventCode }) => eventCode === when.eventCode)?.name ?? when.eventCode;
        return { of: 'warning', eventCode: when.eventCode, name: `${name}预警`, places: counties.length };
      }
      case 'stage':
        return { of: 'stage', name: '水位', places: gauges };
      case 'forecast-stage':
        return { of: 'forecast-stage', name: '预报水位', places: gauges };
      case 'forecast-flow':
        return {
          of: 'forecast-flow',
          station: when.station,
          name: `${names[when.station] ?? when.station}预报流量`,
          places: 1,
        };
      case 'forecast-return-period':
        return { of: 'forecast-return-period', name: '预报重现期', places: 1 };
      case 'rain':
        return { of: 'rain', hours: when.hours, name: `${when.hours}小时雨量`, places: counties.length };
    }
  });
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

/** Whether a condition holds when so many places have the most of a quantity. */
function isMetAtMost(when: Measure, { of, eventCode, hours, station }: Quantity, places: number): boolean {
  if (when.measure !== of) return false;
  switch (when.measure) {
    case 'warning':
      return when.eventCode === eventCode && when.counties <= places;
    case 'stage':
    case 'forecast-stage':
      return when.stations <= places;
    case 'rain':
      return when.hours === hours && when.stations <= places;
    case 'forecast-flow':
      return when.station === station;
    case 'forecast-return-period':
      return true;
  }
}

/**
 * A condition that another one always anticipates, at a level as high or higher, can never decide anything: one of
 * the two is a mistake.
 */
function anticipated({ conditions }: FloodPlan): PlanFault[] {
  return conditions.flatMap((condition, index) => {
    const other = conditions.find(
      (one, at) =>
        at !== index &&
        levelRank(one.level) >= levelRank(condition.level) &&
        implies(condition.when, one.when) &&
        !(implies(one.when, condition.when) && at > index),
    );
    return other === undefined ? [] : [shadowed(condition, other)];
  });
}

const shadowed = ({ id, level, when }: Condition, other: Condition): PlanFault =>
  fault(
    `conditions/${id}`,
    `永远不起作用：${other.id}已启动${zh(other.level)}`,
    `${words(when)}：${id}要求${zh(level)}，而${other.id}已要求${zh(other.level)}`,
  );

/** Whether `a` cannot hold without `b` holding. */
function implies(a: Measure, b: Measure): boolean {
  if (a.measure === 'warning')
    return (
      b.measure === 'warning' &&
      a.eventCode === b.eventCode &&
      colourRank(a.colour) >= colourRank(b.colour) &&
      a.counties >= b.counties
    );
  if (a.measure === 'stage' || a.measure === 'forecast-stage')
    return b.measure === a.measure && a.aboveWarningM >= b.aboveWarningM && a.stations >= b.stations;
  if (a.measure === 'forecast-flow')
    return b.measure === 'forecast-flow' && a.station === b.station && a.flowM3s >= b.flowM3s;
  if (a.measure === 'forecast-return-period') return b.measure === 'forecast-return-period' && a.years >= b.years;
  return b.measure === 'rain' && a.hours <= b.hours && a.mm >= b.mm && a.stations >= b.stations;
}

/** A higher level never has more time. */
function deadlines({ decideWithinMinutes, moveWithinMinutes, silence }: FloodPlan): PlanFault[] {
  const tables = { decideWithinMinutes, moveWithinMinutes, 'silence/cadenceMinutes': silence.cadenceMinutes };
  return Object.entries(tables).flatMap(([name, minutes]) =>
    LADDER.slice(1).flatMap((level, index): PlanFault[] => {
      const below = LADDER[index] as RaisingLevel;
      return minutes[level] <= minutes[below]
        ? []
        : [
            fault(
              `${name}/${level}`,
              `${zh(level)}的时限长于${zh(below)}`,
              `由${zh(below)}（${minutes[below]}分钟）提升到${zh(level)}，时限反而延长到${minutes[level]}分钟`,
            ),
          ];
    }),
  );
}

/** Each level moves whom the level below moves; everybody is moved at some level; every list names people. */
function transfers({ transfersAt }: FloodPlan, categories: readonly string[]): PlanFault[] {
  const cumulative = LADDER.slice(1).flatMap((level, index) => {
    const below = LADDER[index] as RaisingLevel;
    return transfersAt[below]
      .filter((category) => !transfersAt[level].includes(category))
      .map((category) =>
        fault(
          `transfersAt/${level}`,
          `${zh(below)}转移“${category}”，${zh(level)}却不转移`,
          `由未启动直接启动${zh(level)}，“${category}”的人员留在原地；逐级提升的则已转移`,
        ),
      );
  });
  const nobody = [...new Set(LADDER.flatMap((level) => transfersAt[level]))]
    .filter((category) => !categories.includes(category))
    .map((category) =>
      fault('transfersAt', `risk-points.csv 中没有“${category}”类风险点`, `启动后“${category}”的清单无人可转移`),
    );
  const never = [...new Set(categories)]
    .filter((category) => !transfersAt.I.includes(category))
    .map((category) =>
      fault('transfersAt/I', `“${category}”类风险点在任何等级都不转移`, `启动Ⅰ级后，“${category}”的人员仍无转移任务`),
    );
  return [...cumulative, ...nobody, ...never];
}

/** Times that contradict each other. */
function times({ warnings, silence }: FloodPlan): PlanFault[] {
  const { freshForMinutes, lastValueCountsForMinutes: last, lastValueCountsInForceForMinutes: inForce } = silence;
  return [
    ...warnings
      .filter(({ holdsHours, longestHours }) => holdsHours > longestHours)
      .map(({ eventCode, name, holdsHours, longestHours }) =>
        fault(
          `warnings/${eventCode}`,
          'holdsHours 大于 longestHours',
          `未写明失效时间的${name}预警按${holdsHours}小时有效，写明的却最长${longestHours}小时`,
        ),
      ),
    ...(last >= freshForMinutes
      ? []
      : [
          fault(
            'silence/lastValueCountsForMinutes',
            '短于 freshForMinutes',
            `${last}分钟前的读数已不计入，却在${freshForMinutes}分钟内仍算新读数`,
          ),
        ]),
    ...(inForce >= last
      ? []
      : [
          fault(
            'silence/lastValueCountsInForceForMinutes',
            '短于 lastValueCountsForMinutes',
            `响应由某站启动后，其读数反而更早（${inForce}分钟）不计入`,
          ),
        ]),
  ];
}

/** Water that flows in a circle. */
function circles({ stations }: FloodPlan): PlanFault[] {
  return Object.keys(stations).flatMap((station): PlanFault[] => {
    let at = stations[station]?.below ?? null;
    for (let steps = 0; at !== null && at !== station && steps <= Object.keys(stations).length; steps += 1)
      at = stations[at]?.below ?? null;
    return at === station
      ? [fault(`gauges.csv/${station}`, 'below 成环', `${station} 的洪水流回 ${station}，其下游无从谈起`)]
      : [];
  });
}

const fault = (place: string, what: string, counterExample: string): PlanFault => ({
  place,
  fault: what,
  counterExample,
});

/** A condition in words. */
function words(when: Measure): string {
  switch (when.measure) {
    case 'warning':
      return `${when.counties}个县（市、区）${when.eventCode}${COLOURS.includes(when.colour) ? COLOUR_IN_CHINESE[when.colour] : when.colour}预警`;
    case 'stage':
      return `${when.stations}个站点超警戒水位${when.aboveWarningM}米`;
    case 'forecast-stage':
      return `预报${when.stations}个站点超警戒水位${when.aboveWarningM}米`;
    case 'forecast-flow':
      return `预报${when.station}流量${when.flowM3s}立方米每秒`;
    case 'forecast-return-period':
      return `预报${when.years}年一遇洪水`;
    case 'rain':
      return `${when.stations}个站点${when.hours}小时雨量${when.mm}毫米`;
  }
}
