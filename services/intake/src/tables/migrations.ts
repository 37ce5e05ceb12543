import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DescribeTables1795641700002 } from './describe-tables.js';
import {
  AcceptedRow,
  AnsweredRow,
  InputPartRow,
  InputRow,
  NoteRow,
  UnknownRow,
  GapRow,
  SourceSeenRow,
  RefusalRow,
  SeenLinkRow,
  SourceRow,
  PersonKeyRow,
  PersonRow,
} from './tables.js';

/** What came in, byte for byte, and what became of it. First version. */
class CreateIntake1795469100000 implements MigrationInterface {
  static readonly formerly = 'CreateIntake1700000000000';
  readonly name = 'CreateIntake1795469100000';

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

/** Inputs too large for one value, other spellings of one fact, what was odd, what was polled, who asked twice. */
class AddDoors1795479089000 implements MigrationInterface {
  static readonly formerly = 'AddDoors1700000000001';
  readonly name = 'AddDoors1795479089000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table intake.input_part (sha256 text, "from" bigint, bytes bytea not null, primary key (sha256, "from"));
      alter table intake.input_part alter column bytes set storage external;
      insert into intake.input_part select sha256, 0, bytes from intake.input;
      alter table intake.input add column size bigint;
      update intake.input set size = length(bytes);
      alter table intake.input alter column size set not null, drop column bytes;
      -- The first under an identity has it as its id; only conflicts need to be found by the identity itself.
      alter table intake.accepted drop constraint accepted_identity_content_key, drop constraint accepted_sha256_fkey;
      create index on intake.accepted (identity) where conflict;
      -- What the identity would be with fewer decimals, hashed: a fact published again, rounded, is the same fact.
      alter table intake.accepted add column coarse uuid[], add column may_be_coarse boolean not null default false;
      alter table intake.accepted alter column event_id type text collate "C", alter column identity type text collate "C";
      create index on intake.accepted (event_id) where may_be_coarse;
      create index on intake.accepted using gin (coarse) with (fastupdate = on) where coarse is not null;
      create table intake.note (sha256 text not null references intake.input, place text not null, note text not null, primary key (sha256, place, note));
      create table intake.source (
        name text primary key, etag text, last_modified text, asked_at timestamptz, heard_at timestamptz, silent_since timestamptz,
        failures int not null default 0, last_error text
      );
      create table intake.seen_link (source text, link text, seen_at timestamptz not null, primary key (source, link));
      create table intake.answered (
        feeder text, key text, sha256 text not null, door text not null, status int not null, answer jsonb not null, at timestamptz not null,
        primary key (feeder, key)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** An entry of an index that cannot be taken is reported once, and left alone after some tries. */
class DeadLinks1795690000001 implements MigrationInterface {
  readonly name = 'DeadLinks1795690000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table intake.seen_link add column failures int not null default 0, add column error text;
      comment on column intake.seen_link."failures" is 'times that it could not be taken; 0: taken';
      comment on column intake.seen_link."error" is 'why not, the last time';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** What the plan does not know is counted; what sources missed and gave is on record. */
class CountUnknown1795700000002 implements MigrationInterface {
  readonly name = 'CountUnknown1795700000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table intake.unknown (
        kind text, name text, actor text, first_at timestamptz not null, last_at timestamptz not null,
        records bigint not null, primary key (kind, name, actor));
      create table intake.gap (
        source text, from_at timestamptz, to_at timestamptz not null, reaches timestamptz, state text not null,
        primary key (source, from_at));
      comment on table intake.gap is 'Times for which a source was silent, and whether they were filled';
      comment on column intake.gap."source" is 'source';
      comment on column intake.gap."from_at" is 'last heard before';
      comment on column intake.gap."to_at" is 'heard again';
      comment on column intake.gap."reaches" is 'what it then gave reaches back to here; null: nobody can say';
      comment on column intake.gap."state" is 'refilled, in part or lost';
      create table intake.source_seen (
        source text, satellite text, newest_at timestamptz not null, received_at timestamptz not null,
        pass_rows bigint not null, records bigint not null, primary key (source, satellite));
      comment on table intake.source_seen is 'What the polled sources gave, by satellite where there is one';
      comment on column intake.source_seen."source" is 'source';
      comment on column intake.source_seen."satellite" is 'satellite; empty for anything else';
      comment on column intake.source_seen."newest_at" is 'newest that it gave: happened at';
      comment on column intake.source_seen."received_at" is 'and came in at';
      comment on column intake.source_seen."pass_rows" is 'records of that moment: of a satellite, its pass';
      comment on column intake.source_seen."records" is 'records since the beginning';
      alter table intake.input add column published_at timestamptz;
      comment on column intake.input."published_at" is 'published at, as its source says';
      comment on table intake.unknown is
        'Stations, senders and places that the plan does not know, and how much came in under each';
      comment on column intake.unknown."kind" is 'station, sender or place';
      comment on column intake.unknown."name" is 'as it was written';
      comment on column intake.unknown."actor" is 'feeder, folder or source';
      comment on column intake.unknown."first_at" is 'first came in';
      comment on column intake.unknown."last_at" is 'last came in';
      comment on column intake.unknown."records" is 'records';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Who is named is known by pseudonyms only; names lie sealed. */
class SealPersons1795737600000 implements MigrationInterface {
  readonly name = 'SealPersons1795737600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table intake.input add column sealed_under text;
      comment on column intake.input."sealed_under" is
        'key under which its bytes are sealed, because it may name persons; null: as they came';
      comment on column intake.input_part."bytes" is 'the bytes as they came, or sealed';
      create table intake.person (
        person text primary key, key_name text not null, sealed bytea not null, at timestamptz not null);
      comment on table intake.person is 'Whom pseudonyms stand for, sealed under a key outside the database';
      comment on column intake.person."person" is 'pseudonym';
      comment on column intake.person."key_name" is 'key: of the ledger, or of a response';
      comment on column intake.person."sealed" is 'name, telephone and address, sealed';
      comment on column intake.person."at" is 'written at';
      create table intake.person_key (
        key_name text primary key, used_at timestamptz not null, destroyed_at timestamptz);
      comment on table intake.person_key is 'Keys for what names persons, and when they were destroyed';
      comment on column intake.person_key."key_name" is 'which key';
      comment on column intake.person_key."used_at" is 'something came in under it last';
      comment on column intake.person_key."destroyed_at" is 'destroyed at; null: it is in use';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** When something came in last is asked of sources that send by themselves. */
class PushedSources1795790000002 implements MigrationInterface {
  readonly name = 'PushedSources1795790000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index input_received_idx on intake.input (received_at)');
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const INTAKE_SCHEMA: OwnedSchema = {
  schema: 'intake',
  entities: [
    InputRow,
    InputPartRow,
    AcceptedRow,
    RefusalRow,
    NoteRow,
    UnknownRow,
    GapRow,
    SourceSeenRow,
    SourceRow,
    SeenLinkRow,
    AnsweredRow,
    PersonRow,
    PersonKeyRow,
  ],
  migrations: [
    CreateIntake1795469100000,
    AddDoors1795479089000,
    DescribeTables1795641700002,
    DeadLinks1795690000001,
    CountUnknown1795700000002,
    SealPersons1795737600000,
    PushedSources1795790000002,
  ],
  onlyGrow: ['input', 'input_part', 'accepted', 'refusal', 'note'],
};
