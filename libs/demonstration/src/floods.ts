import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import {
  areasAt,
  mergedAreas,
  transfersBetween,
  type FloodPlan,
  type RiskPoint,
  type Roster,
  type TransferPlan,
} from '@fengsui/rules';
import { decidedByCounties } from './county-levels.js';
import { answer, clockTime, LEADER, lines, MARK, OFFICER, order, wall, type Delivery } from './delivery.js';
import type { Random } from './random.js';
import { NAMES, signals, type Signal } from './signals.js';
import { PEOPLE_MOVED_2020, type DemonstrationYear } from './targets.js';

/** The plan's part of the script: which tasks an order raises. */
export type FloodCity = Readonly<{ flood: FloodPlan; riskPoints: readonly RiskPoint[]; roster: Roster }>;

/** Heavy rain, warnings with updates and cancels, responses, calls answered and unanswered, and people moved. */
export function floodsOf(year: DemonstrationYear, city: FloodCity, random: Random): Delivery[] {
  return year === 2019
    ? june2019(city, random)
    : [...may2020(city, random), ...dragonBoat2020(city, random), ...showers(2020)];
}

/** The number that the product gives to a proposal or an episode of the city. */
const named = ({ flood }: FloodCity, number: string): string => `${flood.authority}-flood-${number}`;

const YINGDE = '441881';
const FOGANG = '441821';
const QINGCHENG = '441802';

/** One response at level IV, confirmed in time. */
function june2019(city: FloodCity, random: Random): Delivery[] {
  const counties = ['441826', '441882'];
  const orange: Signal = { at: wall('2019-06-10', '19:20'), counties, colour: 'orange', hours: 40 };
  const confirmed = wall('2019-06-10', '19:34');
  const tasks = tasksOf(
    city,
    { episode: named(city, '2019-E01'), from: 'none', to: 'IV', before: [], counties },
    confirmed,
  );
  return [
    ...signals([orange, { at: wall('2019-06-12', '06:00'), counties, colour: 'orange', hours: 0, cancels: orange }]),
    answer(city, '2019-06-10T19:24', `proposal/${named(city, '2019-P01')}`, OFFICER),
    confirm(city, confirmed, 'confirm-2019-1', { level: 'IV', counties: [], reason: '会商研判，启动防汛Ⅳ级' }),
    answer(
      city,
      '2019-06-10T19:40',
      `transfers/${named(city, '2019-E01')}/response-changed/order/demo-confirm-2019-1`,
      OFFICER,
    ),
    answer(city, '2019-06-10T19:41', 'response/order/demo-confirm-2019-1', OFFICER),
    ...progressOf(
      tasks,
      addMinutes(confirmed, 60),
      tasks.reduce((sum, { riskPoint }) => sum + riskPoint.people, 0) - 190,
      '2019-1',
      random,
    ),
    ...decidedByCounties(
      '2019-1',
      counties,
      [{ at: wall('2019-06-10', '19:50'), kind: 'confirm', level: 'IV' }],
      wall('2019-06-12', '10:20'),
    ),
    ...ended(city, '2019-06-12', '10:30', 'end-2019-1', 'end'),
  ];
}

/**
 * The first of 2020: level IV at night, the officer silent, the leader answers; it ends by the machine's own proposal
 * after the dwell.
 */
function may2020(city: FloodCity, random: Random): Delivery[] {
  const counties = [YINGDE, FOGANG];
  const yellow: Signal = { at: wall('2020-05-21', '19:40'), counties, colour: 'yellow', hours: 12 };
  const orange: Signal = { at: wall('2020-05-21', '22:05'), counties, colour: 'orange', hours: 36, updates: yellow };
  const confirmed = wall('2020-05-21', '22:21');
  const tasks = tasksOf(
    city,
    { episode: named(city, '2020-E01'), from: 'none', to: 'IV', before: [], counties },
    confirmed,
  );
  return [
    ...signals([
      yellow,
      orange,
      { at: wall('2020-05-23', '02:30'), counties, colour: 'orange', hours: 0, cancels: orange },
    ]),
    answer(city, '2020-05-21T22:12', `proposal/${named(city, '2020-P01')}`, LEADER),
    confirm(city, confirmed, 'confirm-2020-1', { level: 'IV', counties: [], reason: '启动防汛Ⅳ级应急响应' }),
    answer(
      city,
      '2020-05-21T22:25',
      `transfers/${named(city, '2020-E01')}/response-changed/order/demo-confirm-2020-1`,
      OFFICER,
    ),
    answer(city, '2020-05-21T22:26', 'response/order/demo-confirm-2020-1', OFFICER),
    ...progressOf(tasks, addMinutes(confirmed, 70), MOVED_AT_IV, '2020-1', random),
    answer(
      city,
      '2020-05-22T04:30',
      `transfer-overdue/${named(city, '2020-E01')}/${addMinutes(confirmed, city.flood.moveWithinMinutes.IV)}`,
      LEADER,
    ),
    ...decidedByCounties(
      '2020-1',
      counties,
      [{ at: wall('2020-05-21', '22:28'), kind: 'confirm', level: 'IV' }],
      wall('2020-05-23', '08:40'),
    ),
    answer(city, '2020-05-23T08:34', `proposal/${named(city, '2020-P02')}`, OFFICER),
    ...ended(city, '2020-05-23', '08:50', 'end-2020-1', 'confirm'),
  ];
}

