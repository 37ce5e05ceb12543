import { utc, type UtcInstant } from '@fengsui/contracts';
import { Column, DefaultNamingStrategy, PrimaryColumn, type ColumnOptions } from 'typeorm';

/** Columns are named as SQL names them, properties as TypeScript does: `dueAt` is `due_at`. */
export class SnakeCaseNames extends DefaultNamingStrategy {
  override columnName(property: string, custom: string | undefined): string {
    return custom ?? property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}

/** Instants are the contracts' own text, so that `<` compares them; TypeORM would make dates of them. */
const asInstant = {
  to: (value: UtcInstant | null | undefined) => value,
  from: (value: Date | string | null): UtcInstant | null => (value === null ? null : utc(value)),
};

type Options = Omit<ColumnOptions, 'type' | 'comment' | 'transformer'>;

/** A column of text. The comment goes into the database and into docs/data-model.md. */
export const TextColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'text', comment, ...options });
/** A point in time, UTC, to the millisecond. */
export const InstantColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'timestamptz', comment, transformer: asInstant, ...options });
/** A whole number of at most 2^31. */
export const WholeColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'int', comment, ...options });
/** A whole number of at most 2^53. */
export const LongColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'bigint', comment, ...options });
/** A measured number. */
export const NumberColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'float8', comment, ...options });
export const FlagColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'boolean', comment, ...options });
/** A JSON document. */
export const DocumentColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'jsonb', comment, ...options });
/** A list of texts. */
export const TextsColumn = (comment: string, options: Options = {}): PropertyDecorator =>
  Column({ type: 'text', array: true, comment, ...options });

/** Part of the key of a table. */
export const Key = (
  comment: string,
  type: 'text' | 'int' | 'bigint' | 'date' | 'boolean' = 'text',
  options: Readonly<{ default?: boolean; collation?: string }> = {},
): PropertyDecorator => PrimaryColumn(type as 'text', { comment, ...options });
/** A point in time that is part of the key of a table. */
export const InstantKey = (comment: string): PropertyDecorator =>
  PrimaryColumn({ type: 'timestamptz', comment, transformer: asInstant });
