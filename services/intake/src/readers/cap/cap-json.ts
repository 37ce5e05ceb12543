import { isObject, parseJson, type JsonObject } from '../json.js';
import { refuse, type Segment, type Reader, type SourceRecord } from '../reader.js';
import { unitOf } from '../contract-json.js';
import { readAlert } from './alert.js';
import { elementOf } from './json-element.js';

/**
 * CAP 1.2 with the element names as fields, as MoWaS (Germany) serves it: alone, as an array, or one a line. Texts
 * stay as they came, with the HTML that the issuer put into them.
 */
export const capJson: Reader = {
  format: 'cap-json',
  about: 'CAP 1.2 as JSON with the names of its elements, as MoWaS serves it.',
  recognises: ({ text }) =>
    /^\ufeff?\s*[[{]/.test(text) &&
    ['identifier', 'sender', 'sent', 'msgType'].every((name) => text.includes(`"${name}"`)),
  unit: unitOf,
  begin: () => (segment) => [recordOf(segment)],
};

function recordOf(segment: Segment): SourceRecord {
  const place = segment.number <= 1 ? 'alert' : `alert[${segment.number}]`;
  const at = { place, from: segment.from, length: segment.bytes.length };
  const { value, refusal } = parseJson(segment.bytes, place, true);
  if (refusal !== undefined) return { ...at, refusals: [refusal] };
  if (!isObject(value))
    return { ...at, refusals: [refuse(place, 'not an object', 'an object with the fields of CAP 1.2')] };
  return recordOfCap(value, at);
}

/** An alert that came as JSON, with the names of CAP 1.2. */
export function recordOfCap(alert: JsonObject, at: Pick<SourceRecord, 'place' | 'from' | 'length'>): SourceRecord {
  const read = readAlert(elementOf('alert', alert));
  if ('refusals' in read)
    return {
      ...at,
      refusals: read.refusals.map((one) => ({ ...one, place: one.place.replace(/^alert/, at.place) })),
    };
  const { data, notes } = read;
  return { ...at, notes, drafts: [{ type: 'weather-warning.v1', occurredAt: data.sentAt, data }] };
}
