import { addMinutes, type OrderOf, type OrderV1 } from '@fengsui/contracts';
import { insertRows, rows, schedule, unschedule, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import {
  fromStored,
  levelUnder,
  personsIn,
  progress,
  type FloodResponse,
  type PersonState,
  type Progressed,
  type RaisingLevel,
} from '@fengsui/rules';
import { done, rejected, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { assessAt } from '../levels/assess-at.js';
import { ResponsePlan } from '../plan.js';
import { ItemRow, TaskPersonRow, TaskRow } from '../tables/tables.js';
import { Ledgers } from './ledgers.js';
import { taskClosed, taskProgressed } from './transfer-events.js';

/** What the villages report of the people of a task, and the word that they may go home. */
@Injectable()
export class ProgressReports {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly ledgers: Ledgers,
  ) {}

  /** Who was told, moved or came to a shelter, who is elsewhere, refuses or cannot be found, who came back. */
  @Takes('response', 'progress', ({ data }) => data.taskId)
  async report(order: OrderOf<'progress'>, unit: UnitOfWork): Promise<OrderResult> {
    const { tx, now, append } = unit;
    const { taskId } = order.data;
    const row = await lockTask(tx, taskId);
    if (row === null) return targetUnknown(`没有这个任务 / there is no task ${taskId}`);
    const ledger = await this.ledgers.personsOf(tx, row.riskPoint);
    const known = await this.knownOf(tx, taskId, personsIn(order.data), ledger);
    const result = progress(taskOf(row), order.data, known, ledger);
    const cameBack = result.reopens || result.returned.length > 0;
    // When the response is over, or they were released, who was moved may go home.
    const mayReturn = !cameBack || row.releasedAt !== null || !(await this.isOn(tx, row));
    const reopens = result.reopens && !mayReturn;
    const task = { ...result.task, closed: result.reopens ? !reopens : result.task.closed };
    await this.keepPersons(tx, row, result.changes, order);
    const unreleased = mayReturn ? 0 : result.returned.length;
    const said = [
      taskProgressed(row, task, { ...result, unreleased }, order, now),
      ...(result.closes ? [taskClosed(row, task.moved, 'everyone-accounted-for', order as OrderV1, now)] : []),
    ];
    if (result.closes) await unschedule(tx, 'response', 'task-deadline', [taskId]);
    const dueAt = reopens ? addMinutes(now, this.plan.flood.moveWithinMinutes[row.level as RaisingLevel]) : row.dueAt;
    if (reopens) await schedule(tx, 'response', [{ kind: 'task-deadline', key: taskId, dueAt, payload: {} }]);
    const open = row.state === 'overdue' || row.state === 'unverified' ? row.state : 'moving';
    const { moved, absent, refusing, named } = task;
    const events = [...row.events, ...said.map(({ id }) => id)];
    await tx
      .getRepository(TaskRow)
      .update(
        { id: taskId },
        { moved, absent, refusing, ...named, state: task.closed ? 'closed' : open, dueAt, events },
      );
    await this.keepOdd(row, result, order.id, unit);
    // Where they are is weighed against what the shelters hold.
    if (result.newlyMoved.length > 0) await schedule(tx, 'response', assessAt(this.plan.flood.authority, [now]));
    append(...said);
    return done(said.map(({ id }) => id).join(' '));
  }

  /** Nobody returns before this. */
  @Takes('response', 'release', ({ data }) => data.taskId)
  async release({ data: { taskId } }: OrderOf<'release'>, { tx, now }: UnitOfWork): Promise<OrderResult> {
    const row = await lockTask(tx, taskId);
    if (row === null) return targetUnknown(`没有这个任务 / there is no task ${taskId}`);
    if (row.releasedAt !== null) return rejected(`已于 ${row.releasedAt} 解除 / released already`);
    await tx.getRepository(TaskRow).update({ id: taskId }, { releasedAt: now });
    return done(`${row.name}：可以返回 / they may go home`);
  }

  /** What is known of those whom a report means, by whatever name. */
  private async knownOf(
    tx: Tx,
    task: string,
    said: readonly string[],
    ledger: Awaited<ReturnType<Ledgers['personsOf']>>,
  ): Promise<ReadonlyMap<string, PersonState>> {
    const names = new Set(said);
    const meant =
      ledger === null
        ? said
        : ledger
            .filter(({ person, knownAs }) => [person, ...knownAs].some((one) => names.has(one)))
            .map(({ person }) => person);
    const found = await rows<Pick<TaskPersonRow, 'person' | 'state'>>(
      tx,
      'select person, state from response.task_person where task = $1 and person = any($2)',
      [task, meant],
    );
    return new Map(found.map(({ person, state }) => [person, state]));
  }

  private async keepPersons(
    tx: Tx,
    { id: task }: TaskRow,
    changes: Progressed['changes'],
    { id: event, occurredAt: at, data: { shelter } }: OrderOf<'progress'>,
  ): Promise<void> {
    const gone = [...changes].flatMap(([person, state]) => (state === null ? [person] : []));
    if (gone.length > 0) await tx.getRepository(TaskPersonRow).delete({ task, person: In(gone) });
    const written = [...changes].flatMap(([person, state]) =>
      state === null
        ? []
        : [{ task, person, state, at, event, shelter: state === 'checked-in' ? (shelter ?? null) : null }],
    );
    await insertRows(tx, TaskPersonRow, written, { on: ['task', 'person'], set: ['state', 'at', 'event', 'shelter'] });
  }

  /** Names that the ledger does not have or several share, and more than there are: for a person, and in no figure. */
  private async keepOdd(
    { id, name, people }: TaskRow,
    { beyondLedger, ambiguous, absentBeyond }: Progressed,
    order: string,
    { tx, now }: UnitOfWork,
  ): Promise<void> {
    const parts = [
      beyondLedger.length === 0 ? '' : `另报${beyondLedger.length}名不在册或超出册内人数的人员已转移`,
      ambiguous.length === 0 ? '' : `${ambiguous.length}个姓名在册内不止一人，请以户号或证件号区分`,
      absentBeyond <= 0 ? '' : `所报不在家人数多出${absentBeyond}人`,
    ].filter((part) => part !== '');
    if (parts.length === 0) return;
    const words = `${name}（册内${people}人）${parts.join('，')}，未计入，请核对台账`;
    await insertRows(
      tx,
      ItemRow,
      [{ id: `ledger-exceeded/${id}/${order}`, kind: 'ledger-exceeded', about: id, words, since: now, closedAt: null }],
      'nothing',
    );
  }

  /** Whether a point is still under a response in which people are moved. */
  private async isOn(tx: Tx, { riskPoint, state }: TaskRow): Promise<boolean> {
    if (state === 'unverified') return false;
    const point = this.plan.riskPoints.find(({ id }) => id === riskPoint);
    const inForce = await rows<{ body: FloodResponse }>(
      tx,
      `select body from response.state where body->>'level' <> 'none'`,
    );
    const states = inForce.map(({ body }) => fromStored(body));
    return point !== undefined && levelUnder(point, states, this.plan.flood) !== 'none';
  }
}

export const lockTask = (tx: Tx, id: string): Promise<TaskRow | null> =>
  tx.getRepository(TaskRow).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });

/** As the rules know it. */
export const taskOf = ({ people, moved, absent, refusing, told, elsewhere, refused, notFound, state }: TaskRow) => ({
  people,
  moved,
  absent,
  refusing,
  named: { told, elsewhere, refused, notFound },
  closed: state === 'closed',
});
