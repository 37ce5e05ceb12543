import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls, and what was handed to which channel. First version. */
class CreateDuty1700000000000 implements MigrationInterface {
  readonly name = 'CreateDuty1700000000000';

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

export const DUTY_SCHEMA: OwnedSchema = { schema: 'duty', migrations: [CreateDuty1700000000000] };
