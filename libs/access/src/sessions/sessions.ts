import { AccessFault } from '../access-fault.js';
import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { Clock, insertRows, one, rows, run, type Tx } from '@fengsui/database';
import { IsNull, Not, type DataSource } from 'typeorm';
import { append } from '../audit/chain.js';
import type { Identity } from '../identity.js';
import { act, endSessions, grantsOf, known } from '../people/people.js';
import { spokenFor } from '../people/delegations.js';
import { DECIDING, type Right } from '../roles.js';
import { secret, sha256 } from '../secrets.js';
import { PersonRow, SessionRow } from '../tables/tables.js';

/** After this long without an act a session only watches: it shows and rings until the second factor comes again. */
const ACTS_FOR_MINUTES = 15;
/** The length of a long shift: then everybody logs in again. */
const LIVES_MINUTES = 12 * 60;
/** Tokens begin with this, so that a scanner for secrets, and a door, know one. */
export const TOKEN_PREFIX = 'fst_';

export type Began = Readonly<{ token: string; csrf: string; session: string; endsAt: UtcInstant }>;
export type From = Readonly<{ address: string; agent: string }>;
/** What a request carries of itself. */
export type Credential = Readonly<{ token: string; by: 'cookie' | 'bearer' }>;

export type SessionView = Readonly<{
  id: string;
  kind: string;
  startedAt: UtcInstant;
  actedAt: UtcInstant;
  endsAt: UtcInstant;
  address: string;
  agent: string;
}>;

type Found = Readonly<{
  id: string;
  person: string;
  name: string;
  kind: SessionRow['kind'];
  csrf: string | null;
  scope: readonly Right[];
  actedAt: UtcInstant;
  secondFactor: boolean;
  address: string;
  demonstration: boolean;
}>;

/** Sessions and tokens of people who were authenticated. */
export class Sessions {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Begins a session for somebody who has shown who they are. */
  async begin(tx: Tx, person: PersonRow, from: From, secondFactor: boolean): Promise<Began> {
    const now = await this.clock.now(tx);
    const agent = from.agent.slice(0, 300);
    const opened = { person: person.id, address: from.address, agent, secondFactor, startedAt: now };
    const began = await this.open(tx, { ...opened, endsAt: addMinutes(now, LIVES_MINUTES) });
    const doer = { actor: person.id, right: 'login', origin: `browser ${from.address}`, reason: '' };
    await append(tx, act(doer, 'session.began', began.session, null, { secondFactor, agent }), now);
    return began;
  }

  /** A row with a token and a page's word of its own. */
  private async open(
    tx: Tx,
    opened: Pick<SessionRow, 'person' | 'address' | 'agent' | 'secondFactor' | 'startedAt' | 'endsAt'>,
  ): Promise<Began> {
    const [token, csrf] = [`${TOKEN_PREFIX}${secret()}`, secret()];
    const id = sha256(token);
    const { startedAt, endsAt } = opened;
    await insertRows(tx, SessionRow, [{ ...opened, id, kind: 'browser', csrf, scope: [], actedAt: startedAt }]);
    return { token, csrf, session: short(id), endsAt };
  }

  /**
   * A token for a program, limited to some rights. @param days how long it works
   */
  async newToken(
    tx: Tx,
    given: Readonly<{ person: string; kind: 'command' | 'service'; scope: readonly Right[]; days: number }>,
    doer: Readonly<{ actor: string; right: string; origin: string; reason: string }>,
  ): Promise<string> {
    const now = await this.clock.now(tx);
    const token = `${TOKEN_PREFIX}${secret()}`;
    const { person, kind, scope, days } = given;
    await known(tx, person);
    if (kind === 'service' && scope.some((right) => DECIDING.has(right)))
      throw new AccessFault('令牌不得含签发、核查、撤销、补录 / a token is for nothing that decides');
    const endsAt = addMinutes(now, days * 1_440);
    const row = { id: sha256(token), person, kind, csrf: null, scope, startedAt: now, actedAt: now, endsAt };
    await insertRows(tx, SessionRow, [{ ...row, secondFactor: false, address: '', agent: kind }]);
    await append(tx, act(doer, 'token.made', short(row.id), null, { person, kind, scope, endsAt }), now);
    return token;
  }

