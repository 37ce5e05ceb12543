import { addMinutes, type CallCause, type UtcInstant } from '@fengsui/contracts';
import {
  Clock,
  insertReturning,
  one,
  playState,
  rows,
  run,
  Together,
  type Job,
  type Tx,
  type WriteAll,
} from '@fengsui/database';
import { DueOutside, type OutsideUnit, type Queue } from '@fengsui/service';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newCode } from '../calls/codes.js';
import { climbNow } from '../calls/climb-at.js';
import { DutyPlan } from '../plan.js';
import { DeliveryRow, type DeliveryState } from '../tables/tables.js';
import { Breakers } from './breakers.js';
import { NotSent, type Channel, type Message, type Receipt, type WhyNotSent } from './channels/channel.js';
import { CHANNELS, deliver, PUBLIC_URL, queuesOf } from './queue.js';
import { classOf, labelOf, sinkOf } from './standing.js';
import { keyOf } from './write-messages.js';

/** Between two tries: doubled each time, up to the longest, for as long as the call is open. */
const FIRST_RETRY_MINUTES = 0.1;
const LONGEST_RETRY_MINUTES = 5;
/** What a try is called in its row that ended with the process that made it. */
const CUT_OFF = 'cut off';
/** What is in doubt is repeated so soon, once. */
const REPEAT_MINUTES = 1 / 60;

type Pending = Readonly<{
  key: string;
  call: string;
  cause: CallCause;
  step: number;
  person: string;
  channel: string;
  contact: number;
  attempts: number;
  subject: string;
  text: string;
  urgent: boolean;
  open: boolean;
  /** It has words of its own, and wants no answer. */ notice: boolean;
  code: string | null;
  codeEndsAt: UtcInstant | null;
}>;
/** A message that the other side took, under the number that it gave it. */
type Accepted = Readonly<{ key: string; receipt: string | null }>;
/** How often a message may have been sent before: by a process that ended meanwhile, and as the other side left it. */
type Before = Readonly<{ cut: number; doubted: number }>;
/** A try that is about to be made, and its words. */
type Begun = Readonly<{ key: string; words: string }>;
type Failed = Readonly<{ state: DeliveryState; outcome: WhyNotSent; note: string }>;

/**
 * Hands messages to their channels, outside of any transaction, each try under a row of its own that is written
 * before. What the other side refuses goes by the person's next channel at once; what it cannot take now does, too,
 * and is tried on while the call is open; what is in doubt is repeated once, and says so.
 */
