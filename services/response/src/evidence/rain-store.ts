import { utc, type ReadingV1, type UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, run, type Tx } from '@fengsui/database';
import { canFall, NEAR_SHARE, rainSumOf, type Evidence, type RainWindow } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { RAIN_HOURS } from '../plan-file.js';
import { ResponsePlan } from '../plan.js';
import { RainBandRow, RainRow } from '../tables/tables.js';
import { matters, quietMinutes, type Band } from './bands.js';

type Rain = Evidence['rains'][number];

/** Rain of the last day at each gauge, as windows that were measured. */
@Injectable()
export class RainStore {
  /** Less than this is near no threshold of the plan, millimetres. */
  private readonly least: number;

  constructor(private readonly plan: ResponsePlan) {
    const { conditions } = plan.flood;
    this.least = Math.min(...conditions.flatMap(({ when }) => (when.measure === 'rain' ? [when.mm * NEAR_SHARE] : [])));
  }

  /** @returns whether the case must be weighed anew */
  async add(tx: Tx, readings: readonly ReadingV1[]): Promise<boolean> {
    const measured = readings.flatMap(({ id, occurredAt, data }) => {
      if (data.quantity !== 'rain' || data.windowMinutes === null) return [];
      const { station, windowMinutes: minutes, rainMm: mm } = data;
      if (minutes > DAY_MINUTES || !canFall(mm, minutes, this.plan.gauges.get(station)?.mostRainMmPerHour ?? null))
        return [];
      return [{ station, minutes, at: occurredAt, mm, event: id }];
    });
    if (measured.length === 0) return false;
    const unique = [...new Map(measured.map((row) => [`${row.station} ${row.minutes} ${row.at}`, row])).values()];
    await insertRows(tx, RainRow, unique, { on: ['station', 'minutes', 'at'], set: ['mm', 'event'] });
    const stations = [...new Set(unique.map(({ station }) => station))].sort();
    await run(
      tx,
      `delete from response.rain r
       using (select station, max(at) - interval '24 hours' as until from response.rain where station = any($1) group by station) old
       where r.station = old.station and r.at <= old.until`,
      [stations],
    );
    return this.crossed(tx, stations);
  }

  /** Rain of the hours of the plan up to the latest reading of each gauge. */
  async load(tx: Tx): Promise<readonly Rain[]> {
    const lastHours = this.plan.flood.lowering.rainOver.hours;
    return sumsOf(await windowsOf(tx, null, { least: this.least, lastHours }));
  }

  private async crossed(tx: Tx, stations: readonly string[]): Promise<boolean> {
    // Where even all windows together do not come to a threshold, no sum of some of them does.
    const sums = sumsOf(await windowsOf(tx, stations, { least: this.least, lastHours: 0 }));
    const before = await rainBands(tx, stations);
    const quiet = quietMinutes(this.plan.flood);
    const bands = stations.flatMap((station): Band[] => {
      const own = sums.filter((row) => row.station === station);
      const at = own[0]?.at ?? before.get(station)?.at;
      return at === undefined ? [] : [{ station, band: this.bandOf(own), at }];
    });
    const changed = bands.filter((row) => matters(row, before.get(row.station), quiet));
    const kept = bands.filter((row) => row.band > 0 || (before.get(row.station)?.band ?? 0) > 0);
    await insertRows(tx, RainBandRow, kept, { on: ['station'], set: ['band', 'at'] });
    return changed.length > 0;
  }

  /** How many thresholds of the plan are near or reached, and how many steps beyond each. */
  private bandOf(sums: readonly Rain[]): number {
    const { conditions, proposeAgain } = this.plan.flood;
    return conditions
      .flatMap(({ when }) => (when.measure === 'rain' ? [when] : []))
      .map(({ hours, mm }) => {
        const most = Math.max(...sums.filter((sum) => sum.hours === hours).map((sum) => sum.mm), 0);
        if (most < mm) return most < mm * NEAR_SHARE ? 0 : 1;
        return 2 + Math.floor((most - mm) / proposeAgain.rainMm);
      })
      .reduce((sum, one) => sum + one, 0);
  }
}

const DAY_MINUTES = 24 * 60;

/** Windows of gauges, by gauge, and when its latest ended. */
type Windows = ReadonlyMap<string, Readonly<{ at: UtcInstant; windows: readonly RainWindow[] }>>;

/**
 * @param least where all windows of a gauge come to less than this, millimetres, only its last hours are needed
 * @param lastHours as many; 0: none
 */
async function windowsOf(
  tx: Tx,
  stations: readonly string[] | null,
  { least, lastHours }: Readonly<{ least: number; lastHours: number }>,
): Promise<Windows> {
  const found = await rows<RainWindow & Readonly<{ station: string }>>(
    tx,
    `with known as (
       select station, max(at) as latest, sum(mm) as mm from response.rain
       where $1::text[] is null or station = any($1) group by station)
     select r.station, extract(epoch from r.at)::float8 / 60 as "end", r.minutes, r.mm, r.event
     from response.rain r join known k using (station)
     where k.mm >= $2 or r.at > k.latest - make_interval(hours => $3)
     order by r.station, r.at, r.minutes`,
    [stations, Number.isFinite(least) ? least : Number.MAX_SAFE_INTEGER, lastHours],
  );
  const own = new Map<string, RainWindow[]>();
  for (const { station, ...window } of found) own.set(station, pushed(own.get(station), window));
  return new Map(
    [...own].map(([station, windows]) => {
      const end = windows.at(-1)?.end ?? 0;
      return [station, { at: utc(new Date(end * 60_000).toISOString()), windows }];
    }),
  );
}

/** Grown in place: a gauge has hundreds a day. */
function pushed<T>(list: T[] | undefined, one: T): T[] {
  if (list === undefined) return [one];
  list.push(one);
  return list;
}

function sumsOf(known: Windows): Rain[] {
  return [...known].flatMap(([station, { at, windows }]) => {
    const until = windows.at(-1)?.end ?? 0;
    return RAIN_HOURS.map((hours): Rain => {
      const { mm, coveredMinutes, events } = rainSumOf(windows, until, hours);
      return { events, station, at, hours, mm, coveredMinutes };
    });
  });
}

async function rainBands(tx: Tx, stations: readonly string[]): Promise<ReadonlyMap<string, Band>> {
  const sql = 'select station, band, at from response.rain_band where station = any($1) order by station for update';
  return new Map((await rows<Band>(tx, sql, [stations])).map((row) => [row.station, row]));
}
