import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  AuditRow,
  AuditSealRow,
  DelegationRow,
  GrantedRoleRow,
  OneTimeLinkRow,
  PersonRow,
  SessionRow,
} from './tables.js';

/** People, what they may do, their sessions, and the audit chain. */
class CreateAccess1795665600000 implements MigrationInterface {
  readonly name = 'CreateAccess1795665600000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(COMMENTS);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

const TABLES = `
  create table access.person (
    id text primary key, name text not null, service boolean not null, demonstration boolean not null, password_hash text,
    totp_secret text, totp_step int, os_user text, oidc_issuer text, oidc_subject text, failures int not null default 0,
    locked_until timestamptz, created_at timestamptz not null, disabled_at timestamptz
  );
  create unique index person_os_user_key on access.person (os_user);
  create unique index person_oidc_key on access.person (oidc_issuer, oidc_subject);
  create table access.granted_role (
    person text not null references access.person, role text not null, authority text not null, granted_by text not null,
    granted_at timestamptz not null, primary key (person, role, authority)
  );
  create table access.session (
    id text primary key, person text not null references access.person,
    kind text not null, constraint session_kind_check check (kind in ('browser', 'command', 'service')), csrf text,
    scope text[] not null, started_at timestamptz not null, acted_at timestamptz not null, ends_at timestamptz not null,
    second_factor boolean not null, address text not null, agent text not null, ended_at timestamptz, ended_because text
  );
  create index session_person_idx on access.session (person);
  create table access.delegation (
    id text primary key, principal text not null references access.person, agent text not null references access.person,
    begins_at timestamptz not null, ends_at timestamptz not null, reason text not null, given_by text not null,
    given_at timestamptz not null, withdrawn_at timestamptz, withdrawn_by text
  );
  create index delegation_agent_idx on access.delegation (agent);
  create table access.one_time_link (
    id text primary key, purpose text not null, person text references access.person, ends_at timestamptz not null, used_at timestamptz
  );
  create table access.audit (
    seq int primary key, at timestamptz not null, actor text not null, "right" text not null, origin text not null, act text not null,
    about text not null, before text, after text, reason text not null, previous text not null, hash text not null
  );
  create index audit_at_idx on access.audit (at);
  -- What was done stays as it was written, whoever is connected: only a table's owner could take this away again.
  create function access.refuse_change() returns trigger language plpgsql as $f$
    begin raise exception 'access.audit only grows'; end $f$;
  create trigger audit_only_grows before update or delete or truncate on access.audit
    for each statement execute function access.refuse_change();
`;
/** As the entities say it. */
const COMMENTS = `
  comment on table access.person is 'People who may do something here, and services of integrators';
  comment on column access.person."id" is 'id, as the duty roster has it';
  comment on column access.person."name" is 'name';
  comment on column access.person."service" is 'a service of an integrator, with tokens and no login';
  comment on column access.person."demonstration" is 'an account of the demonstration: from this machine only';
  comment on column access.person."password_hash" is 'argon2id hash of the password; null: no local login';
  comment on column access.person."totp_secret" is 'secret of the one-time codes (TOTP, base32)';
  comment on column access.person."totp_step" is 'time step of the last one-time code: none counts twice';
  comment on column access.person."os_user" is 'user of the operating system on this machine';
  comment on column access.person."oidc_issuer" is 'identity provider';
  comment on column access.person."oidc_subject" is 'subject there';
  comment on column access.person."failures" is 'failed logins in a row';
  comment on column access.person."locked_until" is 'no login before';
  comment on column access.person."created_at" is 'entered at';
  comment on column access.person."disabled_at" is 'taken away at';
  comment on table access.granted_role is 'Which person has which role for which authority';
  comment on column access.granted_role."person" is 'person';
  comment on column access.granted_role."role" is 'role';
  comment on column access.granted_role."authority" is 'division by GB/T 2260, with all that lies in it';
  comment on column access.granted_role."granted_by" is 'who gave it';
  comment on column access.granted_role."granted_at" is 'when';
  comment on table access.session is 'Logins, and tokens of commands and integrators';
  comment on column access.session."id" is 'SHA-256 of its token; the token is kept nowhere';
  comment on column access.session."person" is 'person';
  comment on column access.session."kind" is 'browser, command or service';
  comment on column access.session."csrf" is 'what a page must send along with an order; null: no cookie carries it';
  comment on column access.session."scope" is 'rights that it is limited to; empty: those of the person';
  comment on column access.session."started_at" is 'began';
  comment on column access.session."acted_at" is 'last act: fifteen minutes later it only watches';
  comment on column access.session."ends_at" is 'ends at';
  comment on column access.session."second_factor" is 'a second factor was shown';
  comment on column access.session."address" is 'address that it came from';
  comment on column access.session."agent" is 'program that it came from';
  comment on column access.session."ended_at" is 'ended at';
  comment on column access.session."ended_because" is 'why it ended';
  comment on table access.delegation is 'Who may speak for whom, between two instants';
  comment on column access.delegation."id" is 'number';
  comment on column access.delegation."principal" is 'whose right it is';
  comment on column access.delegation."agent" is 'who speaks for them';
  comment on column access.delegation."begins_at" is 'from';
  comment on column access.delegation."ends_at" is 'until';
  comment on column access.delegation."reason" is 'why';
  comment on column access.delegation."given_by" is 'who wrote it down';
  comment on column access.delegation."given_at" is 'when';
  comment on column access.delegation."withdrawn_at" is 'taken back at';
  comment on column access.delegation."withdrawn_by" is 'by whom';
  comment on table access.one_time_link is 'Links that work once';
  comment on column access.one_time_link."id" is 'SHA-256 of its token';
  comment on column access.one_time_link."purpose" is 'what it is for: first-administrator, password';
  comment on column access.one_time_link."person" is 'for whom; null: whoever comes first';
  comment on column access.one_time_link."ends_at" is 'works until';
  comment on column access.one_time_link."used_at" is 'used at';
  comment on table access.audit is 'What was done, by whom, by which right: each record carries the hash of the one before';
  comment on column access.audit."seq" is 'number, counting up by one';
  comment on column access.audit."at" is 'when';
  comment on column access.audit."actor" is 'who';
  comment on column access.audit."right" is 'by which right';
  comment on column access.audit."origin" is 'from where';
  comment on column access.audit."act" is 'what was done';
  comment on column access.audit."about" is 'to what';
  comment on column access.audit."before" is 'as it was before: JSON';
  comment on column access.audit."after" is 'as it was after: JSON';
  comment on column access.audit."reason" is 'why';
  comment on column access.audit."previous" is 'hash of the record before';
  comment on column access.audit."hash" is 'SHA-256 of all the above';
`;

/** Each day of the audit chain is closed with a signature. */
class SealAudit1795665600003 implements MigrationInterface {
  readonly name = 'SealAudit1795665600003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table access.audit_seal (
        day text primary key, seq int not null, hash text not null, at timestamptz not null, public_key text not null, signature text not null
      );
      create trigger audit_seal_only_grows before update or delete or truncate on access.audit_seal
        for each statement execute function access.refuse_change();
      comment on table access.audit_seal is 'What closes each day of the audit chain, signed';
      comment on column access.audit_seal."day" is 'day in Beijing time';
      comment on column access.audit_seal."seq" is 'number of its last record';
      comment on column access.audit_seal."hash" is 'hash of that record';
      comment on column access.audit_seal."at" is 'sealed at';
      comment on column access.audit_seal."public_key" is 'Ed25519 key, SPKI in base64';
      comment on column access.audit_seal."signature" is 'signature over day, seq, hash and at, base64';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const ACCESS_SCHEMA: OwnedSchema = {
  schema: 'access',
  entities: [PersonRow, GrantedRoleRow, SessionRow, DelegationRow, OneTimeLinkRow, AuditRow, AuditSealRow],
  migrations: [CreateAccess1795665600000, SealAudit1795665600003],
  onlyGrow: ['audit', 'audit_seal'],
  // Every service asks who knocks, and writes down what was done; hashes of passwords and secrets of codes are for the
  // one that logs people in.
  shared: ({ name }) => [
    `grant select (id, name, service, demonstration, disabled_at) on access.person to ${name}`,
    `grant select on access.granted_role, access.delegation, access.session to ${name}`,
    `grant update (acted_at) on access.session to ${name}`,
    `grant select, insert on access.audit to ${name}`,
  ],
};
