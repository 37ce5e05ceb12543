import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { OwnedSchema } from './owned-schema.js';
import { DescribeTables1795641700000 } from './describe-tables.js';
import { ClockRow, DemonstrationRow, JobRow } from './tables.js';

/** Time and what is due. First version. */
class CreateSchedule1795469100000 implements MigrationInterface {
  static readonly formerly = 'CreateSchedule1700000000000';
  readonly name = 'CreateSchedule1795469100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table schedule.clock (
        one boolean primary key default true check (one),
        virtual_now timestamptz,
        jobs_up_to bigint not null default 0
      );
      insert into schedule.clock (virtual_now) values (null);
      create table schedule.job (
        service text not null,
        kind text not null,
        key text not null,
        seq bigserial not null,
        due_at timestamptz not null,
        payload jsonb not null,
        attempts int not null default 0,
        last_error text,
        primary key (service, kind, key)
      );
      create index job_due on schedule.job (service, due_at);
      create table schedule.demonstration (
        one boolean primary key default true check (one),
        script text not null,
        delivered int not null,
        deliveries int not null,
        ended_at timestamptz
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/**
 * What waits for its target ends by one kind of job in every service, and each service's outside work has queues of
 * its own.
 */
class RenameExpiries1795641600005 implements MigrationInterface {
  readonly name = 'RenameExpiries1795641600005';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`update schedule.job set kind = 'order-expiry' where kind in ('verdict-expiry', 'answer-expiry')`);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Jobs are claimed in an order that the index has: thousands that are due in one instant are not sorted for each batch. */
class DueInOrder1796000000001 implements MigrationInterface {
  readonly name = 'DueInOrder1796000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index schedule.job_due;
      create index job_due on schedule.job (service, due_at, kind, key);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const SCHEDULE_SCHEMA: OwnedSchema = {
  schema: 'schedule',
  entities: [ClockRow, JobRow, DemonstrationRow],
  migrations: [
    CreateSchedule1795469100000,
    RenameExpiries1795641600005,
    DescribeTables1795641700000,
    DueInOrder1796000000001,
  ],
  shared: ({ name }) => [
    `grant select on schedule.clock, schedule.demonstration to ${name}`,
    `grant select, insert, update, delete on schedule.job to ${name}`,
    `grant usage, select on all sequences in schema schedule to ${name}`,
  ],
};
