import { addMinutes, utc, type UtcInstant, type Verdict } from '@fengsui/contracts';
import type { CityBorder, Counties } from '@fengsui/regions';
import { fireNumber, kilometresBetween, onDuty, type Roster } from '@fengsui/rules';
import { clockTime, datesOf, LEADER, lines, MARK, OFFICER, order, wall, type Delivery } from './delivery.js';
import type { Random } from './random.js';
import { TARGETS, type DemonstrationYear } from './targets.js';

const HEADER =
  'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';
const NOT_FOREST: readonly Verdict[] = [
  'farm-burn',
  'farm-burn',
  'farm-burn',
  'industrial-heat',
  'waste-burn',
  'site-clearing',
  'prescribed-burn',
  'false-alarm',
  'grass-fire',
];

/**
 * Hotspots of a year, most of them no forest fire, what people reported by telephone, and what was found on the
 * ground.
 */
export function wildfiresOf(year: DemonstrationYear, city: FireCity, random: Random): Delivery[] {
  const { judged, forestFires, byCall } = TARGETS[year].wildfires;
  const dry = datesOf(year).filter((date) => !['05', '06', '07', '08'].includes(date.slice(5, 7)));
  const deliveries: Delivery[] = [];
  const passes = new Map<string, string[]>();
  for (let i = 0; i < judged; i += 1) {
    // Three days apart and more, so that two fires of the script are never one.
    const date = dry[Math.floor(((i + 0.5) / judged) * dry.length)] as string;
    const verdict: Verdict =
      i % Math.floor(judged / forestFires) === 0 && i / Math.floor(judged / forestFires) < forestFires
        ? 'forest-fire'
        : random.pick(NOT_FOREST);
    const reported = verdict === 'forest-fire' && i / Math.floor(judged / forestFires) < byCall;
    const fire = { year, number: i, date, verdict };
    deliveries.push(...(reported ? called(fire, city, random) : seen(fire, city, random, passes)));
  }
  for (const date of datesOf(year)) {
    const rows = [...(passes.get(date) ?? []), ...elsewhere(date, random)];
    if (rows.length === 0) continue;
    deliveries.push({
      at: deliveredAt(date),
      name: `firms-viirs-${year}.csv`,
      text: `${[HEADER, ...rows].join('\n')}\n`,
    });
  }
  return deliveries;
}

/** The day pass is at about 14:05 local time; near-real-time data come some two hours later. */
const deliveredAt = (date: string): UtcInstant => wall(date, '16:30');
const passOf = (date: string): { acquired: UtcInstant; hhmm: string } => ({
  acquired: utc(`${date}T06:05:00.000Z`),
  hhmm: '0605',
});

/** Where fires are, and who has which turn. */
type FireCity = Readonly<{
  counties: Counties;
  roster: Roster;
  border: CityBorder;
  /** Where fires of the script have been: heat of a place that was judged may be no news. */ taken: Place[];
}>;
type Place = Readonly<{ latitude: number; longitude: number }>;
/** So far from each other nothing that was judged at one place says anything about another. */
const APART_KM = 5;
/** So near to the border a forest fire is reported up; none of the script is. */
const FROM_BORDER_KM = 4;

/** A fire of the script, before anybody has seen it. */
type ScriptedFire = Readonly<{ year: number; number: number; date: string; verdict: Verdict }>;

function seen(fire: ScriptedFire, city: FireCity, random: Random, passes: Map<string, string[]>): Delivery[] {
  const { date } = fire;
  const { counties } = city;
  const place = pointIn(city, random);
  const { acquired, hhmm } = passOf(date);
  const pixels = Array.from({ length: random.whole(1, 4) }, (_, index) => ({
    latitude: round(place.latitude + index * 0.0031),
    longitude: round(place.longitude + index * 0.0027),
  })).filter((pixel) => counties.at(pixel.latitude, pixel.longitude) !== null);
  passes.set(date, [
    ...(passes.get(date) ?? []),
    ...pixels.map(({ latitude, longitude }) => firms(latitude, longitude, date, hhmm, random)),
  ]);
  const [first] = pixels;
  const county = first === undefined ? '' : (counties.at(first.latitude, first.longitude) ?? '');
  // One fire of the script a day, so it is always the first of its county there.
  const number = fireNumber({ county, at: acquired }, 1);
  return handled(number, { raisedAt: deliveredAt(date), roster: city.roster }, fire, random);
}

