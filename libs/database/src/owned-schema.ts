import type { EntitySchema, MigrationInterface } from 'typeorm';

/**
 * A step that made a schema what it is. Its name ends in the moment it was written (Unix milliseconds); steps only
 * append.
 * `formerly`: the name under which older installations have it.
 */
export type Step = (new () => MigrationInterface) & Readonly<{ formerly?: string }>;

/**
 * The tables of one owner: a schema that nobody else reads or writes, its tables as entities, and the steps that made
 * them.
 */
export type OwnedSchema = Readonly<{
  schema: string;
  entities: readonly (Function | EntitySchema)[];
  migrations: readonly Step[];
  /** Tables that only grow: no role may change or delete their rows. */ onlyGrow?: readonly string[];
  /** Views for whoever analyses: a role that reads nothing else may. */ views?: readonly string[];
  /** Of a schema that every service stands on: what each role needs of it, as SQL. */
  shared?: (role: DatabaseRole) => readonly string[];
}>;

/** A role of the database that services work under: it owns no table and makes none, so no guard of a table yields. */
export type DatabaseRole = Readonly<{
  name: string;
  /** Schemas whose rows it writes. */ writes: readonly OwnedSchema[];
  /** Schemas that it only reads. */ reads: readonly OwnedSchema[];
  /** Schemas of which it reads the views and no table: it is no service. */ views?: readonly OwnedSchema[];
  /** Topics of the log that it may append to; null: every one. */ topics: readonly string[] | null;
}>;
