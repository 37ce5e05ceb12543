import { colourRank, COLOURS, type Colour, type Refusal } from '@fengsui/contracts';
import { refuse, type Reader, type SourceRecord } from './reader.js';
import { decimal, instantOf } from './text.js';
import { parseXml, type XmlElement } from './xml.js';

const NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2';

/** One alert of CAP 1.2 (OASIS, 2010) as XML. */
export const cap12: Reader = {
  format: 'cap-1.2',
  recognises: (head) => /^﻿?\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE[\s\S]*?>\s*)?<([\w.-]+:)?alert[\s>]/.test(head),
  read,
};

function* read(input: Buffer): Generator<SourceRecord> {
  const whole = { place: 'alert', from: 0, length: input.length };
  const parsed = parseXml(input);
  if ('refusal' in parsed) {
    yield { ...whole, refusals: [parsed.refusal] };
    return;
  }
  const alert = readAlert(parsed.root);
  yield 'refusals' in alert
    ? { ...whole, refusals: alert.refusals }
    : { ...whole, drafts: [{ type: 'weather-warning.v1', occurredAt: alert.data.sentAt, data: alert.data }] };
}

/** Gathers what is wrong while reading on, so that an issuer sees all of it at once. */
class Faults {
  readonly list: Refusal[] = [];
  add(at: XmlElement, path: string, reason: string, expected: string): null {
    if (this.list.length < MAX_FAULTS) this.list.push(refuse(`${path} (line ${at.line})`, reason, expected));
    return null;
  }
}
const MAX_FAULTS = 20;

function readAlert(root: XmlElement): { data: ReturnType<typeof alertOf> } | { refusals: readonly Refusal[] } {
  if (root.name !== 'alert' || root.namespace !== NAMESPACE)
    return {
      refusals: [
        refuse(`${root.name} (line ${root.line})`, `root element in namespace ${JSON.stringify(root.namespace)}`, `alert in ${NAMESPACE}`),
      ],
    };
  const faults = new Faults();
  const data = alertOf(root, faults);
  return faults.list.length > 0 ? { refusals: faults.list } : { data };
}

function alertOf(alert: XmlElement, faults: Faults) {
  const field = fieldsIn(alert, 'alert', faults);
  const infos = all(alert, 'info').map((info, index) => infoOf(info, `alert/info[${index + 1}]`, faults));
  return {
    identifier: field.must('identifier'),
    sender: field.must('sender'),
    sentAt: field.instant('sent') ?? '',
    status: field.must('status'),
    msgType: field.must('msgType'),
    source: field.may('source'),
    scope: field.must('scope'),
    restriction: field.may('restriction'),
    addresses: field.may('addresses'),
    codes: all(alert, 'code').map(text),
    note: field.may('note'),
    references: referencesOf(alert, faults),
    incidents: words(field.may('incidents')),
    eventCode: nationalEventCode(infos),
    colour: signalColour(infos),
    infos,
  };
}

function infoOf(info: XmlElement, path: string, faults: Faults) {
  const field = fieldsIn(info, path, faults);
  return {
    language: field.may('language') ?? 'en-US',
    categories: all(info, 'category').map(text),
    event: field.must('event'),
    responseTypes: all(info, 'responseType').map(text),
    urgency: field.must('urgency'),
    severity: field.must('severity'),
    certainty: field.must('certainty'),
    audience: field.may('audience'),
    eventCodes: all(info, 'eventCode').map((code) => named(code)),
    effectiveAt: field.instantOrNull('effective'),
    onsetAt: field.instantOrNull('onset'),
    expiresAt: field.instantOrNull('expires'),
    senderName: field.may('senderName'),
    headline: field.may('headline'),
    description: field.may('description'),
    instruction: field.may('instruction'),
    web: field.may('web'),
    contact: field.may('contact'),
    parameters: all(info, 'parameter').map((parameter) => named(parameter)),
    resources: all(info, 'resource').map((resource, index) => resourceOf(resource, `${path}/resource[${index + 1}]`, faults)),
    areas: all(info, 'area').map((area, index) => areaOf(area, `${path}/area[${index + 1}]`, faults)),
  };
}

function resourceOf(resource: XmlElement, path: string, faults: Faults) {
  const field = fieldsIn(resource, path, faults);
  return {
    resourceDesc: field.must('resourceDesc'),
    mimeType: field.may('mimeType') ?? '',
    sizeBytes: field.numberOrNull('size'),
    uri: field.may('uri'),
    digest: field.may('digest'),
  };
}

function areaOf(area: XmlElement, path: string, faults: Faults) {
  const field = fieldsIn(area, path, faults);
  return {
    areaDesc: field.must('areaDesc'),
    polygons: all(area, 'polygon').map((polygon, index) => polygonOf(polygon, `${path}/polygon[${index + 1}]`, faults)),
    circles: all(area, 'circle').map((circle, index) => circleOf(circle, `${path}/circle[${index + 1}]`, faults)),
    geocodes: all(area, 'geocode').map((geocode) => named(geocode)),
    altitudeFt: field.numberOrNull('altitude'),
    ceilingFt: field.numberOrNull('ceiling'),
  };
}

