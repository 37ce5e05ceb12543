import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { decidedByCounties } from './county-levels.js';
import { answer, LEADER, lines, MARK, OFFICER, wall, type Delivery } from './delivery.js';
import {
  confirm,
  ended,
  FOGANG,
  lowered,
  named,
  progressOf,
  QINGCHENG,
  responseOf,
  tasksOf,
  YINGDE,
  type FloodCity,
} from './flood-script.js';
import { obligationsKept } from './obligations-kept.js';
import type { Random } from './random.js';
import { signals, type Signal } from './signals.js';

/** What the product numbers it, where the leader raises level III, and whom that moves. */
export type Told = Readonly<{
  episode: string;
  /** The proposals for IV and for III. */ proposals: readonly [string, string];
  counties: readonly string[];
  /** How many proposals the counties of the north have had in the year. */ countyProposals: number;
  /** How many notices the city has written in the year. */ notices: number;
  movedAtIV: number;
  movedAtIII: number;
}>;

/** The fourth round of 龙舟水 of 2020: level IV in the evening, red at night, level III, down again and over. */
export function dragonBoat(city: FloodCity, told: Told, random: Random): Delivery[] {
  const north = [YINGDE, FOGANG];
  const { counties: all, movedAtIV, movedAtIII } = told;
  const [forIV, forIII] = told.proposals;
  const episode = named(city, told.episode);
  const confirmedIV = wall('2020-06-06', '20:41');
  const confirmedIII = wall('2020-06-07', '02:35');
  const first = tasksOf(city, { episode, from: 'none', to: 'IV', before: [], counties: north }, confirmedIV);
  const second = tasksOf(city, { episode, from: 'IV', to: 'III', before: north, counties: all }, confirmedIII);
  return [
    ...dragonBoatSignals(north),
    peakForecast(),
    answer(city, '2020-06-06T20:33', `proposal/${named(city, forIV)}`, OFFICER),
    confirm(city, confirmedIV, 'confirm-2020-2', { level: 'IV', counties: [], reason: '启动防汛Ⅳ级应急响应' }),
    answer(city, '2020-06-06T20:44', `transfers/${episode}/response-changed/order/demo-confirm-2020-2`, OFFICER),
    answer(city, '2020-06-06T20:46', 'response/order/demo-confirm-2020-2', OFFICER),
    answer(city, '2020-06-07T02:27', `proposal/${named(city, forIII)}`, LEADER),
    confirm(city, confirmedIII, 'confirm-2020-3', { level: 'III', counties: all, reason: '提升至防汛Ⅲ级应急响应' }),
    answer(city, '2020-06-07T02:38', `transfers/${episode}/response-changed/order/demo-confirm-2020-3`, OFFICER),
    answer(city, '2020-06-07T02:39', 'response/order/demo-confirm-2020-3', OFFICER),
    answer(
      city,
      '2020-06-07T02:47',
      `transfer-overdue/${episode}/${addMinutes(confirmedIV, city.flood.moveWithinMinutes.IV)}`,
      LEADER,
    ),
    answer(
      city,
      '2020-06-07T06:41',
      `transfer-overdue/${episode}/${addMinutes(confirmedIII, city.flood.moveWithinMinutes.III)}`,
      LEADER,
    ),
    ...progressOf(first, addMinutes(confirmedIV, 60), movedAtIV, '2020-2', random),
    ...progressOf(second, addMinutes(confirmedIII, 55), movedAtIII, '2020-3', random),
    ...countiesDecide(north, told.countyProposals),
    ...lowered(city, '2020-06-08', '09:30', 'lower-2020-1'),
    ...ended(city, '2020-06-10', '10:30', 'end-2020-2', 'end'),
    ...obligationsKept(city.obligations, responseOf(city, 2020, told.episode), [
      { at: confirmedIV, level: 'IV', notice: told.notices + 1 },
      { at: confirmedIII, level: 'III', notice: told.notices + 2 },
      { at: wall('2020-06-08', '09:30'), level: 'IV', notice: told.notices + 3 },
      { at: wall('2020-06-10', '10:30'), level: 'none', notice: told.notices + 4 },
    ]),
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

/** 英德 and 佛冈 go up to III with the red signals; 清城 is under red, too; the peak that is forecast comes to 清新. */
function countiesDecide(north: readonly string[], before: number): Delivery[] {
  const proposal = (number: number): string => `2020-P${String(number).padStart(2, '0')}`;
  const at = (day: number, time: string): UtcInstant => wall(`2020-06-${String(day).padStart(2, '0')}`, time);
  return [
    ...decidedByCounties(
      '2020-2',
      north,
      [
        { at: at(6, '20:55'), kind: 'confirm', level: 'IV', proposed: [proposal(before + 1), at(6, '20:34')] },
        { at: at(7, '02:37'), kind: 'confirm', level: 'III', proposed: [proposal(before + 2), at(7, '02:24')] },
        { at: at(8, '09:40'), kind: 'lower', level: 'IV' },
      ],
      at(10, '10:20'),
    ),
    ...decidedByCounties(
      '2020-3',
      [QINGCHENG],
      [
        { at: at(7, '02:38'), kind: 'confirm', level: 'III', proposed: [proposal(1), at(7, '02:18')] },
        { at: at(8, '09:42'), kind: 'lower', level: 'IV' },
      ],
      at(10, '10:22'),
    ),
    ...decidedByCounties(
      '2020-4',
      ['441803'],
      [
        { at: at(7, '03:05'), kind: 'confirm', level: 'IV', proposed: [proposal(1), at(7, '02:54')] },
        // Whoever is up anyway ends it: for that nobody is called at night.
        { at: at(8, '02:26'), kind: 'confirm', level: 'none' },
      ],
      null,
    ),
  ];
}
