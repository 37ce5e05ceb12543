import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import {
  Clock,
  insertRows,
  nextMatch,
  one,
  run,
  schedule,
  scheduled,
  wakeRunners,
  type Job,
  type Tx,
} from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { schedule as cron, type ScheduledTask } from 'node-cron';
import { DataSource } from 'typeorm';
import { dayBefore } from './calendar.js';
import { FigureBook } from './figures/figures.js';
import { isNothingHeld } from './figures/held.js';
import { ANNUAL, ReportingPlan } from './plan.js';
import { TemplateFault } from './summary/conditions.js';
import { ReportVersions } from './summary/versions.js';
import { differencesInWords } from './figures/reconciling.js';
import { AnnualRow, RollupRow } from './tables/tables.js';

const NAMES = ['daily', 'annual'] as const;
type Name = (typeof NAMES)[number];
const CHECK = 'counters';

/**
 * The daily and annual roll-up. Each is a row with its due time: claimed once whatever the number of processes,
 * caught up after downtime. node-cron only wakes a live process at the minute.
 */
@Injectable()
export class Rollups implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('roll-up');
  private wakers: readonly ScheduledTask[] = [];

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: ReportingPlan,
    private readonly figures: FigureBook,
    private readonly versions: ReportVersions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      await run(tx, `select pg_advisory_xact_lock(hashtext('reporting.rollups'))`);
      const held = await scheduled(tx, 'reporting', NAMES);
      for (const name of NAMES) if (!held.some(({ kind }) => kind === name)) await this.askFor(tx, name, now);
    });
    const { schedule: expressions } = this.plan;
    this.wakers = NAMES.map((name) =>
      cron(expressions[name], () => wakeRunners(this.db), { timezone: expressions.timezone, unref: true }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    for (const waker of this.wakers) await waker.destroy();
  }

  @Due('reporting', 'daily')
  async daily(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    for (const { dueAt } of jobs)
      await this.done(unit.tx, { name: 'daily', dueAt }, unit.now, await this.checkDays(unit));
  }

  @Due('reporting', 'annual')
  async annual(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    for (const { dueAt } of jobs) {
      const year = Number(shanghaiDate(dueAt).slice(0, 4)) - 1;
      const kept = await this.keepYear(year, unit);
      // A year that fell into a downtime has its own run: the next one is asked for after this one was due.
      await this.done(tx, { name: 'annual', dueAt }, now, kept);
    }
  }

  /**
   * When virtual time is switched to wall time, the runs that fell between the two are skipped, and it is written
   * down that they were.
   * @returns when each that was skipped runs next, by name
   */
  async skipGap(tx: Tx, wallNow: UtcInstant): Promise<Readonly<Record<Name, UtcInstant>>> {
    const skipped = {} as Record<Name, UtcInstant>;
    for (const { kind, dueAt } of await scheduled(tx, 'reporting', NAMES)) {
      if (dueAt > wallNow) continue;
      const name = kind as Name;
      const findings = { because: 'virtual time was switched to wall time', until: wallNow };
      await insertRows(tx, RollupRow, [{ name, dueAt, ranAt: wallNow, outcome: 'skipped', findings }], 'nothing');
      skipped[name] = await this.askFor(tx, name, wallNow);
    }
    return skipped;
  }

  /**
   * Every counter must be the sum of its facts, and every distinct key one that they have. While years are played in
   * minutes, only of days of which something is new.
   */
  private async checkDays({ tx, now, append }: UnitOfWork): Promise<unknown> {
    const last = await one<{ until: UtcInstant; differed: boolean }>(
      tx,
      `select (findings->>'until')::timestamptz as until, coalesce(findings->'differences', '[]') <> '[]' as differed
       from reporting.rollup
       where name = 'daily' and outcome = 'done' order by due_at desc limit 1`,
    );
    // That they agree again is said after a whole check alone.
    const since = (await this.clock.isVirtual()) && last?.differed !== true ? (last?.until ?? null) : null;
    const differences = await this.db.transaction('REPEATABLE READ', (snapshot) =>
      // The job's own transaction must not seem to have been forgotten.
      this.figures.differences(snapshot, since, () => one(tx, 'select 1')),
    );
    const text = differencesInWords(differences);
    if (differences.length > 0) this.logger.error(`counters and facts differ: ${text}`);
    // Whoever keeps the system is called, and is told when they agree again.
    if (differences.length > 0 || last?.differed === true)
      append({
        id: `figures-checked/${CHECK}/${now}`,
        type: 'figures-checked.v1',
        key: CHECK,
        occurredAt: now,
        recordedAt: now,
        correlationId: CHECK,
        causes: [],
        data: { check: CHECK, differences: differences.length, text },
      });
    return { until: now, day: dayBefore(now), since, differences };
  }

  /** The figures of the year as known now, kept: a later correction makes another, it never changes this one. */
  private async keepYear(year: number, unit: UnitOfWork): Promise<unknown> {
    const { tx, now } = unit;
    // In one snapshot: else a fact that comes meanwhile would be taken for one that was counted.
    const { asOf, figures } = await this.db.transaction('REPEATABLE READ', (snapshot) =>
      this.figures.figures(snapshot, { period: String(year) }),
    );
    await insertRows(tx, AnnualRow, [{ year, asOf: asOf ?? now, madeAt: now, figures }], 'nothing');
    // The draft of the summary, for whoever checks and signs it.
    const name = { period: String(year), template: ANNUAL };
    const draft = isNothingHeld(figures) ? null : await this.draft(name, unit);
    return { year, asOf, figures: figures.length, draft };
  }

  /** A template that cannot be filled takes no figures with it. @returns the version, or why there is none */
  private async draft(name: Readonly<{ period: string; template: string }>, unit: UnitOfWork) {
    try {
      return await this.versions.write(name, 'roll-up', unit);
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      this.logger.error(`no draft of ${name.period}: ${error.message}`);
      return error.message;
    }
  }

  private async done(
    tx: Tx,
    job: Readonly<{ name: Name; dueAt: UtcInstant }>,
    now: UtcInstant,
    findings: unknown,
  ): Promise<void> {
    await insertRows(tx, RollupRow, [{ ...job, ranAt: now, outcome: 'done', findings }], 'nothing');
    await this.askFor(tx, job.name, job.name === 'annual' ? job.dueAt : now);
  }

  /** Asks for the next run after an instant. @returns when that is */
  private async askFor(tx: Tx, name: Name, after: UtcInstant): Promise<UtcInstant> {
    const { schedule: expressions } = this.plan;
    const dueAt = nextMatch(expressions[name], expressions.timezone, after);
    await schedule(tx, 'reporting', [{ kind: name, key: name, dueAt, payload: {} }]);
    return dueAt;
  }
}
