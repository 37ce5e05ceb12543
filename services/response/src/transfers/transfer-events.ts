import {
  LEVEL_IN_CHINESE,
  type DomainEvent,
  type OrderOf,
  type OrderV1,
  type ResponseChangedV1,
  type TransferTaskClosedV1,
  type TransferTaskOverdueV1,
  type TransferTaskProgressedV1,
  type TransferTaskRaisedV1,
  type TransferTaskUnverifiedV1,
  type UtcInstant,
} from '@fengsui/contracts';
import type { Progressed, TransferPlan, TransferTask } from '@fengsui/rules';

type Task = Readonly<{ id: string; episode: string; county: string; people: number }>;

export function taskRaised(
  plan: string,
  episodeId: string,
  { riskPoint, level, phase, dueAt }: TransferPlan,
  cause: ResponseChangedV1,
  { people, again }: Readonly<{ people: number; again: boolean }>,
): TransferTaskRaisedV1 {
  const taskId = `${episodeId}/${riskPoint.id}`;
  return {
    id: `transfer-task-raised/${taskId}${again ? `/${cause.id}` : ''}`,
    type: 'transfer-task-raised.v1',
    key: taskId,
    correlationId: cause.id,
    occurredAt: cause.occurredAt,
    recordedAt: cause.recordedAt,
    causes: cause.causes,
    data: {
      taskId,
      episodeId,
      county: riskPoint.county,
      riskPoint: riskPoint.id,
      riskPointName: riskPoint.name,
      organiser: riskPoint.organiser,
      people,
      destination: riskPoint.destination,
      phase,
      returnBan: true,
      dueAt,
      reason: `${LEVEL_IN_CHINESE[level]}响应须${phase === 'prepare' ? '准备转移' : '转移'}“${riskPoint.category}”类风险点人员${again ? '（再次启动，核实返回及未转移人员）' : ''}`,
      plan,
    },
  };
}

/**
 * @param newlyMoved persons that this report moved; `returned`: who was moved before, and is back; `unreleased`: how
 * many of these nobody had released
 */
export function taskProgressed(
  task: Task,
  { moved, absent, refusing, named }: TransferTask,
  { newlyMoved, returned, unreleased }: Pick<Progressed, 'newlyMoved' | 'returned'> & Readonly<{ unreleased: number }>,
  order: OrderOf<'progress'>,
  now: UtcInstant,
): TransferTaskProgressedV1 {
  const { evidence, actor } = order.data;
  return {
    ...header(task, order as OrderV1, now),
    id: `transfer-task-progressed/${order.id}`,
    type: 'transfer-task-progressed.v1',
    data: {
      ...common(task),
      moved: [...newlyMoved],
      ...(returned.length === 0 ? {} : { returned: [...returned] }),
      ...(unreleased === 0 ? {} : { unreleased }),
      ...(named.told === 0 ? {} : { told: named.told }),
      ...(named.notFound === 0 ? {} : { notFound: named.notFound }),
      movedTotal: moved,
      people: task.people,
      absent,
      refusing,
      evidence,
      reportedBy: actor,
    },
  };
}

export function taskClosed(
  task: Task,
  movedTotal: number,
  outcome: TransferTaskClosedV1['data']['outcome'],
  order: OrderV1,
  now: UtcInstant,
): TransferTaskClosedV1 {
  const absent = order.data.kind === 'progress' ? order.data.absent : 0;
  const reason = outcome === 'response-ended' ? '响应已结束' : `已转移${movedTotal}人，不在${absent}人`;
  return {
    ...header(task, order, now),
    // Closed again, after somebody came back or the response was raised again, it is said again.
    id: `transfer-task-closed/${task.id}/${order.id}`,
    type: 'transfer-task-closed.v1',
    data: { ...common(task), movedTotal, people: task.people, outcome, reason },
  };
}

export function taskOverdue(
  task: Task & Readonly<{ dueAt: UtcInstant; refusing: number; reminders: number; state: string }>,
  unaccounted: number,
  plan: string,
  now: UtcInstant,
): TransferTaskOverdueV1 {
  return {
    ...header(task, null, now),
    id: `transfer-task-overdue/${task.id}/${task.dueAt}${task.reminders === 1 ? '' : `/${task.reminders}`}`,
    type: 'transfer-task-overdue.v1',
    data: {
      ...common(task),
      unaccounted,
      dueAt: task.dueAt,
      reminder: task.reminders,
      reason: `${task.state === 'unverified' ? '响应已结束，待核实：' : ''}${unaccounted}人下落未明，${task.refusing}人拒绝转移`,
      plan,
    },
  };
}

/** The response has ended with people not accounted for: the task goes on. */
export function taskUnverified(
  task: Task & Readonly<{ dueAt: UtcInstant }>,
  unaccounted: number,
  order: OrderV1,
  plan: string,
  now: UtcInstant,
): TransferTaskUnverifiedV1 {
  return {
    ...header(task, order, now),
    id: `transfer-task-unverified/${task.id}/${order.id}`,
    type: 'transfer-task-unverified.v1',
    data: {
      ...common(task),
      unaccounted,
      confirmedBy: order.data.late?.decidedBy ?? order.data.actor,
      dueAt: task.dueAt,
      reason: `响应结束时${unaccounted}人下落未明，继续核实`,
      plan,
    },
  };
}

const common = ({ id, episode, county }: Task) => ({ taskId: id, episodeId: episode, county });

/** What happens to a task is known by the order that reported it. */
const header = (
  { id, episode }: Task,
  order: OrderV1 | null,
  now: UtcInstant,
): Omit<DomainEvent, 'id' | 'type' | 'data'> => ({
  key: id,
  correlationId: episode,
  occurredAt: order?.occurredAt ?? now,
  recordedAt: now,
  causes: order === null ? [] : [order.id],
});
