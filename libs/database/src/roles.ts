import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect } from './connect.js';
import type { DatabaseRole, OwnedSchema } from './owned-schema.js';
import { one, run, type Db } from './sql.js';

/** Made by `prepareRoles`; the schema carries what was granted last, so that a start does not grant it all again. */
const MARKED = 'log';
/** Any number, the same in every process: one prepares, the others wait. */
const PREPARING = 7_310_005;
/** PostgreSQL: no such role, or another password. */
const NOT_LET_IN: ReadonlySet<string> = new Set(['28000', '28P01']);
/** As PostgreSQL does by itself. */
const SCRAM_ROUNDS = 4_096;

/**
 * Makes the roles, or brings them up to date, and gives each what it needs and no more, in one transaction.
 * @param url as the owner of the tables; to make a role, with the right to make roles
 * @param passwords by the name of the role; a role that is there keeps its own where none is given
 */
export async function prepareRoles(
  url: string,
  roles: readonly DatabaseRole[],
  shared: readonly OwnedSchema[],
  passwords: ReadonlyMap<string, string>,
): Promise<void> {
  const db = await connect(url, 'fengsui roles', 1);
  try {
    await db.transaction(async (tx) => {
      // Two at once would change one row of the catalogue, and the second would fail.
      await run(tx, 'select pg_advisory_xact_lock($1)', [PREPARING]);
      for (const role of roles) await makeRole(tx, role, passwords.get(role.name) ?? null);
      const { statements, mark } = wantedOf(roles, shared);
      if ((await markOf(tx)) === mark) return;
      await run(tx, [...statements, `comment on schema ${MARKED} is '${mark}'`].join(';\n'));
    });
  } finally {
    await db.destroy();
  }
}

/** True when a role can be worked under, and has what it needs: then nothing is to be prepared. */
export async function roleIsReady(url: string, role: DatabaseRole, shared: readonly OwnedSchema[]): Promise<boolean> {
  try {
    const db = await connect(url, 'fengsui roles', 1);
    try {
      return (await markOf(db)) === wantedOf([role], shared).mark;
    } finally {
      await db.destroy();
    }
  } catch (error) {
    if (NOT_LET_IN.has(String((error as { code?: unknown }).code))) return false;
    throw error;
  }
}

function wantedOf(roles: readonly DatabaseRole[], shared: readonly OwnedSchema[]) {
  const statements = roles.flatMap((role) => grantsOf(role, shared));
  const hash = createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16);
  return { statements, mark: `grants ${roles.map(({ name }) => name).join(' ')} ${hash}` };
}

const markOf = async (db: Db): Promise<string | null> =>
  (
    await one<{ text: string | null }>(db, `select obj_description(to_regnamespace($1), 'pg_namespace') as text`, [
      MARKED,
    ])
  )?.text ?? null;

async function makeRole(tx: Db, { name, views }: DatabaseRole, password: string | null): Promise<void> {
  const there = await one<{ can: boolean }>(
    tx,
    'select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as can from pg_roles where rolname = $1',
    [name],
  );
  if (there === null)
    await run(tx, `create role ${name} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls`);
  else if (there.can)
    throw new Error(`the role ${name} may make roles or databases, or is a superuser: take that away first`);
  // The text that PostgreSQL would keep: the password itself goes over no wire and into no log of statements.
  if (password !== null) await run(tx, `alter role ${name} password '${scramOf(password)}'`);
  const { database } = (await one<{ database: string }>(tx, 'select quote_ident(current_database()) as database')) ?? {
    database: '',
  };
  await run(tx, `grant connect on database ${database} to ${name}`);
  // Who else runs services is asked of pg_stat_activity. Only a superuser can give this; without it nothing else fails.
  const superuser = (
    await one<{ yes: boolean }>(tx, 'select rolsuper as yes from pg_roles where rolname = current_user')
  )?.yes;
  // Whoever only analyses does not see what others ask.
  const stats = views === undefined ? `grant pg_read_all_stats to ${name}` : `revoke pg_read_all_stats from ${name}`;
  if (superuser === true) await run(tx, stats);
}

/** What a role is given, from nothing. */
function grantsOf(role: DatabaseRole, shared: readonly OwnedSchema[]): readonly string[] {
  const { name, writes, reads, views } = role;
  if (views !== undefined)
    return views.flatMap(({ schema, views: own = [] }) => [
      `revoke all on all tables in schema ${schema} from ${name}`,
      `grant usage on schema ${schema} to ${name}`,
      ...own.map((view) => `grant select on ${schema}."${view}" to ${name}`),
    ]);
  const all = [...new Set([...shared, ...writes, ...reads])];
  return [
    ...all.flatMap(({ schema }) => [
      `revoke all on all tables in schema ${schema} from ${name}`,
      `grant usage on schema ${schema} to ${name}`,
      `grant select on ${schema}.migration to ${name}`,
    ]),
    ...shared.flatMap((schema) => schema.shared?.(role) ?? []),
    ...reads.map(({ schema }) => `grant select on all tables in schema ${schema} to ${name}`),
    ...writes.flatMap(({ schema, onlyGrow = [] }) => [
      `grant select, insert, update, delete on all tables in schema ${schema} to ${name}`,
      `grant usage, select on all sequences in schema ${schema} to ${name}`,
      `grant execute on all functions in schema ${schema} to ${name}`,
      `revoke insert, update, delete on ${schema}.migration from ${name}`,
      ...onlyGrow.map((table) => `revoke update, delete on ${schema}.${table} from ${name}`),
    ]),
  ];
}

/** What PostgreSQL keeps of a password (RFC 5803). */
function scramOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, SCRAM_ROUNDS, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${SCRAM_ROUNDS}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

/** True for whoever owns tables of ours: they can take every guard of them away. */
export const ownsTables = async (db: Db): Promise<boolean> =>
  (await one(
    db,
    `select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and pg_has_role(current_user, c.relowner, 'usage') limit 1`,
    [MARKED],
  )) !== null;

/** An address for another user of the same database. */
export function addressAs(url: string, user: string, password: string): string {
  const address = new URL(url);
  address.username = user;
  address.password = encodeURIComponent(password);
  return address.toString();
}
