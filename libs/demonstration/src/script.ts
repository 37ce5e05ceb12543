import { fromShanghai, type UtcInstant } from '@fengsui/contracts';
import { CityBorder, type Counties } from '@fengsui/regions';
import type { FloodPlan, IncidentClock, RiskPoint, Roster } from '@fengsui/rules';
import { incidentsOf } from './accidents.js';
import { wall, type Delivery } from './delivery.js';
import { dragonBoat } from './dragon-boat.js';
import { floodsOf } from './floods.js';
import type { DutiesOfCity } from './obligations-kept.js';
import { Random } from './random.js';
import { readingsOf } from './readings.js';
import { PEOPLE_MOVED_2020 } from './targets.js';
import { wildfiresOf } from './wildfires.js';
import { reportSigned } from './reports.js';
import { workRecordsOf } from './work-records.js';

/** When the demonstration begins and ends: after the annual roll-up, with its summary signed and nothing due. */
export const BEGINS: UtcInstant = fromShanghai('2019-01-01T00:00');
export const ENDS: UtcInstant = fromShanghai('2021-01-22T09:00');
/** The year that the summary is about. */
export const REPORT_YEAR = 2020;
const SEED = 441_800;

/** The city that the script is played for: its flood plan, its risk points, its roster, and its outlines. */
export type DemonstrationCity = Readonly<{
  flood: FloodPlan;
  riskPoints: readonly RiskPoint[];
  roster: Roster;
  counties: Counties;
  /** What is owed in this city by a time. */
  obligations: DutiesOfCity & Readonly<{ incidents: readonly IncidentClock[] }>;
}>;

/** Counties that the script tells of. */
const COUNTIES = ['441802', '441803', '441821', '441823', '441825', '441826', '441881', '441882'];

/** Counties that the script tells of and a city has not. Empty: it can be played there. */
export function missingFor({ counties }: Pick<DemonstrationCity, 'counties'>): readonly string[] {
  const known = new Set(counties.all().map(({ code }) => code));
  return COUNTIES.filter((code) => !known.has(code));
}

/**
 * The demonstration years, delivery by delivery in the order of time. The same plan gives the same script, byte for
 * byte.
 */
export function demonstration(city: DemonstrationCity): readonly Delivery[] {
  const fires = { ...city, border: new CityBorder(city.counties), taken: [] };
  const deliveries = ([2019, 2020] as const).flatMap((year) => [
    ...readingsOf(year, new Random(SEED + year)),
    ...floodsOf(year, city, new Random(SEED + year + 10_000)),
    ...wildfiresOf(year, fires, new Random(SEED + year + 20_000)),
    ...incidentsOf(year, city.obligations.incidents, new Random(SEED + year + 30_000)),
    ...workRecordsOf(year, city.flood.authority, new Random(SEED + year + 40_000)),
  ]);
  const signed = ([2019, 2020] as const).flatMap((year) =>
    reportSigned(year, { roster: city.roster, counties: COUNTIES }),
  );
  const ordered = inOrder([...deliveries, ...signed]);
  const last = ordered.at(-1)?.at;
  if (last === undefined || last >= ENDS || (ordered[0]?.at ?? '') < BEGINS)
    throw new Error('the script leaves its own time');
  return ordered;
}

/**
 * One week of the script by itself, on an installation that has seen nothing before: the 龙舟水 of June 2020, with 2.99
 * 万 people moved. For the console, and for a test that kills the product in the middle.
 */
export function dragonBoatWeek({
  flood,
  riskPoints,
  roster,
  obligations,
}: Omit<DemonstrationCity, 'counties'>): readonly Delivery[] {
  const told = {
    episode: '2020-E01',
    proposals: ['2020-P01', '2020-P03'],
    counties: COUNTIES,
    countyProposals: 0,
    notices: 0,
    movedAtIV: 7_730,
    movedAtIII: PEOPLE_MOVED_2020 - 7_730,
  } as const;
  const days = ['2020-06-05', '2020-06-11'] as const;
  const readings = readingsOf(2020, new Random(SEED + 2020)).filter(
    ({ at }) => at >= wall(days[0], '00:00') && at < wall(days[1], '00:00'),
  );
  return inOrder([
    ...readings,
    ...dragonBoat({ flood, riskPoints, roster, obligations }, told, new Random(SEED + 2020 + 10_000)),
  ]);
}

/** In the order of time, each with a name that tells it. */
function inOrder(deliveries: readonly Delivery[]): readonly Delivery[] {
  return deliveries
    .map((delivery, index) => ({ delivery, index }))
    .sort((a, b) => (a.delivery.at < b.delivery.at ? -1 : a.delivery.at > b.delivery.at ? 1 : a.index - b.index))
    .map(({ delivery }, index) => ({
      ...delivery,
      name: `${String(index + 1).padStart(5, '0')}-${stamp(delivery.at)}-${delivery.name}`,
    }));
}

const stamp = (at: UtcInstant): string =>
  new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16).replace(/[-:]/g, '');
