import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DescribeTables1795641700005 } from './describe-tables.js';
import {
  AnswerRow,
  AttemptRow,
  BundleRow,
  CallRow,
  DeliveryRow,
  DutyOrder,
  GatheredRow,
  HandoverRow,
  RosterChangeRow,
} from './tables.js';

/** Calls, and what was handed to which channel. First version. */
class CreateDuty1795469100000 implements MigrationInterface {
  static readonly formerly = 'CreateDuty1700000000000';
  readonly name = 'CreateDuty1795469100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table duty.call (
        id text primary key, cause text not null, about text not null, urgent boolean not null, subject text not null, text text not null, causes text[] not null,
        state text not null check (state in ('ringing', 'answered', 'exhausted')), started_at timestamptz not null, steps_called int not null,
        last_called_at timestamptz, due_at timestamptz not null, answered_by text, answered_at timestamptz, reason text not null, events text[] not null
      );
      create index on duty.call (about);
      -- One key a call, step, person and channel, written before anything is handed over; an attempt in doubt is repeated under the same key.
      create table duty.delivery (
        key text primary key, call text not null references duty.call, step int not null, person text not null, channel text not null,
        state text not null check (state in ('pending', 'sent', 'shown', 'withdrawn', 'failed')), attempts int not null default 0,
        created_at timestamptz not null, done_at timestamptz, note text
      );
      create index on duty.delivery (call);
      create table duty.bundle (call text not null, task text not null, people int not null, due_at timestamptz not null, event text not null, round int, primary key (call, task));
      create table duty.waiting_answer (event text primary key, call text not null, body jsonb not null);
      create index on duty.waiting_answer (call);
      create table duty.order_outcome (event text primary key, outcome text not null, reason text not null, at timestamptz not null);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** One table for what becomes of an order, the same in every service. */
