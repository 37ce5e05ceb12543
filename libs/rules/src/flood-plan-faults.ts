import { COLOUR_IN_CHINESE, colourRank, hazardsInChinese, type Colour } from '@fengsui/contracts';
import { anticipated, alwaysMet, belowTheHighest, criticalRains, outOfReach } from './flood-plan-quantities.js';
import { measuresOf, type FloodPlan, type Measure, type RaisingLevel } from './flood-plan.js';
import { fault, zh, type PlanFault } from './plan-fault.js';

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
    ...criticalRains(plan),
    ...undecidedWarnings(plan),
    ...belowTheHighest(plan),
    ...anticipated(plan),
    ...deadlines(plan),
    ...transfers(plan, categories),
    ...times(plan),
    ...circles(plan),
    ...ofAttention(plan),
  ];
}

/** What is to be watched must be there, and be able to come and to go. */
function ofAttention(plan: FloodPlan): PlanFault[] {
  const watched = { ...plan, conditions: plan.attention ?? [], noResponse: [], ceilings: [] };
  return [...strangers(watched), ...outOfReach(watched), ...alwaysMet(watched)].map((one) => ({
    ...one,
    place: one.place.replace('conditions/', 'attention/'),
  }));
}

const LADDER = ['IV', 'III', 'II', 'I'] as const satisfies readonly RaisingLevel[];

/** Gauges, codes and colours that the plan does not have. */
function strangers({ conditions, noResponse, ceilings, warnings, stations, counties }: FloodPlan): PlanFault[] {
  const kindOf = (code: string) => warnings.find(({ eventCode }) => eventCode === code);
  const parts = conditions.flatMap(({ id, hazards, when }) =>
    measuresOf(when).map((part) => ({ id, hazards, when: part })),
  );
  const named = [
    ...parts.flatMap(({ id, when }) => (when.measure === 'warning' ? [{ place: `conditions/${id}`, ...when }] : [])),
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
    ...parts.flatMap(({ id, when }): PlanFault[] =>
      'station' in when && when.station !== undefined && stations[when.station] === undefined
        ? [fault(`conditions/${id}`, `gauges.csv 中没有 ${when.station}`, `${when.station} 的任何数值都不计入`)]
        : [],
    ),
    ...parts.flatMap(({ id, when }): PlanFault[] =>
      when.measure === 'authority-level' &&
      when.kind === 'county' &&
      when.authority !== undefined &&
      !counties.includes(when.authority)
        ? [
            fault(
              `conditions/${id}`,
              `${when.authority} 不是本市的县（市、区）`,
              `${when.authority} 启动任何等级都不计入`,
            ),
          ]
        : [],
    ),
    ...parts.flatMap(({ id, when, hazards }): PlanFault[] => {
      const kind = when.measure === 'warning' ? kindOf(when.eventCode) : undefined;
      const beside = kind === undefined ? [] : hazards.filter((hazard) => !kind.hazards.includes(hazard));
      return beside.length === 0
        ? []
        : [
            fault(
              `conditions/${id}`,
              `${kind?.name ?? ''}预警不涉及${hazardsInChinese(beside)}`,
              `warnings 中${kind?.name ?? ''}只列${hazardsInChinese(kind?.hazards ?? [])}，${id}却要求${hazardsInChinese(beside)}响应`,
            ),
          ];
    }),
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
    ...twice(noResponse.map(({ eventCode, colour, hazards = [] }) => [eventCode, colour, ...hazards].join(' '))).map(
      (name) => fault(`noResponse/${name}`, '重复', `${name} 有两条不启动的理由`),
    ),
  ];
}

/**
 * Every colour of every kind, in 1 to all counties, calls for a level of each response that the kind concerns, or for
 * none with a reason; not for both.
 */
function undecidedWarnings(plan: FloodPlan): PlanFault[] {
  const { warnings, noResponse, counties, conditions } = plan;
  const cases = warnings.flatMap(({ hazards, ...kind }) => hazards.map((hazard) => ({ ...kind, hazard, hazards })));
  return cases.flatMap(({ eventCode, name, colours, hazard, hazards }) =>
    colours.flatMap((colour): PlanFault[] => {
      const none = noResponse.find(
        (row) => row.eventCode === eventCode && row.colour === colour && (row.hazards ?? hazards).includes(hazard),
      );
      const upTo = none === undefined ? 0 : (none.upToCounties ?? counties.length);
      const place = `warnings/${eventCode}`;
      const said = `${name}${COLOUR_IN_CHINESE[colour]}${hazards.length > 1 ? `（${hazardsInChinese([hazard])}）` : ''}`;
      for (let n = 1; n <= counties.length; n += 1) {
        const calling = conditions.find(
          ({ when, hazards: called }) =>
            called.includes(hazard) && isCalledBy(when, { eventCode, colour, counties: n }),
        );
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
function transfers({ transfersAt, preparesAt }: FloodPlan, categories: readonly string[]): PlanFault[] {
  const unready = LADDER.slice(1).flatMap((level, index) => {
    const below = LADDER[index] as RaisingLevel;
    return (preparesAt?.[below] ?? [])
      .filter((category) => ![...transfersAt[level], ...(preparesAt?.[level] ?? [])].includes(category))
      .map((category) =>
        fault(
          `preparesAt/${level}`,
          `${zh(below)}准备转移“${category}”，${zh(level)}却既不准备也不转移`,
          `由${zh(below)}提升到${zh(level)}，“${category}”的人员被撤下准备`,
        ),
      );
  });
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
  const nobody = [...new Set(LADDER.flatMap((level) => [...transfersAt[level], ...(preparesAt?.[level] ?? [])]))]
    .filter((category) => !categories.includes(category))
    .map((category) =>
      fault('transfersAt', `risk-points.csv 中没有“${category}”类风险点`, `启动后“${category}”的清单无人可转移`),
    );
  const never = [...new Set(categories)]
    .filter((category) => !transfersAt.I.includes(category))
    .map((category) =>
      fault('transfersAt/I', `“${category}”类风险点在任何等级都不转移`, `启动Ⅰ级后，“${category}”的人员仍无转移任务`),
    );
  return [...cumulative, ...unready, ...nobody, ...never];
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
