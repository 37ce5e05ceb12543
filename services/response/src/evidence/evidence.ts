import {
  addMinutes,
  minutesBetween,
  type Colour,
  type FloodForecastV1,
  type ReadingV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { insertReturning, insertRows, one, rows, run, type Tx } from '@fengsui/database';
import { isBorneOut, takeStage, type Evidence, type GaugeState } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { ResponsePlan, type Gauge } from '../plan.js';
import {
  DoubtfulStageRow,
  EndedWarningRow,
  ForecastRow,
  RainBandRow,
  RainRow,
  StageRow,
  WarningRow,
} from '../tables/tables.js';

/** A signal of a warning as the response weighs it. */
export type WeighedWarning = Readonly<{
  event: string;
  /** Which signal of the message, from 0. */ part: number;
  sender: string;
  identifier: string;
  sentAt: UtcInstant;
  eventCode: string;
  colour: Colour | null;
  counties: readonly string[];
  expiresAt: UtcInstant | null;
  /** History when it came in: it decides nothing. */ late: boolean;
  /** Words for where it holds that nothing here knows: all of its sender counts until a person has said where. */
  unplaced: string | null;
}>;
type Reference = Readonly<{ sender: string; identifier: string; sentAt: UtcInstant | null }>;

const RAIN_HOURS = [1, 3, 6, 12, 24];
/** Windows longer than this are somebody's own sums: they are kept as measured, never added to shorter ones. */
const LONGEST_SUMMED_MINUTES = 60;

/**
 * What is known about sky and water. Newer wins, whatever the order of arrival; of two values of one moment the one
 * that was recorded last, which comes last, for a gauge keeps its order on the log. A repeated message changes nothing.
 */
@Injectable()
export class EvidenceStore {
  constructor(private readonly plan: ResponsePlan) {}

  async addWarnings(tx: Tx, warnings: readonly WeighedWarning[]): Promise<void> {
    const written = await insertReturning(tx, WarningRow, warnings, 'nothing');
    if (written.length === 0) return;
    await run(
      tx,
      `update response.warning w set ended_by = e.by_event from (
         select w.event, min(e.by_event) as by_event from response.warning w join response.ended_warning e
           on e.sender = w.sender and e.identifier = w.identifier
             and (e.sent_at = w.sent_at or (e.sent_at is null and e.before > w.sent_at))
         where w.event = any($1) group by w.event) e
       where w.event = e.event`,
      [written.map(({ event }) => event)],
    );
  }

  /**
   * Ends what an update or a cancel refers to, also what has not come yet. A reference without a time ends what was
   * sent under the identifier before the message that refers to it.
   */
  async endWarnings(
    tx: Tx,
    references: readonly Reference[],
    by: Readonly<{ event: string; sentAt: UtcInstant }>,
  ): Promise<void> {
    for (const { sender, identifier, sentAt } of references) {
      const before = sentAt === null ? by.sentAt : null;
      await insertRows(tx, EndedWarningRow, [{ sender, identifier, sentAt, byEvent: by.event, before }], {
        on: { index: `sender, identifier, coalesce(sent_at, '-infinity')` },
        set: ['before', 'byEvent'],
        where: 'old.before < excluded.before',
      });
      await run(
        tx,
        `update response.warning set ended_by = $4 where sender = $1 and identifier = $2 and ended_by is null
           and case when $3::timestamptz is null then sent_at < $5 else sent_at = $3 end`,
        [sender, identifier, sentAt, by.event, by.sentAt],
      );
    }
  }

  /** Whether one of these is weighed here and was neither updated nor cancelled. */
  async anyInForce(tx: Tx, references: readonly Reference[]): Promise<boolean> {
    for (const { sender, identifier, sentAt } of references) {
      const found = await one(
        tx,
        `select 1 from response.warning where sender = $1 and identifier = $2 and ended_by is null and not late
           and ($3::timestamptz is null or sent_at = $3) limit 1`,
        [sender, identifier, sentAt],
      );
      if (found !== null) return true;
    }
    return false;
  }

  /** @returns true when a gauge crossed a threshold of the plan, up or down, so that the case must be weighed anew */
  async addReadings(tx: Tx, readings: readonly ReadingV1[]): Promise<boolean> {
    const known = readings.filter(({ data }) => this.plan.gauges.has(data.station));
    if (known.length === 0) return false;
    const stages = await this.addStages(tx, known);
    const rains = await this.addRain(tx, known);
    return stages || rains;
  }

  /** One issue may forecast several moments; a newer issue of the same issuer replaces all of the older one. */
  async addForecasts(tx: Tx, forecasts: readonly FloodForecastV1[]): Promise<void> {
    for (const { id, occurredAt, data } of forecasts) {
      const { station, issuer, validAt, stageM, flowM3s, returnPeriodYears } = data;
      const issue = [station, issuer, occurredAt];
      const newer = await one(
        tx,
        'select 1 from response.forecast where station = $1 and issuer = $2 and issued_at > $3 limit 1',
        issue,
      );
      if (newer !== null) continue;
      await run(tx, 'delete from response.forecast where station = $1 and issuer = $2 and issued_at < $3', issue);
      const row = { station, issuer, issuedAt: occurredAt, validAt, stageM, flowM3s, returnPeriodYears, event: id };
      await insertRows(tx, ForecastRow, [row], {
        on: ['station', 'issuer', 'validAt'],
        set: ['issuedAt', 'stageM', 'flowM3s', 'returnPeriodYears', 'event'],
      });
    }
  }

  async load(tx: Tx, now: UtcInstant): Promise<Evidence> {
    const warnings = await rows<Evidence['warnings'][number]>(
      tx,
      `select event, event_code as "eventCode", colour, counties from response.warning
       where ended_by is null and not late and (expires_at is null or expires_at > $1) order by event, part`,
      [now],
    );
    const stages = await rows<{ station: string; at: UtcInstant; stageM: number; event: string }>(
      tx,
      'select station, at, stage_m as "stageM", event from response.stage order by station',
    );
    const forecasts = await rows<Forecast>(
      tx,
      `select station, stage_m as "stageM", flow_m3s as "flowM3s", return_period_years as "returnPeriodYears", event
       from response.forecast where valid_at > $1 order by station, issuer, valid_at`,
      [now],
    );
    return {
      warnings,
      stages: stages.flatMap(({ station, at, stageM, event }) => {
        const warning = this.warningStage(station);
        return warning === null ? [] : [{ event, station, at, aboveWarningM: round(stageM - warning) }];
      }),
      forecasts: forecasts.map(({ station, stageM, flowM3s, returnPeriodYears, event }) => {
        const warning = this.warningStage(station);
        return {
          event,
          station,
          aboveWarningM: stageM === null || warning === null ? null : round(stageM - warning),
          flowM3s,
          returnPeriodYears,
        };
      }),
      rains: await this.rainSums(tx, null),
    };
  }

  /** True when at least one gauge has spoken lately: without that, calm is only silence. */
  async observedSince(tx: Tx, since: UtcInstant): Promise<boolean> {
    return (await one(tx, 'select 1 from response.stage where at >= $1 limit 1', [since])) !== null;
  }

  /** Each reading in the order in which it was recorded; what a gauge cannot show waits for a second that agrees. */
  private async addStages(tx: Tx, readings: readonly ReadingV1[]): Promise<boolean> {
    const stages = readings.flatMap(({ id, occurredAt, data }): StageOf[] =>
      data.quantity === 'stage' ? [{ station: data.station, at: occurredAt, stageM: data.stageM, event: id }] : [],
    );
    if (stages.length === 0) return false;
    const stations = this.withNeighbours(stages.map(({ station }) => station));
    const before = await this.stagesOf(tx, stations);
    const doubtful = await this.doubtfulOf(tx, stations);
    const known = new Map(
      stations.map((station): [string, GaugeState<StageOf>] => [
        station,
        { weighed: before.get(station) ?? null, doubtful: doubtful.get(station) ?? null },
      ]),
    );
    const states = new Map(known);
    for (const stage of stages) {
      const gauge = this.plan.gauges.get(stage.station) as Gauge;
      const state = states.get(stage.station) as GaugeState<StageOf>;
      states.set(stage.station, takeStage(state, stage, gauge.band));
    }
    for (const [station, state] of states) {
      const gauge = this.plan.gauges.get(station) as Gauge;
      const neighbours = gauge.neighbours.map((name) => ({
        weighed: states.get(name)?.weighed ?? null,
        warningStageM: this.warningStage(name),
      }));
      if (isBorneOut(state, gauge, neighbours, this.plan.flood.freshForMinutes))
        states.set(station, { weighed: state.doubtful, doubtful: null });
    }
    await this.keepDoubtful(tx, known, states);
    const measured = stations.flatMap((station) => {
      const weighed = states.get(station)?.weighed ?? null;
      return weighed === null || weighed.event === known.get(station)?.weighed?.event
        ? []
        : [{ ...weighed, band: this.stageBand(station, weighed.stageM) }];
    });
    if (measured.length === 0) return false;
    const columns = ['at', 'stageM', 'event', 'band'] as const;
    const written = await insertReturning(tx, StageRow, measured, {
      on: ['station'],
      set: columns,
      where: 'old.at <= excluded.at',
    });
    const changed = new Set(written.map(({ station }) => station));
    return measured.some((row) => changed.has(row.station) && this.matters(row, before.get(row.station)));
  }

  /** Gauges, those that they are neighbours of, and the neighbours of all of these. */
  private withNeighbours(stations: readonly string[]): string[] {
    const own = new Set(stations);
    for (const { station, neighbours } of this.plan.gauges.values())
      if (neighbours.some((name) => stations.includes(name))) own.add(station);
    const near = [...own].flatMap((station) => this.plan.gauges.get(station)?.neighbours ?? []);
    return [...new Set([...own, ...near])].sort();
  }

  /** The stages that are weighed, held until this transaction ends. */
  private async stagesOf(tx: Tx, stations: readonly string[]): Promise<ReadonlyMap<string, StageOf & Band>> {
    const found = await rows<StageOf & Band>(
      tx,
      `select station, at, stage_m as "stageM", event, band from response.stage
       where station = any($1) order by station for update`,
      [stations],
    );
    return new Map(found.map((row) => [row.station, row]));
  }

  private async doubtfulOf(tx: Tx, stations: readonly string[]): Promise<ReadonlyMap<string, StageOf>> {
    const found = await rows<StageOf>(
      tx,
      'select station, at, stage_m as "stageM", event from response.doubtful_stage where station = any($1)',
      [stations],
    );
    return new Map(found.map((row) => [row.station, row]));
  }

  private async keepDoubtful(
    tx: Tx,
    before: ReadonlyMap<string, GaugeState<StageOf>>,
    states: ReadonlyMap<string, GaugeState<StageOf>>,
  ): Promise<void> {
    const settled = [...before].flatMap(([station, { doubtful }]) =>
      doubtful !== null && states.get(station)?.doubtful === null ? [station] : [],
    );
    if (settled.length > 0) await run(tx, 'delete from response.doubtful_stage where station = any($1)', [settled]);
    const doubtful = [...states].flatMap(([station, state]) =>
      state.doubtful !== null && state.doubtful.event !== before.get(station)?.doubtful?.event ? [state.doubtful] : [],
    );
    await insertRows(tx, DoubtfulStageRow, doubtful, { on: ['station'], set: ['at', 'stageM', 'event'] });
  }

  private async addRain(tx: Tx, readings: readonly ReadingV1[]): Promise<boolean> {
    const measured = readings.flatMap(({ id, occurredAt, data }) =>
      data.quantity === 'rain' &&
      data.windowMinutes !== null &&
      data.windowMinutes <= LONGEST_SUMMED_MINUTES &&
      this.canFall(data.station, data.rainMm, data.windowMinutes)
        ? [{ id, occurredAt, ...data, windowMinutes: data.windowMinutes }]
        : [],
    );
    if (measured.length === 0) return false;
    const unique = [
      ...new Map(measured.map((row) => [`${row.station} ${row.windowMinutes} ${row.occurredAt}`, row])).values(),
    ];
    await insertRows(
      tx,
      RainRow,
      unique.map(({ id, station, windowMinutes, occurredAt, rainMm }) => ({
        station,
        minutes: windowMinutes,
        at: occurredAt,
        mm: rainMm,
        event: id,
      })),
      { on: ['station', 'minutes', 'at'], set: ['mm', 'event'] },
    );
    const stations = [...new Set(unique.map(({ station }) => station))].sort();
    await run(
      tx,
      `delete from response.rain r
       using (select station, max(at) - interval '24 hours' as until from response.rain where station = any($1) group by station) old
       where r.station = old.station and r.at <= old.until`,
      [stations],
    );
    const sums = await this.rainSums(tx, stations);
    const before = await this.rainBands(tx, stations);
    const bands = stations.flatMap((station): Band[] => {
      const own = sums.filter((row) => row.station === station);
      return own[0] === undefined ? [] : [{ station, band: this.rainBand(own), at: own[0].at }];
    });
    const changed = bands.filter((row) => this.matters(row, before.get(row.station)));
    const kept = bands.filter((row) => row.band > 0 || (before.get(row.station)?.band ?? 0) > 0);
    await insertRows(tx, RainBandRow, kept, { on: ['station'], set: ['band', 'at'] });
    return changed.length > 0;
  }

  /**
   * Sums up to each station's latest reading. Gaps make a sum too small, never too large; windows of different length
   * are not mixed.
   */
  private async rainSums(tx: Tx, stations: readonly string[] | null): Promise<Evidence['rains'][number][]> {
    const sums = await rows<Evidence['rains'][number]>(
      tx,
      `with latest as (
         select station, max(at) as at from response.rain where $1::text[] is null or station = any($1) group by station),
       sums as (
         select r.station, l.at, h.hours, r.minutes, sum(r.mm) as mm, max(r.event) filter (where r.at = l.at) as event
         from response.rain r join latest l using (station) cross join unnest($2::int[]) as h(hours)
         where r.at > l.at - make_interval(hours => h.hours) group by 1, 2, 3, 4)
       select distinct on (station, hours) station, at, hours, mm, coalesce(event, '') as event
       from sums order by station, hours, mm desc, minutes`,
      [stations, RAIN_HOURS],
    );
    return sums.filter(({ event }) => event !== '').map((row) => ({ ...row, mm: round(row.mm) }));
  }

  private async rainBands(tx: Tx, stations: readonly string[]): Promise<ReadonlyMap<string, Band>> {
    const sql = 'select station, band, at from response.rain_band where station = any($1) order by station for update';
    return new Map((await rows<Band>(tx, sql, [stations])).map((row) => [row.station, row]));
  }

  /**
   * A threshold was crossed; or a gauge that stands above one speaks again after it was no longer fresh, and may
   * raise again.
   */
  private matters({ band, at }: Band, before: Band | undefined): boolean {
    if (band !== (before?.band ?? 0)) return true;
    return band > 0 && before !== undefined && minutesBetween(before.at, at) > this.plan.flood.freshForMinutes;
  }

  /**
   * How many thresholds of the plan the stage has reached: only a change of this number can change what is called
   * for.
   */
  private stageBand(station: string, stageM: number): number {
    const warning = this.warningStage(station);
    if (warning === null) return 0;
    return this.plan.flood.conditions.filter(
      ({ when }) => when.measure === 'stage' && round(stageM - warning) >= when.aboveWarningM,
    ).length;
  }

  private rainBand(sums: readonly Evidence['rains'][number][]): number {
    return this.plan.flood.conditions.filter(
      ({ when }) => when.measure === 'rain' && sums.some(({ hours, mm }) => hours === when.hours && mm >= when.mm),
    ).length;
  }

  /** More than has ever fallen anywhere in the time is a gauge that fails. */
  private canFall(station: string, mm: number, minutes: number): boolean {
    const most = this.plan.gauges.get(station)?.mostRainMmPerHour ?? null;
    return most === null || mm <= most * Math.max(minutes / 60, 1 / 6);
  }

  private warningStage(station: string): number | null {
    return this.plan.gauges.get(station)?.warningStageM ?? null;
  }
}

/** A stage of a gauge, by the event that says so. */
type StageOf = Readonly<{ station: string; at: UtcInstant; stageM: number; event: string }>;

/** How many thresholds of the plan a gauge has reached, and when it said so. */
type Band = Readonly<{ station: string; band: number; at: UtcInstant }>;

type Forecast = Readonly<{
  station: string;
  stageM: number | null;
  flowM3s: number | null;
  returnPeriodYears: number | null;
  event: string;
}>;

/** Gauges read to the centimetre; binary sums must not turn 0.1 + 0.2 into a missed threshold. */
export const round = (value: number): number => Math.round(value * 1000) / 1000;

/** When an item of evidence ends, the case is weighed again. */
export const justAfter = (at: UtcInstant): UtcInstant => addMinutes(at, 1 / 60);
