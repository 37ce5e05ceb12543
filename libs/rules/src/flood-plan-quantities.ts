import {
  COLOUR_IN_CHINESE,
  COLOURS,
  colourRank,
  LEVEL_IN_CHINESE,
  levelRank,
  type AuthorityKind,
} from '@fengsui/contracts';
import { highest } from './areas.js';
import { beyondReach, holdsAlways, impliesOther, inWords, isOther, placesAsked, quantityOf } from './other-measures.js';
import { fault, zh, type PlanFault } from './plan-fault.js';
import {
  measuresOf,
  type Condition,
  type FloodPlan,
  type Joined,
  type Measure,
  type SingleMeasure,
} from './flood-plan.js';

/** More places than there are, or more of a quantity than can be. */
export function outOfReach(plan: FloodPlan): PlanFault[] {
  return plan.conditions.flatMap(({ id, when }): PlanFault[] => {
    const place = `conditions/${id}`;
    const parts = measuresOf(when).map((part) => outOfReachOne(place, part, plan));
    if (when.measure !== 'joined') return parts.flat();
    if (when.least > when.of.length)
      return [fault(place, `不可能达到：要求${when.least}项，只列${when.of.length}项`, `所列各项全部达到，也不启动`)];
    // So many parts may be missing as are not asked for.
    return parts.filter((faults) => faults.length > 0).length > when.of.length - when.least ? parts.flat() : [];
  });
}

function outOfReachOne(place: string, when: SingleMeasure, plan: FloodPlan): PlanFault[] {
  const { counties, limits, criticalRain } = plan;
  const gauges = Object.entries(limits.stages);
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
    case 'critical-rain':
      return Object.values(criticalRain).some((grades) => grades[when.grade] !== undefined)
        ? []
        : never(`没有${COLOUR_IN_CHINESE[when.grade]}级临界雨量`, '任何雨量都不启动');
    case 'authority-level': {
      const most = authoritiesOf(when.kind, counties);
      return when.authorities > most
        ? never(`要求${when.authorities}个机构，最多只有${most}个`, `全部${most}个机构均启动Ⅰ级，也不启动`)
        : [];
    }
    case 'rain': {
      const most = limits.mostRainMmPerHour * when.hours;
      return when.mm > most
        ? never(
            `${when.hours}小时${when.mm}毫米，可能的最大为${most}毫米`,
            `${when.hours}小时降雨${most}毫米，也不启动`,
          )
        : [];
    }
    default: {
      const why = beyondReach(when, plan);
      return why === null ? [] : never(why, '达到可能的最大，也不启动');
    }
  }
}

/** A condition that holds whatever is measured is a response without end. */
export function alwaysMet(plan: FloodPlan): PlanFault[] {
  return plan.conditions.flatMap(({ id, when }): PlanFault[] => {
    const place = `conditions/${id}`;
    const parts = measuresOf(when).map((part) => alwaysMetOne(place, part, plan));
    if (when.measure !== 'joined') return parts.flat();
    return parts.filter((faults) => faults.length > 0).length >= when.least ? parts.flat() : [];
  });
}

function alwaysMetOne(place: string, when: SingleMeasure, { limits }: FloodPlan): PlanFault[] {
  const gauges = Object.entries(limits.stages);
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
    case 'critical-rain': // its table is looked at by itself
    case 'authority-level':
      return [];
    default:
      return holdsAlways(when) ? always('什么都没有发生时也启动') : [];
  }
}

