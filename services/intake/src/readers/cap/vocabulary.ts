import type { XmlElement } from '../xml.js';

/** The versions of CAP that are read, by the namespace of the root element. */
export const CAP_VERSIONS: Readonly<Record<string, '1.0' | '1.1' | '1.2'>> = {
  'http://www.incident.com/cap/1.0': '1.0',
  'urn:oasis:names:tc:emergency:cap:1.1': '1.1',
  'urn:oasis:names:tc:emergency:cap:1.2': '1.2',
};
export const CAP12 = 'urn:oasis:names:tc:emergency:cap:1.2';

/** Elements in the order of the schema of CAP 1.2 (OASIS, 2010, section 3.4). */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  alert: [
    'identifier',
    'sender',
    'sent',
    'status',
    'msgType',
    'source',
    'scope',
    'restriction',
    'addresses',
    'code',
    'note',
    'references',
    'incidents',
    'info',
  ],
  info: [
    'language',
    'category',
    'event',
    'responseType',
    'urgency',
    'severity',
    'certainty',
    'audience',
    'eventCode',
    'effective',
    'onset',
    'expires',
    'senderName',
    'headline',
    'description',
    'instruction',
    'web',
    'contact',
    'parameter',
    'resource',
    'area',
  ],
  resource: ['resourceDesc', 'mimeType', 'size', 'uri', 'derefUri', 'digest'],
  area: ['areaDesc', 'polygon', 'circle', 'geocode', 'altitude', 'ceiling'],
  eventCode: ['valueName', 'value'],
  parameter: ['valueName', 'value'],
  geocode: ['valueName', 'value'],
};

/** Whether CAP has a child of this name in an element, in whatever namespace it stands. */
export const isOfCap = (parent: string, child: string): boolean => ORDER[parent]?.includes(child) === true;

/**
 * Forms that the schema prescribes beyond what this reader needs: text that does not fit is read all the same, with a
 * note.
 */
const INSTANT = /^\s*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d\s*$/;
const WORD = /^[A-Za-z]+$/;
const FORMS: Readonly<Record<string, RegExp>> = {
  sent: INSTANT,
  effective: INSTANT,
  onset: INSTANT,
  expires: INSTANT,
  language: /^\s*[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\s*$/,
  status: WORD,
  msgType: WORD,
  scope: WORD,
  category: WORD,
  responseType: WORD,
  urgency: WORD,
  severity: WORD,
  certainty: WORD,
  size: /^\s*[-+]?\d+\s*$/,
  altitude: /^\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*$/,
  ceiling: /^\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*$/,
  uri: /^[^\s<>"{}|\\^`\u0000-\u001f]*$/,
  web: /^[^\s<>"{}|\\^`\u0000-\u001f]*$/,
};
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const MAX_NOTES = 10;

/**
 * What in an alert the schema of CAP 1.2 does not allow, though its meaning is plain: elements out of order or of
 * another vocabulary, attributes, a time with `Z`. An alert without a note is valid by the schema.
 */
export function departuresFrom12(alert: XmlElement): string[] {
  const notes: string[] = [];
  look(alert, 'alert', notes);
  return notes.length > MAX_NOTES
    ? [...notes.slice(0, MAX_NOTES), `and ${notes.length - MAX_NOTES} more departures from the schema`]
    : notes;
}

function look(element: XmlElement, path: string, notes: string[]): void {
  const order = ORDER[element.name];
  const at = (what: string, { line }: XmlElement): void => void notes.push(`${path} (line ${line}): ${what}`);
  if (element.attributes.length > 0) at(`attribute ${element.attributes.join(', ').slice(0, 80)}`, element);
  if (order === undefined) {
    const form = FORMS[element.name];
    if (form !== undefined && !form.test(element.text))
      at(`${JSON.stringify(element.text.slice(0, 40))} is not as the schema writes it`, element);
    if (element.children.length > 0) at('elements inside a value', element);
    return;
  }
  if (element.text.trim() !== '') at('text between elements', element);
  let reached = 0;
  let signed = false;
  for (const child of element.children) {
    if (child.namespace !== CAP12) {
      if (element.name === 'alert' && child.namespace === SIGNATURE) signed = true;
      else at(`foreign element ${child.name.slice(0, 40)}`, child);
      continue;
    }
    const place = order.indexOf(child.name);
    if (place === -1) at(`unknown element ${child.name.slice(0, 40)}, not read`, child);
    else if (place < reached || signed) at(`${child.name} stands out of order`, child);
    else reached = place;
    look(child, `${path}/${child.name}`, notes);
  }
}
