import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { appendAudit } from '@fengsui/access';
import { insertReturning, insertRows, rows, run, schedule, type Db, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { IntakePlan } from '../plan.js';
import { PersonKeyRow, PersonRow } from '../tables/tables.js';
import { incidentKey, LEDGER_KEY, PersonKeys } from './person-keys.js';
import { pseudonymsBy, type Named, type Pseudonyms } from './pseudonyms.js';

/** A person as somebody with the right to it may see them. */
export type PersonNamed = Readonly<{ person: string; name: string; phone?: string; address?: string }>;
const MINUTES_A_DAY = 1_440;
const DESTROY = 'destroy-key';

/** Whom the pseudonyms stand for, sealed; and the end of that after as long as the plan keeps it. */
@Injectable()
export class Persons {
  readonly pseudonyms: Pseudonyms;

  constructor(
    private readonly keys: PersonKeys,
    private readonly keptDays: number,
  ) {
    this.pseudonyms = pseudonymsBy(keys.pseudonyms);
  }

  static of(keys: PersonKeys, { personsKeptDays }: Pick<IntakePlan, 'personsKeptDays'>): Persons {
    return new Persons(keys, personsKeptDays);
  }

  /** Seals the names of persons that are not here yet, each under the key of its response or of the ledger. */
  async keep(tx: Tx, named: readonly Named[], now: UtcInstant): Promise<void> {
    if (named.length === 0) return;
    const known = await rows<{ person: string }>(tx, 'select person from intake.person where person = any($1)', [
      named.map(({ person }) => person),
    ]);
    const here = new Set(known.map(({ person }) => person));
    // What the ledger says of somebody stands, and is renewed by a later ledger.
    const fresh = new Map(
      named
        .filter(({ person, episode }) => episode === null || !here.has(person))
        .map((one) => [one.person, one] as const),
    );
    const sealed = [...fresh.values()].map(({ person, episode, ...about }) => {
      const keyName = episode === null ? LEDGER_KEY : incidentKey(episode);
      return { person, keyName, sealed: this.keys.seal(keyName, Buffer.from(JSON.stringify(about))), at: now };
    });
    await insertRows(tx, PersonRow, sealed, { on: ['person'], set: ['keyName', 'sealed', 'at'] });
    await this.use(tx, new Set(named.flatMap(({ episode }) => (episode === null ? [] : incidentKey(episode)))), now);
  }

  /** A key is in use: it is destroyed when nothing has come in under it for as long as the plan says. */
  async use(tx: Tx, keyNames: ReadonlySet<string>, now: UtcInstant): Promise<void> {
    if (keyNames.size === 0) return;
    const used = [...keyNames].sort().map((keyName) => ({ keyName, usedAt: now, destroyedAt: null }));
    const fresh = await insertReturning(tx, PersonKeyRow, used, 'nothing');
    if (fresh.length < used.length)
      await run(
        tx,
        `update intake.person_key set used_at = $2, destroyed_at = null
         where key_name = any($1) and (destroyed_at is not null or used_at < $2::timestamptz - interval '1 hour')`,
        [[...keyNames], now],
      );
    const dueAt = addMinutes(now, this.keptDays * MINUTES_A_DAY);
    const first = fresh.map(({ keyName }) => ({ kind: DESTROY, key: keyName as string, dueAt, payload: {} }));
    await schedule(tx, 'intake', first);
  }

  /** Keys whose time may be over. What was used since is kept on. */
  @Due('intake', DESTROY)
  async destroy(jobs: readonly Job[], { tx, now }: UnitOfWork): Promise<void> {
    const before = addMinutes(now, -this.keptDays * MINUTES_A_DAY);
    for (const { key } of jobs) {
      const [row] = await rows<{ usedAt: UtcInstant }>(
        tx,
        'select used_at as "usedAt" from intake.person_key where key_name = $1 and destroyed_at is null for update',
        [key],
      );
      if (row === undefined) continue;
      if (row.usedAt > before) {
        const dueAt = addMinutes(row.usedAt, this.keptDays * MINUTES_A_DAY);
        await schedule(tx, 'intake', [{ kind: DESTROY, key, dueAt, payload: {} }]);
        continue;
      }
      await run(tx, 'update intake.person_key set destroyed_at = $2 where key_name = $1', [key, now]);
      const act = {
        actor: 'fengsui',
        right: 'none',
        origin: 'retention',
        act: 'person-key.destroyed',
        about: key,
        before: { usedAt: row.usedAt },
        after: { destroyedAt: now },
        reason: `nothing came in under it for ${this.keptDays} days`,
      };
      await appendAudit(tx, [act], now);
      this.keys.destroy(key);
    }
  }

  /** Keys that something is sealed under, and that are not here though nobody destroyed them. */
  async lostKeys(db: Db): Promise<readonly string[]> {
    const used = await rows<{ key: string }>(
      db,
      `select key_name as key from intake.person where key_name = $1 group by key_name
       union select key_name from intake.person_key where destroyed_at is null order by key`,
      [LEDGER_KEY],
    );
    return used.map(({ key }) => key).filter((key) => !this.keys.has(key));
  }

  /** Whom pseudonyms stand for; those whose key was destroyed are missing. Whoever asks has the right to it. */
  async named(db: Db, persons: readonly string[]): Promise<readonly PersonNamed[]> {
    const found = await rows<Pick<PersonRow, 'person' | 'keyName' | 'sealed'>>(
      db,
      'select person, key_name as "keyName", sealed from intake.person where person = any($1) order by person',
      [persons],
    );
    return found.flatMap(({ person, keyName, sealed }) => {
      const opened = this.keys.open(keyName, sealed);
      return opened === null ? [] : [{ ...(JSON.parse(opened.toString()) as Omit<PersonNamed, 'person'>), person }];
    });
  }
}