/** `lat,lon lat,lon …` in WGS-84, closed: the first and last pairs are the same. */
function polygonOf(polygon: XmlElement, path: string, faults: Faults): [number, number][] {
  const points = words(text(polygon)).map(pointOf);
  const closed = points.length >= 4 && String(points[0]) === String(points.at(-1));
  if (!closed || points.some((point) => point === null))
    faults.add(
      polygon,
      path,
      `${points.length} points: ${text(polygon).slice(0, 60)}`,
      'at least four pairs lat,lon, the last equal to the first',
    );
  return points.flatMap((point) => (point === null ? [] : [point]));
}

function circleOf(circle: XmlElement, path: string, faults: Faults) {
  const [centre, radius] = words(text(circle));
  const point = pointOf(centre ?? '');
  const radiusKm = decimal(radius);
  if (point === null || !(radiusKm >= 0))
    faults.add(circle, path, JSON.stringify(text(circle).slice(0, 60)), 'lat,lon and a radius in kilometres');
  return { latitude: point?.[0] ?? 0, longitude: point?.[1] ?? 0, radiusKm };
}

function pointOf(pair: string): [number, number] | null {
  const [latitude = NaN, longitude = NaN, ...more] = pair.split(',').map(decimal);
  return more.length === 0 && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [latitude, longitude] : null;
}

/** `sender,identifier,sent` separated by white space. */
function referencesOf(alert: XmlElement, faults: Faults) {
  const element = all(alert, 'references')[0];
  if (element === undefined) return [];
  return words(text(element)).flatMap((reference) => {
    const [sender, identifier, sent, ...more] = reference.split(',');
    const sentAt = sent === undefined ? null : instantOf(sent);
    if (!sender || !identifier || sentAt === null || more.length > 0)
      return faults.add(element, 'alert/references', JSON.stringify(reference.slice(0, 100)), 'sender,identifier,sent') ?? [];
    return [{ sender, identifier, sentAt }];
  });
}

type Info = ReturnType<typeof infoOf>;

/** The national code (GB/T 35561), where an eventCode or parameter holds one; whatever the issuer calls the code system. */
const nationalEventCode = (infos: readonly Info[]): string | null =>
  infos
    .flatMap(({ eventCodes }) => eventCodes)
    .map(({ value }) => value)
    .find((value) => /^1[1-4][A-Z]\d{2}$/.test(value)) ?? null;

/** Names under which Chinese issuers carry the colour of a signal. A severity is never turned into a colour. */
const COLOUR_PARAMETERS = new Set(['signalColour', 'signalColor', 'ColorCode', 'warningColor', '预警颜色', '信号颜色']);
const WRITTEN_COLOURS: Readonly<Record<string, Colour>> = { 白: 'white', 蓝: 'blue', 黄: 'yellow', 橙: 'orange', 红: 'red' };

/** One message may carry several signals; it is as high as the highest. */
function signalColour(infos: readonly Info[]): Colour | null {
  const written = infos.flatMap(({ parameters }) =>
    parameters.filter(({ valueName }) => COLOUR_PARAMETERS.has(valueName)).map(({ value }) => value),
  );
  const colours = written.flatMap(
    (value) => WRITTEN_COLOURS[value.trim().slice(0, 1)] ?? COLOURS.find((colour) => colour === value.trim().toLowerCase()) ?? [],
  );
  return colours.sort((a, b) => colourRank(b) - colourRank(a))[0] ?? null;
}

function fieldsIn(element: XmlElement, path: string, faults: Faults) {
  const find = (name: string): XmlElement | undefined => {
    const [first, second] = all(element, name);
    if (second !== undefined) faults.add(second, `${path}/${name}`, 'given twice', 'at most once');
    return first;
  };
  const may = (name: string): string | null => {
    const found = find(name);
    return found === undefined ? null : text(found);
  };
  const instantOrNull = (name: string): string | null => {
    const found = find(name);
    if (found === undefined || text(found) === '') return null;
    return (
      instantOf(text(found)) ??
      faults.add(found, `${path}/${name}`, JSON.stringify(text(found)), 'date and time with an offset, such as 2020-06-07T02:14:00+08:00')
    );
  };
  return {
    may,
    must: (name: string): string => {
      const value = may(name);
      if (value === null || value === '') faults.add(element, `${path}/${name}`, 'missing', 'CAP 1.2 requires it');
      return value ?? '';
    },
    instantOrNull,
    instant: (name: string): string | null =>
      find(name) === undefined ? faults.add(element, `${path}/${name}`, 'missing', 'CAP 1.2 requires it') : instantOrNull(name),
    numberOrNull: (name: string): number | null => {
      const found = find(name);
      if (found === undefined || text(found) === '') return null;
      const value = decimal(text(found));
      return Number.isNaN(value) ? faults.add(found, `${path}/${name}`, JSON.stringify(text(found)), 'a number') : value;
    },
  };
}

const all = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter((child) => child.name === name && child.namespace === NAMESPACE);
const text = (element: XmlElement): string => element.text.trim();
const words = (value: string | null): string[] => (value === null ? [] : value.split(/\s+/).filter((word) => word !== ''));
const named = (element: XmlElement) => ({
  valueName: text(all(element, 'valueName')[0] ?? EMPTY),
  value: text(all(element, 'value')[0] ?? EMPTY),
});
const EMPTY: XmlElement = { name: '', namespace: '', text: '', children: [], line: 0, column: 0 };
