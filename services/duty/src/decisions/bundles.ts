import { addMinutes } from '@fengsui/contracts';
import { insertRows, rows, run, schedule, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import type { Ending } from '../calls/call-events.js';
import { Calls } from '../calls/calls.js';
import { BundleRow } from '../tables/tables.js';
import { CallTexts } from './call-texts.js';
import { TOGETHER_MINUTES } from './gathering.js';

/** What is said, by the first word of the call's number. */
const kindOf = (word: string): 'transfers' | 'transfers-ready' | 'transfer-overdue' =>
  word === 'transfers-ready' || word === 'transfer-overdue' ? word : 'transfers';
/** `E01/441881-001#2`: the county of its risk point. */
const countyOf = (task: string): string => /\/(\d{6})-/.exec(task)?.[1] ?? '';

/** Transfer tasks that one call is about. They are gathered first, because they come on several partitions. */
@Injectable()
export class Bundles {
  constructor(
    private readonly calls: Calls,
    private readonly texts: CallTexts,
  ) {}

  async gather(tasks: readonly Omit<BundleRow, 'round' | 'doneBy'>[], { tx, now }: UnitOfWork): Promise<void> {
    await insertRows(tx, BundleRow, tasks, 'nothing');
    const dueAt = addMinutes(now, TOGETHER_MINUTES);
    const keys = [...new Set(tasks.map(({ call }) => call))];
    await schedule(
      tx,
      'duty',
      keys.map((key) => ({ kind: 'ring-bundle', key, dueAt, payload: {} })),
    );
  }

  /**
   * Calls for the tasks that no call has named yet: what came after the first call of a change is a call of its own.
   */
  @Due('duty', 'ring-bundle')
  async ring(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    for (const { key } of jobs) await this.ringOne(key, unit);
  }

  /**
   * A task that is closed: a call all of whose tasks are needs nobody any more, by all that closed them, in whatever
   * order they came.
   */
  async closed(
    task: string,
    ending: Omit<Ending, 'causes'> & Readonly<{ event: string }>,
    unit: UnitOfWork,
  ): Promise<void> {
    const { tx } = unit;
    // Locked first: of two tasks that are closed at once the second must see the first.
    const calls = await rows<{ call: string }>(
      tx,
      `select call from duty.bundle where call in (select call from duty.bundle where split_part(task, '#', 1) = $1)
       order by call, task for update`,
      [task],
    );
    await run(tx, `update duty.bundle set done_by = $2 where split_part(task, '#', 1) = $1`, [task, ending.event]);
    const over = await rows<{ call: string; about: string; causes: string[] }>(
      tx,
      `select call, min(split_part(task, '/', 1)) as about, array_agg(distinct done_by order by done_by) as causes
       from duty.bundle where call = any($1) group by call having bool_and(done_by is not null) order by call`,
      [[...new Set(calls.map(({ call }) => call))]],
    );
    for (const { call, about, causes } of over) {
      const { at, now } = ending;
      await this.calls.close({ about, only: call }, 'superseded', '转移任务已办结', { at, now, causes }, unit);
    }
  }

  private async ringOne(call: string, unit: UnitOfWork): Promise<void> {
    const { tx } = unit;
    const all = await tx.getRepository(BundleRow).find({
      where: { call },
      order: { task: 'asc' },
      lock: { mode: 'pessimistic_write' },
    });
    const fresh = all.filter(({ round, doneBy }) => round === null && doneBy === null);
    const [first] = fresh;
    if (first === undefined) return;
    const round = 1 + Math.max(0, ...all.map((row) => row.round ?? 0));
    await run(tx, 'update duty.bundle set round = $2 where call = $1 and round is null', [call, round]);
    const people = fresh.reduce((sum, row) => sum + row.people, 0);
    const dueAt = fresh.map((row) => row.dueAt).reduce((latest, at) => (at > latest ? at : latest));
    const [kind = ''] = call.split('/');
    const cause = kind === 'transfer-overdue' ? 'transfer-overdue' : 'transfers';
    const counties = [...new Set(fresh.map(({ task }) => countyOf(task)).filter((code) => code !== ''))].sort();
    const says = this.texts.tasks(kindOf(kind), { tasks: fresh.length, people, counties, dueAt }, unit.now);
    const about = first.task.split('/')[0] ?? call;
    // A reminder goes on in the call for those who were overdue before.
    const reminds = cause === 'transfer-overdue' && round > 1;
    if (reminds && (await this.calls.again(about, { says, event: first.event, only: call }, unit))) return;
    const id = round === 1 || reminds ? call : `${call}/${round}`;
    await this.calls.start({ id, cause, about, says, causes: fresh.map(({ event }) => event) }, unit);
  }
}