  /** Who holds this token now. @returns null when nobody does: it ended, was never one, or its person was taken away */
  async identify({ token }: Credential): Promise<(Identity & Readonly<{ demonstration: boolean }>) | null> {
    if (!token.startsWith(TOKEN_PREFIX)) return null;
    const now = await this.clock.now();
    const found = await one<Found>(
      this.db,
      `select s.id, s.person, p.name, s.kind, s.csrf, s.scope, s.acted_at as "actedAt", s.second_factor as "secondFactor", s.address,
              p.demonstration
       from access.session s join access.person p on p.id = s.person
       where s.id = $1 and s.ended_at is null and s.ends_at > $2 and p.disabled_at is null`,
      [sha256(token), now],
    );
    if (found === null) return null;
    const { id, person, name, kind, csrf, scope, address, secondFactor } = found;
    return {
      person,
      name,
      grants: await grantsOf(this.db, person),
      delegations: await spokenFor(this.db, person, now),
      scope: scope.length === 0 ? null : new Set(scope),
      acts: kind !== 'browser' || addMinutes(found.actedAt, ACTS_FOR_MINUTES) > now,
      secondFactor,
      session: short(id),
      origin: `${kind} ${address}`.trim(),
      csrf,
      demonstration: found.demonstration,
    };
  }

  /** An act moves the lock on. Sessions that only watch are not moved by looking. */
  async acted(token: string): Promise<void> {
    const now = await this.clock.now();
    await run(
      this.db,
      `update access.session set acted_at = $2 where id = $1 and acted_at > $2::timestamptz - make_interval(mins => $3)`,
      [sha256(token), now, ACTS_FOR_MINUTES],
    );
  }

  /**
   * The factors were shown again: the session acts for another fifteen minutes, under a new token, until it would have
   * ended anyway.
   */
  async unlock(tx: Tx, token: string, { id: person, totpSecret }: PersonRow, from: From): Promise<Began> {
    const now = await this.clock.now(tx);
    const table = tx.getRepository(SessionRow);
    const { endsAt, agent } = await table.findOneByOrFail({ id: sha256(token) });
    await table.update({ id: sha256(token) }, { endedAt: now, endedBecause: 'unlocked under a new token' });
    const { address } = from;
    const opened = { person, address, agent, secondFactor: totpSecret !== null, startedAt: now };
    const began = await this.open(tx, { ...opened, endsAt });
    const doer = { actor: person, right: 'login', origin: `browser ${address}`, reason: '' };
    await append(tx, act(doer, 'session.unlocked', began.session, short(sha256(token)), null), now);
    return began;
  }

  /** Ends one session of one's own, by enough of its number to tell it. @returns how many that were */
  async endOne(who: Identity, session: string): Promise<number> {
    return this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      const ended = await run(
        tx,
        `update access.session set ended_at = $3, ended_because = 'ended by its owner'
         where person = $1 and left(id, 12) = $2 and ended_at is null`,
        [who.person, session, now],
      );
      if (ended > 0) await append(tx, act(byThemselves(who), 'session.ended', session, null, null), now);
      return ended;
    });
  }

  /** Signs out. */
  async end(token: string, who: Identity): Promise<void> {
    await this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      await tx.getRepository(SessionRow).update({ id: sha256(token) }, { endedAt: now, endedBecause: 'signed out' });
      await append(tx, act(byThemselves(who), 'session.ended', who.session ?? '', null, null), now);
    });
  }

  /** Somebody logs in where this session was open. */
  async replaced(token: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const table = tx.getRepository(SessionRow);
      const row = await table.findOneBy({ id: sha256(token), kind: 'browser', endedAt: IsNull() });
      if (row === null) return;
      const now = await this.clock.now(tx);
      await table.update({ id: row.id }, { endedAt: now, endedBecause: 'somebody logged in there' });
      const doer = { actor: row.person, right: 'login', origin: `browser ${row.address}`, reason: '' };
      await append(tx, act(doer, 'session.ended', short(row.id), null, null), now);
    });
  }

  /** Ends every other session of who changed their password. */
  async endOthers(tx: Tx, token: string, who: Identity): Promise<void> {
    const now = await this.clock.now(tx);
    const others = { person: who.person, kind: 'browser' as const, endedAt: IsNull(), id: Not(sha256(token)) };
    await tx.getRepository(SessionRow).update(others, { endedAt: now, endedBecause: 'the password was changed' });
    await append(tx, act(byThemselves(who), 'password.changed', who.person, null, null), now);
  }

  /** Signs out everywhere. @returns how many sessions and tokens that were */
  async endAll(who: Identity): Promise<number> {
    return this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      const ended = await endSessions(tx, who.person, 'signed out everywhere', now);
      await append(tx, act(byThemselves(who), 'sessions.ended', who.person, null, { ended }), now);
      return ended;
    });
  }

  async of(person: string): Promise<SessionView[]> {
    return rows<SessionView>(
      this.db,
      `select left(id, 12) as id, kind, started_at as "startedAt", acted_at as "actedAt", ends_at as "endsAt", address, agent
       from access.session where person = $1 and ended_at is null and ends_at > $2 order by started_at desc`,
      [person, await this.clock.now()],
    );
  }
}

const byThemselves = ({ person, origin }: Identity) => ({ actor: person, right: 'login', origin, reason: '' });

/** Enough of a session's number to tell it from others, and too little to use it. */
const short = (id: string): string => id.slice(0, 12);
