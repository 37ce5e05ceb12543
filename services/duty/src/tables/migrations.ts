import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DescribeTables1795641700005 } from './describe-tables.js';
import { BundleRow, CallRow, DeliveryRow, DutyOrder } from './tables.js';

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

export const DUTY_SCHEMA: OwnedSchema = {
  schema: 'duty',
  entities: [CallRow, DeliveryRow, BundleRow, DutyOrder],
  migrations: [
    CreateDuty1795469100000,
    OneDeskForOrders1795641600002,
    CloseCalls1795641600003,
    DescribeTables1795641700005,
    BindAnswers1795665600002,
    CallsOfAuthorities1795725600001,
  ],
};