@Injectable()
export class DeliverMessages {
  private readonly logger = new Logger('duty');
  private readonly breakers = new Breakers();
  private readonly asked: Together<string, Pending | null>;
  private readonly begun: Together<Begun, Before | null>;
  /** Whether the database tells of a demonstration: asked once. */
  private demonstration: Promise<boolean> | null = null;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: DutyPlan,
    @Inject(CHANNELS) private readonly channels: readonly Channel[],
    @Inject(PUBLIC_URL) private readonly publicUrl: string | null,
  ) {
    this.asked = new Together((keys) => this.pending(keys));
    this.begun = new Together((tries) => this.begin(tries));
  }

  get queues(): readonly Queue[] {
    return queuesOf(this.channels);
  }

  @DueOutside('duty', 'deliver', (self: DeliverMessages) => self.queues)
  async deliver({ key }: Job, { now, finish, finishTogether }: OutsideUnit): Promise<void> {
    const pending = await this.asked.ask(key);
    if (pending === null) return;
    const channel = this.channels.find(({ name }) => name === pending.channel);
    const mayLeave = channel !== undefined && (await this.mayLeave(pending.cause, channel));
    if (channel === undefined || !mayLeave) return finish(({ tx }) => this.show(tx, pending, now));
    const state = stateWithout(pending, now);
    if (state !== null) return finish(({ tx }) => settle(tx, pending, { state, doneAt: now }));
    const wait = this.breakers.closedUntil(channel.name, now) ?? (await this.fullUntil(channel, now));
    if (wait !== null) return finish(({ tx }) => this.putOff(tx, pending, wait, now));
    const said = await this.labelled(pending);
    const before = await this.begun.ask({ key, words: `${said.subject}\n${said.text}` });
    // It was answered, or is over, while we were about to.
    if (before === null) return finish(({ tx }) => settle(tx, pending, { state: 'withdrawn', doneAt: now }));
    const result = before.doubted > 1 ? twiceInDoubt : await this.send(channel, said, before, now);
    if (!('outcome' in result)) return finishTogether(this.accepted, { key, receipt: result.id });
    await finish(({ tx, now: after }) => this.failed(tx, pending, result, after));
  }

  private async pending(keys: readonly string[]): Promise<(Pending | null)[]> {
    const found = await rows<Pending>(
      this.db,
      `${PENDING} where d.key = any($1) and d.state in ('queued', 'attempt')`,
      [keys],
    );
    const byKey = new Map(found.map((one) => [one.key, one]));
    return keys.map((key) => byKey.get(key) ?? null);
  }

  /**
   * Writes the tries before they are made. One that was left open was cut off: nobody knows what became of it, so it
   * is made again, however often we end meanwhile. What the other side left open is repeated once. Whoever answers or
   * ends the call holds it: a try is begun before that, and they are told, or not at all.
   */
  private async begin(tries: readonly Begun[]): Promise<(Before | null)[]> {
    const keys = tries.map(({ key }) => key);
    const begun = await rows<Before & Readonly<{ key: string }>>(
      this.db,
      `with meant as (select d.key from duty.delivery d join duty.call c on c.id = d.call
                      where d.key = any($1) and (d.subject is not null or c.state in ('ringing', 'unanswered'))
                      order by c.id for share of c),
            cut as (update duty.attempt set outcome = 'in-doubt', ended_at = $2, note = $3
                    where delivery = any($1) and outcome = 'open' returning delivery),
            counted as (update duty.delivery set state = 'attempt', attempts = attempts + 1
                        where key in (select key from meant) returning key, attempts),
            written as (insert into duty.attempt (delivery, n, started_at, outcome, words)
                        select key, attempts, $2, 'open', words from counted
                        join unnest($1::text[], $4::text[]) as t(delivery, words) on t.delivery = key)
       select key,
              ((select count(*) from cut where delivery = key)
               + (select count(*) from duty.attempt where delivery = key and outcome = 'in-doubt' and note = $3))::int as cut,
              (select count(*) from duty.attempt where delivery = key and outcome = 'in-doubt' and note <> $3)::int as doubted
       from counted`,
      [keys, await this.clock.now(), CUT_OFF, tries.map(({ words }) => words)],
    );
    const byKey = new Map(begun.map((one) => [one.key, one]));
    return keys.map((key) => byKey.get(key) ?? null);
  }

  private readonly accepted: WriteAll<Accepted> = async (tx, items) => {
    await run(
      tx,
      `with took as (select * from unnest($1::text[], $2::text[]) as t(key, receipt)),
            ended as (update duty.attempt a set outcome = 'accepted', ended_at = $3 from took
                      where a.delivery = took.key and a.outcome = 'open')
       update duty.delivery d set state = 'accepted', note = null, receipt = took.receipt, done_at = $3 from took
       where d.key = took.key and d.state = 'attempt'`, // what was reported meanwhile knows more
      [items.map(({ key }) => key), items.map(({ receipt }) => receipt), await this.clock.now()],
    );
  };

  private async send(channel: Channel, pending: Pending, before: Before, now: UtcInstant): Promise<Receipt | Failed> {
    try {
      const receipt = await channel.send(this.messageOf(pending, before.cut + before.doubted, now));
      this.breakers.good(channel.name);
      return receipt;
    } catch (error) {
      const { why, message, waitSeconds } =
        error instanceof NotSent ? error : new NotSent('in-doubt', String((error as Error)?.message ?? error));
      this.logger.error(`${pending.channel}: ${pending.key}: ${message}`);
      if (why !== 'refused') this.breakers.bad(channel.name, now, waitSeconds);
      const again = why === 'temporary' || (why === 'in-doubt' && before.doubted === 0);
      return { state: again ? 'queued' : 'failed', outcome: why, note: message };
    }
  }

  /** Asked again before anything leaves: a message may have been written by another process, or another way. */
  private mayLeave(cause: CallCause, channel: Channel): Promise<boolean> {
    return this.mayUse(cause, [channel]).then(({ length }) => length > 0);
  }

  private async labelled(pending: Pending): Promise<Pending> {
    this.demonstration ??= playState(this.db)
      .then(({ state }) => state !== 'none')
      .catch((error: unknown) => {
        this.demonstration = null; // asked again with the next message
        throw error;
      });
    const label = labelOf(classOf(pending.cause), await this.demonstration);
    return label === ''
      ? pending
      : { ...pending, subject: `${label}${pending.subject}`, text: `${label}${pending.text}` };
  }

  private messageOf(pending: Pending, repeated: number, at: UtcInstant): Message {
    const { key, call, cause, step, person, channel, contact, subject, text, urgent, code } = pending;
    const address = this.plan.contactsOf(person, channel)[contact] ?? null;
    const short = shortOf(subject, code);
    const name = this.plan.nameOf(person);
    const base = this.publicUrl?.replace(/\/$/, '') ?? null;
    const link = base === null || code === null ? null : `${base}/answer/${code}`;
    return { key, call, cause, step, person, name, address, subject, text, short, urgent, code, link, repeated, at };
  }

  private async failed(tx: Tx, pending: Pending, { state, outcome, note }: Failed, now: UtcInstant): Promise<void> {
    await run(
      tx,
      `with ended as (update duty.attempt set outcome = $2, ended_at = $3, note = $4 where delivery = $1 and outcome = 'open')
       update duty.delivery set state = $5, note = $4, done_at = $6 where key = $1`,
      [pending.key, outcome, now, note, state, state === 'queued' ? null : now],
    );
    if (state === 'queued') {
      const minutes = outcome === 'in-doubt' ? REPEAT_MINUTES : retryMinutes(pending.attempts);
      const closed = this.breakers.closedUntil(pending.channel, now);
      const again = addMinutes(now, minutes);
      await deliver(tx, [pending], closed !== null && closed > again ? closed : again);
    }
    await this.byTheNextChannel(tx, pending, now);
  }

  /** A message that was taken and will not arrive: what the other side reports is its last word. */
  async undelivered(tx: Tx, key: string, note: string, now: UtcInstant): Promise<void> {
    await settle(tx, { key }, { state: 'failed', note, doneAt: now });
    const [pending] = await rows<Pending>(tx, `${PENDING} where d.key = $1`, [key]);
    if (pending?.open === true) await this.byTheNextChannel(tx, pending, now);
  }

  /** The channel takes nothing now: the message waits for it, and goes by the next one meanwhile. */
  private async putOff(tx: Tx, pending: Pending, until: UtcInstant, now: UtcInstant): Promise<void> {
    await deliver(tx, [pending], until);
    await this.byTheNextChannel(tx, pending, now);
  }

  /**
   * Another way to the same person, once each; when every way to everybody of this step has failed, the chain climbs
   * at once.
   */
  private async byTheNextChannel(tx: Tx, pending: Pending, now: UtcInstant): Promise<void> {
    const { call, step, person, urgent, cause } = pending;
    const kind = classOf(cause);
    if (kind === 'probe' || kind === 'test') return; // it is about this way
    await one(tx, 'select 1 from duty.call where id = $1 for update', [call]);
    const written = await tx.getRepository(DeliveryRow).findBy({ call, step });
    const tried = written.filter(({ subject }) => (subject !== null) === pending.notice);
    const own = tried.filter((row) => row.person === person);
    const next = this.plan
      .waysTo(person, await this.mayUse(cause), urgent)
      .find((way) => !own.some(({ channel, contact }) => channel === way.channel && contact === way.contact));
    if (next !== undefined) {
      const to = { call, step, person, ...next };
      // A notice stays one: whoever is told that it is over is not rung by another channel.
      const own = pending.notice
        ? { key: `${pending.key}/${next.channel}`, ...wordsOf(pending) }
        : { key: keyOf(to), ...newCode(now) };
      const row = { ...to, ...own, state: 'queued' as const, createdAt: now };
      const { key } = own;
      const written = await insertReturning(tx, DeliveryRow, [row], 'nothing');
      if (written.length > 0) await deliver(tx, [{ key, channel: next.channel, urgent, person }], now);
    } else if (!pending.notice && tried.every(({ state }) => state === 'failed')) await climbNow(tx, call, step, now);
  }

  /** Channels by which a message of this cause may leave at all. */
  private async mayUse(cause: CallCause, channels = this.channels): Promise<readonly Channel[]> {
    const around = { virtual: await this.clock.isVirtual(), exerciseChannels: this.plan.exerciseChannels };
    return channels.filter(({ name }) => sinkOf(classOf(cause), name, around) === 'channel');
  }

  /** Nobody is reached by it: it is shown. */
  private async show(tx: Tx, { key, person, subject }: Pending, now: UtcInstant): Promise<void> {
    if (!(await this.clock.isVirtual())) this.logger.warn(`would call ${this.plan.nameOf(person)}: ${subject}`);
    await settle(tx, { key }, { state: 'shown', doneAt: now });
  }

  /** A channel that takes so many messages a minute, and has had them; null: it takes another now. */
  private async fullUntil({ name, perMinute }: Channel, now: UtcInstant): Promise<UtcInstant | null> {
    if (perMinute === null) return null;
    const full = await one<{ at: UtcInstant }>(
      this.db,
      `select started_at as at from duty.attempt a join duty.delivery d on d.key = a.delivery
       where d.channel = $1 and started_at > $2 order by started_at desc offset $3 limit 1`,
      [name, addMinutes(now, -1), perMinute - 1],
    );
    return full === null ? null : addMinutes(full.at, 1);
  }
}