function called(fire: ScriptedFire, city: FireCity, random: Random): Delivery[] {
  const { year, number, date } = fire;
  const { counties, roster } = city;
  const place = pointIn(city, random);
  const occurredAt = wall(date, clockTime(random.whole(10 * 60, 15 * 60)));
  const reportId = `demo-${year}-119-${number}`;
  const county = counties.at(place.latitude, place.longitude) ?? '';
  const data = {
    reportId,
    channel: 'call',
    hazard: 'forest-fire',
    county,
    place: `${MARK}某村后山`,
    ...place,
    text: `${MARK}看见山上冒烟`,
  };
  return [
    lines(occurredAt, `reports-${year}`, [{ type: 'public-report.v1', occurredAt, data }]),
    ...handled(fireNumber({ county, at: occurredAt }, 1), { raisedAt: occurredAt, roster }, fire, random),
  ];
}

/** The call is answered, usually by the first person, and someone goes to look; some are late. */
function handled(
  fire: string,
  { raisedAt, roster }: Readonly<{ raisedAt: UtcInstant; roster: Roster }>,
  { year, number, verdict }: ScriptedFire,
  random: Random,
): Delivery[] {
  const name = `${year}-${number}`;
  const silent = number % 7 === 3; // the officer does not answer within 15 minutes, the leader does
  const late = number % 13 === 5; // nobody reports by the deadline of two hours
  const answeredAt = addMinutes(raisedAt, silent ? 15 + random.whole(2, 9) : random.whole(2, 11));
  const judgedAt = addMinutes(raisedAt, late ? 120 + random.whole(7, 40) : 30 + random.whole(10, 80));
  const person = silent ? onDuty(roster, LEADER, answeredAt) : onDuty(roster, OFFICER, raisedAt);
  const reason = `${MARK}现场核查：${verdict === 'forest-fire' ? '野外用火引发' : '非森林火灾'}`;
  return [
    lines(answeredAt, `orders-answer-${name}`, [
      order(answeredAt, `fire-answer-${name}`, person, {
        kind: 'answer',
        callId: `fire/${fire}`,
        person,
        reason: '已收到',
      }),
    ]),
    lines(judgedAt, `orders-verdict-${name}`, [
      order(judgedAt, `verdict-${name}`, onDuty(roster, OFFICER, judgedAt), {
        kind: 'verdict',
        fireId: fire,
        verdict,
        deaths: 0,
        burnedAreaHa: verdict === 'forest-fire' ? random.whole(5, 60) / 10 : null,
        reason,
      }),
    ]),
    ...(verdict === 'forest-fire' ? extinguished(fire, name, addMinutes(judgedAt, 95), roster) : []),
  ];
}

/** Its open flame is out the same day. */
const extinguished = (fire: string, name: string, at: UtcInstant, roster: Roster): Delivery[] => [
  lines(at, `orders-extinguish-${name}`, [
    order(at, `extinguish-${name}`, onDuty(roster, OFFICER, at), {
      kind: 'extinguish',
      fireId: fire,
      reason: `${MARK}明火已扑灭`,
    }),
  ]),
];

/** Heat outside the city: accepted, and nobody's business here. */
function elsewhere(date: string, random: Random): string[] {
  return Array.from({ length: Math.max(0, random.whole(-4, 4)) }, () =>
    firms(round(21.5 + random.next() * 1.2), round(110.2 + random.next() * 4), date, passOf(date).hhmm, random),
  );
}

const firms = (latitude: number, longitude: number, date: string, hhmm: string, random: Random): string =>
  [
    latitude,
    longitude,
    random.whole(3_050, 3_670) / 10,
    0.4,
    0.4,
    date,
    hhmm,
    'N',
    'VIIRS',
    random.pick(['l', 'n', 'n', 'n', 'h']),
    '2.0NRT',
    random.whole(2_800, 3_050) / 10,
    random.whole(8, 240) / 10,
    'D',
  ].join(',');

/** A point well inside a county, and far from where fires have been. */
function pointIn({ counties, border, taken }: FireCity, random: Random): Place {
  for (;;) {
    const point = { latitude: round(23.5 + random.next() * 1.65), longitude: round(111.95 + random.next() * 1.95) };
    const around = [
      [0, 0],
      [0.02, 0.02],
      [-0.02, 0.02],
      [0.02, -0.02],
      [-0.02, -0.02],
    ].map(([x = 0, y = 0]) => counties.at(point.latitude + x, point.longitude + y));
    if (around[0] === null || around.some((county) => county !== around[0])) continue;
    if (taken.some((one) => kilometresBetween(one, point) < APART_KM)) continue;
    if (border.placeOf(point.latitude, point.longitude).borderKm < FROM_BORDER_KM) continue;
    taken.push(point);
    return point;
  }
}

const round = (degrees: number): number => Math.round(degrees * 10_000) / 10_000;