class OneDeskForOrders1795641600002 implements MigrationInterface {
  readonly name = 'OneDeskForOrders1795641600002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.order_outcome rename to given_order;
      alter table duty.given_order rename constraint order_outcome_pkey to given_order_pkey;
      alter table duty.given_order
        add column kind text not null default 'answer', add column target text, add column given_at timestamptz,
        add column until timestamptz, add column body jsonb;
      alter table duty.given_order alter column kind drop default;
      insert into duty.given_order (event, kind, outcome, reason, at, target, given_at, body)
        select event, 'answer', 'waiting', 'there is no call ' || call, (body->>'recordedAt')::timestamptz,
               call, (body->>'occurredAt')::timestamptz, body
        from duty.waiting_answer on conflict do nothing;
      drop table duty.waiting_answer;
      create index given_order_target_idx on duty.given_order (target);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** A call that needs nobody any more is closed, not answered: until now a reason stood where a person belongs. */
class CloseCalls1795641600003 implements MigrationInterface {
  readonly name = 'CloseCalls1795641600003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.call drop constraint call_state_check;
      alter table duty.call add constraint call_state_check check (state in ('ringing', 'answered', 'exhausted', 'closed'));
      alter table duty.call add column closed_reason text;
      update duty.call set state = 'closed', closed_reason = answered_by, answered_by = null, answered_at = null
        where state = 'answered' and (answered_by like 'merged into %' or answered_by like '%恢复'
          or answered_by like 'overtaken by %' or answered_by like 'level % is called for again');
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** An answer without a login is bound to call, step and person by a code that expires. */
class BindAnswers1795665600002 implements MigrationInterface {
  readonly name = 'BindAnswers1795665600002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.delivery add column code text, add column code_ends_at timestamptz;
      comment on column duty.delivery."code" is 'what an answer to this message carries, where nobody is logged in';
      comment on column duty.delivery."code_ends_at" is 'the code works until';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Counties decide, too: their own people are called first. */
class CallsOfAuthorities1795725600001 implements MigrationInterface {
  readonly name = 'CallsOfAuthorities1795725600001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.call add column authority text;
      comment on column duty.call."authority" is 'whose people are called first; null: the city’s';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** What became of a message is said as it is: handed over is not arrived. Every try is a row of its own. */
class Attempts1795742000001 implements MigrationInterface {
  readonly name = 'Attempts1795742000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.delivery drop constraint delivery_state_check;
      update duty.delivery set state = case state when 'pending' then 'queued' when 'sent' then 'accepted' else state end;
      alter table duty.delivery
        add constraint delivery_state_check
          check (state in ('queued', 'attempt', 'accepted', 'delivered', 'shown', 'withdrawn', 'failed', 'expired')),
        add column contact int not null default 0, add column receipt text;
      create index delivery_receipt_idx on duty.delivery (receipt) where receipt is not null;
      comment on column duty.delivery."state" is 'queued, attempt, accepted, delivered, shown, withdrawn, failed or expired';
      comment on column duty.delivery."contact" is 'which of the person’s contacts by this channel, 0 for the first';
      comment on column duty.delivery."receipt" is 'number that the other side gave it, which its report names';
      create table duty.attempt (
        delivery text not null references duty.delivery, n int not null, started_at timestamptz not null,
        ended_at timestamptz, outcome text not null
          constraint attempt_outcome_check check (outcome in ('open', 'accepted', 'refused', 'temporary', 'in-doubt')),
        note text, primary key (delivery, n)
      );
      comment on table duty.attempt is 'Every try to hand over a message, written before it is made. One that stays open was cut off: it is in doubt';
      comment on column duty.attempt."delivery" is 'message';
      comment on column duty.attempt."n" is '1 for the first';
      comment on column duty.attempt."started_at" is 'begun at';
      comment on column duty.attempt."ended_at" is 'over at';
      comment on column duty.attempt."outcome" is 'open, accepted, refused, temporary or in-doubt';
      comment on column duty.attempt."note" is 'what the other side said';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/**
 * A call that nobody answered is the loudest that there is: it stays open. The way it climbs is kept with it, and every
 * reply.
 */
class Unanswered1795742000002 implements MigrationInterface {
  readonly name = 'Unanswered1795742000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.call drop constraint call_state_check;
      update duty.call set state = 'unanswered' where state = 'exhausted';
      alter table duty.call
        add constraint call_state_check check (state in ('ringing', 'unanswered', 'answered', 'closed')),
        add column level text, add column policy jsonb, add column chain_from int not null default 0,
        add column promised_until timestamptz, add column read_back text, add column closed_outcome text;
      comment on column duty.call."closed_outcome" is 'superseded, merged, source-heard or grounds-gone';
      comment on column duty.call."state" is 'ringing, unanswered, answered or closed';
      comment on column duty.call."level" is 'level of the response that it is about; null: of none';
      comment on column duty.call."policy" is 'how it climbs, as the plan was when its chain began; null: as the plan is';
      comment on column duty.call."chain_from" is 'of these, before the chain began anew';
      comment on column duty.call."promised_until" is 'what was promised with the answer is due';
      comment on column duty.call."read_back" is 'two digits that an answer reads back 复述码; null: it need not';
      create unique index delivery_code_idx on duty.delivery (code) where code is not null;
      alter table duty.delivery add column subject text, add column text text;
      comment on column duty.delivery."subject" is 'subject of a notice; null: the call itself, as it is worded when it is sent';
      comment on column duty.delivery."text" is 'what a notice says';
      alter table duty.bundle add column done_by text;
      comment on column duty.bundle."done_by" is 'event by which nobody needs to be called for it any more; null: somebody does';
      create index bundle_task_idx on duty.bundle (split_part(task, '#', 1));
      create table duty.answer (
        event text primary key, call text not null references duty.call, step int not null, person text not null,
        actor text not null, reply text not null constraint answer_reply_check check (reply in ('accept', 'decline', 'hand-on')),
        at timestamptz not null, handed_to text, reason text not null default ''
      );
      create index answer_call_idx on duty.answer (call);
      comment on table duty.answer is 'What people replied to a call: the first answer, and all others';
      comment on column duty.answer."event" is 'event of the order';
      comment on column duty.answer."call" is 'call';
      comment on column duty.answer."step" is 'step of the chain that was called';
      comment on column duty.answer."person" is 'who was called and replies';
      comment on column duty.answer."actor" is 'who said so: themselves, or on their behalf 代答';
      comment on column duty.answer."reply" is 'accept, decline or hand-on';
      comment on column duty.answer."at" is 'when';
      comment on column duty.answer."handed_to" is 'to whom it is handed on';
      comment on column duty.answer."reason" is 'why';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** The roster is changed while it runs, and handed over. */
class Handovers1795790000001 implements MigrationInterface {
  readonly name = 'Handovers1795790000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.call add column held_by text;
      comment on column duty.call."held_by" is 'who has it in hand since it was answered: they, or whoever took the shift over';
      create table duty.roster_change (
        id text primary key, authority text not null, role text, person text not null,
        from_at timestamptz not null, until_at timestamptz not null, given_by text not null, reason text not null,
        given_at timestamptz not null, withdrawn_at timestamptz, withdrawn_by text, withdrawn_reason text
      );
      comment on table duty.roster_change is 'Swaps and leave, by whoever may, on top of the plan’s rotations; what is withdrawn stays';
      comment on column duty.roster_change."id" is 'order by which it was changed';
      comment on column duty.roster_change."authority" is 'whose roster';
      comment on column duty.roster_change."role" is 'role that the person has; null: they are away';
      comment on column duty.roster_change."person" is 'person';
      comment on column duty.roster_change."from_at" is 'from';
      comment on column duty.roster_change."until_at" is 'until';
      comment on column duty.roster_change."given_by" is 'who changed it';
      comment on column duty.roster_change."reason" is 'why';
      comment on column duty.roster_change."given_at" is 'when it was changed';
      comment on column duty.roster_change."withdrawn_at" is 'withdrawn at';
      comment on column duty.roster_change."withdrawn_by" is 'by whom';
      comment on column duty.roster_change."withdrawn_reason" is 'why it was withdrawn';
      create table duty.handover (
        id text primary key, authority text not null, role text not null, at timestamptz not null,
        from_person text not null, to_person text not null, items jsonb not null, accepted text[] not null,
        gave_at timestamptz, took_at timestamptz
      );
      create index handover_at_idx on duty.handover (at);
      comment on table duty.handover is 'Handovers 交接班: what was open, and who signed';
      comment on column duty.handover."id" is 'authority, role and time';
      comment on column duty.handover."authority" is 'whose desk';
      comment on column duty.handover."role" is 'role';
      comment on column duty.handover."at" is 'border of the shifts';
      comment on column duty.handover."from_person" is 'who goes';
      comment on column duty.handover."to_person" is 'who comes';
      comment on column duty.handover."items" is 'calls that were open';
      comment on column duty.handover."accepted" is 'calls that whoever comes has accepted';
      comment on column duty.handover."gave_at" is 'when who goes signed';
      comment on column duty.handover."took_at" is 'when who comes signed';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Ordinary things that come together are one call. */
class Gathering1795790000003 implements MigrationInterface {
  readonly name = 'Gathering1795790000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.attempt add column words text;
      comment on column duty.attempt."words" is 'the words that were sent; null: of an earlier release';
      create table duty.gathered (
        id text primary key, cause text not null, about text not null, authority text, call text, subject text not null, text text not null,
        event text not null, at timestamptz not null, rung_at timestamptz, done_by text
      );
      create index gathered_about_idx on duty.gathered (about);
      create index gathered_call_idx on duty.gathered (call);
      create index gathered_cause_idx on duty.gathered (cause, rung_at);
      comment on table duty.gathered is 'Ordinary things of one kind that come together, and the call in which they are';
      -- Gauges that are silent now: until here only the words of their call said which.
      insert into duty.gathered (id, cause, about, call, subject, text, event, at)
        select e.event, c.cause, 'gauge/' || split_part(e.event, '/', 2), c.id, '',
               coalesce((string_to_array(c.text, E'。\\n'))[e.n], ''), e.event, c.started_at
        from duty.call c, unnest(c.causes) with ordinality as e(event, n)
        where c.id like 'gauges-silent/%' and c.state in ('ringing', 'unanswered') on conflict do nothing;
      comment on column duty.gathered."id" is 'the call that it would have alone';
      comment on column duty.gathered."cause" is 'what the call is about';
      comment on column duty.gathered."about" is 'fire, source, gauge or matter';
      comment on column duty.gathered."authority" is 'whose people are called first; null: the city’s';
      comment on column duty.gathered."call" is 'call in which it is; null: in none yet';
      comment on column duty.gathered."subject" is 'subject, alone';
      comment on column duty.gathered."text" is 'what is said, alone';
      comment on column duty.gathered."event" is 'event that it was decided from';
      comment on column duty.gathered."at" is 'came at';
      comment on column duty.gathered."rung_at" is 'its call began at';
      comment on column duty.gathered."done_by" is 'event by which it needs nobody any more; null: it does';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Fires of one pass and county are one call, the most urgent first. */
class FiresOfAPass1796000000003 implements MigrationInterface {
  readonly name = 'FiresOfAPass1796000000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table duty.gathered add column bundle text, add column weight int not null default 0, add column urgent_as text;
      comment on column duty.gathered."bundle" is 'what it is rung with: a pass and a county; null: with all of its kind';
      comment on column duty.gathered."weight" is 'what weighs more is said first';
      comment on column duty.gathered."urgent_as" is
        'cause of the call when it is more urgent than its kind; null: it is not';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const DUTY_SCHEMA: OwnedSchema = {
  schema: 'duty',
  entities: [
    CallRow,
    AnswerRow,
    DeliveryRow,
    AttemptRow,
    BundleRow,
    GatheredRow,
    RosterChangeRow,
    HandoverRow,
    DutyOrder,
  ],
  migrations: [
    CreateDuty1795469100000,
    OneDeskForOrders1795641600002,
    CloseCalls1795641600003,
    DescribeTables1795641700005,
    BindAnswers1795665600002,
    CallsOfAuthorities1795725600001,
    Attempts1795742000001,
    Unanswered1795742000002,
    Handovers1795790000001,
    Gathering1795790000003,
    FiresOfAPass1796000000003,
  ],
};
