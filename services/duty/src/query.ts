import type { UtcInstant } from '@fengsui/contracts';
import { one, rows } from '@fengsui/database';
import { OrdersDesk, type Check, type OrderOutcome } from '@fengsui/service';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Channel } from './delivery/channels/channel.js';
import { CHANNELS } from './delivery/queue.js';
import { DutyPlan } from './plan.js';
import type { CallState } from './tables/tables.js';
import type { CallView } from './views.js';

/** A message and its call, as whoever holds its code may see them. */
export type Answerable = Readonly<{
  call: string;
  person: string;
  name: string;
  code: string;
  codeEndsAt: UtcInstant | null;
  subject: string;
  text: string;
  state: CallState;
  answeredBy: string | null;
  answeredAt: UtcInstant | null;
  closedReason: string | null;
  /** Whether an answer reads two digits back. */ readsBack: boolean;
  /** When this person replied; null: not yet. */ replied: UtcInstant | null;
}>;

/** What duty knows, for the command and the console. */
@Injectable()
export class DutyQuery {
  constructor(
    private readonly db: DataSource,
    private readonly desk: OrdersDesk,
    private readonly plan: DutyPlan,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
  ) {}

  calls(open = false): Promise<readonly CallView[]> {
    return rows(
      this.db,
      `select c.id, c.state, c.due_at as "dueAt", c.reason, c.events, c.cause, c.about, c.subject, c.text, c.started_at as "startedAt",
              c.steps_called as steps, c.answered_by as "answeredBy", c.answered_at as "answeredAt",
              c.promised_until as "promisedUntil", c.closed_reason as "closedReason",
              coalesce(a.list, '[]') as replies, coalesce(d.list, '[]') as deliveries
       from duty.call c left join (
         select call, json_agg(json_build_object('key', key, 'step', step, 'person', person, 'channel', channel, 'state', state,
                                                 'attempts', attempts, 'note', note) order by key) as list
         from duty.delivery group by call) d on d.call = c.id left join (
         select call, json_agg(json_build_object('person', person, 'actor', actor, 'reply', reply, 'at', at, 'handedTo', handed_to,
                                                 'reason', reason) order by at, event) as list
         from duty.answer group by call) a on a.call = c.id
       where not $1::boolean or c.state in ('ringing', 'unanswered') order by c.started_at, c.id`,
      [open],
    );
  }

  /** The message that carried a code; null: none did. */
  async answerable(code: string): Promise<Answerable | null> {
    const found = await one<Omit<Answerable, 'name'>>(
      this.db,
      `select d.call, d.person, d.code, d.code_ends_at as "codeEndsAt", c.subject, c.text, c.state,
              c.answered_by as "answeredBy", c.answered_at as "answeredAt", c.closed_reason as "closedReason",
              c.read_back is not null as "readsBack",
              (select min(at) from duty.answer a where a.call = d.call and a.person = d.person and a.reply = 'accept') as replied
       from duty.delivery d join duty.call c on c.id = d.call where d.code = $1`,
      [code],
    );
    if (found === null) return null;
    const { answeredBy } = found;
    const by = answeredBy === null ? null : this.plan.nameOf(answeredBy);
    return { ...found, name: this.plan.nameOf(found.person), answeredBy: by };
  }

  async hasCall(id: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from duty.call where id = $1', [id])) !== null;
  }

  /** What became of an order. */
  outcomeOf(event: string): Promise<OrderOutcome | null> {
    return this.desk.outcomeOf(this.db, event);
  }

  /** What duty tells whoever looks after the installation. */
  async checks(): Promise<readonly Check[]> {
    const failed = await one<{ n: number }>(
      this.db,
      `select count(*)::int as n from duty.delivery where state = 'failed'`,
    );
    const reached = this.channels.map(({ name }) => name);
    const unreachable = reached.length > 0 ? this.plan.unreachedBy(this.channels) : [];
    return [
      {
        name: 'deliveries',
        ok: (failed?.n ?? 0) === 0,
        found: `${failed?.n ?? 0} failed`,
        expected: '0 failed',
        advice: { zh: '有通知未送达：fengsui calls --json', en: 'messages were not delivered: `fengsui calls --json`' },
      },
      {
        name: 'channels',
        ok: reached.length > 0,
        found: reached.length > 0 ? reached.join(', ') : 'none: calls are only shown',
        expected: 'mail or webhook',
        advice: {
          zh: '配置 MAIL_SMTP_URL 或 WEBHOOK_URL 后才会真正通知到人',
          en: 'set MAIL_SMTP_URL or WEBHOOK_URL to reach people',
        },
      },
      {
        name: 'addresses',
        ok: unreachable.length === 0,
        found: unreachable.length === 0 ? 'everyone' : `${unreachable.join(', ')} by none of them`,
        expected: 'a way to everyone in duty.yaml by a channel that is configured',
        advice: { zh: '在预案 duty.yaml 中补上联系方式', en: 'add `mail` or `phones` in duty.yaml of the plan' },
      },
    ];
  }
}
