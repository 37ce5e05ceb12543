import {
  addMinutes,
  checkEvent,
  type OrderOf,
  type OrderV1,
  type ResponseChangedV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { insertReturning, insertRows, rows, run, schedule, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import {
  fromStored,
  levelUnder,
  progress,
  unaccounted,
  type FloodResponse,
  type Progressed,
  type RaisingLevel,
  type TransferPlan,
} from '@fengsui/rules';
import { done, Due, OrdersDesk, Takes, targetUnknown, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { ResponsePlan } from '../plan.js';
import { ItemRow, MovedRow, TaskRow } from '../tables/tables.js';
import { taskClosed, taskOverdue, taskProgressed, taskRaised } from './transfer-events.js';

/** Transfer tasks: one risk point in one response, from its raising until everyone on its ledger is accounted for. */
@Injectable()
export class TransferTasks {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly desk: OrdersDesk,
  ) {}

  /**
   * Raises the tasks that do not exist yet, and carries out the reports that waited for them. A point whose people are
   * being moved for the response of another authority already is left to that task.
   */
  async raise(
    called: readonly TransferPlan[],
    episode: string,
    cause: ResponseChangedV1,
    unit: UnitOfWork,
  ): Promise<void> {
    const { tx, append } = unit;
    const elsewhere = await underWay(tx, episode);
    const planned = called.filter(({ riskPoint }) => !elsewhere.has(riskPoint.id));
    const all = planned.map((transfer) => ({
      transfer,
      event: taskRaised(this.plan.flood.version, episode, transfer, cause),
    }));
    // A row of the plan that cannot be used puts no order aside: the level changes, and a person sees to the row.
    const unusable = all.filter(({ event }) => !checkEvent(event.type, event).ok);
    const raised = all.filter((one) => !unusable.includes(one));
    await insertRows(
      tx,
      ItemRow,
      unusable.map(({ transfer, event }) => unusableItem(transfer, event)),
      {
        on: ['id'],
        set: ['words', 'since', 'closedAt'],
      },
    );
    const written = await insertReturning(
      tx,
      TaskRow,
      raised.map(({ transfer, event }) => rowOf(transfer, event)),
      'nothing',
    );
    const fresh = new Set(written.map(({ id }) => id));
    const known = raised.filter(({ event }) => !fresh.has(event.data.taskId));
    const events = [
      ...raised.map(({ event }) => event).filter(({ data }) => fresh.has(data.taskId)),
      ...(await this.reopen(
        known.map(({ transfer }) => transfer),
        episode,
        cause,
        tx,
      )),
    ];
    await schedule(
      tx,
      'response',
      events.map(({ data: { taskId, dueAt } }) => ({ kind: 'task-deadline', key: taskId, dueAt, payload: {} })),
    );
    append(...events);
    await this.desk.targetsKnown(
      events.map(({ data }) => data.taskId),
      unit,
    );
  }

  /**
   * The level is back: who has come back, was not there or never moved must be seen to again. Who is known to be away
   * by evidence stays so.
   */
  private async reopen(
    planned: readonly TransferPlan[],
    episode: string,
    cause: ResponseChangedV1,
    tx: Tx,
  ): Promise<readonly ReturnType<typeof taskRaised>[]> {
    const events = planned.map((transfer) => taskRaised(this.plan.flood.version, episode, transfer, cause, true));
    const reopened = await rows<{ id: string }>(
      tx,
      `update response.task t set state = 'raised', absent = 0, refusing = 0, due_at = n.due_at, level = n.level,
         reason = n.reason, events = t.events || n.event
       from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[]) as n(id, due_at, level, reason, event)
       where t.id = n.id and t.moved < t.people returning t.id`,
      [
        events.map(({ data }) => data.taskId),
        events.map(({ data }) => data.dueAt),
        planned.map(({ level }) => level),
        events.map(({ data }) => data.reason),
        events.map(({ id }) => id),
      ],
    );
    const ids = new Set(reopened.map(({ id }) => id));
    return events.filter(({ data }) => ids.has(data.taskId));
  }

  /** The level has risen: what is still to be done is due by the time of the new level, if that is earlier. */
  async hasten(inForce: readonly FloodResponse[], at: UtcInstant, { tx }: UnitOfWork): Promise<void> {
    const { flood } = this.plan;
    const open = await tx.getRepository(TaskRow).find({ where: { state: Not('closed') } });
    const hastened = open.flatMap((row) => {
      const point = this.plan.riskPoints.find(({ id }) => id === row.riskPoint);
      const level = point === undefined ? 'none' : levelUnder(point, inForce, flood);
      if (level === 'none') return [];
      const dueAt = addMinutes(at, flood.moveWithinMinutes[level]);
      return dueAt < row.dueAt ? [{ id: row.id, level, dueAt }] : [];
    });
    for (const { id, level, dueAt } of hastened) await tx.getRepository(TaskRow).update({ id }, { level, dueAt });
    await schedule(
      tx,
      'response',
      hastened.map(({ id, dueAt }) => ({ kind: 'task-deadline', key: id, dueAt, payload: {} })),
    );
  }

  /** The village reports: who was moved, who is not there, who refuses. */
  @Takes('response', 'progress', ({ data }) => data.taskId)
  async report(order: OrderOf<'progress'>, unit: UnitOfWork): Promise<OrderResult> {
    const { tx, now, append } = unit;
    const { taskId, moved, returned = [] } = order.data;
    const row = await this.lock(tx, taskId);
    if (row === null) return targetUnknown(`没有这个任务 / there is no task ${taskId}`);
    const known = await tx.getRepository(MovedRow).findBy({ task: taskId, person: In([...moved, ...returned]) });
    const before = { ...row, closed: row.state === 'closed' };
    const result = progress(before, order.data, new Set(known.map(({ person }) => person)));
    // When the response is over, who was moved may go home.
    const reopens = result.reopens && (await this.isOn(tx, row.riskPoint));
    const task = { ...result.task, closed: result.reopens ? !reopens : result.task.closed };
    const { newlyMoved, closes } = result;
    if (result.returned.length > 0)
      await tx.getRepository(MovedRow).delete({ task: taskId, person: In([...result.returned]) });
    await insertRows(
      tx,
      MovedRow,
      newlyMoved.map((person) => ({ task: taskId, person })),
    );
    const said = [
      taskProgressed(row, task, result, order, now),
      ...(closes ? [taskClosed(row, task.moved, 'everyone-accounted-for', order as OrderV1, now)] : []),
    ];
    if (closes) await unschedule(tx, 'response', 'task-deadline', [taskId]);
    const dueAt = reopens ? addMinutes(now, this.plan.flood.moveWithinMinutes[row.level as RaisingLevel]) : row.dueAt;
    if (reopens) await schedule(tx, 'response', [{ kind: 'task-deadline', key: taskId, dueAt, payload: {} }]);
    const state = task.closed ? 'closed' : row.state === 'overdue' ? 'overdue' : 'moving';
    const events = [...row.events, ...said.map(({ id }) => id)];
    await tx.getRepository(TaskRow).update({ id: taskId }, { ...pick(task), state, dueAt, events });
    await this.keepSurplus(row, result, order.id, unit);
    append(...said);
    return done(said.map(({ id }) => id).join(' '));
  }

  /** Deadlines passed. */
  @Due('response', 'task-deadline')
  async overdue(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    for (const { key } of jobs) {
      const row = await this.lock(tx, key);
      if (row === null || row.state === 'closed') continue;
      const event = taskOverdue(row, unaccounted({ ...row, closed: false }), this.plan.flood.version, now);
      await tx.getRepository(TaskRow).update({ id: key }, { state: 'overdue', events: [...row.events, event.id] });
      append(event);
    }
  }

  /**
   * A person ended a response, or a part of it: what is open where none is in force any more ends with it.
   * @param inForce all responses of all authorities
   */
  async closeOutside(inForce: readonly FloodResponse[], order: OrderV1, unit: UnitOfWork): Promise<void> {
    const covered = this.pointsUnder(inForce);
    const open = await openTasks(unit.tx);
    await this.close(
      open.filter(({ riskPoint }) => !covered.has(riskPoint)),
      order,
      unit,
    );
  }

  private async close(
    open: Awaited<ReturnType<typeof openTasks>>,
    order: OrderV1,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const events = open.map((row) => taskClosed(row, row.moved, 'response-ended', order, now));
    await run(
      tx,
      `update response.task t set state = 'closed', events = t.events || c.event
       from unnest($1::text[], $2::text[]) as c(id, event) where t.id = c.id`,
      [events.map(({ key }) => key), events.map(({ id }) => id)],
    );
    await unschedule(
      tx,
      'response',
      'task-deadline',
      open.map(({ id }) => id),
    );
    append(...events);
  }

  /** People of the open tasks that no response demands, who are neither moved nor known not to be there. */
  async unaccountedOutside(inForce: readonly FloodResponse[], tx: Tx): Promise<number> {
    const covered = this.pointsUnder(inForce);
    const open = await tx.getRepository(TaskRow).find({ where: { state: Not('closed') } });
    return open
      .filter(({ riskPoint }) => !covered.has(riskPoint))
      .reduce((sum, row) => sum + unaccounted({ ...row, closed: false }), 0);
  }

  private pointsUnder(inForce: readonly FloodResponse[]): ReadonlySet<string> {
    const { flood, riskPoints } = this.plan;
    return new Set(riskPoints.filter((point) => levelUnder(point, inForce, flood) !== 'none').map(({ id }) => id));
  }

  /** More than there are on the ledger: for a person to look at, and in no figure. */
  private async keepSurplus(
    { id, name, people }: TaskRow,
    { beyondLedger, absentBeyond }: Progressed,
    order: string,
    { tx, now }: UnitOfWork,
  ): Promise<void> {
    if (beyondLedger.length === 0 && absentBeyond <= 0) return;
    const named = beyondLedger.length === 0 ? '' : `另报${beyondLedger.length}名不在册或超出册内人数的人员已转移`;
    const away = absentBeyond <= 0 ? '' : `所报不在家人数多出${absentBeyond}人`;
    const words = `${name}（册内${people}人）${[named, away].filter((one) => one !== '').join('，')}，未计入，请核对台账`;
    await insertRows(
      tx,
      ItemRow,
      [{ id: `ledger-exceeded/${id}/${order}`, kind: 'ledger-exceeded', about: id, words, since: now, closedAt: null }],
      'nothing',
    );
  }

  /** Whether a point is still under a response in which people are moved. */
  private async isOn(tx: Tx, riskPoint: string): Promise<boolean> {
    const point = this.plan.riskPoints.find(({ id }) => id === riskPoint);
    const inForce = await rows<{ body: FloodResponse }>(
      tx,
      `select body from response.state where body->>'level' <> 'none'`,
    );
    const states = inForce.map(({ body }) => fromStored(body));
    return point !== undefined && levelUnder(point, states, this.plan.flood) !== 'none';
  }

  private lock(tx: Tx, id: string): Promise<TaskRow | null> {
    return tx.getRepository(TaskRow).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }
}

/** What a person must see to by hand: whom the plan names could not be made a task. */
const unusableItem = (
  { riskPoint: { id, name, county, people } }: TransferPlan,
  { occurredAt, data }: ReturnType<typeof taskRaised>,
): ItemRow => ({
  id: `task-unusable/${data.taskId}`,
  kind: 'task-unusable',
  about: id,
  words: `风险点 ${id}（${county} ${name}，${people}人）在预案中所列不全，未能生成转移任务，请人工落实并改正 risk-points.csv`,
  since: occurredAt,
  closedAt: null,
});

const openTasks = (tx: Tx): Promise<Pick<TaskRow, 'id' | 'episode' | 'county' | 'riskPoint' | 'people' | 'moved'>[]> =>
  rows(
    tx,
    `select id, episode, county, risk_point as "riskPoint", people, moved from response.task
     where state <> 'closed' order by id for update`,
  );

/** Points whose people are being moved in another response. */
async function underWay(tx: Tx, episode: string): Promise<ReadonlySet<string>> {
  const found = await rows<{ point: string }>(
    tx,
    `select risk_point as point from response.task where state <> 'closed' and episode <> $1`,
    [episode],
  );
  return new Set(found.map(({ point }) => point));
}

const pick = ({ moved, absent, refusing }: Readonly<{ moved: number; absent: number; refusing: number }>) => ({
  moved,
  absent,
  refusing,
});

function rowOf(
  { level }: TransferPlan,
  { id, occurredAt, data }: ReturnType<typeof taskRaised>,
): Omit<TaskRow, 'absent' | 'refusing' | 'moved' | 'state'> {
  return {
    id: data.taskId,
    episode: data.episodeId,
    county: data.county,
    riskPoint: data.riskPoint,
    name: data.riskPointName,
    people: data.people,
    organiser: data.organiser,
    destination: data.destination,
    level,
    raisedAt: occurredAt,
    dueAt: data.dueAt as UtcInstant,
    reason: data.reason,
    events: [id],
  };
}
