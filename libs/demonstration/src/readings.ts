import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { datesOf, wall, type Delivery } from './delivery.js';
import type { Random } from './random.js';
import type { DemonstrationYear } from './targets.js';

const HEADER = 'station,time,quantity,value,unit,window_minutes';
/** Warning stage, stage in quiet weather, and how far a flood of the demonstration lifts it, metres. */
const STAGES: Readonly<Record<string, readonly [warning: number, quiet: number, rise: number]>> = {
  yingde: [26, 23.1, 3.4],
  feilaixia: [18, 15.2, 2.5],
  qingyuan: [12, 8.9, 2.9],
  shijiao: [11, 7.2, 3.0],
  jiangkouxu: [16.5, 13.8, 2.2],
  changpu: [16, 13.2, 2.1],
  yuantan: [15, 12.4, 1.9],
  longli: [13, 10.6, 1.8],
  dawan: [42, 38.6, 2.9],
};
const RAIN_ONLY = ['fogang', 'yangshan', 'lianzhou', 'liannan', 'lianshan', 'qingxin'];

/**
 * Days with a reading every five minutes on every gauge, and the hours from the first of them at which it rained
 * hardest.
 */
type Storm = Readonly<{ from: string; days: number; peakHour: number; height: number }>;
const STORMS: Record<DemonstrationYear, readonly Storm[]> = {
  2019: [{ from: '2019-06-10', days: 2, peakHour: 24, height: 0.8 }],
  2020: [
    { from: '2020-05-21', days: 3, peakHour: 30, height: 1 },
    { from: '2020-06-05', days: 5, peakHour: 52, height: 1.04 },
  ],
};

/** Rain and stage. In storms an hourly file of five-minute readings; else one stage a gauge and day. */
export function readingsOf(year: DemonstrationYear, random: Random): Delivery[] {
  const storms = STORMS[year];
  const stormy = new Set(
    storms.flatMap(({ from, days }) =>
      datesOf(year)
        .filter((date) => date >= from)
        .slice(0, days),
    ),
  );
  const quiet = datesOf(year)
    .filter((date) => !stormy.has(date))
    .map((date) => daily(date, random));
  return [...quiet, ...storms.flatMap((storm) => hourly(storm, random))];
}

function daily(date: string, random: Random): Delivery {
  const at = wall(date, '20:00');
  const rows = Object.entries(STAGES).map(([station, [, quiet]]) =>
    row(station, at, 'stage', (quiet + random.next() * 0.6).toFixed(2)),
  );
  return { at, name: 'readings-daily.csv', text: file(rows) };
}

function hourly({ from, days, peakHour, height }: Storm, random: Random): Delivery[] {
  const start = wall(from, '00:00');
  return Array.from({ length: days * 24 }, (_, hour) => {
    const rows = Array.from({ length: 12 }, (_, step) => {
      const at = addMinutes(start, hour * 60 + (step + 1) * 5);
      const since = hour + (step + 1) / 12;
      return [...Object.keys(STAGES), ...RAIN_ONLY].flatMap((station, index) =>
        measured({ station, index, at, hour: since }, { peakHour, height }, random),
      );
    });
    return { at: addMinutes(start, (hour + 1) * 60), name: 'readings-5min.csv', text: file(rows.flat()) };
  });
}

/** Rain as a bell around the peak; the river follows some hours later and falls more slowly than it rose. */
function measured(
  { station, index, at, hour }: Readonly<{ station: string; index: number; at: UtcInstant; hour: number }>,
  { peakHour, height }: Pick<Storm, 'peakHour' | 'height'>,
  random: Random,
): string[] {
  const rain = 0.75 * Math.exp(-(((hour - peakHour - (index % 5) * 0.4) / 6) ** 2)) * (0.5 + random.next());
  const rows = [row(station, at, 'rain', Math.max(0, Math.round(rain * 10) / 10).toFixed(1))];
  const known = STAGES[station];
  if (known === undefined) return rows;
  const [, quiet, rise] = known;
  const late = hour - peakHour - 8;
  const wave = Math.exp(-((late / (late < 0 ? 9 : 11)) ** 2));
  return [...rows, row(station, at, 'stage', (quiet + rise * height * wave + random.next() * 0.02).toFixed(2))];
}

const UNITS = { rain: 'mm,5', stage: 'm,' } as const;
const row = (station: string, at: UtcInstant, quantity: keyof typeof UNITS, value: string): string => {
  const wallTime = new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 19);
  return [station, `${wallTime}+08:00`, quantity, value, UNITS[quantity]].join(',');
};
const file = (rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
