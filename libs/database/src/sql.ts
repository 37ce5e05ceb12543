import {
  EntityManager,
  type DataSource,
  type EntityMetadata,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
} from 'typeorm';
import type { Tx } from './connect.js';

/**
 * The one seam between the code and SQL text. Rows that are read or changed by their key go through the repositories
 * of a transaction's manager; statements about sets are written here, as SQL, because that is what they are
 * (docs/decisions/0009).
 */
export type Db = DataSource | Tx;

type Answer = Readonly<{ records: readonly unknown[]; affected: number }>;

async function ask(db: Db, sql: string, parameters: readonly unknown[]): Promise<Answer> {
  const held = db instanceof EntityManager ? db.queryRunner : undefined;
  if (held !== undefined) return answerOf(held, sql, parameters);
  const runner = (db instanceof EntityManager ? db.dataSource : db).createQueryRunner();
  try {
    return await answerOf(runner, sql, parameters);
  } finally {
    await runner.release();
  }
}

async function answerOf(runner: QueryRunner, sql: string, parameters: readonly unknown[]): Promise<Answer> {
  const { records, affected } = await runner.query(sql, parameters.map(asText), true);
  return { records, affected: affected ?? records.length };
}

/** What the text of a JSON array has and that of a PostgreSQL array has not: escapes of control characters. */
const OTHER_ESCAPES = /\\[^"\\]/;

/**
 * A long array as text, as PostgreSQL reads it. It is that of JSON but for the brackets, and the driver, which escapes
 * element by element, takes several times as long; what would differ is left to it.
 */
function asText(parameter: unknown): unknown {
  if (!Array.isArray(parameter) || !parameter.every(isPlain)) return parameter;
  const text = JSON.stringify(parameter);
  return OTHER_ESCAPES.test(text) ? parameter : `{${text.slice(1, -1)}}`;
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' ||
  value === null ||
  value === undefined ||
  typeof value === 'boolean' ||
  Number.isFinite(value);

/** Every row that a statement gives: of a `select`, or of `returning`. `T` names its columns as the statement does. */
export async function rows<T extends object>(db: Db, sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await ask(db, sql, parameters)).records as T[];
}

/** The first row, or null when there is none. */
export async function one<T extends object>(
  db: Db,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<T | null> {
  return (await rows<T>(db, sql, parameters))[0] ?? null;
}

/** Runs a statement for what it does. @returns how many rows it changed */
export async function run(db: Db, sql: string, parameters: readonly unknown[] = []): Promise<number> {
  return (await ask(db, sql, parameters)).affected;
}

/**
 * What becomes of a row whose key is there already: `set` takes over new values, where `where` holds (`old` is the
 * row that is there); `add` adds them to the old ones. `on`: the columns of the key, or the expressions of the unique
 * index, as its migration has them.
 */
export type OnConflict<E> =
  | 'fail'
  | 'nothing'
  | (Readonly<{ on: readonly (keyof E & string)[] | Readonly<{ index: string }> }> &
      (
        | Readonly<{ set: readonly (keyof E & string)[]; where?: string }>
        | Readonly<{ add: readonly (keyof E & string)[] }>
      ));

/**
 * Inserts any number of rows with one statement, whatever their number; the columns are those of the entity that the
 * first row has. Rows are written in the order of their keys, so that two batches never wait for each other.
 */
export async function insertRows<E extends ObjectLiteral>(
  tx: Tx,
  entity: EntityTarget<E>,
  values: readonly Partial<E>[],
  onConflict: OnConflict<E> = 'fail',
): Promise<void> {
  if (values.length > 0) await run(tx, ...insertionOf(tx.dataSource.getMetadata(entity), values, onConflict));
}

/** As `insertRows`. @returns the keys of the rows that were written: what was there already is not among them */
export async function insertReturning<E extends ObjectLiteral>(
  tx: Tx,
  entity: EntityTarget<E>,
  values: readonly Partial<E>[],
  onConflict: OnConflict<E> = 'fail',
): Promise<Partial<E>[]> {
  if (values.length === 0) return [];
  const metadata = tx.dataSource.getMetadata(entity);
  const keys = metadata.primaryColumns;
  const [statement, parameters] = insertionOf(metadata, values, onConflict);
  const written = await rows<Record<string, unknown>>(
    tx,
    `${statement} returning ${keys.map((key) => `old.${quoted(key.databaseName)}`).join(', ')}`,
    parameters,
  );
  return written.map(
    (row) => Object.fromEntries(keys.map((key) => [key.propertyName, row[key.databaseName]])) as Partial<E>,
  );
}

function insertionOf<E extends ObjectLiteral>(
  metadata: EntityMetadata,
  values: readonly Partial<E>[],
  onConflict: OnConflict<E>,
): [string, readonly unknown[]] {
  const given = givenRows(columnsOf(metadata, Object.keys(values[0] ?? {})), values);
  const statement = `insert into ${tableOf(metadata)} as old (${given.names})
     select ${given.selected} from ${given.from}
     order by ${metadata.primaryColumns.map((key) => quoted(key.databaseName)).join(', ')}
     ${conflictOf(metadata, onConflict)}`;
  return [statement, given.parameters];
}

/**
 * Changes any number of rows, each by its key, with one statement; the columns are those of the entity that the first
 * row has beside the key.
 */
export async function updateRows<E extends ObjectLiteral>(
  tx: Tx,
  entity: EntityTarget<E>,
  values: readonly Partial<E>[],
): Promise<void> {
  const [first] = values;
  if (first === undefined) return;
  const metadata = tx.dataSource.getMetadata(entity);
  const columns = columnsOf(metadata, Object.keys(first));
  const given = givenRows(columns, values);
  const keys = new Set(metadata.primaryColumns.map((key) => quoted(key.databaseName)));
  const set = columns.filter(({ name }) => !keys.has(name)).map(({ name, cast }) => `${name} = given.${name}${cast}`);
  await run(
    tx,
    `update ${tableOf(metadata)} as old set ${set.join(', ')} from ${given.from}
     where ${[...keys].map((name) => `old.${name} = given.${name}`).join(' and ')}`,
    given.parameters,
  );
}

const tableOf = ({ schema, tableName }: EntityMetadata): string => `${schema}.${quoted(tableName)}`;

/** Rows as parameters of one statement: an array a column, taken apart by `unnest`. */
function givenRows<E extends ObjectLiteral>(columns: readonly Column[], values: readonly Partial<E>[]) {
  const names = columns.map(({ name }) => name).join(', ');
  return {
    names,
    selected: columns.map(({ name, cast }) => `${name}${cast}`).join(', '),
    from: `unnest(${columns.map(({ type, array }, index) => `$${index + 1}::${array ? 'text' : type}[]`).join(', ')}) as given(${names})`,
    parameters: columns.map(({ property, array, json }) =>
      values.map((row) => {
        const value: unknown = row[property];
        if (value === null || value === undefined) return null;
        return array ? arrayText(value as readonly string[]) : json ? JSON.stringify(value) : value;
      }),
    ),
  };
}

type Column = Readonly<{
  property: string;
  name: string;
  type: string;
  array: boolean;
  json: boolean;
  /** What makes the text of an array one again. */ cast: string;
}>;

function columnsOf(metadata: EntityMetadata, properties: readonly string[]): Column[] {
  return properties.map((property) => {
    const column = metadata.findColumnWithPropertyName(property);
    if (column === undefined) throw new Error(`${metadata.name} has no column ${property}`);
    const type = String(column.type);
    const array = column.isArray;
    const cast = array ? `::${type}[]` : '';
    return { property, name: quoted(column.databaseName), type, array, json: type === 'jsonb', cast };
  });
}

function conflictOf<E>(metadata: EntityMetadata, onConflict: OnConflict<E>): string {
  if (onConflict === 'fail') return '';
  if (onConflict === 'nothing') return 'on conflict do nothing';
  const names = (properties: readonly string[]): string[] => columnsOf(metadata, properties).map(({ name }) => name);
  const key = 'index' in onConflict.on ? onConflict.on.index : names(onConflict.on).join(', ');
  if ('add' in onConflict)
    return `on conflict (${key}) do update set ${names(onConflict.add)
      .map((name) => `${name} = old.${name} + excluded.${name}`)
      .join(', ')}`;
  const set = names(onConflict.set).map((name) => `${name} = excluded.${name}`);
  return `on conflict (${key}) do update set ${set.join(', ')}${onConflict.where === undefined ? '' : ` where ${onConflict.where}`}`;
}

const quoted = (name: string): string => `"${name}"`;

/** An array as PostgreSQL writes one: `unnest` takes rows of arrays apart, so each goes over as text. */
const arrayText = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
