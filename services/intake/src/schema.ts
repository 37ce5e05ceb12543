import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What came in, byte for byte, and what became of it. First version. */
class CreateIntake1700000000000 implements MigrationInterface {
  readonly name = 'CreateIntake1700000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table intake.input (
        sha256 text primary key,
        bytes bytea not null,
        door text not null,
        name text not null,
        format text not null,
        received_at timestamptz not null
      );
      create table intake.accepted (
        event_id text primary key,
        identity text not null,
        content text not null,
        contract text not null,
        sha256 text not null references intake.input,
        place text not null,
        "from" bigint not null,
        length int not null,
        recorded_at timestamptz not null,
        conflict boolean not null,
        unique (identity, content)
      );
      create table intake.refusal (
        sha256 text not null references intake.input,
        place text not null,
        reason text not null,
        expected text not null,
        at timestamptz not null,
        primary key (sha256, place, reason)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const INTAKE_SCHEMA: OwnedSchema = { schema: 'intake', migrations: [CreateIntake1700000000000] };
