import { Clock, Notifications, type JobHandler } from '@fengsui/database';
import { LOG, ServiceJobs, type Log } from '@fengsui/log';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Assessing } from './assessing.js';
import { OrderOutcomes } from './order-outcomes.js';
import { ResponsePlan } from './plan.js';
import { Tasks } from './tasks.js';

/** What the response does when its time has come. */
@Injectable()
export class ResponseJobs extends ServiceJobs {
  private readonly tasks = new Tasks();
  private readonly outcomes = new OrderOutcomes();

  constructor(
    @Inject(DataSource) db: DataSource,
    @Inject(Clock) clock: Clock,
    @Inject(Notifications) notifications: Notifications,
    @Inject(LOG) private readonly log: Log,
    @Inject(ResponsePlan) private readonly plan: ResponsePlan,
    @Inject(Assessing) private readonly assessing: Assessing,
  ) {
    super(db, clock, notifications, 'response');
  }

  protected handlers(): Readonly<Record<string, JobHandler>> {
    return {
      assess: (jobs, run) => this.assessing.assess(jobs, run),
      'proposal-deadline': (jobs, run) => this.assessing.remind(jobs, run),
      'task-deadline': async (jobs, { tx, now }) => {
        for (const { key } of jobs) await this.log.append(tx, await this.tasks.overdue(tx, key, this.plan.flood.version, now));
      },
      'order-expiry': async (jobs, { tx, now }) => {
        for (const { key, payload } of jobs) await this.outcomes.expire(tx, key, String(payload['because']), now);
      },
    };
  }
}
