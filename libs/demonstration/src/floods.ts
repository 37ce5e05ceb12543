import { addMinutes } from '@fengsui/contracts';
import { decidedByCounties } from './county-levels.js';
import { answer, LEADER, OFFICER, wall, type Delivery } from './delivery.js';
import { dragonBoat } from './dragon-boat.js';
import {
  confirm,
  ended,
  FOGANG,
  named,
  progressOf,
  responseOf,
  QINGCHENG,
  tasksOf,
  YINGDE,
  type FloodCity,
} from './flood-script.js';
import { obligationsKept } from './obligations-kept.js';
import type { Random } from './random.js';
import { NAMES, signals, type Signal } from './signals.js';
import { PEOPLE_MOVED_2020, type DemonstrationYear } from './targets.js';

/** Heavy rain, warnings with updates and cancels, responses, calls answered and unanswered, and people moved. */
export function floodsOf(year: DemonstrationYear, city: FloodCity, random: Random): Delivery[] {
  return year === 2019
    ? june2019(city, random)
    : [...may2020(city, random), ...dragonBoat(city, SECOND_OF_2020, random), ...showers(2020)];
}

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
      [
        {
          at: wall('2019-06-10', '19:50'),
          kind: 'confirm',
          level: 'IV',
          proposed: ['2019-P01', wall('2019-06-10', '19:23')],
        },
      ],
      wall('2019-06-12', '10:20'),
    ),
    ...ended(city, '2019-06-12', '10:30', 'end-2019-1', 'end'),
    ...obligationsKept(city.obligations, responseOf(city, 2019, '2019-E01'), [
      { at: confirmed, level: 'IV', notice: 1 },
      { at: wall('2019-06-12', '10:30'), level: 'none', notice: 2 },
    ]),
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
      [
        {
          at: wall('2020-05-21', '22:28'),
          kind: 'confirm',
          level: 'IV',
          proposed: ['2020-P01', wall('2020-05-21', '22:08')],
        },
      ],
      wall('2020-05-23', '08:40'),
    ),
    answer(city, '2020-05-23T08:34', `proposal/${named(city, '2020-P02')}`, OFFICER),
    ...ended(city, '2020-05-23', '08:50', 'end-2020-1', 'confirm'),
    ...obligationsKept(city.obligations, responseOf(city, 2020, '2020-E01'), [
      { at: confirmed, level: 'IV', notice: 1 },
      { at: wall('2020-05-23', '08:50'), level: 'none', notice: 2 },
    ]),
  ];
}

/**
 * People of the two northern counties moved at level IV, in each of the two responses of 2020; the rest of the year's
 * figure falls to level III.
 */
const MOVED_AT_IV = 7_730;

const SECOND_OF_2020 = {
  episode: '2020-E02',
  proposals: ['2020-P03', '2020-P05'],
  counties: [QINGCHENG, '441803', FOGANG, '441823', YINGDE],
  countyProposals: 2,
  notices: 2,
  movedAtIV: MOVED_AT_IV,
  movedAtIII: PEOPLE_MOVED_2020 - 2 * MOVED_AT_IV,
} as const;

/** Showers of the season: yellow signals that lead to nothing, one update, one cancel each. */
function showers(year: number): Delivery[] {
  return ['04-11', '04-26', '05-08', '06-24', '07-09', '07-28', '08-05', '08-19', '09-03'].flatMap((day, index) => {
    const counties = [Object.keys(NAMES)[index % 7] as string];
    const first: Signal = { at: wall(`${year}-${day}`, '14:10'), counties, colour: 'yellow', hours: 6 };
    const longer: Signal = { ...first, at: wall(`${year}-${day}`, '16:30'), updates: first };
    return signals([first, longer, { ...first, at: wall(`${year}-${day}`, '20:15'), hours: 0, cancels: longer }]);
  });
}
