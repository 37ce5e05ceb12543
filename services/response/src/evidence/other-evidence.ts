import {
  addMinutes,
  type ReadingV1,
  type SituationV1,
  type StormPositionV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { insertReturning, insertRows, one, run, type Tx } from '@fengsui/database';
import type { Evidence } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { MeasuredRow, SituationRow, StormRow } from '../tables/tables.js';
import { round } from './bands.js';

type Others = Pick<Evidence, 'flows' | 'reservoirs' | 'situations' | 'storms' | 'levels'>;

/** An analysis of a storm is where it is for so long; issuers give one every three to six hours. */
const ANALYSIS_HOURS = 12;
const STORM_KEPT_HOURS = 24;

/** Discharges, reservoirs, reports and storms: what few conditions ask for, and little of which comes in. */
@Injectable()
export class OtherEvidence {
  constructor(private readonly plan: ResponsePlan) {}

  /** Discharges and reservoir levels at gauges of the plan. @returns whether the case must be weighed anew */
  async addReadings(tx: Tx, readings: readonly ReadingV1[]): Promise<boolean> {
    const measured: MeasuredRow[] = [];
    // Nearly all readings are stages and rain: this is done for each of them.
    for (const { id: event, occurredAt: at, data } of readings) {
      if (data.quantity === 'stage' || data.quantity === 'rain' || !this.plan.gauges.has(data.station)) continue;
      const { station, quantity } = data;
      measured.push({ station, quantity, at, value: data.quantity === 'flow' ? data.flowM3s : data.levelM, event });
    }
    if (measured.length === 0) return false;
    const last = new Map<string, MeasuredRow>();
    for (const row of measured) {
      const key = `${row.station} ${row.quantity}`;
      const other = last.get(key);
      if (other === undefined || other.at <= row.at) last.set(key, row);
    }
    const written = await insertReturning(tx, MeasuredRow, [...last.values()], {
      on: ['station', 'quantity'],
      set: ['at', 'value', 'event'],
      where: 'old.at <= excluded.at',
    });
    return written.some(({ quantity }) => this.plan.asksFor(quantity === 'flow' ? 'flow' : 'reservoir'));
  }

  /** The last that is said of a report stands; of two of one moment the one recorded last. */
  async addSituations(tx: Tx, situations: readonly SituationV1[]): Promise<void> {
    for (const { id: event, occurredAt: at, data } of situations) {
      const { reportId, kind, grade, counties, river, over, untilAt, reportedBy } = data;
      const row = { reportId, kind, grade, counties, river, over, untilAt, reportedBy, at, event };
      await insertRows(tx, SituationRow, [row], {
        on: ['reportId'],
        set: ['kind', 'grade', 'counties', 'river', 'over', 'untilAt', 'reportedBy', 'at', 'event'],
        where: 'old.at <= excluded.at',
      });
    }
  }

  /** Of each issuer the newest analysis, and the forecasts that were issued last. */
  async addStorms(tx: Tx, positions: readonly StormPositionV1[]): Promise<void> {
    const written = positions.map(({ id: event, occurredAt: at, data }): StormRow => {
      const { stormId, issuer, kind, name, grade, latitude, longitude, issuedAt } = data;
      return {
        stormId,
        issuer,
        kind,
        at,
        issuedAt: issuedAt ?? at,
        name,
        grade,
        km: this.plan.kmFrom(latitude, longitude),
        event,
      };
    });
    await insertRows(tx, StormRow, written, {
      on: ['stormId', 'issuer', 'kind', 'at'],
      set: ['issuedAt', 'name', 'grade', 'km', 'event'],
      where: 'old.issued_at <= excluded.issued_at',
    });
    await run(
      tx,
      `delete from response.storm s using (select storm_id, issuer, max(at) filter (where kind = 'analysis') as analysed,
         max(issued_at) as issued from response.storm group by storm_id, issuer) n
       where s.storm_id = n.storm_id and s.issuer = n.issuer
         and ((s.kind = 'analysis' and s.at < n.analysed) or (s.kind = 'forecast' and s.issued_at < n.issued - interval '1 day'))`,
    );
  }

  async load(tx: Tx, now: UtcInstant): Promise<Others> {
    const found = await one<Loaded>(tx, LOADED, [
      now,
      addMinutes(now, -ANALYSIS_HOURS * 60),
      addMinutes(now, -STORM_KEPT_HOURS * 60),
    ]);
    const { measured, situations, storms, levels } = found ?? NOTHING;
    return {
      flows: measured.flatMap(({ quantity, station, at, value, event }) =>
        quantity === 'flow' ? [{ station, at, flowM3s: value, event }] : [],
      ),
      reservoirs: measured.flatMap(({ quantity, station, at, value, event }) => {
        const limit = this.plan.gauges.get(station)?.floodLimitM ?? null;
        return quantity === 'reservoir-level' && limit !== null
          ? [{ station, at, aboveLimitM: round(value - limit), event }]
          : [];
      }),
      situations,
      levels,
      storms: storms.map(({ stormId, name, at, grade, km, event, kind }) => ({
        stormId,
        name,
        at,
        grade,
        km,
        event,
        countsUntil: kind === 'analysis' ? addMinutes(at, ANALYSIS_HOURS * 60) : at,
      })),
    };
  }
}

type Loaded = Readonly<{
  measured: readonly MeasuredRow[];
  situations: Others['situations'];
  storms: readonly StormRow[];
  levels: Others['levels'];
}>;
const NOTHING: Loaded = { measured: [], situations: [], storms: [], levels: [] };

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const instant = (column: string, name: string): string =>
  `to_char(${column} at time zone 'UTC', ${INSTANT}) as "${name}"`;
const listOf = (query: string): string => `(select coalesce(json_agg(one), '[]') from (${query}) one)`;

/** All of it in one question: the case is weighed at every instant at which something comes in. */
const LOADED = `select
  ${listOf(`select station, quantity, ${instant('at', 'at')}, value, event from response.measured order by station, quantity`)} as measured,
  ${listOf(`select event, report_id as "reportId", kind, grade, counties, river, ${instant('until_at', 'untilAt')},
      reported_by as "reportedBy"
    from response.situation where not over and (until_at is null or until_at > $1) order by report_id`)} as situations,
  ${listOf(`select storm_id as "stormId", name, ${instant('at', 'at')}, grade, km, event, kind from response.storm
    where (kind = 'analysis' and at > $2) or (kind = 'forecast' and at > $1 and issued_at > $3)
    order by storm_id, at, issuer`)} as storms,
  ${listOf(`select event, authority, name, kind, hazards, level, counties from response.declared_level
    where level <> 'none' order by authority, hazard`)} as levels`;
