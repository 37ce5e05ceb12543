import { AccessFault } from '../access-fault.js';
import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { Clock, type Tx } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { append } from '../audit/chain.js';
import { act } from '../people/people.js';
import { hashPassword, isPassword, weakness } from '../people/passwords.js';
import { sha256, type SecretBox } from '../secrets.js';
import type { Identity } from '../identity.js';
import { PersonRow, SessionRow } from '../tables/tables.js';
import { usedStep } from './one-time-codes.js';
import { Sessions, type Began, type From } from './sessions.js';

/** After this many failures in a row an account is locked for a while. */
const FAILURES = 5;
const LOCKED_MINUTES = 15;

/** Why somebody was not let in. `code-wanted`: the password is right, the second factor is still to come. */
export class NotLetIn extends Error {
  constructor(
    readonly because: 'wrong' | 'locked' | 'code-wanted',
    message: string,
  ) {
    super(message);
  }
}

export type Shown = Readonly<{ person: string; password: string; code?: string | undefined }>;

/** `unlocks`: the token of the session that is to act again; null: a login. */
type Attempt = Readonly<{ shown: Shown; from: From; fromThisMachine: boolean; unlocks: string | null }>;

/** Accounts of this installation: password and one-time code, for a network that reaches no identity provider. */
export class LocalLogin {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly sessions: Sessions,
    private readonly box: SecretBox,
  ) {}

  /** @throws NotLetIn which says no more than whoever asks may know */
  async login(shown: Shown, from: From, fromThisMachine: boolean): Promise<Began> {
    const row = await this.check({ shown, from, fromThisMachine, unlocks: null });
    return this.db.transaction((tx) => this.sessions.begin(tx, row, from, row.totpSecret !== null));
  }

  /** Shows the factors again, so that a session that only watched acts. @throws NotLetIn */
  async unlock(token: string, shown: Shown, from: From): Promise<Began> {
    const row = await this.confirm(token, shown, from);
    return this.db.transaction((tx) => this.sessions.unlock(tx, token, row, from));
  }

  /** Shows the factors for something that needs them again: nothing changes. @throws NotLetIn */
  async confirm(token: string, shown: Shown, from: From): Promise<PersonRow> {
    return this.check({ shown, from, fromThisMachine: true, unlocks: token });
  }

  /** Another password of who shows the one before. @throws NotLetIn, AccessFault */
  async change(
    { token, who, password }: Readonly<{ token: string; who: Identity; password: string }>,
    shown: Shown,
    from: From,
  ): Promise<void> {
    await this.confirm(token, shown, from);
    await this.db.transaction(async (tx) => {
      await this.setPassword(tx, who.person, password);
      await this.sessions.endOthers(tx, token, who);
    });
  }

  /** @throws AccessFault when it is too weak */
  async setPassword(tx: Tx, person: string, password: string): Promise<void> {
    const weak = weakness(password, person);
    if (weak !== null) throw new AccessFault(weak);
    const passwordHash = await hashPassword(password);
    await tx.getRepository(PersonRow).update({ id: person }, { passwordHash, failures: 0, lockedUntil: null });
  }

  private async check(attempt: Attempt): Promise<PersonRow> {
    const { shown } = attempt;
    const known = await this.db.getRepository(PersonRow).findOneBy({ id: shown.person.toLowerCase() });
    // The slow part stands outside a transaction: guessers must not hold connections.
    const right = await isPassword(shown.password, known?.passwordHash ?? null);
    const outcome = await this.db.transaction((tx) => this.judge(tx, { ...attempt, right }));
    if (outcome instanceof NotLetIn) throw outcome; // after the commit: failures count
    return outcome;
  }

  private async judge(
    tx: Tx,
    { shown, from, right, fromThisMachine, unlocks }: Attempt & Readonly<{ right: boolean }>,
  ): Promise<PersonRow | NotLetIn> {
    const people = tx.getRepository(PersonRow);
    const id = shown.person.toLowerCase();
    const row = await people.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
    const now = await this.clock.now(tx);
    const usable = row !== null && row.disabledAt === null && !(row.demonstration && !fromThisMachine);
    if (!usable) return WRONG();
    // Whoever has a session already is not kept from acting by others who guess at their name.
    if (unlocks === null && row.lockedUntil !== null && row.lockedUntil > now)
      return new NotLetIn('locked', `账号已锁定至 ${row.lockedUntil} / locked until ${row.lockedUntil}`);
    if (!right) return this.failed(tx, row, { from, unlocks }, now);
    if (row.totpSecret !== null) {
      if (shown.code === undefined || shown.code === '')
        return new NotLetIn('code-wanted', '请输入动态验证码 / the one-time code, please');
      const step = await usedStep(this.box.open(row.totpSecret, row.id), shown.code, now, row.totpStep);
      if (step === null) return this.failed(tx, row, { from, unlocks }, now);
      await people.update({ id }, { totpStep: step });
    }
    await people.update({ id }, { failures: 0, lockedUntil: null });
    return row;
  }

  private async failed(
    tx: Tx,
    row: PersonRow,
    { from: { address }, unlocks }: Pick<Attempt, 'from' | 'unlocks'>,
    now: UtcInstant,
  ): Promise<NotLetIn> {
    const failures = row.failures + 1;
    const lockedUntil = failures >= FAILURES ? addMinutes(now, LOCKED_MINUTES) : null;
    const what = lockedUntil === null ? { failures } : { failures: 0, lockedUntil };
    await tx.getRepository(PersonRow).update({ id: row.id }, what);
    // Somebody sits before it who does not know the factors.
    if (unlocks !== null && lockedUntil !== null)
      await tx
        .getRepository(SessionRow)
        .update({ id: sha256(unlocks) }, { endedAt: now, endedBecause: 'wrong factors' });
    const doer = { actor: row.id, right: 'none', origin: `browser ${address}`, reason: '' };
    await append(tx, act(doer, lockedUntil === null ? 'login.failed' : 'login.locked', row.id, null, what), now);
    return WRONG();
  }
}

const WRONG = (): NotLetIn => new NotLetIn('wrong', '用户名、密码或验证码不正确 / name, password or code is wrong');
