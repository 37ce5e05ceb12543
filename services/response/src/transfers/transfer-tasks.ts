import {
  addMinutes,
  checkEvent,
  type OrderV1,
  type ResponseChangedV1,
  type TransferTaskRaisedV1,
  type UtcInstant,
} from '@fengsui/contracts';
import { insertReturning, insertRows, rows, run, schedule, unschedule, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { levelUnder, unaccounted, type FloodResponse, type TransferPlan } from '@fengsui/rules';
import { OrdersDesk } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { ResponsePlan } from '../plan.js';
import { ItemRow, TaskRow } from '../tables/tables.js';
import { Ledgers } from './ledgers.js';
import { againMinutes } from './task-deadlines.js';
import { taskClosed, taskRaised, taskUnverified } from './transfer-events.js';

/** Transfer tasks: one risk point in one response, from its raising until everyone on its ledger is accounted for. */
@Injectable()
export class TransferTasks {
  constructor(
    private readonly plan: ResponsePlan,
    private readonly desk: OrdersDesk,
    private readonly ledgers: Ledgers,
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
    const people = await this.ledgers.countsOf(
      tx,
      planned.map(({ riskPoint }) => riskPoint.id),
    );
    const eventOf = (transfer: TransferPlan, again: boolean): TransferTaskRaisedV1 => {
      const { id, people: counted } = transfer.riskPoint;
      const about = { people: people.get(id) ?? counted, again };
      return taskRaised(this.plan.flood.version, episode, transfer, cause, about);
    };
    const all = planned.map((transfer) => ({ transfer, event: eventOf(transfer, false) }));
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
        known.map(({ transfer }) => ({ transfer, event: eventOf(transfer, true) })),
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
    planned: readonly Readonly<{ transfer: TransferPlan; event: TransferTaskRaisedV1 }>[],
    tx: Tx,
  ): Promise<readonly TransferTaskRaisedV1[]> {
    const reopened = await rows<{ id: string }>(
      tx,
      `update response.task t set state = 'raised', absent = elsewhere, refusing = refused, due_at = n.due_at,
         level = n.level, phase = n.phase, reason = n.reason, people = n.people, released_at = null, reminders = 0,
         events = t.events || n.event
       from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[])
         as n(id, due_at, level, phase, reason, event, people)
       where t.id = n.id and t.moved + t.elsewhere < n.people returning t.id`,
      [
        planned.map(({ event }) => event.data.taskId),
        planned.map(({ event }) => event.data.dueAt),
        planned.map(({ transfer }) => transfer.level),
        planned.map(({ transfer }) => transfer.phase),
        planned.map(({ event }) => event.data.reason),
        planned.map(({ event }) => event.id),
        planned.map(({ event }) => event.data.people),
      ],
    );
    const ids = new Set(reopened.map(({ id }) => id));
    return planned.flatMap(({ event }) => (ids.has(event.data.taskId) ? [event] : []));
  }

  /** The level has risen: what is still to be done is due by the time of the new level, if that is earlier. */
  async hasten(inForce: readonly FloodResponse[], at: UtcInstant, { tx }: UnitOfWork): Promise<void> {
    const { flood } = this.plan;
    const open = await tx.getRepository(TaskRow).find({ where: { state: Not(In(['closed', 'unverified'])) } });
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

  /**
   * A person ended a response, or a part of it: what is open where none is in force any more ends with it, and who was
   * moved may go home. Where people are not accounted for the task goes on 待核实.
   * @param inForce all responses of all authorities
   */
  async closeOutside(
    inForce: readonly FloodResponse[],
    order: OrderV1,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const covered = this.pointsUnder(inForce);
    const all = await rows<EndingTask>(
      tx,
      `select id, episode, county, risk_point as "riskPoint", people, moved, absent, phase, level, state from response.task
       where released_at is null and state <> 'unverified' order by id for update`,
    );
    const ending = all.filter(({ riskPoint }) => !covered.has(riskPoint));
    const open = ending.filter(({ state }) => state !== 'closed');
    const missing = open.filter((row) => row.phase === 'move' && unaccounted(row) > 0);
    const dueAt = addMinutes(now, againMinutes({ level: 'IV', state: 'unverified' }, this.plan.flood));
    const events = [
      ...open
        .filter((row) => !missing.includes(row))
        .map((row) => taskClosed(row, row.moved, 'response-ended', order, now)),
      ...missing.map((row) => taskUnverified({ ...row, dueAt }, unaccounted(row), order, this.plan.flood.version, now)),
    ];
    await run(
      tx,
      `update response.task t set events = t.events || c.event, state = c.state,
         due_at = case when c.state = 'closed' then t.due_at else $4 end
       from unnest($1::text[], $2::text[], $3::text[]) as c(id, event, state) where t.id = c.id`,
      [
        events.map(({ key }) => key),
        events.map(({ id }) => id),
        events.map(({ type }) => (type === 'transfer-task-closed.v1' ? 'closed' : 'unverified')),
        dueAt,
      ],
    );
    await run(tx, 'update response.task set released_at = $2 where id = any($1)', [ending.map(({ id }) => id), now]);
    await unschedule(
      tx,
      'response',
      'task-deadline',
      open.map(({ id }) => id),
    );
    await schedule(
      tx,
      'response',
      missing.map(({ id }) => ({ kind: 'task-deadline', key: id, dueAt, payload: {} })),
    );
    append(...events);
  }

  /** People of the open tasks that no response demands, who are neither moved nor known not to be there. */
  async unaccountedOutside(inForce: readonly FloodResponse[], tx: Tx): Promise<number> {
    const covered = this.pointsUnder(inForce);
    const open = await tx
      .getRepository(TaskRow)
      .find({ where: { state: Not(In(['closed', 'unverified'])), phase: 'move' } });
    return open.filter(({ riskPoint }) => !covered.has(riskPoint)).reduce((sum, row) => sum + unaccounted(row), 0);
  }

  private pointsUnder(inForce: readonly FloodResponse[]): ReadonlySet<string> {
    const { flood, riskPoints } = this.plan;
    return new Set(riskPoints.filter((point) => levelUnder(point, inForce, flood) !== 'none').map(({ id }) => id));
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

type EndingTask = Pick<
  TaskRow,
  'id' | 'episode' | 'county' | 'riskPoint' | 'people' | 'moved' | 'absent' | 'phase' | 'level' | 'state'
>;

/** Points whose people are being moved in another response. */
async function underWay(tx: Tx, episode: string): Promise<ReadonlySet<string>> {
  const found = await rows<{ point: string }>(
    tx,
    `select risk_point as point from response.task where state not in ('closed', 'unverified') and episode <> $1`,
    [episode],
  );
  return new Set(found.map(({ point }) => point));
}

function rowOf(
  { level, phase }: TransferPlan,
  { id, occurredAt, data }: ReturnType<typeof taskRaised>,
): Pick<
  TaskRow,
  | 'id'
  | 'episode'
  | 'county'
  | 'riskPoint'
  | 'name'
  | 'people'
  | 'organiser'
  | 'destination'
  | 'level'
  | 'phase'
  | 'raisedAt'
  | 'dueAt'
  | 'reason'
  | 'events'
> {
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
    phase,
    raisedAt: occurredAt,
    dueAt: data.dueAt as UtcInstant,
    reason: data.reason,
    events: [id],
  };
}
