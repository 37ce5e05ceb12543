import { shanghaiDate } from '@fengsui/contracts';
import { thursdayOf } from '../calendar.js';
import type { FactContent, FactKind } from '../facts/fact-content.js';
import type { Definition, Test, Unit } from './definition.js';
import { FIELDS, readerOf, type FieldValue } from './fields.js';

/** What one fact adds to an indicator: an amount, or a key that counts once. Null: it does not count. */
export type Contribution = Readonly<{
  /** In Asia/Shanghai. */ day: string;
  amount: number;
  key: string | null;
}> | null;

type Named = Readonly<{
  id: string;
  label: Readonly<{ zh: string; en: string }>;
  unit: Unit;
  version: number;
  /** What it counts, in words. */ definition: Readonly<{ zh: string; en: string }>;
  /** The days whose facts it counts by this version, first and last; null: without an end. */
  validFrom: string | null;
  validUntil: string | null;
}>;
/** One version of an indicator that counts facts. */
export type Counting = Named &
  Readonly<{
    method: 'sum' | 'distinct';
    kind: FactKind;
    /** Field that it adds up; null: each fact once. */ measure: string | null;
    on: 'day' | 'thursday';
    dimensions: readonly string[];
    /** With what the subjects that it counts begin: of one kind of work record `campaign/`; empty: with anything. */
    subjects: string;
    /** False of what the city alone has: its own responses, its calls. */ isByCounty: boolean;
    contribution: (fact: FactContent) => Contribution;
  }>;
/** One version of an indicator 指标. Whatever prints a figure prints it from here. */
export type Indicator =
  | Counting
  | (Named & Readonly<{ method: 'ratio'; of: readonly [numerator: string, denominator: string]; decimals: number }>)
  | (Named & Readonly<{ method: 'constant' }>);

/** @param definition that has been checked @param validUntil the day before the next version begins */
export function indicatorOf(definition: Definition, validUntil: string | null): Indicator {
  const { id, label, unit, version, ratio, constant, validFrom = null } = definition;
  const named: Named = { id, label, unit, version, definition: definition.definition, validFrom, validUntil };
  if (ratio !== undefined) return { ...named, method: 'ratio', of: ratio as [string, string], decimals: 1 };
  if (constant !== undefined) return { ...named, method: 'constant' };
  return counting(named, definition);
}

function counting(
  named: Named,
  { kind: of = '', filter = {}, measure, distinctBy, on = 'day', dimensions = [] }: Definition,
): Counting {
  const { validFrom, validUntil } = named;
  const kind = of as FactKind;
  const tests = Object.entries(filter).map(([field, test]) => testOf(kind, field, test));
  const amountOf = measure === undefined ? null : readerOf(measure);
  const keysOf = distinctBy?.map(readerOf) ?? null;
  const contribution = (fact: FactContent): Contribution => {
    for (const holds of tests) if (!holds(fact)) return null;
    const day = on === 'thursday' ? thursdayOf(fact.at) : shanghaiDate(fact.at);
    if ((validFrom !== null && day < validFrom) || (validUntil !== null && day > validUntil)) return null;
    if (keysOf === null) {
      const amount = amountOf === null ? 1 : amountOf(fact);
      // A fact without the field adds nothing.
      return typeof amount === 'number' && Number.isFinite(amount) && amount !== 0 ? { day, amount, key: null } : null;
    }
    const keys = keysOf.map((read) => read(fact));
    if (keys.some((one) => one === null || one === undefined)) return null;
    return { day, amount: 1, key: keys.join('/') };
  };
  const method = keysOf === null ? ('sum' as const) : ('distinct' as const);
  const isByCounty = kind !== 'call' && filter['ofCity'] !== true;
  const record = filter['record.kind'];
  const subjects = typeof record === 'string' ? `${record}/` : '';
  return { ...named, method, kind, measure: measure ?? null, on, dimensions, subjects, isByCounty, contribution };
}

function testOf(kind: FactKind, field: string, test: Test): (fact: FactContent) => boolean {
  const read = readerOf(field);
  const isOne = (value: FieldValue, wanted: readonly unknown[]): boolean =>
    Array.isArray(value) ? value.some((one) => wanted.includes(one)) : wanted.includes(value);
  if (Array.isArray(test)) return (fact) => isOne(read(fact), test);
  if (typeof test !== 'object') return (fact) => isOne(read(fact), [test]);
  if ('known' in test) return (fact) => ((read(fact) ?? null) !== null) === test.known;
  const { values = [] } = FIELDS[kind][field] ?? {};
  const rank = (value: FieldValue): number => (typeof value === 'number' ? value : values.indexOf(String(value)));
  const [bound, isLeast] = 'atLeast' in test ? [test.atLeast, true] : [test.atMost, false];
  return (fact) => {
    const value = read(fact) ?? null;
    if (value === null) return false;
    return isLeast ? rank(value) >= rank(bound) : rank(value) <= rank(bound);
  };
}

/** Whether an indicator may be told apart by a field; what lies in counties, by county. */
export const isToldApart = ({ isByCounty, dimensions }: Counting, field: string): boolean =>
  field === 'county' ? isByCounty : dimensions.includes(field);
