import type { DomainEvent } from '@fengsui/contracts';
import { Clock, Notifications, type JobHandler } from '@fengsui/database';
import { LOG, ServiceJobs, type Log } from '@fengsui/log';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FireGathering } from './gathering.js';
import { Verdicts } from './verdicts.js';

/** What wildfire does when its time has come. */
@Injectable()
export class WildfireJobs extends ServiceJobs {
  constructor(
    @Inject(DataSource) db: DataSource,
    @Inject(Clock) clock: Clock,
    @Inject(Notifications) notifications: Notifications,
    @Inject(LOG) private readonly log: Log,
    @Inject(FireGathering) private readonly gathering: FireGathering,
    @Inject(Verdicts) private readonly verdicts: Verdicts,
  ) {
    super(db, clock, notifications, 'wildfire');
  }

  protected handlers(): Readonly<Record<string, JobHandler>> {
    return {
      gather: (jobs, run) => this.gathering.gather(jobs, run),
      'verify-deadline': async (jobs, { tx, now }) => {
        const events: DomainEvent[] = [];
        for (const { key } of jobs) events.push(...(await this.verdicts.overdue(tx, key, now)));
        await this.log.append(tx, events);
      },
      'verdict-expiry': async (jobs, { tx, now }) => {
        const events: DomainEvent[] = [];
        for (const { key } of jobs) events.push(...(await this.verdicts.giveUpWaiting(tx, key, now)));
        await this.log.append(tx, events);
      },
    };
  }
}