/**
 * People of the two northern counties moved at level IV, in each of the two responses of 2020; the rest of the year's
 * figure falls to level III.
 */
const MOVED_AT_IV = 7_730;

/** The fourth round of 龙舟水: level IV in the evening, red at night, level III, down again and over. */
function dragonBoat2020(city: FloodCity, random: Random): Delivery[] {
  const north = [YINGDE, FOGANG];
  const all = [QINGCHENG, '441803', FOGANG, '441823', YINGDE];
  const confirmedIV = wall('2020-06-06', '20:41');
  const confirmedIII = wall('2020-06-07', '02:35');
  const first = tasksOf(
    city,
    { episode: named(city, '2020-E02'), from: 'none', to: 'IV', before: [], counties: north },
    confirmedIV,
  );
  const second = tasksOf(
    city,
    { episode: named(city, '2020-E02'), from: 'IV', to: 'III', before: north, counties: all },
    confirmedIII,
  );
  return [
    ...dragonBoatSignals(north),
    peakForecast(),
    answer(city, '2020-06-06T20:33', `proposal/${named(city, '2020-P03')}`, OFFICER),
    confirm(city, confirmedIV, 'confirm-2020-2', { level: 'IV', counties: [], reason: '启动防汛Ⅳ级应急响应' }),
    answer(
      city,
      '2020-06-06T20:44',
      `transfers/${named(city, '2020-E02')}/response-changed/order/demo-confirm-2020-2`,
      OFFICER,
    ),
    answer(city, '2020-06-06T20:46', 'response/order/demo-confirm-2020-2', OFFICER),
    answer(city, '2020-06-07T02:27', `proposal/${named(city, '2020-P05')}`, LEADER),
    confirm(city, confirmedIII, 'confirm-2020-3', { level: 'III', counties: all, reason: '提升至防汛Ⅲ级应急响应' }),
    answer(
      city,
      '2020-06-07T02:38',
      `transfers/${named(city, '2020-E02')}/response-changed/order/demo-confirm-2020-3`,
      OFFICER,
    ),
    answer(city, '2020-06-07T02:39', 'response/order/demo-confirm-2020-3', OFFICER),
    answer(
      city,
      '2020-06-07T02:47',
      `transfer-overdue/${named(city, '2020-E02')}/${addMinutes(confirmedIV, city.flood.moveWithinMinutes.IV)}`,
      LEADER,
    ),
    answer(
      city,
      '2020-06-07T06:41',
      `transfer-overdue/${named(city, '2020-E02')}/${addMinutes(confirmedIII, city.flood.moveWithinMinutes.III)}`,
      LEADER,
    ),
    ...progressOf(first, addMinutes(confirmedIV, 60), MOVED_AT_IV, '2020-2', random),
    ...progressOf(second, addMinutes(confirmedIII, 55), PEOPLE_MOVED_2020 - 2 * MOVED_AT_IV, '2020-3', random),
    ...decidedByCounties(
      '2020-2',
      north,
      [
        { at: wall('2020-06-06', '20:55'), kind: 'confirm', level: 'IV' },
        { at: wall('2020-06-07', '02:44'), kind: 'confirm', level: 'III' },
        { at: wall('2020-06-08', '09:40'), kind: 'lower', level: 'IV' },
      ],
      wall('2020-06-10', '10:20'),
    ),
    ...decidedByCounties(
      '2020-3',
      [QINGCHENG],
      [
        { at: wall('2020-06-07', '02:45'), kind: 'confirm', level: 'III' },
        { at: wall('2020-06-08', '09:42'), kind: 'lower', level: 'IV' },
      ],
      wall('2020-06-10', '10:22'),
    ),
    // The peak that is forecast comes to 清新区, too.
    ...decidedByCounties(
      '2020-4',
      ['441803'],
      [{ at: wall('2020-06-07', '03:05'), kind: 'confirm', level: 'IV' }],
      wall('2020-06-10', '10:24'),
    ),
    ...lowered(city, '2020-06-08', '09:30', 'lower-2020-1'),
    ...ended(city, '2020-06-10', '10:30', 'end-2020-2', 'end'),
  ];
}

