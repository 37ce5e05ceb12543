import type { DomainEvent, OrderOf, OrderV1, TransferTaskRaisedV1, UtcInstant } from '@fengsui/contracts';
import { unschedule, type Tx } from '@fengsui/database';
import { progress, unaccounted, type TransferPlan } from '@fengsui/rules';
import { taskHeader } from './announce.js';

type TaskRow = Readonly<{
  id: string;
  episode: string;
  county: string;
  people: number;
  absent: number;
  refusing: number;
  moved: number;
  state: string;
  due_at: UtcInstant;
  events: string[];
}>;

/** Transfer tasks: one risk point in one response. */
export class Tasks {
  /** @returns the events of the tasks that did not exist yet */
  async raise(
    tx: Tx,
    raised: readonly Readonly<{ transfer: TransferPlan; event: TransferTaskRaisedV1 }>[],
  ): Promise<readonly TransferTaskRaisedV1[]> {
    const fresh: TransferTaskRaisedV1[] = [];
    for (const { transfer, event } of raised) {
      const { data } = event;
      const written = (await tx.query(
        `insert into response.task (id, episode, county, risk_point, name, people, organiser, destination, level, raised_at, due_at, reason, events)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing returning id`,
        [
          data.taskId,
          data.episodeId,
          data.county,
          data.riskPoint,
          data.riskPointName,
          data.people,
          data.organiser,
          data.destination,
          transfer.level,
          event.occurredAt,
          data.dueAt,
          data.reason,
          [event.id],
        ],
      )) as unknown[];
      if (written.length > 0) fresh.push(event);
    }
    return fresh;
  }

  /** @returns what the report changes; null when the task is not known yet */
  async report(tx: Tx, order: OrderOf<'progress'>, now: UtcInstant): Promise<DomainEvent[] | null> {
    const { taskId, moved, absent, refusing, evidence, speaksFor, actor } = order.data;
    const row = await this.lock(tx, taskId);
    if (row === null) return null;
    const known = (await tx.query('select person from response.moved where task = $1 and person = any($2)', [taskId, moved])) as {
      person: string;
    }[];
    // Only those named now are loaded: who else was moved is known by number.
    const before = {
      people: row.people,
      moved: new Set(known.map(({ person }) => person)),
      absent: row.absent,
      refusing: row.refusing,
      closed: row.state === 'closed',
    };
    const others = row.moved - before.moved.size;
    const { newlyMoved, closes } = progress({ ...before, people: row.people - others }, { moved, absent, refusing, evidence });
    const movedTotal = row.moved + newlyMoved.length;
    await tx.query('insert into response.moved (task, person) select $1, unnest($2::text[]) order by 2', [taskId, newlyMoved]);
    const header = taskHeader(taskId, row.episode, order as OrderV1, now);
    const common = { taskId, episodeId: row.episode, county: row.county };
    const said: DomainEvent[] = [
      {
        ...header,
        id: `transfer-task-progressed/${order.id}`,
        type: 'transfer-task-progressed.v1',
        data: {
          ...common,
          moved: [...newlyMoved],
          movedTotal,
          people: row.people,
          absent,
          refusing,
          evidence,
          reportedBy: speaksFor ?? actor,
        },
      },
    ];
    if (closes) {
      said.push({
        ...header,
        id: `transfer-task-closed/${taskId}`,
        type: 'transfer-task-closed.v1',
        data: {
          ...common,
          movedTotal,
          people: row.people,
          outcome: 'everyone-accounted-for',
          reason: `${movedTotal} moved, ${absent} not there`,
        },
      });
      await unschedule(tx, 'response', 'task-deadline', [taskId]);
    }
    const state = closes || row.state === 'closed' ? 'closed' : row.state === 'overdue' ? 'overdue' : 'moving';
    await tx.query('update response.task set moved = $2, absent = $3, refusing = $4, state = $5, events = events || $6 where id = $1', [
      taskId,
      movedTotal,
      absent,
      refusing,
      state,
      said.map(({ id }) => id),
    ]);
    return said;
  }

  /** The deadline passed. */
  async overdue(tx: Tx, taskId: string, plan: string, now: UtcInstant): Promise<DomainEvent[]> {
    const row = await this.lock(tx, taskId);
    if (row === null || row.state === 'closed') return [];
    const open = unaccounted({
      people: row.people,
      moved: new Set(Array.from({ length: row.moved }, (_, index) => String(index))),
      absent: row.absent,
      refusing: row.refusing,
      closed: false,
    });
    const event: DomainEvent = {
      ...taskHeader(taskId, row.episode, null, now),
      id: `transfer-task-overdue/${taskId}`,
      type: 'transfer-task-overdue.v1',
      data: {
        taskId,
        episodeId: row.episode,
        county: row.county,
        unaccounted: open,
        dueAt: row.due_at,
        reason: `${open} people not accounted for, ${row.refusing} refuse`,
        plan,
      },
    };
    await tx.query(`update response.task set state = 'overdue', events = events || $2 where id = $1`, [taskId, [event.id]]);
    return [event];
  }

  /** A person ended the response: what is still open ends with it. */
  async closeAll(tx: Tx, episode: string, order: OrderV1, now: UtcInstant): Promise<DomainEvent[]> {
    const rows = (await tx.query(`select * from response.task where episode = $1 and state <> 'closed' order by id for update`, [
      episode,
    ])) as TaskRow[];
    const events = rows.map((row): DomainEvent => ({
      ...taskHeader(row.id, episode, order, now),
      id: `transfer-task-closed/${row.id}`,
      type: 'transfer-task-closed.v1',
      data: {
        taskId: row.id,
        episodeId: episode,
        county: row.county,
        movedTotal: row.moved,
        people: row.people,
        outcome: 'response-ended',
        reason: 'the response was ended',
      },
    }));
    for (const event of events)
      await tx.query(`update response.task set state = 'closed', events = events || $2 where id = $1`, [event.key, [event.id]]);
    await unschedule(
      tx,
      'response',
      'task-deadline',
      rows.map(({ id }) => id),
    );
    return events;
  }

  private async lock(tx: Tx, taskId: string): Promise<TaskRow | null> {
    const [row] = (await tx.query('select * from response.task where id = $1 for update', [taskId])) as TaskRow[];
    return row ?? null;
  }
}