/** Messages with what is said in them. */
const PENDING = `select d.key, d.call, c.cause, d.step, d.person, d.channel, d.contact, d.attempts,
         coalesce(d.subject, c.subject) as subject, coalesce(d.text, c.text) as text, c.urgent,
         d.subject is not null or c.state in ('ringing', 'unanswered') as open, d.subject is not null as notice, d.code, d.code_ends_at as "codeEndsAt"
  from duty.delivery d join duty.call c on c.id = d.call`;

/** Characters of one short message. */
const SHORT = 70;

/** The subject within one short message, with the code that answers it: the code is never what is cut off. */
export function shortOf(subject: string, code: string | null): string {
  const answer = code === null ? '' : ` 应答码${code}`;
  const left = SHORT - answer.length;
  return `${subject.length <= left ? subject : `${subject.slice(0, left - 1)}…`}${answer}`;
}

const wordsOf = ({ subject, text, codeEndsAt }: Pending) => ({ subject, text, code: null, codeEndsAt });

const twiceInDoubt: Failed = { state: 'failed', outcome: 'in-doubt', note: 'in doubt twice' };

/** What becomes of a message that is not sent any more; null: it is sent. Answered meanwhile: nobody is called. */
function stateWithout({ open, codeEndsAt }: Pending, now: UtcInstant): DeliveryState | null {
  if (!open) return 'withdrawn';
  return codeEndsAt !== null && codeEndsAt <= now ? 'expired' : null;
}

const retryMinutes = (attempts: number): number =>
  Math.min(FIRST_RETRY_MINUTES * 2 ** Math.min(attempts, 20), LONGEST_RETRY_MINUTES);

async function settle(tx: Tx, { key }: Pick<DeliveryRow, 'key'>, what: Partial<DeliveryRow>): Promise<void> {
  await tx.getRepository(DeliveryRow).update({ key }, what);
}
