import type { UtcInstant } from '@fengsui/contracts';
import { FlagColumn, InstantColumn, Key, TextColumn, TextsColumn, WholeColumn } from '@fengsui/database';
import { Check, Entity, Index } from 'typeorm';
import type { Right, Role } from '../roles.js';

@Entity({ schema: 'access', name: 'person', comment: 'People who may do something here, and services of integrators' })
@Index('person_os_user_key', ['osUser'], { unique: true })
@Index('person_oidc_key', ['oidcIssuer', 'oidcSubject'], { unique: true })
export class PersonRow {
  @Key('id, as the duty roster has it') id!: string;
  @TextColumn('name') name!: string;
  @FlagColumn('a service of an integrator, with tokens and no login') service!: boolean;
  @FlagColumn('an account of the demonstration: from this machine only') demonstration!: boolean;
  @TextColumn('argon2id hash of the password; null: no local login', { nullable: true }) passwordHash!: string | null;
  @TextColumn('secret of the one-time codes (TOTP, base32)', { nullable: true }) totpSecret!: string | null;
  @WholeColumn('time step of the last one-time code: none counts twice', { nullable: true }) totpStep!: number | null;
  @TextColumn('user of the operating system on this machine', { nullable: true }) osUser!: string | null;
  @TextColumn('identity provider', { nullable: true }) oidcIssuer!: string | null;
  @TextColumn('subject there', { nullable: true }) oidcSubject!: string | null;
  @WholeColumn('failed logins in a row', { default: 0 }) failures!: number;
  @InstantColumn('no login before', { nullable: true }) lockedUntil!: UtcInstant | null;
  @InstantColumn('entered at') createdAt!: UtcInstant;
  @InstantColumn('taken away at', { nullable: true }) disabledAt!: UtcInstant | null;
}

@Entity({ schema: 'access', name: 'granted_role', comment: 'Which person has which role for which authority' })
export class GrantedRoleRow {
  @Key('person') person!: string;
  @Key('role') role!: Role;
  @Key('division by GB/T 2260, with all that lies in it') authority!: string;
  @TextColumn('who gave it') grantedBy!: string;
  @InstantColumn('when') grantedAt!: UtcInstant;
}

@Entity({ schema: 'access', name: 'session', comment: 'Logins, and tokens of commands and integrators' })
@Index('session_person_idx', ['person'])
@Check('session_kind_check', `kind in ('browser', 'command', 'service')`)
export class SessionRow {
  @Key('SHA-256 of its token; the token is kept nowhere') id!: string;
  @TextColumn('person') person!: string;
  @TextColumn('browser, command or service') kind!: 'browser' | 'command' | 'service';
  @TextColumn('what a page must send along with an order; null: no cookie carries it', { nullable: true }) csrf!:
    string | null;
  @TextsColumn('rights that it is limited to; empty: those of the person') scope!: readonly Right[];
  @InstantColumn('began') startedAt!: UtcInstant;
  @InstantColumn('last act: fifteen minutes later it only watches') actedAt!: UtcInstant;
  @InstantColumn('ends at') endsAt!: UtcInstant;
  @FlagColumn('a second factor was shown') secondFactor!: boolean;
  @TextColumn('address that it came from') address!: string;
  @TextColumn('program that it came from') agent!: string;
  @InstantColumn('ended at', { nullable: true }) endedAt!: UtcInstant | null;
  @TextColumn('why it ended', { nullable: true }) endedBecause!: string | null;
}

@Entity({ schema: 'access', name: 'delegation', comment: 'Who may speak for whom, between two instants' })
@Index('delegation_agent_idx', ['agent'])
export class DelegationRow {
  @Key('number') id!: string;
  @TextColumn('whose right it is') principal!: string;
  @TextColumn('who speaks for them') agent!: string;
  @InstantColumn('from') beginsAt!: UtcInstant;
  @InstantColumn('until') endsAt!: UtcInstant;
  @TextColumn('why') reason!: string;
  @TextColumn('who wrote it down') givenBy!: string;
  @InstantColumn('when') givenAt!: UtcInstant;
  @InstantColumn('taken back at', { nullable: true }) withdrawnAt!: UtcInstant | null;
  @TextColumn('by whom', { nullable: true }) withdrawnBy!: string | null;
}

@Entity({ schema: 'access', name: 'one_time_link', comment: 'Links that work once' })
export class OneTimeLinkRow {
  @Key('SHA-256 of its token') id!: string;
  @TextColumn('what it is for: first-administrator, password') purpose!: 'first-administrator' | 'password';
  @TextColumn('for whom; null: whoever comes first', { nullable: true }) person!: string | null;
  @InstantColumn('works until') endsAt!: UtcInstant;
  @InstantColumn('used at', { nullable: true }) usedAt!: UtcInstant | null;
}

@Entity({
  schema: 'access',
  name: 'audit',
  comment: 'What was done, by whom, by which right: each record carries the hash of the one before',
})
@Index('audit_at_idx', ['at'])
export class AuditRow {
  @Key('number, counting up by one', 'int') seq!: number;
  @InstantColumn('when') at!: UtcInstant;
  @TextColumn('who') actor!: string;
  @TextColumn('by which right') right!: string;
  @TextColumn('from where') origin!: string;
  @TextColumn('what was done') act!: string;
  @TextColumn('to what') about!: string;
  @TextColumn('as it was before: JSON', { nullable: true }) before!: string | null;
  @TextColumn('as it was after: JSON', { nullable: true }) after!: string | null;
  @TextColumn('why') reason!: string;
  @TextColumn('hash of the record before') previous!: string;
  @TextColumn('SHA-256 of all the above') hash!: string;
}

@Entity({ schema: 'access', name: 'audit_seal', comment: 'What closes each day of the audit chain, signed' })
export class AuditSealRow {
  @Key('day in Beijing time') day!: string;
  @WholeColumn('number of its last record') seq!: number;
  @TextColumn('hash of that record') hash!: string;
  @InstantColumn('sealed at') at!: UtcInstant;
  @TextColumn('Ed25519 key, SPKI in base64') publicKey!: string;
  @TextColumn('signature over day, seq, hash and at, base64') signature!: string;
}
