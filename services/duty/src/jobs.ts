import { Clock, Notifications, type Job, type JobHandler, type JobRun } from '@fengsui/database';
import { LOG, ServiceJobs, type Log } from '@fengsui/log';
import type { UtcInstant } from '@fengsui/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Calls } from './calls.js';
import { settleOrder } from './on-order.js';
import { wordsForOverdueTransfers, wordsForTransfers } from './wording.js';

/** What duty does when its time has come. */
@Injectable()
export class DutyJobs extends ServiceJobs {
  constructor(
    @Inject(DataSource) db: DataSource,
    @Inject(Clock) clock: Clock,
    @Inject(Notifications) notifications: Notifications,
    @Inject(LOG) private readonly log: Log,
    @Inject(Calls) private readonly calls: Calls,
  ) {
    super(db, clock, notifications, 'duty');
  }

  protected handlers(): Readonly<Record<string, JobHandler>> {
    return {
      climb: async (jobs, { tx, now }) => {
        for (const { key } of jobs) await this.log.append(tx, await this.calls.climb(tx, key, now));
      },
      'ring-bundle': (jobs, run) => this.ringBundles(jobs, run),
      'answer-expiry': async (jobs, { tx, now }) => {
        for (const { key } of jobs) {
          const [rows] = (await tx.query('delete from duty.waiting_answer where event = $1 returning call', [key])) as [
            { call: string }[],
            number,
          ];
          for (const { call } of rows) await settleOrder(tx, key, 'rejected', `there is no call ${call}`, now);
        }
      },
    };
  }

  private async ringBundles(jobs: readonly Job[], { tx, now }: JobRun): Promise<void> {
    for (const { key } of jobs) {
      const rows = (await tx.query('select task, people, due_at, event from duty.bundle where call = $1 order by task', [key])) as {
        task: string;
        people: number;
        due_at: UtcInstant;
        event: string;
      }[];
      const people = rows.reduce((sum, row) => sum + row.people, 0);
      const dueAt =
        rows
          .map(({ due_at }) => due_at)
          .sort()
          .at(-1) ?? now;
      const episode = rows[0]?.task.split('/')[0] ?? key;
      const cause = key.startsWith('transfers/') ? 'transfers' : 'transfer-overdue';
      const words =
        cause === 'transfers' ? wordsForTransfers(rows.length, people, dueAt) : wordsForOverdueTransfers(rows.length, people, dueAt);
      await this.log.append(
        tx,
        await this.calls.start(tx, { id: key, cause, about: episode, words, causes: rows.map(({ event }) => event) }, now),
      );
    }
  }
}
