import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import type { Static, TSchema } from 'typebox';
import { Convert, Errors } from 'typebox/value';
import { parseDocument } from 'yaml';
import { SettingsError } from './settings.js';

/** A file of the plan with the hash of its bytes: decisions carry it as the plan's version. */
export type PlanFile<T> = Readonly<{ value: T; version: string }>;

/** @throws SettingsError naming the file, the path inside it and what was expected */
export function readPlanYaml<T extends TSchema>(folder: string, name: string, schema: T): PlanFile<Static<T>> {
  const { file, text, version } = openPlanFile(folder, name);
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0)
    throw new SettingsError(
      `${file} is no YAML`,
      document.errors.map(({ message }) => message),
    );
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const faults = faultsOf(schema, value, '');
  if (faults.length > 0) throw new SettingsError(`${file} does not fit`, faults.slice(0, MAX_FAULTS));
  return { value: value as Static<T>, version };
}

/** A file of the plan that a city may do without. @returns null where it is not there @throws as `readPlanYaml` */
export const readOptionalPlanYaml = <T extends TSchema>(
  folder: string,
  name: string,
  schema: T,
): PlanFile<Static<T>> | null => (existsSync(path.join(folder, name)) ? readPlanYaml(folder, name, schema) : null);

/** Rows of a CSV with a header line; numbers are converted as the schema of a row says. */
export function readPlanCsv<T extends TSchema>(folder: string, name: string, row: T): PlanFile<readonly Static<T>[]> {
  const { file, text, version } = openPlanFile(folder, name);
  const rows = parseCsv(text, { columns: true, bom: true, skip_empty_lines: true, trim: true, comment: '#' }) as Record<
    string,
    string
  >[];
  const values = rows.map((values) => Convert(row, values));
  const faults = values.flatMap((value, index) => faultsOf(row, value, `row ${index + 1}`));
  if (faults.length > 0) throw new SettingsError(`${file} does not fit`, faults.slice(0, MAX_FAULTS));
  return { value: values as Static<T>[], version };
}

const MAX_FAULTS = 20;

function faultsOf(schema: TSchema, value: unknown, place: string): string[] {
  return [...Errors(schema, value)].flatMap(({ keyword, instancePath, message, params }) => {
    if (keyword === 'boolean') return []; // said again, better, by the object that has the field
    const { additionalProperties, requiredProperties, allowedValues } = params as Partial<
      Record<'additionalProperties' | 'requiredProperties' | 'allowedValues', string[]>
    >;
    const names = (additionalProperties ?? requiredProperties ?? allowedValues)?.join(', ');
    return [`${place}${instancePath || '/'}: ${message}${names === undefined ? '' : ` (${names})`}`];
  });
}

/** A file of the plan as it lies there. @throws SettingsError that says which setting names the folder */
export function openPlanFile(folder: string, name: string): { file: string; text: string; version: string } {
  const file = path.join(folder, name);
  try {
    const text = readFileSync(file, 'utf8');
    return { file, text, version: hashOf(text) };
  } catch (error) {
    throw new SettingsError(`FENGSUI_PLAN is ${folder}, and ${file} cannot be read`, [(error as Error).message]);
  }
}

/** Short enough to read aloud, long enough not to collide among the versions of one city. */
export const hashOf = (...texts: readonly string[]): string =>
  createHash('sha256').update(texts.join('\u0000')).digest('hex').slice(0, 12);
