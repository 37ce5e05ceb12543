import {
  addMinutes,
  minutesBetween,
  type CallAnsweredV1,
  type CallCause,
  type CallExhaustedV1,
  type CallStartedV1,
  type CallStepV1,
  type DomainEvent,
  type OrderOf,
  type UtcInstant,
} from '@fengsui/contracts';
import { schedule, unschedule, type Clock, type Job, type Tx } from '@fengsui/database';
import { nextStep, onDuty } from '@fengsui/rules';
import type { DutyPlan } from './plan.js';
import type { Words } from './wording.js';

export type NewCall = Readonly<{ id: string; cause: CallCause; about: string; words: Words; causes: readonly string[] }>;
type CallRow = Readonly<{
  id: string;
  cause: CallCause;
  about: string;
  state: string;
  started_at: UtcInstant;
  steps_called: number;
  last_called_at: UtcInstant | null;
  answered_by: string | null;
}>;

/** Calls from their start until someone answers. Every method takes the transaction it runs in and returns what is to be said of it. */
export class Calls {
  constructor(
    private readonly plan: DutyPlan,
    private readonly clock: Clock,
    /** Channels that are configured; what a chain asks for and is not here goes to the sink, where it is seen. */
    private readonly channels: ReadonlySet<string>,
  ) {}

  /** The same cause never rings twice: a call that is there already stays as it is. */
  async start(tx: Tx, call: NewCall, now: UtcInstant): Promise<DomainEvent[]> {
    const urgent = this.plan.urgent(call.cause);
    const event: CallStartedV1 = {
      ...header(call.id, now, call.causes),
      id: `call-started/${call.id}`,
      type: 'call-started.v1',
      data: {
        callId: call.id,
        cause: call.cause,
        about: call.about,
        urgent,
        text: call.words.text,
        reason: this.plan.ruleFor(call.cause),
        plan: this.plan.roster.version,
      },
    };
    const written = (await tx.query(
      `insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, reason, events)
       values ($1, $2, $3, $4, $5, $6, $7, 'ringing', $8, 0, $8, $9, $10) on conflict do nothing returning id`,
      [call.id, call.cause, call.about, urgent, call.words.subject, call.words.text, call.causes, now, event.data.reason, [event.id]],
    )) as unknown[];
    if (written.length === 0) return [];
    const step = await this.climb(tx, call.id, now);
    return [event, ...step, ...(await this.applyWaiting(tx, call.id, now))];
  }

  /** Calls the next step when the last one had its time. */
  async climb(tx: Tx, id: string, now: UtcInstant): Promise<DomainEvent[]> {
    const row = await this.lock(tx, id);
    if (row === null || row.state !== 'ringing') return [];
    const next = nextStep(
      this.plan.chainFor(row.cause),
      { stepsCalled: row.steps_called, lastCalledAt: row.last_called_at, answered: false },
      now,
    );
    switch (next.kind) {
      case 'wait':
        await schedule(tx, 'duty', [{ kind: 'climb', key: id, dueAt: next.until, payload: {} }]);
        return [];
      case 'stop': {
        const event: CallExhaustedV1 = {
          ...header(id, now, [`call-started/${id}`]),
          id: `call-exhausted/${id}`,
          type: 'call-exhausted.v1',
          data: {
            callId: id,
            cause: row.cause,
            steps: row.steps_called,
            reason: `${row.steps_called} steps were called and nobody answered`,
          },
        };
        await tx.query(`update duty.call set state = 'exhausted', events = events || $2 where id = $1`, [id, [event.id]]);
        return [event];
      }
      case 'call': {
        const { role, channels } = next.step;
        const person = onDuty(this.plan.roster, role, now);
        const event: CallStepV1 = {
          ...header(id, now, [`call-started/${id}`]),
          id: `call-step/${id}/${next.number}`,
          type: 'call-step.v1',
          data: {
            callId: id,
            cause: row.cause,
            step: next.number,
            role,
            people: [person],
            channels: [...channels],
            answerBy: next.checkAgainAt,
            reason: `${role} by the roster at this time`,
          },
        };
        await tx.query('update duty.call set steps_called = $2, last_called_at = $3, due_at = $4, events = events || $5 where id = $1', [
          id,
          next.number,
          now,
          next.checkAgainAt,
          [event.id],
        ]);
        await schedule(tx, 'duty', [{ kind: 'climb', key: id, dueAt: next.checkAgainAt, payload: {} }]);
        await this.handOver(tx, id, next.number, person, channels, now);
        return [event];
      }
    }
  }

