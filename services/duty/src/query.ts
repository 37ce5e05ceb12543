import type { CallCause, UtcInstant } from '@fengsui/contracts';
import { one, rows } from '@fengsui/database';
import { OrdersDesk, type Check, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import type { Roster } from '@fengsui/rules';
import { DataSource, IsNull } from 'typeorm';
import type { Undone } from './self-check/call-auditor.js';
import { DutyChecks } from './self-check/duty-checks.js';
import { callMeant } from './decisions/gathered-calls.js';
import { DutyPlan } from './plan.js';
import { RosterChanges } from './roster/roster-changes.js';
import { HandoverRow, RosterChangeRow, type CallState } from './tables/tables.js';
import type { CallDetail, CallView } from './views.js';

/** A message and its call, as whoever holds its code may see them. */
export type Answerable = Readonly<{
  call: string;
  cause: CallCause;
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

/** Which calls are meant; what is left out does not matter. */
export type CallSearch = Readonly<{
  /** In the subject, the text or the number. */ words?: string | undefined;
  /** Who was called, or answered. */ person?: string | undefined;
  causes?: readonly string[] | undefined;
  states?: readonly string[] | undefined;
  from?: UtcInstant | undefined;
  until?: UtcInstant | undefined;
  most: number;
}>;

/** One thing that happened to a call. */
export type CallHappening = Readonly<{
  call: string;
  cause: string;
  at: UtcInstant;
  /** started; accepted, refused, shown …; accept, decline, hand-on; answered, closed. */ what: string;
  person: string | null;
  channel: string | null;
  step: number | null;
  said: string;
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

  /** Calls that are meant, the newest first. */
  search({ words, person, causes, states, from, until, most }: CallSearch): Promise<readonly CallView[]> {
    return this.viewsOf(
      `where ($1::text is null or strpos(c.subject || c.text || c.id, $1) > 0)
         and ($2::text is null or c.answered_by = $2 or exists (select 1 from duty.delivery where call = c.id and person = $2))
         and ($3::text[] is null or c.cause = any($3)) and ($4::text[] is null or c.state = any($4))
         and ($5::timestamptz is null or c.started_at >= $5) and ($6::timestamptz is null or c.started_at < $6)
       order by c.started_at desc, c.id limit $7`,
      [words ?? null, person ?? null, causes ?? null, states ?? null, from ?? null, until ?? null, most],
    );
  }

  /** Calls about one thing, alone or together with others, the oldest first. */
  callsAbout(about: string): Promise<readonly CallView[]> {
    return this.viewsOf(
      `where c.about = $1 or c.id in (select call from duty.gathered where about = $1) order by c.started_at, c.id`,
      [about],
    );
  }

  /**
   * All that happened to calls that began in a time, one row each: steps, tries to send, replies, ends. The oldest
   * call first.
   */
  history({ from, until }: Pick<CallSearch, 'from' | 'until'>): Promise<readonly CallHappening[]> {
    return rows(
      this.db,
      `with meant as (select * from duty.call where ($1::timestamptz is null or started_at >= $1)
                        and ($2::timestamptz is null or started_at < $2)),
            happened as (
              select id as call, started_at as at, 'started' as what, null as person, null as channel, null::int as step, subject as said from meant
              union all select d.call, a.started_at, a.outcome, d.person, d.channel, d.step, concat_ws(' | ', a.note, a.words)
                from duty.attempt a join duty.delivery d on d.key = a.delivery where d.call in (select id from meant)
              union all select d.call, d.created_at, d.state, d.person, d.channel, d.step, coalesce(d.note, '')
                from duty.delivery d where d.call in (select id from meant) and d.attempts = 0
              union all select r.call, r.at, r.reply, r.person, null, r.step,
                       concat_ws(' ', case when r.actor <> r.person then r.actor end, r.handed_to, nullif(r.reason, ''))
                from duty.answer r where r.call in (select id from meant)
              union all select id, coalesce(answered_at, due_at), state, answered_by, null, steps_called, coalesce(closed_reason, '')
                from meant where state in ('answered', 'closed'))
       select h.call, m.cause, h.at, h.what, h.person, h.channel, h.step, h.said
       from happened h join meant m on m.id = h.call order by m.started_at, h.call, h.at, h.what, h.person, h.channel`,
      [from ?? null, until ?? null],
    );
  }

  /** What should have been done by now and was not, as the auditor finds it. */
  undone(): Promise<readonly Undone[]> {
    return this.dutyChecks.undone();
  }

  /** One call with every try to send a message of it; null: there is none of that number. */
  async call(id: string): Promise<CallDetail | null> {
    const meant = await callMeant(this.db, id);
    const [call] = await this.viewsOf('where c.id = $1', [meant]);
    if (call === undefined) return null;
    const attempts = await rows<CallDetail['attempts'][number]>(
      this.db,
      `select delivery, n, started_at as "startedAt", ended_at as "endedAt", outcome, note, words
       from duty.attempt where delivery in (select key from duty.delivery where call = $1) order by started_at, delivery, n`,
      [meant],
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
      `select d.call, c.cause, d.person, d.code, d.code_ends_at as "codeEndsAt", c.subject, c.text, c.state,
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
    return (await one(this.db, 'select 1 from duty.call where id = $1', [await callMeant(this.db, id)])) !== null;
  }

  /** The roster as it stands, with what was changed while it runs. */
  roster(): Promise<Roster> {
    return this.changes.rosterOf(this.db.manager, null);
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
