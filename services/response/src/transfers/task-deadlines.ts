import { addMinutes } from '@fengsui/contracts';
import { schedule, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { unaccounted, type FloodPlan, type RaisingLevel } from '@fengsui/rules';
import { Due } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { TaskRow } from '../tables/tables.js';
import { lockTask } from './progress-reports.js';
import { taskOverdue } from './transfer-events.js';

/** Deadlines of transfer tasks: what is not done is said again and again, until everyone is accounted for. */
@Injectable()
export class TaskDeadlines {
  constructor(private readonly plan: ResponsePlan) {}

  @Due('response', 'task-deadline')
  async overdue(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    for (const { key } of jobs) {
      const row = await lockTask(tx, key);
      if (row === null || row.state === 'closed') continue;
      const missing = missingOf(row);
      const again = addMinutes(now, againMinutes(row, this.plan.flood));
      await schedule(tx, 'response', [{ kind: 'task-deadline', key, dueAt: again, payload: {} }]);
      // Who only makes ready has done what was asked once everybody was told.
      if (missing === 0 && row.refusing === 0) continue;
      const reminders = row.reminders + 1;
      const event = taskOverdue({ ...row, reminders }, missing, this.plan.flood.version, now);
      const state = row.state === 'unverified' ? row.state : 'overdue';
      await tx.getRepository(TaskRow).update({ id: key }, { state, reminders, events: [...row.events, event.id] });
      append(event);
    }
  }
}

/** People of whom a task still wants to hear. */
const missingOf = (row: TaskRow): number => Math.max(0, unaccounted(row) - (row.phase === 'prepare' ? row.told : 0));

/** Minutes until it is said again. Where the plan says nothing: as long as the move itself may take, and a day. */
export function againMinutes(
  { level, state }: Pick<TaskRow, 'level' | 'state'>,
  { transferReminders, moveWithinMinutes }: Pick<FloodPlan, 'transferReminders' | 'moveWithinMinutes'>,
): number {
  if (state === 'unverified') return transferReminders?.unverifiedEveryMinutes ?? 1_440;
  return transferReminders?.everyMinutes[level as RaisingLevel] ?? moveWithinMinutes[level as RaisingLevel];
}
