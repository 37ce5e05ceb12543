import { Compile, type Validator } from 'typebox/compile';
import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { CONTRACTS, type EventOf, type EventType } from './topics.js';

/** Why something was refused: where it stands in what came in, what is wrong, what was expected. */
export type Refusal = Readonly<{ place: string; reason: string; expected: string }>;
export type Checked<T> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; refusals: readonly Refusal[] }>;

const compiled = new Map<string, Validator>();

function validator(type: string, schema: TSchema): Validator {
  const known = compiled.get(type);
  if (known !== undefined) return known;
  const made = Compile(schema);
  compiled.set(type, made);
  return made;
}

/** Holds `value` against the contract of `type`. Refusals name the field as a path below the event, `data/deaths`. */
export function checkEvent<T extends EventType>(type: T, value: unknown): Checked<EventOf<T>> {
  const check = validator(type, CONTRACTS[type]);
  if (check.Check(value)) return { ok: true, value: value as EventOf<T> };
  return { ok: false, refusals: explain(CONTRACTS[type], value) };
}

/**
 * The kinds of an object that differ by `kind` or `quantity`: say what is wrong with the kind meant, not with all of
 * them.
 */
function explain(schema: TSchema, value: unknown): Refusal[] {
  const narrowed = narrow(schema, value);
  const refusals = [...Errors(narrowed, value)]
    .map((error) => error as SchemaError)
    .filter(({ keyword }) => keyword !== 'boolean')
    .slice(0, MAX_REFUSALS)
    .map((error) => refusalOf(error, value));
  return refusals.length > 0
    ? refusals
    : [{ place: '', reason: 'does not fit the contract', expected: 'see the published schema' }];
}

/** More than this helps nobody, and a hostile record could have thousands. */
const MAX_REFUSALS = 5;

type SchemaError = Readonly<{
  instancePath: string;
  keyword: string;
  message: string;
  params?: Record<string, unknown>;
}>;

function refusalOf({ instancePath, keyword, message, params }: SchemaError, value: unknown): Refusal {
  const place = instancePath.replace(/^\//, '');
  const extra = params?.['additionalProperties'] ?? params?.['requiredProperties'];
  const names = Array.isArray(extra) ? extra.join(', ') : '';
  if (keyword === 'required')
    return { place, reason: `missing: ${names}`, expected: 'every field of the contract, null where it is not known' };
  if (keyword === 'additionalProperties')
    return { place, reason: `unknown field: ${names}`, expected: 'only fields of the contract' };
  return {
    place,
    reason: `${quote(at(value, instancePath))}: ${message}`,
    expected: expectation(keyword, params, message),
  };
}

function expectation(keyword: string, params: Record<string, unknown> | undefined, message: string): string {
  if (keyword === 'enum' && Array.isArray(params?.['allowedValues']))
    return `one of ${params['allowedValues'].join(', ')}`;
  if (keyword === 'pattern') return `text like ${String(params?.['pattern'])}`;
  return message;
}

function at(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split('/').slice(1)) here = (here as Record<string, unknown> | null | undefined)?.[step];
  return here;
}

const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** Where `data` is a union whose members differ by one literal field, keeps only the member meant. */
function narrow(schema: TSchema, value: unknown): TSchema {
  const properties = (schema as { properties?: Record<string, { anyOf?: TSchema[] }> }).properties;
  const members = properties?.['data']?.anyOf;
  const data = (value as { data?: Record<string, unknown> } | null)?.data;
  if (members === undefined || data === null || typeof data !== 'object') return schema;
  for (const field of ['kind', 'quantity']) {
    const names = members
      .map((member) => (member as Shaped).properties?.[field]?.const)
      .filter((name) => typeof name === 'string');
    if (names.length !== members.length) continue;
    const chosen = members[names.indexOf(data[field] as string)];
    const wanted = { type: 'object', required: [field], properties: { [field]: { type: 'string', enum: names } } };
    return { ...schema, properties: { ...properties, data: chosen ?? wanted } } as unknown as TSchema;
  }
  return schema;
}
type Shaped = { properties?: Record<string, { const?: unknown }> };
