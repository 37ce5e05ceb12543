import { CONTRACTS, OWN_OBSERVATIONS, TOPICS, type ObservedEvent, type Refusal } from '@fengsui/contracts';
import { isObject, parseJson } from './json.js';
import { NAMES_PERSONS } from '../persons/pseudonyms.js';
import {
  recordOf,
  refuse,
  type Draft,
  type Head,
  type Segment,
  type Reader,
  type SourceRecord,
  type Unit,
} from './reader.js';
import { instantOf } from './text.js';

/** What may be fed as JSON: the contracts that intake writes, but for its own observations. */
export const OBSERVED_TYPES = Object.keys(CONTRACTS).filter(
  (type) => TOPICS[type as ObservedEvent['type']].writer === 'intake' && !OWN_OBSERVATIONS.includes(type),
) as ObservedEvent['type'][];

/**
 * Contract JSON: `{ "type": "incident.v1", "occurredAt": "…", "data": { … } }`, alone, as an array, or one a line
 * (NDJSON). Instants may carry any offset; they are kept as UTC.
 * @param implied the type where an element names none, as on `POST /v1/incidents`
 */
export const contractJson = (implied: ObservedEvent['type'] | null): Reader => ({
  format: 'contract-json',
  implied,
  namesPersons: implied === null || NAMES_PERSONS.has(implied),
  about: 'Contract JSON: one object with type, occurredAt and data, an array of them, or one a line (NDJSON).',
  recognises: ({ text }) =>
    /^\ufeff?\s*[[{]/.test(text) && (implied !== null || /"type"\s*:\s*"[a-z-]+\.v\d+"/.test(text)),
  unit: unitOf,
  begin: (head) => {
    const lines = unitOf(head) === 'line';
    return (segment) => [
      record(
        lines ? `line ${segment.number}` : segment.number === 0 ? 'document' : `element ${segment.number}`,
        segment,
        implied,
      ),
    ];
  },
});

/** NDJSON has a whole object on its first line; so has a document that is one long line. */
export function unitOf({ text, complete }: Head): Unit {
  const start = text.replace(/^\ufeff/, '').trimStart();
  if (!start.startsWith('{')) return 'element';
  const end = start.indexOf('\n');
  if (end === -1) return complete ? 'element' : 'line';
  const first = parseJson(Buffer.from(start.slice(0, end)), '');
  // A first line that is broken and stands above a whole object is a bad line, not a document written over several
  // lines.
  if (
    first.refusal !== undefined &&
    /^\s*\{.*\}\s*$/.test(start.slice(end + 1).split('\n', 1)[0] ?? '') &&
    /\}\s*$/.test(start.slice(0, end))
  )
    return 'line';
  return first.refusal === undefined ? 'line' : 'element';
}

function record(place: string, { bytes, from }: Segment, implied: ObservedEvent['type'] | null): SourceRecord {
  return recordOf(place, from, bytes.length, draftOf(place, bytes, implied));
}

function draftOf(place: string, bytes: Buffer, implied: ObservedEvent['type'] | null): Draft | Refusal {
  const { value, refusal } = parseJson(bytes, place);
  if (refusal !== undefined) return refusal;
  if (!isObject(value)) return refuse(place, 'not an object', 'an object with type, occurredAt and data');
  const { type = implied, occurredAt, data, ...rest } = value;
  const expected = implied === null ? OBSERVED_TYPES : [implied];
  if (typeof type !== 'string' || !(expected as string[]).includes(type))
    return refuse(`${place}, type`, `${JSON.stringify(type)} cannot be fed here`, `one of ${expected.join(', ')}`);
  if (Object.keys(rest).length > 0)
    return refuse(
      place,
      `unknown field: ${Object.keys(rest).join(', ').slice(0, 200)}`,
      'only type, occurredAt and data',
    );
  const instant = typeof occurredAt === 'string' ? instantOf(occurredAt) : null;
  if (instant === null)
    return refuse(
      `${place}, occurredAt`,
      `${JSON.stringify(occurredAt)?.slice(0, 60)} is no instant`,
      'ISO 8601 with date, time and zone, such as 2020-06-07T02:14:00+08:00',
    );
  return { type: type as ObservedEvent['type'], occurredAt: instant, data: withInstants(data) };
}

/**
 * Fields whose name ends in `At` hold instants: their zone is folded in. What is no instant stays for the contract to
 * refuse.
 */
function withInstants(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withInstants);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      name.endsWith('At') && typeof field === 'string' ? (instantOf(field) ?? field) : withInstants(field),
    ]),
  );
}
