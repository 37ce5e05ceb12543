import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  EmergencyPeriods1795743000000,
  Obligations1795741200000,
  OtherEvidence1795742000000,
  PersonsOfTasks1795737700000,
} from './accounting-migrations.js';
import { DescribeTables1795641700003 } from './describe-tables.js';
import {
  AssessmentRow,
  BurningFireRow,
  ReportedIncidentRow,
  CountersignatureRow,
  DeclaredLevelRow,
  EmergencyPeriodRow,
  EndedWarningRow,
  ForecastRow,
  ItemRow,
  LevelHistoryRow,
  MeasuredRow,
  SituationRow,
  StormRow,
  LedgerRow,
  TaskPersonRow,
  NoticeRow,
  ObligationRow,
  RainBandRow,
  RainRow,
  ResponseOrder,
  DoubtfulStageRow,
  StageRow,
  StageSlotRow,
  StateRow,
  TaskRow,
  WarningRow,
} from './tables.js';

/** What the flood response remembers. First version. */
class CreateResponse1795469100000 implements MigrationInterface {
  static readonly formerly = 'CreateResponse1700000000000';
  readonly name = 'CreateResponse1795469100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table response.state (authority text, hazard text, body jsonb not null, primary key (authority, hazard));
      create table response.level_history (
        event text primary key, authority text not null, hazard text not null, at timestamptz not null, level text not null,
        decided_by text not null, reason text not null, plan text not null
      );
      create table response.warning (
        event text primary key, sender text not null, identifier text not null, sent_at timestamptz not null,
        event_code text not null, colour text, counties text[] not null, expires_at timestamptz, ended_by text
      );
      create index on response.warning (sender, identifier, sent_at);
      -- Updates and cancels may come before the message they refer to.
      create table response.ended_warning (sender text, identifier text, sent_at timestamptz, by_event text not null, primary key (sender, identifier, sent_at));
      create table response.stage (station text primary key, at timestamptz not null, stage_m float8 not null, event text not null, band int not null);
      create table response.rain (station text, minutes int, at timestamptz, mm float8 not null, event text not null, primary key (station, minutes, at));
      create table response.rain_band (station text primary key, band int not null, at timestamptz not null);
      create table response.forecast (
        station text, issuer text, issued_at timestamptz not null, valid_at timestamptz not null,
        stage_m float8, flow_m3s float8, return_period_years float8, event text not null, primary key (station, issuer, valid_at)
      );
      create table response.task (
        id text primary key, episode text not null, county text not null, risk_point text not null, name text not null, people int not null,
        organiser text not null, destination text not null, level text not null, raised_at timestamptz not null, due_at timestamptz not null,
        absent int not null default 0, refusing int not null default 0, moved int not null default 0,
        state text not null default 'raised' check (state in ('raised', 'moving', 'overdue', 'closed')), reason text not null, events text[] not null
      );
      create index on response.task (episode);
      create table response.moved (task text not null references response.task, person text not null, primary key (task, person));
      create table response.order_outcome (event text primary key, kind text not null, outcome text not null, reason text not null, at timestamptz not null);
      create table response.waiting_order (event text primary key, target text not null, body jsonb not null, until timestamptz not null);
      create index on response.waiting_order (target);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** The national form of a warning refers to another by its identifier alone. */
class EndByIdentifier1795479089000 implements MigrationInterface {
  static readonly formerly = 'EndByIdentifier1700000000001';
  readonly name = 'EndByIdentifier1795479089000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table response.ended_warning drop constraint ended_warning_pkey;
      alter table response.ended_warning alter column sender set not null, alter column identifier set not null, alter column sent_at drop not null;
      -- A bare identifier ends what was sent under it before the message that names it.
      alter table response.ended_warning add column before timestamptz;
      create unique index on response.ended_warning (sender, identifier, coalesce(sent_at, '-infinity'));
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** One table for what becomes of an order, the same in every service. */
class OneDeskForOrders1795641600000 implements MigrationInterface {
  readonly name = 'OneDeskForOrders1795641600000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table response.order_outcome rename to given_order;
      alter table response.given_order rename constraint order_outcome_pkey to given_order_pkey;
      alter table response.given_order
        add column target text, add column given_at timestamptz, add column until timestamptz, add column body jsonb;
      insert into response.given_order (event, kind, outcome, reason, at, target, given_at, until, body)
        select event, body->'data'->>'kind', 'waiting', 'for ' || target, (body->>'recordedAt')::timestamptz,
               target, (body->>'occurredAt')::timestamptz, until, body
        from response.waiting_order on conflict do nothing;
      drop table response.waiting_order;
      create index given_order_target_idx on response.given_order (target);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** The second person to an order that takes two. */
class Countersign1795665600001 implements MigrationInterface {
  readonly name = 'Countersign1795665600001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table response.countersignature ("order" text primary key, person text not null, at timestamptz not null);
      comment on table response.countersignature is 'The second person to an order that takes two';
      comment on column response.countersignature."order" is 'event of the order';
      comment on column response.countersignature."person" is 'who';
      comment on column response.countersignature."at" is 'when';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** A message may carry several signals, and a stage may have to wait for a second that agrees. */
class SignalsAndDoubts1795690000000 implements MigrationInterface {
  readonly name = 'SignalsAndDoubts1795690000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table response.warning add column part int not null default 0;
      alter table response.warning alter column part drop default;
      alter table response.warning drop constraint warning_pkey;
      alter table response.warning add constraint warning_pkey primary key (event, part);
      comment on table response.warning is 'Signals of weather warnings that concern floods here';
      comment on column response.warning."part" is 'which signal of the message, from 0';
      create table response.doubtful_stage (
        station text primary key, at timestamptz not null, stage_m double precision not null, event text not null);
      comment on table response.doubtful_stage is
        'The newest stage of a gauge that it cannot show, or not so soon: it waits for a second that agrees';
      comment on column response.doubtful_stage."station" is 'station';
      comment on column response.doubtful_stage."at" is 'measured at';
      comment on column response.doubtful_stage."stage_m" is 'metres above the station’s zero';
      comment on column response.doubtful_stage."event" is 'event';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** A warning of last year that comes today decides nothing. */
class LateWarnings1795700000000 implements MigrationInterface {
  readonly name = 'LateWarnings1795700000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table response.warning add column late boolean not null default false;
      comment on column response.warning."late" is 'history when it came in: it decides nothing';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** A place that nothing here knows waits for a person to say where it is. */
class UnplacedWarnings1795717000000 implements MigrationInterface {
  readonly name = 'UnplacedWarnings1795717000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table response.warning add column unplaced text, add column located_by text;
      comment on column response.warning."unplaced" is
        'words for where it holds that nothing here knows: all of its sender counts';
      comment on column response.warning."located_by" is 'order of the person who said where it holds';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Levels by area, why they are what they are, and what a person must look at. */
class LevelsByArea1795719600000 implements MigrationInterface {
  readonly name = 'LevelsByArea1795719600000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table response.level_history add column recorded_at timestamptz, add column areas jsonb;
      comment on column response.level_history."recorded_at" is 'when we knew of it; null: before that was kept';
      comment on column response.level_history."areas" is 'which level each part was under';
      alter table response.warning add column counts_until timestamptz;
      comment on column response.warning."counts_until" is
        'until when it is weighed; then a person is asked; null: as long as it holds';
      update response.warning set counts_until = expires_at;
      create table response.assessment (
        authority text, hazard text, at timestamptz, body jsonb not null, primary key (authority, hazard, at));
      comment on table response.assessment is 'Why the level was what it was, each time the answer changed';
      comment on column response.assessment."authority" is 'authority, GB/T 2260';
      comment on column response.assessment."hazard" is 'hazard';
      comment on column response.assessment."at" is 'from when on';
      comment on column response.assessment."body" is
        'what was called for, by what, what was weighed, what would change it';
      create table response.item (
        id text primary key, kind text not null, about text not null, words text not null, since timestamptz not null,
        closed_at timestamptz);
      comment on table response.item is 'What a person must look at';
      comment on column response.item."id" is 'kind and what it is about';
      comment on column response.item."kind" is 'kind';
      comment on column response.item."about" is 'what it is about';
      comment on column response.item."words" is 'in words';
      comment on column response.item."since" is 'since when';
      comment on column response.item."closed_at" is 'over since; null: open';
      create table response.stage_slot (
        station text, slot timestamptz, at timestamptz not null, stage_m double precision not null,
        primary key (station, slot));
      comment on table response.stage_slot is
        'The last reading of each half hour at each gauge, of the last hours: how fast the water rises';
      comment on column response.stage_slot."station" is 'station';
      comment on column response.stage_slot."slot" is 'beginning of the half hour';
      comment on column response.stage_slot."at" is 'measured at';
      comment on column response.stage_slot."stage_m" is 'metres above the station’s zero';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Several responses and authorities: what a response is issued against, and what others have declared. */
class OtherResponses1795725600000 implements MigrationInterface {
  readonly name = 'OtherResponses1795725600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table response.level_history add column issued_as text[];
      comment on column response.level_history."issued_as" is 'what it was issued against; null: before that was kept';
      create table response.notice (
        authority text, year int, number int, event text not null, at timestamptz not null, decided_by text not null,
        body jsonb not null, primary key (authority, year, number));
      comment on table response.notice is
        'Notices 应急响应通知 of what was ordered, numbered by authority and year without gaps';
      comment on column response.notice."authority" is 'authority, GB/T 2260';
      comment on column response.notice."year" is 'year in Beijing';
      comment on column response.notice."number" is 'number in the year';
      comment on column response.notice."event" is 'event of the change';
      comment on column response.notice."at" is 'from when on the change holds';
      comment on column response.notice."decided_by" is 'who ordered it';
      comment on column response.notice."body" is 'its parts as they stand on paper';
      create table response.declared_level (
        authority text, hazard text, hazards text[] not null, name text not null, kind text not null, level text not null,
        counties text[] not null, at timestamptz not null, event text not null, primary key (authority, hazard));
      comment on table response.declared_level is 'The levels that other authorities have declared, the last of each';
      comment on column response.declared_level."authority" is 'GB/T 2260 code, or the name of a department';
      comment on column response.declared_level."hazard" is 'one of those that its response is against';
      comment on column response.declared_level."hazards" is 'all of them';
      comment on column response.declared_level."name" is 'its name';
      comment on column response.declared_level."kind" is 'what authority it is';
      comment on column response.declared_level."level" is 'level; none: it has ended';
      comment on column response.declared_level."counties" is 'counties that it covers; none: all';
      comment on column response.declared_level."at" is 'from when on';
      comment on column response.declared_level."event" is 'event';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Which forest fires are reported up. */
class FireReports1796000000005 implements MigrationInterface {
  readonly name = 'FireReports1796000000005';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table response.burning_fire (
        fire text primary key, county text not null, since timestamptz not null, judged_at timestamptz not null,
        facts jsonb not null, is_over boolean not null
      );
      comment on table response.burning_fire is
        'Forest fires as they were judged: which of them are reported up, and for how long they have burned';
      comment on column response.burning_fire."fire" is 'fire';
      comment on column response.burning_fire."county" is 'county';
      comment on column response.burning_fire."since" is 'first sign';
      comment on column response.burning_fire."judged_at" is 'judged at';
      comment on column response.burning_fire."facts" is 'the verdict';
      comment on column response.burning_fire."is_over" is 'its open flame is out, or it is no fire of its own';
      comment on column response.obligation."kind" is
        'receipt, situation-report, step, incident-by-word, incident-in-writing, incident-follow-up or fire-report';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Two counties may give one number. */
class ReportedIncidents1796000000011 implements MigrationInterface {
  readonly name = 'ReportedIncidents1796000000011';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table response.reported_incident (number text primary key, county text not null);
      comment on table response.reported_incident is 'Accidents by their number, and whose number it is';
      comment on column response.reported_incident."number" is 'number; of another county with the same one, with @ and its code';
      comment on column response.reported_incident."county" is 'county that reported it first';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const RESPONSE_SCHEMA: OwnedSchema = {
  schema: 'response',
  entities: [
    StateRow,
    LevelHistoryRow,
    EmergencyPeriodRow,
    AssessmentRow,
    ItemRow,
    WarningRow,
    EndedWarningRow,
    StageRow,
    StageSlotRow,
    DoubtfulStageRow,
    RainRow,
    RainBandRow,
    ForecastRow,
    DeclaredLevelRow,
    MeasuredRow,
    SituationRow,
    StormRow,
    TaskRow,
    TaskPersonRow,
    LedgerRow,
    NoticeRow,
    BurningFireRow,
    ReportedIncidentRow,
    ObligationRow,
    ResponseOrder,
    CountersignatureRow,
  ],
  migrations: [
    CreateResponse1795469100000,
    EndByIdentifier1795479089000,
    OneDeskForOrders1795641600000,
    DescribeTables1795641700003,
    Countersign1795665600001,
    SignalsAndDoubts1795690000000,
    LateWarnings1795700000000,
    UnplacedWarnings1795717000000,
    LevelsByArea1795719600000,
    OtherResponses1795725600000,
    PersonsOfTasks1795737700000,
    Obligations1795741200000,
    OtherEvidence1795742000000,
    EmergencyPeriods1795743000000,
    FireReports1796000000005,
    ReportedIncidents1796000000011,
  ],
};
