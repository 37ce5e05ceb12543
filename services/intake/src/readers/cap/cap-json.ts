import { arrayOf, isObject, parseJson, textOf, type JsonObject } from '../json.js';
import { guarded, Unreadable, type Segment, type Reader, type SourceRecord } from '../reader.js';
import { decimal, instantOf } from '../text.js';
import { unitOf } from '../contract-json.js';
import { circleOf, polygonOf } from './geometry.js';

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
  const { value, refusal } = parseJson(segment.bytes, place);
  if (refusal !== undefined) return { ...at, refusals: [refusal] };
  return guarded(at, () => {
    if (!isObject(value)) throw new Unreadable(place, 'not an object', 'an object with the fields of CAP 1.2');
    const notes: string[] = [];
    const data = alertOf(value, place, notes);
    return { notes, drafts: [{ type: 'weather-warning.v1', occurredAt: data.sentAt, data }] };
  });
}

function alertOf(alert: JsonObject, place: string, notes: string[]) {
  const { identifier, sender, status, msgType, source, scope, restriction, addresses, note, references, incidents } =
    alert;
  return {
    identifier,
    sender,
    sentAt: instant(alert, 'sent', place) ?? missing(place, 'sent'),
    status,
    msgType,
    source: textOf(source),
    scope,
    restriction: textOf(restriction),
    addresses: textOf(addresses),
    codes: arrayOf(alert['code']).map(String),
    note: textOf(note),
    references: (textOf(references) ?? '').split(/\s+/).flatMap((reference) => referenceOf(reference, place)),
    incidents: (textOf(incidents) ?? '').split(/\s+/).filter((word) => word !== ''),
    eventCode: null,
    colour: null,
    infos: arrayOf(alert['info']).map((info, index) =>
      infoOf(object(info, `${place}/info[${index + 1}]`), `${place}/info[${index + 1}]`, notes),
    ),
  };
}

function infoOf(info: JsonObject, place: string, notes: string[]) {
  return {
    language: textOf(info['language']) ?? 'en-US',
    categories: arrayOf(info['category']),
    event: textOf(info['event']),
    responseTypes: arrayOf(info['responseType']),
    urgency: info['urgency'],
    severity: info['severity'],
    certainty: info['certainty'],
    audience: textOf(info['audience']),
    eventCodes: named(info['eventCode'], place),
    effectiveAt: instant(info, 'effective', place),
    onsetAt: instant(info, 'onset', place),
    expiresAt: instant(info, 'expires', place),
    senderName: textOf(info['senderName']),
    headline: textOf(info['headline']),
    description: textOf(info['description']),
    instruction: textOf(info['instruction']),
    web: textOf(info['web']),
    contact: textOf(info['contact']),
    parameters: named(info['parameter'], place),
    resources: arrayOf(info['resource']).map((one, index) => {
      const resource = object(one, `${place}/resource[${index + 1}]`);
      return {
        resourceDesc: resource['resourceDesc'],
        mimeType: textOf(resource['mimeType']) ?? '',
        sizeBytes: number(resource['size']),
        uri: textOf(resource['uri']),
        derefUri: textOf(resource['derefUri']),
        digest: textOf(resource['digest']),
      };
    }),
    areas: arrayOf(info['area']).map((one, index) =>
      areaOf(object(one, `${place}/area[${index + 1}]`), `${place}/area[${index + 1}]`, notes),
    ),
  };
}

function areaOf(area: JsonObject, place: string, notes: string[]) {
  return {
    areaDesc: textOf(area['areaDesc']),
    polygons: arrayOf(area['polygon']).map((polygon, index) => {
      const { points, note } = polygonOf(String(polygon), `${place}/polygon[${index + 1}]`);
      if (note !== null) notes.push(note);
      return points;
    }),
    circles: arrayOf(area['circle']).map((circle, index) => circleOf(String(circle), `${place}/circle[${index + 1}]`)),
    geocodes: named(area['geocode'], place),
    altitudeFt: number(area['altitude']),
    ceilingFt: number(area['ceiling']),
  };
}

function named(value: unknown, place: string): { valueName: unknown; value: unknown }[] {
  return arrayOf(value).map((one) => {
    const { valueName, value } = object(one, place);
    return { valueName: textOf(valueName), value: typeof value === 'string' ? value.trim() : value };
  });
}

function referenceOf(reference: string, place: string) {
  if (reference === '') return [];
  const [sender, identifier, sent, ...more] = reference.split(',');
  const sentAt = sent === undefined ? null : instantOf(sent);
  if (!sender || !identifier || sentAt === null || more.length > 0)
    throw new Unreadable(`${place}/references`, JSON.stringify(reference.slice(0, 100)), 'sender,identifier,sent');
  return [{ sender, identifier, sentAt }];
}

function instant(parent: JsonObject, name: string, place: string): string | null {
  const written = textOf(parent[name]);
  if (written === null) return null;
  const at = instantOf(written);
  if (at === null)
    throw new Unreadable(`${place}/${name}`, JSON.stringify(written.slice(0, 60)), 'date and time with an offset');
  return at;
}

const number = (value: unknown): number | null =>
  typeof value === 'number' ? value : textOf(value) === null ? null : decimal(String(value));

const missing = (place: string, name: string): never => {
  throw new Unreadable(`${place}/${name}`, 'missing', 'CAP requires it');
};

function object(value: unknown, place: string): JsonObject {
  if (!isObject(value)) throw new Unreadable(place, 'not an object', 'an object with the fields of CAP 1.2');
  return value;
}
