import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { Clock, nextMatch, Notifications, schedule, type JobHandler, type Tx } from '@fengsui/database';
import { ServiceJobs } from '@fengsui/log';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { schedule as cron, type ScheduledTask } from 'node-cron';
import { DataSource } from 'typeorm';
import { dayBefore } from './calendar.js';
import { FigureBook } from './figures.js';
import { ReportingPlan } from './plan.js';

const NAMES = ['daily', 'annual'] as const;
type Name = (typeof NAMES)[number];

/**
 * The daily and annual roll-up. Each is a row with its due time: claimed once whatever the number of processes, caught up after downtime.
 * node-cron only wakes a live process at the minute.
 */
@Injectable()
export class Rollups extends ServiceJobs {
  private readonly figures = new FigureBook();
  private readonly logger = new Logger('roll-up');
  private wakers: readonly ScheduledTask[] = [];

  constructor(
    @Inject(DataSource) private readonly pool: DataSource,
    @Inject(Clock) private readonly time: Clock,
    @Inject(Notifications) notifications: Notifications,
    @Inject(ReportingPlan) private readonly plan: ReportingPlan,
  ) {
    super(pool, time, notifications, 'reporting');
  }

  protected handlers(): Readonly<Record<string, JobHandler>> {
    return {
      daily: async (jobs, { tx, now }) => {
        for (const { dueAt } of jobs) await this.done(tx, 'daily', dueAt, now, await this.checkDays(tx, now));
      },
      annual: async (jobs, { tx, now }) => {
        for (const { dueAt } of jobs)
          await this.done(tx, 'annual', dueAt, now, await this.keepYear(tx, Number(shanghaiDate(dueAt).slice(0, 4)) - 1, now));
      },
    };
  }

  override async onApplicationBootstrap(): Promise<void> {
    await this.pool.transaction(async (tx) => {
      const now = await this.time.now(tx);
      await tx.query(`select pg_advisory_xact_lock(hashtext('reporting.rollups'))`);
      const held = (await tx.query(`select kind from schedule.job where service = 'reporting'`)) as { kind: string }[];
      const missing = NAMES.filter((name) => !held.some(({ kind }) => kind === name));
      await schedule(
        tx,
        'reporting',
        missing.map((name) => ({ kind: name, key: name, dueAt: this.next(name, now), payload: {} })),
      );
    });
    await super.onApplicationBootstrap();
    this.wakers = NAMES.map((name) =>
      cron(this.plan.schedule[name], () => this.pool.query(`select pg_notify('schedule', '')`), {
        timezone: this.plan.schedule.timezone,
        unref: true,
      }),
    );
  }

  override async onApplicationShutdown(): Promise<void> {
    for (const waker of this.wakers) await waker.destroy();
    await super.onApplicationShutdown();
  }

  /**
   * When virtual time is switched to wall time, the runs that fell between the two are skipped, and it is written down that they were.
   * @returns how many, by name
   */
  async skipGap(tx: Tx, wallNow: UtcInstant): Promise<Readonly<Record<Name, UtcInstant>>> {
    const skipped = {} as Record<Name, UtcInstant>;
    for (const name of NAMES) {
      const [job] = (await tx.query(`select due_at from schedule.job where service = 'reporting' and kind = $1 for update`, [name])) as {
        due_at: UtcInstant;
      }[];
      if (job === undefined || job.due_at > wallNow) continue;
      await tx.query(
        `insert into reporting.rollup (name, due_at, ran_at, outcome, findings) values ($1, $2, $3, 'skipped', $4) on conflict do nothing`,
        [name, job.due_at, wallNow, JSON.stringify({ because: 'virtual time was switched to wall time', until: wallNow })],
      );
      skipped[name] = this.next(name, wallNow);
      await schedule(tx, 'reporting', [{ kind: name, key: name, dueAt: skipped[name], payload: {} }]);
    }
    return skipped;
  }

  /** Every counter of the days since the last check must be the sum of its facts. */
  private async checkDays(tx: Tx, now: UtcInstant): Promise<unknown> {
    const [last] = (await tx.query(
      `select findings->>'until' as until from reporting.rollup where name = 'daily' and outcome = 'done' order by due_at desc limit 1`,
    )) as { until: string }[];
    const until = dayBefore(now);
    const changed = (await tx.query(
      `select distinct to_char(at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day from reporting.fact where recorded_at > coalesce($1::timestamptz, '-infinity') and at is not null order by 1`,
      [last?.until ?? null],
    )) as { day: string }[];
    const differences = [];
    for (const { day } of changed)
      differences.push(...(await this.figures.differences(tx, day)).map((difference) => ({ day, ...difference })));
    if (differences.length > 0) this.logger.error(`counters and facts differ: ${JSON.stringify(differences)}`);
    return { until: now, day: until, daysChecked: changed.length, differences };
  }

  /** The figures of the year as known now, kept: a later correction makes another, it never changes this one. */
  private async keepYear(tx: Tx, year: number, now: UtcInstant): Promise<unknown> {
    const { asOf, figures } = await this.figures.figures(tx, year, null);
    await tx.query('insert into reporting.annual (year, as_of, made_at, figures) values ($1, $2, $3, $4) on conflict do nothing', [
      year,
      asOf ?? now,
      now,
      JSON.stringify(figures),
    ]);
    return { year, asOf, figures: figures.length };
  }

  private async done(tx: Tx, name: Name, dueAt: UtcInstant, now: UtcInstant, findings: unknown): Promise<void> {
    await tx.query(
      `insert into reporting.rollup (name, due_at, ran_at, outcome, findings) values ($1, $2, $3, 'done', $4) on conflict do nothing`,
      [name, dueAt, now, JSON.stringify(findings)],
    );
    await schedule(tx, 'reporting', [{ kind: name, key: name, dueAt: this.next(name, now), payload: {} }]);
  }

  private next(name: Name, after: UtcInstant): UtcInstant {
    return nextMatch(this.plan.schedule[name], this.plan.schedule.timezone, after);
  }
}
