import { addMinutes, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, schedule, type Db, type Job } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { done, Due, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Inject, Injectable } from '@nestjs/common';
import { callStarted } from '../calls/call-events.js';
import { Calls } from '../calls/calls.js';
import type { Channel } from '../delivery/channels/channel.js';
import { CHANNELS } from '../delivery/queue.js';
import { messageTo, WriteMessages } from '../delivery/write-messages.js';
import { DutyPlan } from '../plan.js';
import { CallRow } from '../tables/tables.js';
import { callApart } from './call-apart.js';

/** So long somebody has to answer a test; nobody is rung for it if they do not. */
const ANSWER_WITHIN_MINUTES = 24 * 60;
const OVER = 'contact-test-over';

/**
 * Tests of contacts 联系方式核验: one message by every way to a person, or by one. Whoever answers it has proved that way;
 * nothing climbs.
 */
@Injectable()
export class ContactTests {
  constructor(
    private readonly plan: DutyPlan,
    private readonly calls: Calls,
    private readonly messages: WriteMessages,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
  ) {}

  @Takes('duty', 'contact-test', ({ data }) => `contact/${data.person}`)
  async begin({ id: event, data }: OrderOf<'contact-test'>, unit: UnitOfWork): Promise<OrderResult> {
    const { tx, now } = unit;
    const { orderId, person, channel: only } = data;
    if (!this.plan.people.has(person)) return rejected(`没有此人：${person} / nobody of the plan is ${person}`);
    const ways = this.plan.waysTo(person, this.channels).filter(({ channel }) => only === null || channel === only);
    if (ways.length === 0)
      return rejected(
        `没有已配置的方式可以联系 ${this.plan.nameOf(person)} / no channel${only === null ? '' : ` ${only}`} that is configured leads to ${person}`,
      );
    const call = this.callOf(`contact-test/${orderId}`, event, person, now);
    await insertRows(tx, CallRow, [call], 'nothing');
    const written = ways.map((way) => ({
      row: messageTo({ call: call.id, step: 1, person, ...way }, now),
      urgent: false,
    }));
    await this.messages.write(written, tx, now);
    const over = { kind: OVER, key: call.id, dueAt: call.dueAt, payload: {} };
    await schedule(tx, 'duty', [over]);
    unit.append(callStarted(call, this.plan.roster.version, now));
    return done(`已发出 ${ways.length} 条 / ${ways.length} sent: ${call.id}`);
  }

  /** Nobody answered: that is kept, and the contact stays untested. */
  @Due('duty', OVER)
  async over(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { now } = unit;
    for (const { key } of jobs)
      await this.calls.close(key, 'superseded', '核验未应答', { at: now, now, causes: [`call-started/${key}`] }, unit);
  }

  private callOf(id: string, event: string, person: string, now: UtcInstant) {
    return callApart(
      {
        id,
        cause: 'contact-test',
        subject: '联系方式核验',
        text: `核验能否联系到${this.plan.nameOf(person)}，没有发生险情。收到请应答，不必采取其他行动。`,
        reason: this.plan.ruleFor('contact-test'),
        causes: [event],
        state: 'ringing',
        dueAt: addMinutes(now, ANSWER_WITHIN_MINUTES),
        events: [`call-started/${id}`],
      },
      now,
    );
  }
}

/** When each person last answered a test of their contacts. */
export async function lastTested(db: Db): Promise<ReadonlyMap<string, UtcInstant>> {
  const found = await rows<{ person: string; at: UtcInstant }>(
    db,
    `select a.person, max(a.at) as at from duty.answer a join duty.call c on c.id = a.call
     where c.cause = 'contact-test' and a.reply = 'accept' and a.actor in (a.person, 'answer-link') group by a.person`,
  );
  return new Map(found.map(({ person, at }) => [person, at]));
}
