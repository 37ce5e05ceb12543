import { DataSource, type EntityMetadata } from 'typeorm';
import { entitiesOf } from './connect.js';
import type { OwnedSchema } from './owned-schema.js';
import { rows } from './sql.js';

/** Stands where the database says nothing that an entity could be held to. */
const UNSAID = -1;

/** A column as the database and an entity both can say it. */
type Column = Readonly<{
  table: string;
  column: string;
  type: string;
  nullable: boolean;
  key: number | null;
  preset: string | null;
  comment: string | null;
}>;
type Table = Readonly<{ table: string; comment: string | null }>;

/**
 * What a migrated database and the entities say differently of tables and columns, in words; and everything that the
 * database holds beside them (indexes, constraints, functions) as one line each, for the file that lists what
 * entities cannot say.
 * @param db opened with all entities of `owned`
 */
export async function catalogueOf(
  db: DataSource,
  owned: readonly OwnedSchema[],
): Promise<Readonly<{ differences: readonly string[]; beside: readonly string[] }>> {
  const schemas = owned.map(({ schema }) => schema);
  const differences = [
    ...compared(await tablesIn(db, schemas), db.entityMetadatas.map(tableOf), ({ table }) => table),
    ...compared(
      await columnsIn(db, schemas),
      db.entityMetadatas.flatMap(columnsOf),
      ({ table, column }) => `${table}.${column}`,
    ),
  ];
  return { differences: differences.sort(), beside: await besideTables(db, schemas) };
}

/** A table as its entity describes it. */
export type DescribedTable = Table & Readonly<{ columns: readonly Column[] }>;

/** Every table that the entities describe, in their order, without a database. */
export async function describedTables(owned: readonly OwnedSchema[]): Promise<readonly DescribedTable[]> {
  const entities = await new Unconnected(entitiesOf(owned)).describe();
  return entities.map((entity) => ({ ...tableOf(entity), columns: columnsOf(entity) }));
}

/** Reads the entities as a connection would, and opens none. */
class Unconnected extends DataSource {
  async describe(): Promise<readonly EntityMetadata[]> {
    await this.buildMetadatas();
    return this.entityMetadatas;
  }
}

function compared<T extends object>(
  found: readonly T[],
  described: readonly T[],
  nameOf: (row: T) => string,
): string[] {
  const [inDatabase, inEntities] = [found, described].map((list) => new Map(list.map((row) => [nameOf(row), row]))) as [
    Map<string, T>,
    Map<string, T>,
  ];
  const names = [...new Set([...inDatabase.keys(), ...inEntities.keys()])];
  return names.flatMap((name) => {
    const [one, other] = [inDatabase.get(name), inEntities.get(name)];
    if (one === undefined)
      return [`${name} is described by an entity and is not in the database: a migration is missing`];
    if (other === undefined) return [`${name} is in the database and no entity describes it`];
    return (Object.keys(one) as (keyof T)[])
      .filter((field) => one[field] !== other[field] && one[field] !== UNSAID)
      .map(
        (field) =>
          `${name}: ${String(field)} is ${JSON.stringify(one[field])} in the database, ${JSON.stringify(other[field])} by its entity`,
      );
  });
}

const nameOf = ({ schema, tableName }: EntityMetadata): string => `${schema}.${tableName}`;
const tableOf = (entity: EntityMetadata): Table => ({ table: nameOf(entity), comment: entity.comment ?? null });

function columnsOf(entity: EntityMetadata): Column[] {
  return entity.columns.map((column) => ({
    table: nameOf(entity),
    column: column.databaseName,
    type: `${String(column.type)}${column.isArray ? '[]' : ''}`,
    nullable: column.isNullable,
    key: column.isPrimary ? 1 : null,
    preset: column.isGenerated
      ? 'counts up'
      : column.default === undefined || column.default === null
        ? null
        : String(column.default),
    comment: column.comment ?? null,
  }));
}

const SHORT: Readonly<Record<string, string>> = {
  integer: 'int',
  'double precision': 'float8',
  'timestamp with time zone': 'timestamptz',
};

function tablesIn(db: DataSource, schemas: readonly string[]): Promise<Table[]> {
  return rows<Table>(
    db,
    `select n.nspname || '.' || c.relname as table, obj_description(c.oid, 'pg_class') as comment
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p') and c.relname <> 'migration'`,
    [schemas],
  );
}

async function columnsIn(db: DataSource, schemas: readonly string[]): Promise<Column[]> {
  const found = await rows<Column>(
    db,
    `select n.nspname || '.' || c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
            not a.attnotnull as nullable, case when pk.oid is null then ${UNSAID} when k.conkey is null then null else 1 end as key,
            pg_get_expr(d.adbin, d.adrelid) as preset, col_description(c.oid, a.attnum) as comment
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p' and a.attnum = any(k.conkey)
     left join pg_constraint pk on pk.conrelid = c.oid and pk.contype = 'p'
     where n.nspname = any($1) and c.relkind in ('r', 'p') and c.relname <> 'migration' and a.attnum > 0 and not a.attisdropped`,
    [schemas],
  );
  return found.map((column) => ({
    ...column,
    type: column.type.replace(/^[a-z ]+/, (name) => SHORT[name] ?? name),
    preset:
      column.preset === null
        ? null
        : column.preset.startsWith('nextval(')
          ? 'counts up'
          : column.preset.replace(/::[a-z]+$/, '').replaceAll("'", ''),
  }));
}

async function besideTables(db: DataSource, schemas: readonly string[]): Promise<string[]> {
  const found = await rows<{ line: string }>(
    db,
    `select 'index ' || indexdef as line from pg_indexes
       where schemaname = any($1) and tablename <> 'migration'
         and not exists (select 1 from pg_constraint k where k.conname = indexname and k.contype in ('p', 'u') and k.connamespace = schemaname::regnamespace)
     union all
     select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
       where connamespace = any($1::regnamespace[]) and contype in ('c', 'f', 'u', 'x')
     union all
     select 'function ' || oid::regprocedure from pg_proc where pronamespace = any($1::regnamespace[])
     union all
     select 'no primary key ' || c.oid::regclass from pg_class c
       where c.relnamespace = any($1::regnamespace[]) and c.relkind in ('r', 'p')
         and not exists (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')
     union all
     select 'view ' || schemaname || '.' || viewname from pg_views where schemaname = any($1)`,
    [schemas],
  );
  return found.map(({ line }) => line).sort();
}