/** Critical rain that is more at a lower grade, less in more hours, nothing at all, or of a gauge that there is not. */
export function criticalRains({ criticalRain, stations, limits }: FloodPlan): PlanFault[] {
  return Object.entries(criticalRain).flatMap(([station, grades]): PlanFault[] => {
    const wrong = (what: string, case_: string): PlanFault => fault(`critical-rain.csv/${station}`, what, case_);
    const stranger =
      station === '*' || stations[station] !== undefined
        ? []
        : [wrong('gauges.csv 中没有此站', `${station}无雨量，其临界雨量不起作用`)];
    const cells = COLOURS.flatMap((grade) =>
      Object.entries(grades[grade] ?? {}).map(([hours, mm]) => ({ grade, hours: Number(hours), mm: mm ?? 0 })),
    );
    const range = cells
      .filter(({ hours, mm }) => mm <= 0 || mm > limits.mostRainMmPerHour * hours)
      .map(({ grade, hours, mm }) =>
        wrong(
          `${COLOUR_IN_CHINESE[grade]}${hours}小时${mm}毫米不在可能的范围内`,
          mm <= 0 ? '无雨时也达到' : `${hours}小时降雨${limits.mostRainMmPerHour * hours}毫米也达不到`,
        ),
      );
    const order = cells.flatMap((a) =>
      cells
        .filter(
          (b) =>
            (a.hours === b.hours && colourRank(a.grade) < colourRank(b.grade) && a.mm > b.mm) ||
            (a.grade === b.grade && a.hours < b.hours && a.mm > b.mm),
        )
        .map((b) =>
          wrong(
            `${COLOUR_IN_CHINESE[a.grade]}${a.hours}小时${a.mm}毫米大于${COLOUR_IN_CHINESE[b.grade]}${b.hours}小时${b.mm}毫米`,
            `雨量${b.mm}毫米达到${COLOUR_IN_CHINESE[b.grade]}，却达不到${COLOUR_IN_CHINESE[a.grade]}`,
          ),
        ),
    );
    return [...stranger, ...range, ...order];
  });
}

/** As many authorities of a kind can have declared a level: the counties here; of others, one is enough. */
const authoritiesOf = (kind: AuthorityKind, counties: readonly string[]): number =>
  kind === 'county' ? counties.length : kind === 'township' || kind === 'neighbour' || kind === 'department' ? 99 : 1;

/** A quantity of which a condition speaks. */
type Quantity = Readonly<{
  of: SingleMeasure['measure'];
  eventCode?: string;
  hours?: number;
  station?: string;
  kind?: AuthorityKind;
  key?: string;
  name: string;
  /** As many places can have it. */ places: number;
}>;

