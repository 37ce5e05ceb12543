import type { UtcInstant } from '@fengsui/contracts';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';

export type CallView = Readonly<{
  id: string;
  state: string;
  dueAt: UtcInstant;
  reason: string;
  events: readonly string[];
  cause: string;
  about: string;
  subject: string;
  text: string;
  startedAt: UtcInstant;
  steps: number;
  answeredBy: string | null;
  answeredAt: UtcInstant | null;
  deliveries: readonly Readonly<{
    key: string;
    step: number;
    person: string;
    channel: string;
    state: string;
    attempts: number;
    note: string | null;
  }>[];
}>;

/** What duty knows, for the command and the console. */
@Controller('v1')
export class DutyQuery {
  constructor(@Inject(DataSource) private readonly db: DataSource) {}

  @Get('calls')
  calls(@Query('open') open?: string): Promise<readonly CallView[]> {
    return this.db.query(
      `select c.id, c.state, c.due_at as "dueAt", c.reason, c.events, c.cause, c.about, c.subject, c.text, c.started_at as "startedAt", c.steps_called as steps,
         c.answered_by as "answeredBy", c.answered_at as "answeredAt", coalesce(d.list, '[]') as deliveries
       from duty.call c left join (
         select call, json_agg(json_build_object('key', key, 'step', step, 'person', person, 'channel', channel, 'state', state, 'attempts', attempts, 'note', note) order by key) as list
         from duty.delivery group by call) d on d.call = c.id
       where $1::boolean is not true or c.state = 'ringing' order by c.started_at, c.id`,
      [open === undefined ? null : open !== 'false'],
    );
  }

  async outcomeOf(event: string): Promise<Readonly<{ outcome: string; reason: string }> | null> {
    const [row] = (await this.db.query(
      `select outcome, reason from duty.order_outcome where event = $1 union all select 'waiting', 'for ' || call from duty.waiting_answer where event = $1`,
      [event],
    )) as { outcome: string; reason: string }[];
    return row ?? null;
  }
}
