import {
  CALL_CAUSES,
  HAZARDS,
  INCIDENT_CATEGORIES,
  INDUSTRIES,
  LEVELS,
  OBLIGATION_KINDS,
  ResponseChangedV1,
  shanghaiMinute,
  VERDICTS,
  WorkRecordV1,
} from '@fengsui/contracts';
import { GRADES } from '@fengsui/rules';
import { isoWeek } from '../calendar.js';
import type { FactContent, FactKind } from '../facts/fact-content.js';

/** What an indicator may ask of a fact. */
export type Field = Readonly<{
  type: 'text' | 'number' | 'flag' | 'list';
  /** All that it can be; where they are in order, from the least. */ values?: readonly string[];
  ordered?: boolean;
}>;
export type FieldValue = string | number | boolean | readonly string[] | null | undefined;

const text = (values?: readonly string[]): Field => ({ type: 'text', ...(values === undefined ? {} : { values }) });
const NUMBER: Field = { type: 'number' };
const FLAG: Field = { type: 'flag' };

/** Of every fact. */
const COMMON: Readonly<Record<string, Field>> = {
  county: text(),
  hour: NUMBER,
  isoWeek: text(),
  ofCity: FLAG,
};

/** By kind of fact: every field that a filter, a measure or a key may name. */
export const FIELDS: Readonly<Record<FactKind, Readonly<Record<string, Field>>>> = {
  incident: {
    ...COMMON,
    category: text(INCIDENT_CATEGORIES),
    productionRelated: FLAG,
    industry: text(INDUSTRIES),
    grade: { type: 'text', values: GRADES, ordered: true },
    isOutside: FLAG,
    deaths: NUMBER,
    injuries: NUMBER,
    economicLossYuan: NUMBER,
    propertyLossYuan: NUMBER,
  },
  record: { ...COMMON, ...fieldsOfRecords() },
  hazard: { ...COMMON, grade: { type: 'text', values: ['general', 'major'], ordered: true }, fixed: FLAG },
  fire: {
    ...COMMON,
    verdict: text(VERDICTS),
    deaths: NUMBER,
    damagedAreaHa: NUMBER,
    inTime: FLAG,
    'known.by': text(['satellite', 'report']),
    'known.source': text(),
    'known.missed': FLAG,
  },
  'response-change': {
    ...COMMON,
    hazards: { type: 'list', values: HAZARDS },
    change: text(valuesOf(ResponseChangedV1.properties.data.properties.change)),
    from: text(LEVELS),
    to: text(LEVELS),
  },
  call: { ...COMMON, cause: text(CALL_CAUSES), role: text(), minutes: NUMBER },
  obligation: { ...COMMON, owed: text(OBLIGATION_KINDS), inTime: FLAG },
  'moved-person': { ...COMMON, episodeId: text(), person: text() },
};

/** A field of a fact; null or undefined where the fact has none. */
export function readerOf(field: string): (fact: FactContent) => FieldValue {
  switch (field) {
    case 'county':
      return ({ region }) => region.slice(0, 6);
    case 'hour':
      return ({ at }) => Number(shanghaiMinute(at).slice(11, 13));
    case 'isoWeek':
      return ({ at }) => isoWeek(at);
    case 'ofCity':
      return ({ region }) => region.endsWith('00');
    default: {
      const [first = '', second] = field.split('.');
      return (fact) => {
        const own: unknown = Reflect.get(fact, first);
        if (second === undefined) return own as FieldValue;
        return typeof own === 'object' && own !== null ? (Reflect.get(own, second) as FieldValue) : null;
      };
    }
  }
}

/** The measures of every kind of work record, as the contract has them. */
function fieldsOfRecords(): Record<string, Field> {
  const fields: Record<string, Field> = {};
  const { anyOf: shapes } = WorkRecordV1.properties.data as { anyOf: readonly { properties: object }[] };
  for (const { properties } of shapes)
    for (const [name, schema] of Object.entries(properties)) {
      const field = `record.${name}`;
      const { type } = schema as { type?: string };
      const values = new Set([...(fields[field]?.values ?? []), ...valuesOf(schema as object)]);
      if (type === 'boolean') fields[field] = FLAG;
      else if (type === 'integer' || type === 'number') fields[field] = NUMBER;
      else fields[field] = text(values.size > 0 ? [...values] : undefined);
    }
  return fields;
}

/** All that a field of a contract can be, where it names it. */
function valuesOf(schema: object): readonly string[] {
  const { const: only, enum: all = [] } = schema as { const?: string; enum?: readonly string[] };
  return only === undefined ? all : [only];
}