  /** @returns null when the call is not known yet */
  async answer(
    tx: Tx,
    id: string,
    person: string,
    at: UtcInstant,
    now: UtcInstant,
    causes: readonly string[],
  ): Promise<DomainEvent[] | null> {
    const row = await this.lock(tx, id);
    if (row === null) return null;
    if (row.state === 'answered') return [];
    const event: CallAnsweredV1 = {
      ...header(id, now, causes),
      occurredAt: at,
      id: `call-answered/${id}`,
      type: 'call-answered.v1',
      data: {
        callId: id,
        cause: row.cause,
        answeredBy: person,
        step: row.steps_called,
        minutes: Math.max(0, minutesBetween(row.started_at, at)),
      },
    };
    await tx.query(`update duty.call set state = 'answered', answered_by = $2, answered_at = $3, events = events || $4 where id = $1`, [
      id,
      person,
      at,
      [event.id],
    ]);
    await unschedule(tx, 'duty', 'climb', [id]);
    return [event];
  }

  /** Whoever decides has answered: nobody is called any more for what is settled. */
  async settle(
    tx: Tx,
    abouts: readonly string[],
    person: string,
    at: UtcInstant,
    now: UtcInstant,
    causes: readonly string[],
  ): Promise<DomainEvent[]> {
    const rows = (await tx.query(`select id from duty.call where about = any($1) and state = 'ringing' order by id`, [abouts])) as {
      id: string;
    }[];
    const events: DomainEvent[] = [];
    for (const { id } of rows) events.push(...((await this.answer(tx, id, person, at, now, causes)) ?? []));
    return events;
  }

  /** An answer may come before the call it answers: they travel different ways. */
  async wait(tx: Tx, order: OrderOf<'answer'>, now: UtcInstant): Promise<void> {
    await tx.query('insert into duty.waiting_answer (event, call, body) values ($1, $2, $3) on conflict do nothing', [
      order.id,
      order.data.callId,
      JSON.stringify(order),
    ]);
    await schedule(tx, 'duty', [
      { kind: 'answer-expiry', key: order.id, dueAt: addMinutes(now, this.plan.answerWaitsMinutes), payload: {} },
    ]);
  }

  private async applyWaiting(tx: Tx, id: string, now: UtcInstant): Promise<DomainEvent[]> {
    const [rows] = (await tx.query('delete from duty.waiting_answer where call = $1 returning body', [id])) as [
      { body: OrderOf<'answer'> }[],
      number,
    ];
    const [first] = rows.map(({ body }) => body).sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
    return first === undefined ? [] : ((await this.answer(tx, id, first.data.person, first.occurredAt, now, [first.id])) ?? []);
  }

  /** Written before anything leaves. A demonstration never reaches a gateway: on virtual time everything goes to the sink. */
  private async handOver(tx: Tx, call: string, step: number, person: string, channels: readonly string[], now: UtcInstant): Promise<void> {
    const virtual = await this.clock.isVirtual();
    for (const asked of channels) {
      const channel = !virtual && this.channels.has(asked) ? asked : 'sink';
      const key = `${call}/${step}/${person}/${asked}`;
      const note = channel === 'sink' ? (virtual ? `demonstration: ${asked} was not used` : `${asked} is not configured`) : null;
      await tx.query(
        `insert into duty.delivery (key, call, step, person, channel, state, created_at, note) values ($1, $2, $3, $4, $5, 'pending', $6, $7) on conflict do nothing`,
        [key, call, step, person, channel, now, note],
      );
      await schedule(tx, `duty/${channel}`, [deliverAt(key, now)]);
    }
  }

  private async lock(tx: Tx, id: string): Promise<CallRow | null> {
    const [row] = (await tx.query('select * from duty.call where id = $1 for update', [id])) as CallRow[];
    return row ?? null;
  }
}

const deliverAt = (key: string, dueAt: UtcInstant): Job => ({ kind: 'deliver', key, dueAt, payload: {} });

const header = (callId: string, now: UtcInstant, causes: readonly string[]) => ({
  key: callId,
  correlationId: callId,
  occurredAt: now,
  recordedAt: now,
  causes: causes.slice(0, 100),
});
