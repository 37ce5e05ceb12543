import type { DomainEvent, OrderOf, UtcInstant } from '@fengsui/contracts';
import { Clock, Notifications, type Job, type JobHandler, type Tx } from '@fengsui/database';
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
        const events: DomainEvent[] = [];
        for (const { key } of jobs) events.push(...(await this.tasks.overdue(tx, key, this.plan.flood.version, now)));
        await this.log.append(tx, events);
      },
      'order-expiry': async (jobs, { tx, now }) => {
        const events: DomainEvent[] = [];
        for (const job of jobs) events.push(...(await this.expire(tx, job, now)));
        await this.log.append(tx, events);
      },
    };
  }

  /** Tried once more before it is given up: what it waited for may have come in a transaction that could not see it. */
  private async expire(tx: Tx, { key, payload }: Job, now: UtcInstant): Promise<readonly DomainEvent[]> {
    const order = await this.outcomes.takeBack(tx, key);
    if (order === null) return [];
    const reported = order.data.kind === 'progress' ? await this.tasks.report(tx, order as OrderOf<'progress'>, now) : null;
    await this.outcomes.settle(
      tx,
      order,
      reported === null ? 'rejected' : 'done',
      reported === null ? String(payload['because']) : 'waited for its task',
      now,
    );
    return reported ?? [];
  }
}