/** Yellow, orange and red in the north, red over the city; each lowered and ended in its turn. */
function dragonBoatSignals(north: readonly string[]): Delivery[] {
  const yellow: Signal = { at: wall('2020-06-06', '17:10'), counties: north, colour: 'yellow', hours: 12 };
  const orange: Signal = {
    at: wall('2020-06-06', '20:30'),
    counties: north,
    colour: 'orange',
    hours: 30,
    updates: yellow,
  };
  const cityRed: Signal = { at: wall('2020-06-07', '02:14'), counties: [QINGCHENG], colour: 'red', hours: 36 };
  const northRed: Signal = {
    at: wall('2020-06-07', '02:20'),
    counties: north,
    colour: 'red',
    hours: 36,
    updates: orange,
  };
  const cityOrange: Signal = {
    at: wall('2020-06-08', '06:40'),
    counties: [QINGCHENG],
    colour: 'orange',
    hours: 48,
    updates: cityRed,
  };
  const northOrange: Signal = {
    at: wall('2020-06-08', '07:00'),
    counties: north,
    colour: 'orange',
    hours: 48,
    updates: northRed,
  };
  return [
    ...signals([
      yellow,
      orange,
      cityRed,
      northRed,
      cityOrange,
      northOrange,
      { at: wall('2020-06-10', '05:50'), counties: [QINGCHENG], colour: 'orange', hours: 0, cancels: cityOrange },
      { at: wall('2020-06-10', '06:00'), counties: north, colour: 'orange', hours: 0, cancels: northOrange },
    ]),
  ];
}

function peakForecast(): Delivery {
  const forecastAt = wall('2020-06-07', '02:50');
  return lines(forecastAt, 'forecasts', [
    {
      type: 'flood-forecast.v1',
      occurredAt: forecastAt,
      data: {
        station: 'qingyuan',
        issuer: `${MARK}市水文分局`,
        validAt: wall('2020-06-07', '20:00'),
        stageM: 12.85,
        flowM3s: null,
        returnPeriodYears: null,
        text: `${MARK}清远站预计7日20时前后出现洪峰`,
      },
    },
  ]);
}

/** Showers of the season: yellow signals that lead to nothing, one update, one cancel each. */
function showers(year: number): Delivery[] {
  return ['04-11', '04-26', '05-08', '06-24', '07-09', '07-28', '08-05', '08-19', '09-03'].flatMap((day, index) => {
    const counties = [Object.keys(NAMES)[index % 7] as string];
    const first: Signal = { at: wall(`${year}-${day}`, '14:10'), counties, colour: 'yellow', hours: 6 };
    const longer: Signal = { ...first, at: wall(`${year}-${day}`, '16:30'), updates: first };
    return signals([first, longer, { ...first, at: wall(`${year}-${day}`, '20:15'), hours: 0, cancels: longer }]);
  });
}

/** What a village reports in one message. */
type Said = Readonly<{
  moved: readonly string[];
  absent: number;
  refusing: number;
  evidence: 'head-count' | 'photo' | 'signature' | 'none';
}>;
type Task = TransferPlan & Readonly<{ id: string }>;

/** A change of level as the script has it: what it adds is what its orders will raise. */
type ScriptedChange = Readonly<{
  episode: string;
  from: 'none' | 'IV';
  to: 'IV' | 'III';
  before: readonly string[];
  counties: readonly string[];
}>;

const tasksOf = (
  { flood, riskPoints }: FloodCity,
  { episode, from, to, before, counties }: ScriptedChange,
  at: UtcInstant,
): Task[] => {
  const covered = from === 'none' ? {} : areasAt(before, from);
  const after = mergedAreas(covered, areasAt(counties, to));
  return transfersBetween(flood, riskPoints, { before: covered, after }, at).map((transfer) => ({
    ...transfer,
    id: `${episode}/${transfer.riskPoint.id}`,
  }));
};

/**
 * Reports of progress, an hourly file from all villages. Over all tasks exactly `people` are moved with evidence; the
 * others of the ledgers are away. Some reports name people a second time, and some come first without evidence:
 * neither counts twice or at all.
 */
