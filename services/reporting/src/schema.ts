import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The reporting store. First version. */
class CreateReporting1700000000000 implements MigrationInterface {
  readonly name = 'CreateReporting1700000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- What is known about each subject now, with the pieces it was summed up from.
      create table reporting.subject (kind text, id text, version int not null, pieces jsonb not null, content jsonb, recorded_at timestamptz, primary key (kind, id));
      -- Append-only, two times: at is when it was true, recorded_at since when it is known. content is null when the subject no longer counts.
      create table reporting.fact (
        kind text not null, subject text not null, version int not null, event text not null, contract text not null, origins text[] not null,
        at timestamptz, recorded_at timestamptz not null, region text, content jsonb, primary key (kind, subject, version)
      );
      create index on reporting.fact (at);
      create index on reporting.fact (recorded_at);
      create index on reporting.fact (event);
      create table reporting.counter (
        indicator text, region text, dimension text, day date, amount numeric not null, primary key (indicator, day, region, dimension)
      );
      create table reporting.distinct_key (indicator text, year int, key text, facts int not null, primary key (indicator, year, key));
      -- An order may withdraw an event before it comes.
      create table reporting.withdrawn (event text primary key, order_event text not null, recorded_at timestamptz not null);
      create table reporting.rollup (
        name text, due_at timestamptz, ran_at timestamptz not null, outcome text not null check (outcome in ('done', 'skipped')), findings jsonb not null, primary key (name, due_at)
      );
      create table reporting.annual (year int, as_of timestamptz, made_at timestamptz not null, figures jsonb not null, primary key (year, as_of));
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const REPORTING_SCHEMA: OwnedSchema = { schema: 'reporting', migrations: [CreateReporting1700000000000] };
