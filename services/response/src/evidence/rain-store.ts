import type { ReadingV1, UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, run, type Tx } from '@fengsui/database';
import { canFall, NEAR_SHARE, rainSumOf, type Evidence, type RainWindow } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { RainBandRow, RainRow } from '../tables/tables.js';
import { matters, quietMinutes, round, type Band } from './bands.js';

type Rain = Evidence['rains'][number];

/** Rain of the last day at each gauge, or of as long as the plan asks for, as windows that were measured. */
@Injectable()
export class RainStore {
  constructor(private readonly plan: ResponsePlan) {}

  /** @returns whether the case must be weighed anew */
  async add(tx: Tx, readings: readonly ReadingV1[]): Promise<boolean> {
    const measured: Pick<RainRow, 'station' | 'minutes' | 'at' | 'mm' | 'event'>[] = [];
    for (const { id, occurredAt, data } of readings) {
      if (data.quantity !== 'rain' || data.windowMinutes === null || data.windowMinutes > this.keptHours * 60) continue;
      const { station, windowMinutes: minutes, rainMm: mm } = data;
      if (canFall(mm, minutes, this.plan.gauges.get(station)?.mostRainMmPerHour ?? null))
        measured.push({ station, minutes, at: occurredAt, mm, event: id });
    }
    if (measured.length === 0) return false;
    const unique = [...new Map(measured.map((row) => [`${row.station} ${row.minutes} ${row.at}`, row])).values()];
    await insertRows(tx, RainRow, unique, { on: ['station', 'minutes', 'at'], set: ['mm', 'event'] });
    const stations = [...new Set(unique.map(({ station }) => station))].sort();
    await run(
      tx,
      `delete from response.rain r
       using (select station, max(at) - make_interval(hours => $2) as until from response.rain where station = any($1) group by station) old
       where r.station = old.station and r.at <= old.until`,
      [stations, this.keptHours],
    );
    return this.crossed(tx, stations);
  }

  /** Rain of the hours of the plan up to the latest reading of each gauge. */
  async load(tx: Tx): Promise<readonly Rain[]> {
    return sumsOf(tx, this.plan.rainHours, null);
  }

  /** As long as the longest sum that a condition asks for. */
  private get keptHours(): number {
    return this.plan.rainHours.at(-1) ?? 0;
  }

  private async crossed(tx: Tx, stations: readonly string[]): Promise<boolean> {
    const sums = await sumsOf(tx, this.plan.rainHours, stations);
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
    const { proposeAgain } = this.plan.flood;
    const station = sums[0]?.station ?? '';
    return this.plan
      .rainThresholdsOf(station)
      .map(({ hours, mm }) => {
        const most = Math.max(...sums.filter((sum) => sum.hours === hours).map((sum) => sum.mm), 0);
        if (most < mm) return most < mm * NEAR_SHARE ? 0 : 1;
        return 2 + Math.floor((most - mm) / proposeAgain.rainMm);
      })
      .reduce((sum, one) => sum + one, 0);
  }
}

/** Sums as the database adds them up: right where no two windows of the gauge overlap, else too much. */
type Added = Readonly<{
  station: string;
  at: UtcInstant;
  event: string;
  overlaps: number;
  mm: readonly number[];
  minutes: readonly number[];
}>;

const added = (hours: readonly number[]): string => `with latest as (
    select station, max(at) as latest from response.rain where $1::text[] is null or station = any($1) group by station),
  windows as (
    select r.station, l.latest, r.at, r.mm, r.minutes, r.event, r.at - make_interval(mins => r.minutes) as since,
           lag(r.at) over (partition by r.station order by r.at, r.minutes) as before
    from response.rain r join latest l using (station))
  select station, latest as at, max(event) filter (where at = latest) as event,
    count(*) filter (where since < before)::int as overlaps,
    array[${hours.map((one) => `coalesce(sum(mm) filter (where since >= latest - interval '${one} hours'), 0)`).join(', ')}] as mm,
    array[${hours.map((one) => `coalesce(sum(minutes) filter (where since >= latest - interval '${one} hours'), 0)::int`).join(', ')}] as minutes
  from windows group by station, latest order by station`;

/** Rain of the hours of the plan up to the latest reading of each gauge; windows that overlap are counted once. */
async function sumsOf(tx: Tx, asked: readonly number[], stations: readonly string[] | null): Promise<readonly Rain[]> {
  const sums = await rows<Added>(tx, added(asked), [stations]);
  const overlapping = sums.filter(({ overlaps }) => overlaps > 0).map(({ station }) => station);
  const windows = overlapping.length === 0 ? [] : await windowsOf(tx, overlapping);
  return sums.flatMap(({ station, at, event, overlaps, mm, minutes }) => {
    const own = windows.filter((window) => window.station === station);
    const until = own.at(-1)?.end ?? 0;
    return asked.map((hours, n): Rain => {
      if (overlaps > 0) return { station, at, hours, ...rainSumOf(own, until, hours) };
      return { station, at, hours, mm: round(mm[n] ?? 0), coveredMinutes: minutes[n] ?? 0, events: [event] };
    });
  });
}

const windowsOf = (tx: Tx, stations: readonly string[]): Promise<(RainWindow & Readonly<{ station: string }>)[]> =>
  rows(
    tx,
    `select station, extract(epoch from at)::float8 / 60 as "end", minutes, mm, event from response.rain
     where station = any($1) order by station, at, minutes`,
    [stations],
  );

async function rainBands(tx: Tx, stations: readonly string[]): Promise<ReadonlyMap<string, Band>> {
  const sql = 'select station, band, at from response.rain_band where station = any($1) order by station for update';
  return new Map((await rows<Band>(tx, sql, [stations])).map((row) => [row.station, row]));
}