function progressOf(
  tasks: readonly Task[],
  from: UtcInstant,
  people: number,
  name: string,
  random: Random,
): Delivery[] {
  const ledger = tasks.reduce((sum, { riskPoint }) => sum + riskPoint.people, 0);
  if (people > ledger || ledger - people > ledger * 0.2)
    throw new Error(`${name}: ${people} people cannot be moved from ledgers of ${ledger}`);
  const absents = awayFrom(tasks, ledger - people, random);
  const hours = new Map<number, ReturnType<typeof order>[]>();
  const report = (hour: number, { id, riskPoint }: Task, said: Said): void => {
    const list = hours.get(hour) ?? [];
    const at = addMinutes(from, hour * 60);
    const { moved, absent, refusing, evidence } = said;
    const reason = `${MARK}转移进展`;
    const fields = { kind: 'progress' as const, taskId: id, moved: [...moved], absent, refusing, evidence, reason };
    list.push(order(at, `progress-${name}-${id.replaceAll('/', '-')}-${hour}`, riskPoint.organiser, fields));
    hours.set(hour, list);
  };
  tasks.forEach((task, index) => {
    const absent = absents[index] ?? 0;
    const persons = Array.from(
      { length: task.riskPoint.people - absent },
      (_, n) => `${task.riskPoint.id}-p${String(n + 1).padStart(3, '0')}`,
    );
    const half = Math.ceil(persons.length * 0.6);
    const refuses = index % 23 === 7 ? 2 : 0; // two of them refuse at first, and are persuaded after the deadline
    if (index % 11 === 4) report(0, task, { moved: persons.slice(0, half), absent: 0, refusing: 0, evidence: 'none' });
    report(1, task, { moved: persons.slice(0, half), absent: 0, refusing: refuses, evidence: 'head-count' });
    // The second list of some villages names people of the first once more.
    const again = index % 5 === 2 ? Math.max(0, half - 6) : half;
    if (refuses === 0)
      report(2 + (index % 2), task, {
        moved: persons.slice(again),
        absent: absent,
        refusing: 0,
        evidence: random.pick(['head-count', 'photo', 'signature'] as const),
      });
    else {
      report(2, task, {
        moved: persons.slice(again, persons.length - refuses),
        absent: absent,
        refusing: refuses,
        evidence: 'photo',
      });
      report(7, task, { moved: persons.slice(-refuses), absent: absent, refusing: 0, evidence: 'signature' });
    }
  });
  return [...hours]
    .sort(([a], [b]) => a - b)
    .map(([hour, list]) => lines(addMinutes(from, hour * 60), `orders-progress-${name}-${hour}`, list));
}

function awayFrom(tasks: readonly Task[], total: number, random: Random): number[] {
  const most = tasks.map(({ riskPoint }) => Math.floor(riskPoint.people * 0.3));
  const absents = tasks.map(() => 0);
  for (let left = total; left > 0;) {
    const index = random.whole(0, tasks.length - 1);
    if ((absents[index] ?? 0) >= (most[index] ?? 0)) continue;
    absents[index] = (absents[index] ?? 0) + 1;
    left -= 1;
  }
  return absents;
}

/** A leader confirms what the machine proposed. */
function confirm(
  { flood }: FloodCity,
  at: UtcInstant,
  id: string,
  { level, counties, reason }: Readonly<{ level: 'IV' | 'III'; counties: readonly string[]; reason: string }>,
): Delivery {
  const { authority } = flood;
  const what = { kind: 'confirm' as const, authority, hazard: 'flood' as const, level, counties: [...counties] };
  return lines(at, 'orders-confirm', [order(at, id, 'liang', { ...what, reason: `${MARK}${reason}` })]);
}

/** The response is lowered by a person, and whoever must know answers. */
function lowered(city: FloodCity, date: string, time: string, id: string): Delivery[] {
  const at = wall(date, time);
  return [
    lines(at, 'orders-lower', [
      order(at, id, 'liang', {
        kind: 'lower',
        authority: city.flood.authority,
        hazard: 'flood',
        level: 'IV',
        reason: `${MARK}雨势减弱，调整为防汛Ⅳ级`,
      }),
    ]),
    answer(city, `${date}T${plus(time, 6)}`, `response/order/demo-${id}`, OFFICER),
  ];
}

/** The response is ended: by an order, or by confirming the machine's own proposal. */
function ended(city: FloodCity, date: string, time: string, id: string, how: 'end' | 'confirm'): Delivery[] {
  const at = wall(date, time);
  const reason = `${MARK}降雨过程结束，各站水位回落至警戒以下`;
  const ordered =
    how === 'end'
      ? order(at, id, 'liang', { kind: 'end', authority: city.flood.authority, hazard: 'flood', reason })
      : order(at, id, 'liang', {
          kind: 'confirm',
          authority: city.flood.authority,
          hazard: 'flood',
          level: 'none',
          counties: [],
          reason,
        });
  return [
    lines(at, `orders-${how}`, [ordered]),
    answer(city, `${date}T${plus(time, 9)}`, `response/order/demo-${id}`, OFFICER),
  ];
}

const plus = (time: string, minutes: number): string =>
  clockTime(Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + minutes);