/** The most of every quantity, in 1 to all places, calls for Ⅰ, or for what is stated with a reason. */
export function belowTheHighest(plan: FloodPlan): PlanFault[] {
  return quantitiesOf(plan).flatMap((quantity): PlanFault[] => {
    const { of, eventCode, hours, station, kind, key, name, places } = quantity;
    const rows = plan.ceilings
      .filter(
        (row) =>
          row.of === of &&
          row.eventCode === eventCode &&
          row.hours === hours &&
          row.station === station &&
          row.kind === kind &&
          row.key === key,
      )
      .map((row) => ({ ...row, upTo: row.upTo ?? places }))
      .sort((a, b) => a.upTo - b.upTo);
    // What one other authority does may rightly call for nothing; what all do may not.
    for (let n = of === 'authority-level' ? places : 1; n <= places; n += 1) {
      const level = highest(
        plan.conditions.filter(({ when }) => isMetAtMost(when, quantity, n, plan)).map((one) => one.level),
      );
      const stated = rows.find(({ upTo }) => n <= upTo)?.level ?? 'I';
      if (level === stated) continue;
      const where =
        places === 1
          ? ''
          : of === 'authority-level'
            ? `${n}个机构`
            : of === 'warning'
              ? `${n}个县（市、区）`
              : `${n}个站点`;
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

function quantitiesOf(plan: FloodPlan): readonly Quantity[] {
  const { conditions, warnings, counties, limits, names } = plan;
  const gauges = Object.keys(limits.stages).length;
  const all = conditions
    .flatMap(({ when }) => measuresOf(when))
    .map((when): Quantity => {
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
          return when.station === undefined
            ? { of: 'forecast-return-period', name: '预报重现期', places: 1 }
            : {
                of: 'forecast-return-period',
                station: when.station,
                name: `${names[when.station] ?? when.station}预报重现期`,
                places: 1,
              };
        case 'authority-level': {
          const places = Math.min(authoritiesOf(when.kind, counties), counties.length);
          return { of: 'authority-level', kind: when.kind, name: `${AUTHORITIES[when.kind]}响应`, places };
        }
        case 'critical-rain':
          return { of: 'critical-rain', name: '临界雨量', places: counties.length };
        case 'rain':
          return { of: 'rain', hours: when.hours, name: `${when.hours}小时雨量`, places: counties.length };
        default: {
          const { key, name, places } = quantityOf(when, plan);
          return { of: when.measure, ...(key === '' ? {} : { key }), name, places: Math.min(places, counties.length) };
        }
      }
    });
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

const AUTHORITIES: Readonly<Record<AuthorityKind, string>> = {
  province: '省级',
  city: '市级',
  county: '县级',
  township: '镇级',
  department: '部门',
  neighbour: '邻近地区',
};

/** Whether a condition holds when so many places have the most of a quantity. */
function isMetAtMost(
  when: Measure,
  { of, eventCode, hours, station, kind, name }: Quantity,
  places: number,
  plan: FloodPlan,
): boolean {
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
      return when.station === station;
    case 'critical-rain':
      return when.stations <= places;
    case 'authority-level':
      return when.kind === kind && when.authorities <= places;
    default:
      return quantityOf(when, plan).name === name && placesAsked(when) <= places;
  }
}

/**
 * A condition that another one always anticipates, at a level as high or higher, can never decide anything: one of
 * the two is a mistake.
 */
export function anticipated(plan: FloodPlan): PlanFault[] {
  const { conditions } = plan;
  return conditions.flatMap((condition, index) => {
    const other = conditions.find(
      (one, at) =>
        at !== index &&
        levelRank(one.level) >= levelRank(condition.level) &&
        condition.hazards.every((hazard) => one.hazards.includes(hazard)) &&
        implies(condition.when, one.when) &&
        !(implies(one.when, condition.when) && at > index),
    );
    return other === undefined ? [] : [shadowed(condition, other, plan)];
  });
}

const shadowed = ({ id, level, when }: Condition, other: Condition, plan: FloodPlan): PlanFault =>
  fault(
    `conditions/${id}`,
    `永远不起作用：${other.id}已启动${zh(other.level)}`,
    `${words(when, plan)}：${id}要求${zh(level)}，而${other.id}已要求${zh(other.level)}`,
  );

/** Whether `a` cannot hold without `b` holding: a joined one by as many of its parts as it needs. */
function implies(a: Measure, b: Measure): boolean {
  if (b.measure === 'joined') return !b.inOneCounty && b.of.filter((part) => implies(a, part)).length >= b.least;
  if (a.measure === 'joined')
    return a.least <= a.of.length && a.of.filter((part) => !impliesOne(part, b)).length < a.least;
  return impliesOne(a, b);
}

function impliesOne(a: SingleMeasure, b: SingleMeasure): boolean {
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
  if (a.measure === 'authority-level')
    return (
      b.measure === 'authority-level' &&
      a.kind === b.kind &&
      (b.authority === undefined || a.authority === b.authority) &&
      String(a.hazards ?? '') === String(b.hazards ?? '') &&
      levelRank(a.level) >= levelRank(b.level) &&
      a.authorities >= b.authorities
    );
  if (a.measure === 'critical-rain')
    return b.measure === 'critical-rain' && colourRank(a.grade) >= colourRank(b.grade) && a.stations >= b.stations;
  if (a.measure === 'forecast-return-period')
    return (
      b.measure === 'forecast-return-period' &&
      (b.station === undefined || a.station === b.station) &&
      a.years >= b.years
    );
  if (isOther(a)) return isOther(b) && impliesOther(a, b);
  return b.measure === 'rain' && a.hours <= b.hours && a.mm >= b.mm && a.stations >= b.stations;
}

/** A condition in words. */
const words = (when: Measure, plan: FloodPlan): string =>
  when.measure === 'joined' ? joinedInWords(when, plan) : wordsOfOne(when, plan);
const joinedInWords = ({ least, of, inOneCounty = false }: Joined, plan: FloodPlan): string =>
  `${inOneCounty ? '同一县（市、区）' : ''}${of.map((one) => wordsOfOne(one, plan)).join('、')}${least === of.length ? '同时达到' : `中有${least}项达到`}`;

function wordsOfOne(when: SingleMeasure, plan: FloodPlan): string {
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
    case 'critical-rain':
      return `${when.stations}个站点达到${COLOUR_IN_CHINESE[when.grade]}临界雨量`;
    case 'authority-level':
      return `${when.authorities}个${AUTHORITIES[when.kind]}机构启动${LEVEL_IN_CHINESE[when.level]}响应`;
    default:
      return inWords(when, plan);
  }
}
