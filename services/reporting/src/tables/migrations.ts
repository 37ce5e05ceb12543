import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ANALYST_VIEWS, createAnalystViews } from './analyst-views.js';
import { DescribeTables1795641700006 } from './describe-tables.js';
import {
  AnnualRow,
  BookedRow,
  ClosingRow,
  CounterRow,
  DefinitionRow,
  DistinctKeyRow,
  DocumentPdfRow,
  DocumentRow,
  DocumentStepRow,
  FactRow,
  ReportingOrder,
  RollupRow,
  SubjectRow,
  SuspicionRow,
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

/** Accidents that may be told twice. */
class Suspicions1796000000010 implements MigrationInterface {
  readonly name = 'Suspicions1796000000010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table reporting.suspicion (
        one text not null, other text not null, found_at timestamptz not null,
        state text not null constraint suspicion_state_check check (state in ('open', 'joined', 'apart')),
        joined text, "order" text, words text not null, primary key (one, other));
      comment on table reporting.suspicion is 'Accidents under two numbers that may be one, and what a person said of them';
      comment on column reporting.suspicion."one" is 'number of the one';
      comment on column reporting.suspicion."other" is 'number of the other';
      comment on column reporting.suspicion."found_at" is 'found, or decided, at';
      comment on column reporting.suspicion."state" is 'open, joined or apart';
      comment on column reporting.suspicion."joined" is 'which of the two counts no more';
      comment on column reporting.suspicion."order" is 'order by which it was decided';
      comment on column reporting.suspicion."words" is 'how alike they are, or why it was decided so';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** What was counted before it was written down what is. */
const COUNTED_BEFORE = `
  accidents.count accidents.deaths accidents.injuries accidents.loss accidents.major.count accidents.road.count
  accidents.road.deaths accidents.construction.count accidents.construction.deaths accidents.commerce.count
  accidents.commerce.deaths accidents.threeIndustries.count accidents.threeIndustries.deaths
  roadAccidents.larger.count roadAccidents.larger.deaths roadAccidents.larger.productionRelated fires.count
  fires.deaths fires.injuries fires.loss forestFires.count forestFires.deaths wildfires.judged
  response.flood.level4.started response.flood.level3.started transfers.people transfers.persons obligations.due
  obligations.inTime permits.handled permits.online inspections.enterprises inspections.visits hazards.found
  hazards.fixed leaders.inspections leaders.inspections.weeksCovered reminders.written interviews.counties
  interviews.departments mines.exited mines.closed mines.upgraded epidemic.batches epidemic.volunteers
  publicity.events exams.candidates drills.count consultations.count calls.count calls.answered3
  calls.answered10 calls.answered30 communities.nominated
`;

/** Which indicators are counted over all facts: one that comes later is counted over those that are there already. */
class BookedIndicators1796000000012 implements MigrationInterface {
  readonly name = 'BookedIndicators1796000000012';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table reporting.booked (indicator text primary key, version int not null);
      comment on table reporting.booked is 'Indicators that are counted over all facts there are';
      comment on column reporting.booked."indicator" is 'indicator';
      comment on column reporting.booked."version" is 'version of its definition';
      insert into reporting.booked
        select id, 1 from regexp_split_to_table(trim('${COUNTED_BEFORE.trim()}'), '\\s+') as id
        where exists (select 1 from reporting.fact);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/**
 * Counters know since when: figures as of any day come from them, and distinct things are counted in any period. What
 * is in them comes from the facts, and is counted again at the first start.
 */
class CountersOfTwoTimes1796000000020 implements MigrationInterface {
  readonly name = 'CountersOfTwoTimes1796000000020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      drop table reporting.counter, reporting.distinct_key, reporting.booked;
      create table reporting.counter (
        indicator text, day date, region text, recorded_day date, amount numeric not null,
        primary key (indicator, day, region, recorded_day));
      create table reporting.distinct_key (
        indicator text, day date, key text, region text, recorded_day date, facts int not null,
        primary key (indicator, day, key, region, recorded_day));
      create table reporting.booked (indicator text primary key, hash text not null);
      create table reporting.definition (
        indicator text, version int, since timestamptz, definition jsonb not null, primary key (indicator, version, since));
      create index fact_kind_at_idx on reporting.fact (kind, at);
      drop index reporting.fact_at_idx;
      comment on table reporting.counter is 'What each indicator comes to, by the day on which it happened and the day since when it is known';
      comment on column reporting.counter."indicator" is 'indicator, or facts: and a kind of fact, for how many are held';
      comment on column reporting.counter."day" is 'day in Asia/Shanghai';
      comment on column reporting.counter."region" is 'GB/T 2260 code';
      comment on column reporting.counter."recorded_day" is 'day in Asia/Shanghai since when it is known';
      comment on column reporting.counter."amount" is 'sum over what became known of the day on that day';
      comment on table reporting.distinct_key is 'Keys that an indicator counts once in a period';
      comment on column reporting.distinct_key."indicator" is 'indicator';
      comment on column reporting.distinct_key."day" is 'day in Asia/Shanghai';
      comment on column reporting.distinct_key."key" is 'what is counted once';
      comment on column reporting.distinct_key."region" is 'GB/T 2260 code';
      comment on column reporting.distinct_key."recorded_day" is 'day in Asia/Shanghai since when it is known';
      comment on column reporting.distinct_key."facts" is 'facts that have it, less those that have it no more';
      comment on table reporting.booked is 'Indicators that are counted over all facts there are';
      comment on column reporting.booked."indicator" is 'indicator';
      comment on column reporting.booked."hash" is 'hash of what it counts';
      comment on table reporting.definition is 'What each indicator has counted, and since when';
      comment on column reporting.definition."indicator" is 'indicator';
      comment on column reporting.definition."version" is 'version of its definition';
      comment on column reporting.definition."since" is 'counted so since';
      comment on column reporting.definition."definition" is 'its definition';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** For whoever analyses, in the bureau's words; a role of their own reads these and nothing else. */
class AnalystViews1796000000022 implements MigrationInterface {
  readonly name = 'AnalystViews1796000000022';

  async up(db: QueryRunner): Promise<void> {
    await db.query(createAnalystViews());
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Drafts, who checked and who signed them. */
class Documents1796000000024 implements MigrationInterface {
  readonly name = 'Documents1796000000024';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table reporting.document (
        period text, template text, version int, made_at timestamptz not null, as_of timestamptz not null, made_by text not null,
        sha256 text not null, bytes text not null, figures jsonb not null, missing jsonb not null, findings jsonb not null,
        differences jsonb, primary key (period, template, version));
      create table reporting.document_step (
        period text, template text, version int, step text constraint document_step_check check (step in ('checked', 'signed')),
        by text not null, at timestamptz not null, "order" text not null, words text not null, primary key (period, template, version, step));
      comment on table reporting.document is 'Every version of every report, as it was written; none changes';
      comment on column reporting.document."period" is 'period, as a person writes it';
      comment on column reporting.document."template" is 'template';
      comment on column reporting.document."version" is 'counts up';
      comment on column reporting.document."made_at" is 'written at';
      comment on column reporting.document."as_of" is 'as known then';
      comment on column reporting.document."made_by" is 'person who had it written, or the roll-up';
      comment on column reporting.document."sha256" is 'SHA-256 of its bytes';
      comment on column reporting.document."bytes" is 'its bytes, base64';
      comment on column reporting.document."figures" is 'figures of its period';
      comment on column reporting.document."missing" is 'sentences left out';
      comment on column reporting.document."findings" is 'what the checker found in it';
      comment on column reporting.document."differences" is 'figures that differ from the version signed last, with the cases; null: none was signed';
      comment on table reporting.document_step is 'Who checked and who signed a version of a report';
      comment on column reporting.document_step."period" is 'period';
      comment on column reporting.document_step."template" is 'template';
      comment on column reporting.document_step."version" is 'version';
      comment on column reporting.document_step."step" is 'checked or signed';
      comment on column reporting.document_step."by" is 'person';
      comment on column reporting.document_step."at" is 'when';
      comment on column reporting.document_step."order" is 'order by which';
      comment on column reporting.document_step."words" is 'what they said';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Counties that close a period, and what a report is called. */
class Closings1796000000030 implements MigrationInterface {
  readonly name = 'Closings1796000000030';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table reporting.document add column title text not null default '';
      alter table reporting.document alter column title drop default;
      comment on column reporting.document."title" is 'what it is called';
      comment on column reporting.document."missing" is 'sentences left out, and what is owed';
      alter table reporting.document_step drop constraint document_step_check,
        add constraint document_step_check check (step in ('checked', 'signed', 'dropped'));
      comment on column reporting.document_step."step" is 'checked, signed or dropped';
      create table reporting.document_pdf (
        period text, template text, version int, made_at timestamptz not null, sha256 text not null, bytes text not null,
        primary key (period, template, version));
      comment on table reporting.document_pdf is 'The PDF beside a signed version of a report';
      comment on column reporting.document_pdf."period" is 'period';
      comment on column reporting.document_pdf."template" is 'template';
      comment on column reporting.document_pdf."version" is 'version';
      comment on column reporting.document_pdf."made_at" is 'made at';
      comment on column reporting.document_pdf."sha256" is 'SHA-256 of its bytes';
      comment on column reporting.document_pdf."bytes" is 'its bytes, base64';
      create table reporting.closing (
        period text, county text, at timestamptz, by text not null, "order" text not null, figures jsonb not null,
        primary key (period, county, at));
      ${createAnalystViews().replaceAll('create view', 'create or replace view')}
      comment on table reporting.closing is 'Counties that vouched for their figures of a period, and with which';
      comment on column reporting.closing."period" is 'period, by its name';
      comment on column reporting.closing."county" is 'county';
      comment on column reporting.closing."at" is 'when';
      comment on column reporting.closing."by" is 'person';
      comment on column reporting.closing."order" is 'order by which';
      comment on column reporting.closing."figures" is 'what each figure came to then, by its id';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const REPORTING_SCHEMA: OwnedSchema = {
  schema: 'reporting',
  entities: [
    BookedRow,
    SubjectRow,
    FactRow,
    CounterRow,
    DefinitionRow,
    DistinctKeyRow,
    DocumentRow,
    DocumentStepRow,
    DocumentPdfRow,
    ClosingRow,
    WithdrawnRow,
    SuspicionRow,
    RollupRow,
    AnnualRow,
    ReportingOrder,
  ],
  migrations: [
    CreateReporting1795469100000,
    OneDeskForOrders1795641600004,
    DescribeTables1795641700006,
    NameEntries1795654206000,
    Suspicions1796000000010,
    BookedIndicators1796000000012,
    CountersOfTwoTimes1796000000020,
    AnalystViews1796000000022,
    Documents1796000000024,
    Closings1796000000030,
  ],
  views: ANALYST_VIEWS.map(({ name }) => name),
  onlyGrow: [
    'fact',
    'withdrawn',
    'annual',
    'rollup',
    'definition',
    'document',
    'document_step',
    'document_pdf',
    'closing',
  ],
};
