import { AccessFault } from '../access-fault.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generate } from 'otplib';
import { addMinutes, fromShanghai, type UtcInstant } from '@fengsui/contracts';
import { Clock, connect, run, SCHEDULE_SCHEMA } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';
import { verify } from '../audit/verify.js';
import { delegate, withdraw } from '../people/delegations.js';
import { addPerson, changeRole, disable, people, type Doer } from '../people/people.js';
import { newLink, useLink } from '../people/one-time-links.js';
import { ACCESS_SCHEMA } from '../tables/migrations.js';
import { PersonRow } from '../tables/tables.js';
import { newSecretKey, SecretBox } from '../secrets.js';
import { LocalLogin } from './local-login.js';
import { newSecret } from './one-time-codes.js';
import { Sessions } from './sessions.js';

const DOER: Doer = { actor: 'anquan', right: 'manage-people', origin: 'test', reason: 'test' };
const PASSWORD = 'a long password 7';
const FROM = { address: '10.1.2.3', agent: 'test' };
const BEGINS = fromShanghai('2020-06-07T08:00');
const CITY = '441800';

describe('people, logins and sessions', () => {
  let database: TestDatabase;
  let db: DataSource;
  let login: LocalLogin;
  let sessions: Sessions;
  let now: UtcInstant;
  const at = async (minutes: number): Promise<void> => {
    now = addMinutes(BEGINS, minutes);
    await run(db, 'update schedule.clock set virtual_now = $1', [now]);
  };
  const enter = (id: string, more: object = {}): Promise<void> =>
    db.transaction(async (tx) => {
      await addPerson(tx, { id, name: id, ...more }, DOER, now);
      await login.setPassword(tx, id, PASSWORD);
    });
  const give = (person: string, role: 'leader' | 'auditor' | 'approver', given = true): Promise<void> =>
    db.transaction((tx) => changeRole(tx, { person, role, authority: CITY, given }, DOER, now));
  const tried = (shown: { person?: string; password?: string; code?: string }, here = false): Promise<string> =>
    login.login({ person: 'liang', password: PASSWORD, ...shown }, FROM, here).then(
      ({ token }) => token,
      (error: Error & { because?: string }) => error.because ?? error.message,
    );
  const who = (token: string) => sessions.identify({ token, by: 'cookie' });

  beforeAll(async () => {
    database = await testDatabase([SCHEDULE_SCHEMA, ACCESS_SCHEMA]);
    db = await connect(database.url, 'access test', 6, [SCHEDULE_SCHEMA, ACCESS_SCHEMA]);
    const clock = new Clock(db);
    sessions = new Sessions(db, clock);
    login = new LocalLogin(db, clock, sessions, new SecretBox(newSecretKey()));
  });
  beforeEach(async () => {
    await run(
      db,
      'delete from access.session; delete from access.delegation; delete from access.one_time_link; delete from access.granted_role; delete from access.person',
    );
    await at(0);
    await enter('liang');
  });
  afterAll(async () => {
    expect(await verify(db)).toMatchObject({ ok: true });
    await db.destroy();
    await database.drop();
  });

  it('lets in who has the password, and says to all others the same', async () => {
    await give('liang', 'leader');
    expect(await who(await tried({}))).toMatchObject({
      person: 'liang',
      acts: true,
      grants: [{ role: 'leader', authority: CITY }],
    });
    expect(await tried({ person: 'LIANG' })).toMatch(/^fst_/);
    expect(await tried({ password: 'wrong' })).toBe('wrong');
    expect(await tried({ person: 'nobody' })).toBe('wrong');
  });

  it('locks an account after five failures, for fifteen minutes, and for the right password too', async () => {
    for (let n = 0; n < 5; n += 1) expect(await tried({ password: `wrong ${n}` })).toBe('wrong');
    expect(await tried({})).toBe('locked');
    expect(await people(db, now)).toMatchObject([{ id: 'liang', locked: true }]);
    await at(16);
    expect(await tried({})).toMatch(/^fst_/);
  });

  it('asks for the one-time code where one is bound, and takes none twice', async () => {
    const { secret } = newSecret('liang', 'test');
    await db.getRepository(PersonRow).update({ id: 'liang' }, { totpSecret: secret });
    const code = await generate({ secret, epoch: Date.parse(now) / 1_000 });
    expect(await tried({})).toBe('code-wanted');
    expect(await tried({ code: '000000' === code ? '000001' : '000000' })).toBe('wrong');
    expect(await tried({ code })).toMatch(/^fst_/);
    expect(await tried({ code })).toBe('wrong');
    await at(5);
    expect(await tried({ code })).toBe('wrong');
    expect(await tried({ code: await generate({ secret, epoch: Date.parse(now) / 1_000 }) })).toMatch(/^fst_/);
  });

  it('only watches after fifteen idle minutes, acts again after the factors, and ends after twelve hours', async () => {
    const token = await tried({});
    await at(10);
    await sessions.acted(token);
    await at(24);
    expect(await who(token)).toMatchObject({ acts: true });
    await at(26);
    expect(await who(token)).toMatchObject({ acts: false });
    await sessions.acted(token); // an attempt does not move the lock of a session that only watches
    expect(await who(token)).toMatchObject({ acts: false });
    await expect(login.unlock(token, { person: 'liang', password: 'wrong' }, FROM)).rejects.toThrow();
    const unlocked = await login.unlock(token, { person: 'liang', password: PASSWORD }, FROM);
    expect([await who(token), await who(unlocked.token)]).toMatchObject([null, { acts: true }]);
    await at(12 * 60 + 1); // unlocking makes no session longer
    expect(await who(unlocked.token)).toBeNull();
  });

  it('signs out here and everywhere, and keeps no token', async () => {
    const [one, two, three] = [await tried({}), await tried({}), await tried({})];
    const me = await who(one);
    if (me === null) throw new Error('nobody');
    await sessions.end(one, me);
    expect([await who(one), (await who(two))?.person]).toEqual([null, 'liang']);
    expect(await sessions.of('liang')).toHaveLength(2);
    expect(await sessions.endAll(me)).toBe(2);
    expect([await who(two), await who(three)]).toEqual([null, null]);
    const kept = JSON.stringify(await db.query('select * from access.session'));
    for (const token of [one, two, three]) expect(kept).not.toContain(token.slice(4));
  });

  it('ends one of several, and none of somebody else', async () => {
    const [one, two] = [await tried({}), await tried({})];
    const me = await who(one);
    const other = (await who(two))?.session ?? '';
    if (me === null) throw new Error('nobody');
    expect(await sessions.endOne({ ...me, person: 'zheng' }, other)).toBe(0);
    expect([await sessions.endOne(me, other), await sessions.endOne(me, other)]).toEqual([1, 0]);
    expect([(await who(one))?.person, await who(two)]).toEqual(['liang', null]);
  });

  it('ends every session of a person who is taken away, at once', async () => {
    const token = await tried({});
    await db.transaction((tx) => disable(tx, 'liang', DOER, now));
    expect(await who(token)).toBeNull();
    expect(await tried({})).toBe('wrong');
  });

  it('knows accounts of a demonstration from this machine only', async () => {
    await enter('yanshi', { demonstration: true });
    expect(await tried({ person: 'yanshi' }, false)).toBe('wrong');
    expect(await tried({ person: 'yanshi' }, true)).toMatch(/^fst_/);
  });

  it('lets one person speak for another between two instants, until it is taken back', async () => {
    await enter('zheng');
    await give('zheng', 'approver');
    const token = await tried({});
    const given = {
      principal: 'zheng',
      agent: 'liang',
      beginsAt: addMinutes(now, 60),
      endsAt: addMinutes(now, 600),
      reason: '出差',
    };
    const id = await db.transaction((tx) => delegate(tx, given, DOER, now));
    const speaks = async (): Promise<unknown> => (await who(token))?.delegations.map(({ principal }) => principal);
    expect(await speaks()).toEqual([]);
    await at(61);
    expect(await speaks()).toEqual(['zheng']);
    await db.transaction((tx) => withdraw(tx, id, DOER, now));
    expect(await speaks()).toEqual([]);
    await expect(db.transaction((tx) => withdraw(tx, id, DOER, now))).rejects.toThrow(AccessFault);
    const days = { ...given, endsAt: addMinutes(now, 40 * 1_440) };
    await expect(db.transaction((tx) => delegate(tx, days, DOER, now))).rejects.toThrow(AccessFault);
  });

  it('is not kept from acting by somebody who guesses at the name, and ends where somebody guesses at it', async () => {
    const token = await tried({});
    for (let n = 0; n < 5; n += 1) await tried({ password: `wrong ${n}` });
    expect(await tried({})).toBe('locked');
    await at(14);
    const { token: unlocked } = await login.unlock(token, { person: 'liang', password: PASSWORD }, FROM);
    expect(await who(unlocked)).toMatchObject({ acts: true });
    for (let n = 0; n < 5; n += 1)
      await expect(login.unlock(unlocked, { person: 'liang', password: `wrong ${n}` }, FROM)).rejects.toThrow();
    expect(await who(unlocked)).toBeNull();
  });

  it('lets nobody make themselves the agent of another, an administrator the agent of anybody, or a token that decides', async () => {
    await enter('zheng');
    await give('zheng', 'approver');
    await enter('shenji');
    await give('shenji', 'auditor');
    const given = { principal: 'zheng', beginsAt: now, endsAt: addMinutes(now, 60), reason: '出差' };
    const by = (agent: string, actor: string): Promise<string> =>
      db.transaction((tx) => delegate(tx, { ...given, agent }, { ...DOER, actor }, now));
    await expect(by('liang', 'liang')).rejects.toThrow(AccessFault);
    await expect(by('shenji', 'anquan')).rejects.toThrow(AccessFault);
    expect(await by('liang', 'zheng')).toMatch(/^[0-9a-f-]{36}$/);
    const token = (scope: readonly ('approve' | 'watch')[]): Promise<string> =>
      db.transaction((tx) => sessions.newToken(tx, { person: 'zheng', kind: 'service', scope, days: 1 }, DOER));
    await expect(token(['watch', 'approve'])).rejects.toThrow(AccessFault);
    expect(await token(['watch'])).toMatch(/^fst_/);
    await expect(
      db.transaction((tx) =>
        changeRole(
          tx,
          { person: 'liang', role: 'approver', authority: CITY, given: true },
          { ...DOER, actor: 'liang' },
          now,
        ),
      ),
    ).rejects.toThrow(AccessFault);
  });

  it('keeps administrators apart from each other and from whoever decides', async () => {
    await give('liang', 'auditor');
    await expect(give('liang', 'approver')).rejects.toThrow(AccessFault);
    await give('liang', 'auditor', false);
    await give('liang', 'approver');
    await expect(give('liang', 'auditor')).rejects.toThrow(AccessFault);
  });

  it.each(['short', 'aaaaaaaaaaaaaaa', 'liang-2020-flood', `${'ab3d5'.repeat(40)}`])(
    'refuses the password %s',
    async (password) => {
      await expect(db.transaction((tx) => login.setPassword(tx, 'liang', password))).rejects.toThrow(AccessFault);
    },
  );

  it('makes links that work once, for one thing, for a while', async () => {
    const link = (): Promise<string> =>
      db.transaction((tx) => newLink(tx, { purpose: 'password', person: 'liang', minutes: 60 }, now));
    const use = (token: string, purpose: 'password' | 'first-administrator'): Promise<unknown> =>
      db.transaction((tx) => useLink(tx, token, purpose, now));
    const [one, two] = [await link(), await link()];
    await expect(use(one, 'first-administrator')).rejects.toThrow(AccessFault);
    expect(await use(one, 'password')).toMatchObject({ person: 'liang' });
    await expect(use(one, 'password')).rejects.toThrow(AccessFault);
    await at(61);
    await expect(use(two, 'password')).rejects.toThrow(AccessFault);
    await expect(use('guessed', 'password')).rejects.toThrow(AccessFault);
  });
});
