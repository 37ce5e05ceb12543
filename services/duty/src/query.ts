import type { UtcInstant } from '@fengsui/contracts';
import { one, rows } from '@fengsui/database';
import { OrdersDesk, type Check, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import type { Roster } from '@fengsui/rules';
import { DataSource, IsNull } from 'typeorm';
import { DutyChecks } from './self-check/duty-checks.js';
import { DutyPlan } from './plan.js';
import { RosterChanges } from './roster/roster-changes.js';
import { HandoverRow, RosterChangeRow, type CallState } from './tables/tables.js';
import type { CallDetail, CallView } from './views.js';

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
    private readonly changes: RosterChanges,
    private readonly dutyChecks: DutyChecks,
  ) {}

  /** All calls, the oldest first. @param open only those that ring, or that nobody answered */
  calls(open = false): Promise<readonly CallView[]> {
    return this.viewsOf(`where not $1::boolean or c.state in ('ringing', 'unanswered') order by c.started_at, c.id`, [
      open,
    ]);
  }

  /**
   * So many calls: what nobody answered first, then what rings, then the others, the newest of each first.
   * @param after the last call of the page before
   */
  page({
    open,
    after,
    most,
  }: Readonly<{ open: boolean; after: string | null; most: number }>): Promise<readonly CallView[]> {
    const rank = `array_position(array['unanswered', 'ringing'], c.state)`;
    return this.viewsOf(
      `left join duty.call p on p.id = $2
       where (not $1::boolean or c.state in ('ringing', 'unanswered'))
         and ($2::text is null or (coalesce(${rank}, 9), extract(epoch from c.started_at) * -1, c.id)
              > (coalesce(${rank.replace('c.state', 'p.state')}, 9), extract(epoch from p.started_at) * -1, p.id))
       order by coalesce(${rank}, 9), c.started_at desc, c.id limit $3`,
      [open, after, most],
    );
  }

  /** One call with every try to send a message of it; null: there is none of that number. */
  async call(id: string): Promise<CallDetail | null> {
    const [call] = await this.viewsOf('where c.id = $1', [id]);
    if (call === undefined) return null;
    const attempts = await rows<CallDetail['attempts'][number]>(
      this.db,
      `select delivery, n, started_at as "startedAt", ended_at as "endedAt", outcome, note
       from duty.attempt where delivery in (select key from duty.delivery where call = $1) order by started_at, delivery, n`,
      [id],
    );
    return { ...call, attempts };
  }

  private viewsOf(which: string, parameters: readonly unknown[]): Promise<readonly CallView[]> {
    return rows(
      this.db,
      `select c.id, c.state, c.due_at as "dueAt", c.reason, c.events, c.cause, c.about, c.subject, c.text, c.started_at as "startedAt",
              c.steps_called as steps, c.answered_by as "answeredBy", c.answered_at as "answeredAt",
              c.promised_until as "promisedUntil", c.closed_reason as "closedReason",
              coalesce(a.list, '[]') as replies, coalesce(d.list, '[]') as deliveries
       from duty.call c left join lateral (
         select json_agg(json_build_object('key', key, 'step', step, 'person', person, 'channel', channel, 'state', state,
                                           'attempts', attempts, 'note', note) order by key) as list
         from duty.delivery where call = c.id) d on true left join lateral (
         select json_agg(json_build_object('person', person, 'actor', actor, 'reply', reply, 'at', at, 'handedTo', handed_to,
                                           'reason', reason) order by at, event) as list
         from duty.answer where call = c.id) a on true
       ${which}`,
      parameters,
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

  /** The roster as it stands, with what was changed while it runs. */
  roster(): Promise<Roster> {
    return this.changes.rosterOf(this.db.manager);
  }

  /** Every change of the roster, the newest first. */
  rosterHistory(): Promise<readonly RosterChangeRow[]> {
    return this.changes.history(this.db);
  }

  /** Handovers, the newest first. @param open only those that both have not signed */
  handovers(open = false): Promise<readonly HandoverRow[]> {
    const unsigned = [{ gaveAt: IsNull() }, { tookAt: IsNull() }];
    return this.db
      .getRepository(HandoverRow)
      .find({ ...(open ? { where: unsigned } : {}), order: { at: 'desc', id: 'asc' } });
  }

  /** Orders to duty whose number begins so. */
  async ordersOf(begins: string): Promise<readonly string[]> {
    const found = await rows<{ event: string }>(
      this.db,
      'select event from duty.given_order where starts_with(event, $1) order by event',
      [begins],
    );
    return found.map(({ event }) => event);
  }

  /** What became of an order. */
  outcomeOf(event: string): Promise<OrderOutcome | null> {
    return this.desk.outcomeOf(this.db, event);
  }

  /** What duty tells whoever looks after the installation. */
  checks(): Promise<readonly Check[]> {
    return this.dutyChecks.checks();
  }
}
