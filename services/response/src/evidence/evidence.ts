import {
  addMinutes,
  HAZARDS,
  minutesBetween,
  type AuthorityLevelV1,
  type Colour,
  type FloodForecastV1,
  type ReadingV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { insertReturning, insertRows, one, rows, run, type Tx } from '@fengsui/database';
import {
  countiesOfAreas,
  isBorneOut,
  takeStage,
  type DeclaredLevel,
  type Evidence,
  type FloodResponse,
  type GaugeState,
} from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { ResponsePlan, type Gauge } from '../plan.js';
import { matters, quietMinutes, round, type Band } from './bands.js';
import { OtherEvidence } from './other-evidence.js';
import { RainStore } from './rain-store.js';
import {
  DeclaredLevelRow,
  DoubtfulStageRow,
  EndedWarningRow,
  ForecastRow,
  StageRow,
  StageSlotRow,
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
  /** Until when it is weighed; then a person is asked. */ countsUntil: UtcInstant;
  /** History when it came in: it decides nothing. */ late: boolean;
  /** Words for where it holds that nothing here knows: all of its sender counts until a person has said where. */
  unplaced: string | null;
}>;
type Reference = Readonly<{ sender: string; identifier: string; sentAt: UtcInstant | null }>;

/**
 * What is known about sky and water. Newer wins, whatever the order of arrival; of two values of one moment the one
 * that was recorded last, which comes last, for a gauge keeps its order on the log. A repeated message changes nothing.
 */
@Injectable()
export class EvidenceStore {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly rain: RainStore,
    private readonly others: OtherEvidence,
  ) {}

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
    const rains = await this.rain.add(tx, known);
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

  /** The last that each authority has declared. */
  async addLevels(tx: Tx, declared: readonly AuthorityLevelV1[]): Promise<void> {
    for (const { id, occurredAt, data } of declared) {
      const { authority, authorityName: name, kind, level } = data;
      const hazards = HAZARDS.filter((one) => data.hazards.includes(one));
      const row = { authority, name, kind, level, hazards, counties: data.counties, at: occurredAt, event: id };
      const perHazard = hazards.map((hazard) => ({ ...row, hazard }));
      await insertRows(tx, DeclaredLevelRow, perHazard, {
        on: ['authority', 'hazard'],
        set: ['name', 'kind', 'level', 'hazards', 'counties', 'at', 'event'],
        where: 'old.at <= excluded.at',
      });
    }
  }

  /** @param states responses that are decided here: each is a declared level to the other authorities */
  async load(tx: Tx, now: UtcInstant, states: readonly FloodResponse[]): Promise<Evidence> {
    // What readings are just being written is left for the next time: two that delete and write wait for each other.
    await run(
      tx,
      `delete from response.stage_slot s using (
         select station, slot from response.stage_slot where slot < $1 for update skip locked) old
       where s.station = old.station and s.slot = old.slot`,
      [addMinutes(now, -SLOTS_KEPT_MINUTES)],
    );
    const warnings = await rows<Evidence['warnings'][number]>(
      tx,
      `select event, event_code as "eventCode", colour, counties from response.warning
       where ended_by is null and not late and (counts_until is null or counts_until > $1) order by event, part`,
      [now],
    );
    const stages = await rows<StageOf & Readonly<{ beforeAt: UtcInstant | null; beforeM: number | null }>>(
      tx,
      // The reading an hour before, or the newest before that: how fast the water rises.
      `select s.station, s.at, s.stage_m as "stageM", s.event, b.at as "beforeAt", b.stage_m as "beforeM"
       from response.stage s left join lateral (
         select at, stage_m from response.stage_slot
         where station = s.station and at <= s.at - interval '1 hour' order by at desc limit 1) b on true
       order by s.station`,
    );
    const forecasts = await rows<Forecast>(
      tx,
      `select station, stage_m as "stageM", flow_m3s as "flowM3s", return_period_years as "returnPeriodYears", event
       from response.forecast where valid_at > $1 order by station, issuer, valid_at`,
      [now],
    );
    const { levels, ...others } = await this.others.load(tx, now);
    return {
      warnings,
      stages: stages.flatMap(({ station, at, stageM, event, beforeAt, beforeM }) => {
        const warning = this.warningStage(station);
        if (warning === null) return [];
        const hours = beforeAt === null ? 0 : minutesBetween(beforeAt, at) / 60;
        const risingMPerHour = beforeM === null || hours === 0 ? null : round((stageM - beforeM) / hours);
        return [{ event, station, at, aboveWarningM: round(stageM - warning), risingMPerHour }];
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
      rains: await this.rain.load(tx),
      ...others,
      // An authority that decides here is heard by its own state alone.
      levels: [
        ...levels.filter(({ authority }) => this.plan.planOf(authority) === null),
        ...states.flatMap((state) => this.levelOf(state)),
      ],
    };
  }

  private levelOf({ authority, hazard, issuedAs, level, areas, episodeId }: FloodResponse): DeclaredLevel[] {
    const { flood } = this.plan;
    if (level === 'none') return [];
    return [
      {
        event: episodeId ?? `${authority}/${hazard}`,
        authority,
        name: authority === flood.authority ? '市' : (flood.names[authority] ?? authority),
        kind: authority === flood.authority ? 'city' : 'county',
        hazards: issuedAs,
        level,
        counties: countiesOfAreas(areas, flood),
      },
    ];
  }

  /** Each reading in the order in which it was recorded; what a gauge cannot show waits for a second that agrees. */
  private async addStages(tx: Tx, readings: readonly ReadingV1[]): Promise<boolean> {
    const stages = readings.flatMap(({ id, occurredAt, data }): StageOf[] =>
      data.quantity === 'stage' ? [{ station: data.station, at: occurredAt, stageM: data.stageM, event: id }] : [],
    );
    if (stages.length === 0) return false;
    await this.keepSlots(tx, stages);
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
      if (isBorneOut(state, gauge, neighbours, this.plan.flood.silence.freshForMinutes))
        states.set(station, { weighed: state.doubtful, doubtful: null });
    }
    const doubted = await this.keepDoubtful(tx, known, states);
    const measured = stations.flatMap((station) => {
      const weighed = states.get(station)?.weighed ?? null;
      return weighed === null || weighed.event === known.get(station)?.weighed?.event
        ? []
        : [{ ...weighed, band: this.stageBand(station, weighed.stageM) }];
    });
    if (measured.length === 0) return doubted;
    const columns = ['at', 'stageM', 'event', 'band'] as const;
    const written = await insertReturning(tx, StageRow, measured, {
      on: ['station'],
      set: columns,
      where: 'old.at <= excluded.at',
    });
    const changed = new Set(written.map(({ station }) => station));
    const quiet = quietMinutes(this.plan.flood);
    // How fast it rises, and where it stands to other marks, is in no band.
    const always = this.plan.asksFor('rise') || this.plan.asksFor('stage-mark');
    return (
      doubted ||
      measured.some((row) => changed.has(row.station) && (always || matters(row, before.get(row.station), quiet)))
    );
  }

  /** The last reading of each half hour, for the rate at which the water rises. */
  private async keepSlots(tx: Tx, stages: readonly StageOf[]): Promise<void> {
    // From the end: a long series that comes at once needs its end alone, and of a half hour the last.
    const own = new Map<
      string,
      { since: UtcInstant; at: UtcInstant; slot: UtcInstant; last: Map<UtcInstant, StageOf> }
    >();
    for (let n = stages.length - 1; n >= 0; n -= 1) {
      const stage = stages[n] as StageOf;
      const { station, at } = stage;
      const gauge = own.get(station);
      if (gauge !== undefined && (at < gauge.since || (at <= gauge.at && at >= gauge.slot))) continue;
      const slot = slotOf(at);
      if (gauge === undefined) {
        const since = slotOf(addMinutes(at, -SLOTS_OF_A_BATCH_MINUTES));
        own.set(station, { since, at, slot, last: new Map([[slot, stage]]) });
      } else {
        const known = gauge.last.get(slot);
        if (known === undefined || known.at < at) gauge.last.set(slot, stage);
        Object.assign(gauge, { at: gauge.last.get(slot)?.at ?? at, slot });
      }
    }
    const kept = [...own.values()].flatMap(({ last }) =>
      [...last].map(([slot, { station, at, stageM }]) => ({ station, slot, at, stageM })),
    );
    await insertRows(tx, StageSlotRow, kept, {
      on: ['station', 'slot'],
      set: ['at', 'stageM'],
      where: 'old.at <= excluded.at',
    });
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

  /** @returns whether there is another doubt than before */
  private async keepDoubtful(
    tx: Tx,
    before: ReadonlyMap<string, GaugeState<StageOf>>,
    states: ReadonlyMap<string, GaugeState<StageOf>>,
  ): Promise<boolean> {
    const settled = [...before].flatMap(([station, { doubtful }]) =>
      doubtful !== null && states.get(station)?.doubtful === null ? [station] : [],
    );
    if (settled.length > 0) await run(tx, 'delete from response.doubtful_stage where station = any($1)', [settled]);
    const doubtful = [...states].flatMap(([station, state]) =>
      state.doubtful !== null && state.doubtful.event !== before.get(station)?.doubtful?.event ? [state.doubtful] : [],
    );
    await insertRows(tx, DoubtfulStageRow, doubtful, { on: ['station'], set: ['at', 'stageM', 'event'] });
    return settled.length > 0 || doubtful.some(({ station }) => before.get(station)?.doubtful === null);
  }

  /**
   * How many thresholds of the plan the stage has reached, and how many steps it stands above: only a change of this
   * number can change what is called for.
   */
  private stageBand(station: string, stageM: number): number {
    const warning = this.warningStage(station);
    if (warning === null) return 0;
    const above = round(stageM - warning);
    const { stageThresholds, flood } = this.plan;
    const reached = stageThresholds.filter((threshold) => above >= threshold).length;
    return reached === 0 ? 0 : reached + Math.max(0, Math.floor(above / flood.proposeAgain.stageM));
  }

  private warningStage(station: string): number | null {
    return this.plan.gauges.get(station)?.warningStageM ?? null;
  }
}

/** A stage of a gauge, by the event that says so. */
type StageOf = Readonly<{ station: string; at: UtcInstant; stageM: number; event: string }>;

type Forecast = Readonly<{
  station: string;
  stageM: number | null;
  flowM3s: number | null;
  returnPeriodYears: number | null;
  event: string;
}>;

/** When an item of evidence ends, the case is weighed again. */
const SLOTS_OF_A_BATCH_MINUTES = 120;
/** As long as the rate of rise can look back. */
const SLOTS_KEPT_MINUTES = 12 * 60;

/** The half hour of an instant, by its text: this is done for every reading. */
const slotOf = (at: UtcInstant): UtcInstant =>
  `${at.slice(0, 14)}${(at[14] ?? '0') < '3' ? '00' : '30'}:00.000Z` as UtcInstant;
