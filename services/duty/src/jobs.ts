import { Clock, Notifications, type Job, type JobHandler, type JobRun, type Tx } from '@fengsui/database';
import { LOG, ServiceJobs, type Log } from '@fengsui/log';
import type { DomainEvent, OrderOf, UtcInstant } from '@fengsui/contracts';
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
        const events: DomainEvent[] = [];
        for (const { key } of jobs) events.push(...(await this.calls.climb(tx, key, now)));
        await this.log.append(tx, events);
      },
      'ring-bundle': (jobs, run) => this.ringBundles(jobs, run),
      'answer-expiry': async (jobs, { tx, now }) => {
        const events: DomainEvent[] = [];
        for (const { key } of jobs) events.push(...(await this.expire(tx, key, now)));
        await this.log.append(tx, events);
      },
    };
  }

  /** Rings for the tasks that no call has named yet: what came after the first call of a change is a call of its own. */
  private async ringBundles(jobs: readonly Job[], { tx, now }: JobRun): Promise<void> {
    const events: DomainEvent[] = [];
    for (const { key } of jobs) {
      const rows = (await tx.query('select task, people, due_at, event, round from duty.bundle where call = $1 order by task for update', [
        key,
      ])) as BundledTask[];
      const fresh = rows.filter(({ round }) => round === null);
      const round = 1 + Math.max(0, ...rows.map((row) => row.round ?? 0));
      if (fresh.length === 0) continue;
      await tx.query('update duty.bundle set round = $2 where call = $1 and round is null', [key, round]);
      const people = fresh.reduce((sum, row) => sum + row.people, 0);
      const dueAt =
        fresh
          .map(({ due_at }) => due_at)
          .sort()
          .at(-1) ?? now;
      const about = fresh[0]?.task.split('/')[0] ?? key;
      const cause = key.startsWith('transfers/') ? 'transfers' : 'transfer-overdue';
      const words =
        cause === 'transfers' ? wordsForTransfers(fresh.length, people, dueAt) : wordsForOverdueTransfers(fresh.length, people, dueAt);
      const id = round === 1 ? key : `${key}/${round}`;
      events.push(...(await this.calls.start(tx, { id, cause, about, words, causes: fresh.map(({ event }) => event) }, now)));
    }
    await this.log.append(tx, events);
  }

  /** Tried once more before it is given up: the call may have started in a transaction that could not see the answer. */
  private async expire(tx: Tx, event: string, now: UtcInstant): Promise<readonly DomainEvent[]> {
    const [rows] = (await tx.query('delete from duty.waiting_answer where event = $1 returning body', [event])) as [
      { body: OrderOf<'answer'> }[],
      number,
    ];
    const [row] = rows;
    if (row === undefined) return [];
    const { callId, person } = row.body.data;
    const said = await this.calls.answer(tx, callId, person, row.body.occurredAt, now, [event]);
    await settleOrder(tx, event, said === null ? 'rejected' : 'done', said === null ? `there is no call ${callId}` : 'answered', now);
    return said ?? [];
  }
}

type BundledTask = Readonly<{ task: string; people: number; due_at: UtcInstant; event: string; round: number | null }>;
