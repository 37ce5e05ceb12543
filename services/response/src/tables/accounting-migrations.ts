import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Persons of a task with what is known of each, and the ledgers that they stand in. */
export class PersonsOfTasks1795737700000 implements MigrationInterface {
  readonly name = 'PersonsOfTasks1795737700000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table response.moved rename to task_person;
      comment on table response.task_person is 'What is known of each person in which task';
      alter table response.task_person rename constraint moved_pkey to task_person_pkey;
      alter table response.task_person add column state text not null default 'moved',
        add column at timestamptz, add column shelter text, add column event text,
        add constraint task_person_state_check
          check (state in ('told', 'moved', 'checked-in', 'elsewhere', 'refused', 'not-found'));
      comment on column response.task_person."state" is 'told, moved, checked-in, elsewhere, refused or not-found';
      comment on column response.task_person."at" is 'since when; null: before that was kept';
      comment on column response.task_person."shelter" is 'shelter to which they came';
      comment on column response.task_person."event" is 'order that reported it; null: before that was kept';
      alter table response.task drop constraint task_state_check,
        add constraint task_state_check check (state in ('raised', 'moving', 'overdue', 'unverified', 'closed')),
        add column told int not null default 0, add column elsewhere int not null default 0,
        add column refused int not null default 0, add column not_found int not null default 0,
        add column phase text not null default 'move', add column reminders int not null default 0,
        add column released_at timestamptz;
      comment on column response.task."state" is 'raised, moving, overdue, unverified or closed';
      comment on column response.task."told" is 'told by name, and not moved yet';
      comment on column response.task."elsewhere" is 'of those not there, by name';
      comment on column response.task."refused" is 'of those refusing, by name';
      comment on column response.task."not_found" is 'looked for and not found, by name';
      comment on column response.task."phase" is 'prepare or move';
      comment on column response.task."reminders" is 'how often it was called overdue';
      comment on column response.task."released_at" is 'who was moved may go home since; null: not yet';
      create table response.ledger (
        risk_point text primary key, at timestamptz not null, recorded_at timestamptz not null, event text not null,
        people int not null, households jsonb not null);
      comment on table response.ledger is 'Who lives at each risk point, by pseudonym: the newest ledger';
      comment on column response.ledger."risk_point" is 'risk point of the plan';
      comment on column response.ledger."at" is 'drawn up on';
      comment on column response.ledger."recorded_at" is 'came in at';
      comment on column response.ledger."event" is 'event';
      comment on column response.ledger."people" is 'persons';
      comment on column response.ledger."households" is
        'households with their persons, contact, time, manner, route and shelter';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Receipts, reports and steps that somebody owes by a time. */
export class Obligations1795741200000 implements MigrationInterface {
  readonly name = 'Obligations1795741200000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table response.obligation (
        matter text, owner text, owner_name text not null, kind text not null, authority text not null, about text not null,
        words text not null, due_at timestamptz, state text not null default 'open', done_at timestamptz, done_by text,
        reminders int not null default 0, primary key (matter, owner),
        constraint obligation_state_check check (state in ('open', 'met', 'dropped')));
      create index obligation_about_idx on response.obligation (about);
      comment on table response.obligation is 'What somebody owes by a time, until it is done or needed no more';
      comment on column response.obligation."matter" is 'what it belongs to: several owe it together';
      comment on column response.obligation."owner" is 'who owes it';
      comment on column response.obligation."owner_name" is 'name of who owes it';
      comment on column response.obligation."kind" is
        'receipt, situation-report, step, incident-by-word, incident-in-writing or incident-follow-up';
      comment on column response.obligation."authority" is 'to whom';
      comment on column response.obligation."about" is 'response or incident';
      comment on column response.obligation."words" is 'what, in words';
      comment on column response.obligation."due_at" is 'by when; null: by no time';
      comment on column response.obligation."state" is 'open, met or dropped';
      comment on column response.obligation."done_at" is 'done or dropped at';
      comment on column response.obligation."done_by" is 'who said so';
      comment on column response.obligation."reminders" is 'how often it was called overdue';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Discharges, reservoirs, reports and storms as evidence. */
export class OtherEvidence1795742000000 implements MigrationInterface {
  readonly name = 'OtherEvidence1795742000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table response.measured (
        station text, quantity text, at timestamptz not null, value float8 not null, event text not null,
        primary key (station, quantity));
      comment on table response.measured is 'The newest discharge or reservoir level at each gauge';
      comment on column response.measured."station" is 'station';
      comment on column response.measured."quantity" is 'flow or reservoir-level';
      comment on column response.measured."at" is 'measured at';
      comment on column response.measured."value" is 'cubic metres a second, or metres';
      comment on column response.measured."event" is 'event';
      create table response.situation (
        report_id text primary key, kind text not null, grade text not null, counties text[] not null, river text,
        over boolean not null, until_at timestamptz, reported_by text not null, at timestamptz not null, event text not null);
      comment on table response.situation is 'What is reported of dikes, dams and water, the last of each';
      comment on column response.situation."report_id" is 'number of the report';
      comment on column response.situation."kind" is
        'dike, dam, waterlogging, landslide, numbered-flood, discharge, rain-forecast or consultation';
      comment on column response.situation."grade" is 'how grave';
      comment on column response.situation."counties" is 'where';
      comment on column response.situation."river" is 'river, reservoir or place';
      comment on column response.situation."over" is 'it is over';
      comment on column response.situation."until_at" is 'until when it holds; null: until it is over';
      comment on column response.situation."reported_by" is 'who says so';
      comment on column response.situation."at" is 'stood so at';
      comment on column response.situation."event" is 'event';
      create table response.storm (
        storm_id text, issuer text, kind text, at timestamptz, issued_at timestamptz not null, name text, grade text not null,
        km float8 not null, event text not null, primary key (storm_id, issuer, kind, at));
      comment on table response.storm is 'Where storms are, and are forecast to be';
      comment on column response.storm."storm_id" is 'number of the storm';
      comment on column response.storm."issuer" is 'issuer';
      comment on column response.storm."kind" is 'analysis or forecast';
      comment on column response.storm."at" is 'moment of the position';
      comment on column response.storm."issued_at" is 'issued at';
      comment on column response.storm."name" is 'name';
      comment on column response.storm."grade" is 'grade';
      comment on column response.storm."km" is 'kilometres from the nearest county';
      comment on column response.storm."event" is 'event';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Emergency flood periods. */
export class EmergencyPeriods1795743000000 implements MigrationInterface {
  readonly name = 'EmergencyPeriods1795743000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table response.emergency_period (
        authority text, began_at timestamptz, counties text[] not null, declared_by text not null, reason text not null,
        event text not null, ended_at timestamptz, ended_by text, primary key (authority, began_at));
      comment on table response.emergency_period is 'Emergency flood periods of each authority, for good';
      comment on column response.emergency_period."authority" is 'authority, GB/T 2260';
      comment on column response.emergency_period."began_at" is 'declared at';
      comment on column response.emergency_period."counties" is 'where; none: everywhere';
      comment on column response.emergency_period."declared_by" is 'who declared it';
      comment on column response.emergency_period."reason" is 'why';
      comment on column response.emergency_period."event" is 'order';
      comment on column response.emergency_period."ended_at" is 'lifted at; null: in force';
      comment on column response.emergency_period."ended_by" is 'who lifted it';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
