import { CONTRACTS, TOPICS, type ObservedEvent, type Refusal } from '@fengsui/contracts';
import { elementsOf } from './json-elements.js';
import { recordOf, refuse, type Draft, type Reader, type SourceRecord } from './reader.js';
import { decodeUtf8, instantOf, linesOf, notUtf8 } from './text.js';

/** What may be fed as JSON: the contracts that intake writes. */
const OBSERVED_TYPES = Object.keys(CONTRACTS).filter(
  (type) => TOPICS[type as ObservedEvent['type']].writer === 'intake',
) as ObservedEvent['type'][];

/**
 * Contract JSON: `{ "type": "incident.v1", "occurredAt": "…", "data": { … } }`, alone, as an array, or one a line (NDJSON).
 * Instants may carry any offset; they are kept as UTC.
 * @param implied the type where an element names none, as on `POST /v1/incidents`
 */
export const contractJson = (implied: ObservedEvent['type'] | null): Reader => ({
  format: 'contract-json',
  recognises: (head) => /^\s*[[{]/.test(head) && (implied !== null || /"type"\s*:\s*"[a-z-]+\.v\d+"/.test(head)),
  read: (input) => (isLines(input) ? fromLines(input, implied) : fromElements(input, implied)),
});

/** NDJSON has a whole object on its first line and something on the next. */
function isLines(input: Buffer): boolean {
  const [first, second] = linesOf(input.subarray(0, 1_000_000));
  return (
    first !== undefined && second !== undefined && parse(first.bytes) !== undefined && /^\s*\{/.test(first.bytes.toString('utf8', 0, 100))
  );
}

function* fromLines(input: Buffer, implied: ObservedEvent['type'] | null): Generator<SourceRecord> {
  for (const { number, from, length, bytes } of linesOf(input)) yield record(`line ${number}`, from, length, bytes, implied);
}

function* fromElements(input: Buffer, implied: ObservedEvent['type'] | null): Generator<SourceRecord> {
  for (const { index, from, length } of elementsOf(input))
    yield record(index === null ? 'document' : `element ${index + 1}`, from, length, input.subarray(from, from + length), implied);
}

function record(place: string, from: number, length: number, bytes: Buffer, implied: ObservedEvent['type'] | null): SourceRecord {
  return recordOf(place, from, length, draftOf(place, bytes, implied));
}

function draftOf(place: string, bytes: Buffer, implied: ObservedEvent['type'] | null): Draft | Refusal {
  if (decodeUtf8(bytes) === null) return notUtf8(place);
  const value = parse(bytes);
  if (value === undefined) return refuse(place, `no JSON: ${problem(bytes)}`, 'one JSON object');
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return refuse(place, 'not an object', 'an object with type, occurredAt and data');
  const { type = implied, occurredAt, data, ...rest } = value as Record<string, unknown>;
  const expected = implied === null ? OBSERVED_TYPES : [implied];
  if (typeof type !== 'string' || !(expected as string[]).includes(type))
    return refuse(`${place}, type`, `${JSON.stringify(type)} cannot be fed here`, `one of ${expected.join(', ')}`);
  if (Object.keys(rest).length > 0)
    return refuse(place, `unknown field: ${Object.keys(rest).join(', ').slice(0, 200)}`, 'only type, occurredAt and data');
  const instant = typeof occurredAt === 'string' ? instantOf(occurredAt) : null;
  if (instant === null)
    return refuse(
      `${place}, occurredAt`,
      `${JSON.stringify(occurredAt)} is no instant`,
      'ISO 8601 with date, time and zone, such as 2020-06-07T02:14:00+08:00',
    );
  return { type: type as ObservedEvent['type'], occurredAt: instant, data: withInstants(data) };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'), (key, value: unknown) => (key === '__proto__' ? undefined : value));
  } catch {
    return undefined;
  }
}

function problem(bytes: Buffer): string {
  try {
    JSON.parse(bytes.toString('utf8'));
    return 'unknown';
  } catch (error) {
    return (error as Error).message.slice(0, 200);
  }
}

/** Fields whose name ends in `At` hold instants: their zone is folded in. What is no instant stays for the contract to refuse. */
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
