import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DescribeTables1795641700006 } from './describe-tables.js';
import {
  AnnualRow,
  CounterRow,
  DistinctKeyRow,
  FactRow,
  ReportingOrder,
  RollupRow,
  SubjectRow,
  WithdrawnRow,
} from './tables.js';

/** The reporting store. First version. */
class CreateReporting1795469100000 implements MigrationInterface {
  static readonly formerly = 'CreateReporting1700000000000';
  readonly name = 'CreateReporting1795469100000';

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

/** What becomes of an order is seen here, too. */
class OneDeskForOrders1795641600004 implements MigrationInterface {
  readonly name = 'OneDeskForOrders1795641600004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table reporting.given_order (
        event text primary key, kind text not null, target text, given_at timestamptz, outcome text not null, reason text not null,
        at timestamptz not null, until timestamptz, body jsonb
      );
      create index given_order_target_idx on reporting.given_order (target);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** The word of the code: an entry is what one event says of a subject. */
class NameEntries1795654206000 implements MigrationInterface {
  readonly name = 'NameEntries1795654206000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table reporting.subject rename column pieces to entries;
      comment on table reporting.subject is 'What is known about each subject now, with the entries it was summed up from';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const REPORTING_SCHEMA: OwnedSchema = {
  schema: 'reporting',
  entities: [SubjectRow, FactRow, CounterRow, DistinctKeyRow, WithdrawnRow, RollupRow, AnnualRow, ReportingOrder],
  migrations: [
    CreateReporting1795469100000,
    OneDeskForOrders1795641600004,
    DescribeTables1795641700006,
    NameEntries1795654206000,
  ],
  onlyGrow: ['fact', 'withdrawn', 'annual', 'rollup'],
};
