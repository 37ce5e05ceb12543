import {
  addMinutes,
  type CallCause,
  type FireEvent,
  type ResponseEvent,
  type SourceHeardV1,
  type SourceSilentV1,
  type TransferEvent,
  type UtcInstant,
} from '@fengsui/contracts';
import { schedule, type Tx } from '@fengsui/database';
import { Consumes, type Batch } from '@fengsui/log';
import { Controller, Inject } from '@nestjs/common';
import { Calls } from './calls.js';
import { DutyPlan } from './plan.js';
import { wordsForFire, wordsForResponse, wordsForSilence, type Words } from './wording.js';

type Of<E, T> = Extract<E, { type: T }>;

/** What the other services decided, and whom that concerns right now. */
@Controller()
export class OnDecision {
  constructor(
    @Inject(Calls) private readonly calls: Calls,
    @Inject(DutyPlan) private readonly plan: DutyPlan,
  ) {}

  @Consumes('duty', 'response-proposed.v1')
  async proposed(events: readonly Of<ResponseEvent, 'response-proposed.v1'>[], batch: Batch): Promise<void> {
    for (const event of events)
      await this.ring(event, 'proposal', event.data.proposalId, event.data.proposalId, wordsForResponse(event, this.plan.counties), batch);
  }

  @Consumes('duty', 'response-proposal-overdue.v1')
  async proposalOverdue(events: readonly Of<ResponseEvent, 'response-proposal-overdue.v1'>[], batch: Batch): Promise<void> {
    for (const event of events) {
      const { proposalId, reminder } = event.data;
      await this.ring(
        event,
        'proposal-overdue',
        `${proposalId}/${reminder}`,
        proposalId,
        wordsForResponse(event, this.plan.counties),
        batch,
      );
    }
  }

  @Consumes('duty', 'response-proposal-closed.v1')
  async proposalClosed(events: readonly Of<ResponseEvent, 'response-proposal-closed.v1'>[], { tx, now, append }: Batch): Promise<void> {
    for (const { id, occurredAt, data } of events)
      append(...(await this.calls.settle(tx, [data.proposalId], data.decidedBy ?? data.reason, occurredAt, now, [id])));
  }

  @Consumes('duty', 'response-changed.v1')
  async changed(events: readonly Of<ResponseEvent, 'response-changed.v1'>[], batch: Batch): Promise<void> {
    for (const event of events) {
      const { id, occurredAt, data } = event;
      if (data.proposalId !== null)
        batch.append(...(await this.calls.settle(batch.tx, [data.proposalId], data.decidedBy, occurredAt, batch.now, [id])));
      await this.ring(
        event,
        'response',
        id.replace('response-changed/', ''),
        data.episodeId ?? id,
        wordsForResponse(event, this.plan.counties),
        batch,
      );
    }
  }

  /** The tasks of one change are one call. They are gathered first, because they come on several partitions. */
  @Consumes('duty', 'transfer-task-raised.v1')
  async transfersRaised(events: readonly Of<TransferEvent, 'transfer-task-raised.v1'>[], { tx, now }: Batch): Promise<void> {
    await bundle(
      tx,
      now,
      events.map(({ id, correlationId, data }) => ({
        call: `transfers/${data.episodeId}/${correlationId}`,
        task: data.taskId,
        people: data.people,
        dueAt: data.dueAt,
        event: id,
      })),
    );
  }

  /** And so are those that are overdue together. */
  @Consumes('duty', 'transfer-task-overdue.v1')
  async transfersOverdue(events: readonly Of<TransferEvent, 'transfer-task-overdue.v1'>[], { tx, now }: Batch): Promise<void> {
    await bundle(
      tx,
      now,
      events.map(({ id, data }) => ({
        call: `transfer-overdue/${data.episodeId}/${data.dueAt}`,
        task: data.taskId,
        people: data.unaccounted,
        dueAt: data.dueAt,
        event: id,
      })),
    );
  }

  @Consumes('duty', 'fire-raised.v1')
  async fireRaised(events: readonly Of<FireEvent, 'fire-raised.v1'>[], batch: Batch): Promise<void> {
    for (const event of events)
      await this.ring(event, 'fire', event.data.fireId, event.data.fireId, wordsForFire(event, this.plan.counties), batch);
  }

  @Consumes('duty', 'fire-overdue.v1')
  async fireOverdue(events: readonly Of<FireEvent, 'fire-overdue.v1'>[], batch: Batch): Promise<void> {
    for (const event of events)
      await this.ring(event, 'fire-overdue', event.data.fireId, event.data.fireId, wordsForFire(event, this.plan.counties), batch);
  }

  @Consumes('duty', 'fire-judged.v1')
  async fireJudged(events: readonly Of<FireEvent, 'fire-judged.v1'>[], { tx, now, append }: Batch): Promise<void> {
    for (const { id, occurredAt, data } of events)
      append(...(await this.calls.settle(tx, [data.fireId], data.decidedBy, occurredAt, now, [id])));
  }

  @Consumes('duty', 'fire-merged.v1')
  async fireMerged(events: readonly Of<FireEvent, 'fire-merged.v1'>[], { tx, now, append }: Batch): Promise<void> {
    for (const { id, occurredAt, data } of events)
      append(...(await this.calls.settle(tx, [data.mergedFireId], `merged into ${data.fireId}`, occurredAt, now, [id])));
  }

  @Consumes('duty', 'source-silent.v1')
  async sourceSilent(events: readonly SourceSilentV1[], batch: Batch): Promise<void> {
    for (const event of events) {
      const { source, silentSince } = event.data;
      await this.ring(event, 'source-silent', `${source}/${silentSince}`, `source/${source}`, wordsForSilence(event), batch);
    }
  }

  @Consumes('duty', 'source-heard.v1')
  async sourceHeard(events: readonly SourceHeardV1[], { tx, now, append }: Batch): Promise<void> {
    for (const { id, occurredAt, data } of events)
      append(...(await this.calls.settle(tx, [`source/${data.source}`], `${data.source}恢复`, occurredAt, now, [id])));
  }

  private async ring(
    event: ResponseEvent | TransferEvent | FireEvent | SourceSilentV1,
    cause: CallCause,
    what: string,
    about: string,
    words: Words | null,
    { tx, now, append }: Batch,
  ): Promise<void> {
    if (words === null) return;
    append(...(await this.calls.start(tx, { id: `${cause}/${what}`, cause, about, words, causes: [event.id] }, now)));
  }
}

/** Tasks of one change come on several partitions: so long they are gathered before someone is called. Two seconds. */
const GATHER_MINUTES = 2 / 60;

type Bundled = Readonly<{ call: string; task: string; people: number; dueAt: UtcInstant; event: string }>;

async function bundle(tx: Tx, now: UtcInstant, rows: readonly Bundled[]): Promise<void> {
  await tx.query(
    `insert into duty.bundle (call, task, people, due_at, event) select * from unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::text[]) order by 1, 2 on conflict do nothing`,
    [
      rows.map(({ call }) => call),
      rows.map(({ task }) => task),
      rows.map(({ people }) => people),
      rows.map(({ dueAt }) => dueAt),
      rows.map(({ event }) => event),
    ],
  );
  await schedule(
    tx,
    'duty',
    [...new Set(rows.map(({ call }) => call))].map((key) => ({
      kind: 'ring-bundle',
      key,
      dueAt: addMinutes(now, GATHER_MINUTES),
      payload: {},
    })),
  );
}
