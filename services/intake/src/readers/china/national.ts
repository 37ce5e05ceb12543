import { colourNamed } from '@fengsui/contracts';
import { rootOf } from '../cap/document.js';
import { elementsOf, isObject, parseJson, textOf, type JsonObject } from '../json.js';
import { instantAt, wallReader } from '../local-time.js';
import { guarded, Unreadable, type Draft, type Head, type Segment, type Reader } from '../reader.js';
import { instantOf } from '../text.js';
import { parseXml, type XmlElement } from '../xml.js';
import { eventCodeOf, signalsIn } from './signals.js';

/** A path into the record, as the other forms of a warning name it. */
const below =
  (place: string) =>
  (inside: string): string =>
    [place, inside].filter((part) => part !== '').join('/');

/**
 * 6 digits division, 8 digits issuing body, local time, and perhaps a number: the national identifier (GB/T 35965.1).
 */
const IDENTIFIER = /^(\d{6})(\d{8})_(\d{14})(_\d+)?$/;
const EVENT_CODE = /^1[1-4][A-Z]\d{2}$/;

/**
 * The national platform's XML. It looks like CAP and is not: no namespace, a colour as severity, times with a space,
 * a bare identifier as reference, elements inside `code`.
 */
export const nationalXml: Reader = {
  format: 'cn-12379-xml',
  about:
    'The XML of the national warning platform (12379), which is not CAP: colour as severity, own identifier, time with a space.',
  unit: () => 'document',
  recognises: ({ text }) =>
    rootOf(text) === 'alert' &&
    /<(sendTime|senderCode)>/.test(text) &&
    !text.includes('urn:oasis:names:tc:emergency:cap'),
  begin: () => (segment) => {
    const parsed = parseXml(segment.bytes);
    const at = { place: 'alert', from: segment.from, length: segment.bytes.length };
    return [
      'refusal' in parsed
        ? { ...at, refusals: [parsed.refusal] }
        : guarded(at, () => ofXml(parsed.root), below('alert')),
    ];
  },
};

const jsonReader = (
  format: string,
  about: string,
  member: string,
  fields: readonly string[],
  read: (alert: JsonObject) => Draft,
): Reader => ({
  format,
  about,
  unit: () => 'document',
  recognises: ({ text }: Head) =>
    /^\ufeff?\s*\{/.test(text) && text.includes(`"${member}"`) && fields.every((field) => text.includes(`"${field}"`)),
  begin: () => (segment: Segment) =>
    (elementsOf(segment, member) ?? []).map((element) => {
      const at = { place: `${member}[${element.number}]`, from: element.from, length: element.bytes.length };
      const { value, refusal } = parseJson(element.bytes, at.place, true);
      if (refusal !== undefined) return { ...at, refusals: [refusal] };
      return guarded(
        at,
        () => {
          if (!isObject(value)) throw new Unreadable('', 'not an object', 'one warning');
          return { drafts: [read(value)], notes: [] };
        },
        below(at.place),
      );
    }),
});

/** JSON of the CMA weather API (`alarm`): times without a zone are those of Beijing. */
export const cmaAlarms: Reader = jsonReader(
  'cn-cma-alarm',
  'Warnings as the CMA weather API gives them (JSON, `alarm`).',
  'alarm',
  ['signallevel', 'eventType'],
  (alarm) => {
    const id = must(alarm, 'id');
    const { issuer, at } = issuerOf(id);
    const effective = beijing(must(alarm, 'effective'), 'effective');
    const written = [textOf(alarm['severity']), textOf(alarm['signallevel'])].filter((one) => one !== null);
    return national({
      identifier: id,
      sender: issuer,
      sentAt: at,
      headline: must(alarm, 'title'),
      event: /[（(]([^）)]+)[）)]/.exec(must(alarm, 'title'))?.[1] ?? must(alarm, 'signaltype'),
      eventCode: textOf(alarm['eventType']),
      colours: written,
      effectiveAt: effective,
      description: null,
      areas: [{ areaDesc: id.slice(0, 6), geocode: id.slice(0, 6) }],
      extra: rest(alarm, ['id', 'title', 'effective', 'eventType']),
    });
  },
);

/**
 * JSON that a commercial weather service passes on (`content`): epoch seconds, a numeric code whose last two digits
 * are the colour.
 */
export const alertContents: Reader = jsonReader(
  'cn-alert-content',
  'Warnings of the national platform as a weather service passes them on (JSON, `content`).',
  'content',
  ['alertId', 'pubtimestamp'],
  (alert) => {
    const id = must(alert, 'alertId');
    const { issuer } = issuerOf(id);
    const seconds = alert['pubtimestamp'];
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || Math.abs(seconds) > 1e11)
      throw new Unreadable('pubtimestamp', JSON.stringify(seconds) ?? 'missing', 'seconds since 1970');
    const title = must(alert, 'title');
    const [signal] = signalsIn(title, '');
    return national({
      identifier: id,
      sender: issuer,
      sentAt: new Date(Math.floor(seconds) * 1000).toISOString(),
      headline: title,
      event: signal?.kind ?? title,
      eventCode: signal === undefined ? null : eventCodeOf(signal.kind),
      colours: [signal?.colour ?? missingColour(title)],
      effectiveAt: null,
      description: textOf(alert['description']),
      areas: [{ areaDesc: textOf(alert['location']) ?? must(alert, 'city'), geocode: must(alert, 'adcode') }],
      extra: rest(alert, ['alertId', 'title', 'description', 'location', 'adcode']),
    });
  },
);

function ofXml(alert: XmlElement): { drafts: Draft[]; notes: string[] } {
  const field = (parent: XmlElement, name: string): string | null =>
    textOf(parent.children.find((child) => child.name === name)?.text ?? null)?.trim() ?? null;
  const required = (parent: XmlElement, name: string): string =>
    field(parent, name) ?? fail(name, 'missing', 'the element');
  const info = alert.children.find(({ name }) => name === 'info') ?? fail('info', 'missing', 'one info');
  const instant = (parent: XmlElement, name: string): string | null => {
    const written = field(parent, name);
    return written === null
      ? null
      : (instantOf(written) ?? fail(name, JSON.stringify(written.slice(0, 40)), 'date, time and offset'));
  };
  const identifier = required(alert, 'identifier');
  const sender = required(alert, 'sender');
  const methods = alert.children
    .filter(({ name }) => name === 'code')
    .flatMap(({ children }) => children)
    .flatMap((method) => {
      const [name, message] = [field(method, 'methodName'), field(method, 'message')];
      return name === null || message === null ? [] : [{ valueName: `method ${name}`, value: message }];
    });
  const areas = info.children.filter(({ name }) => name === 'area');
  const headline = required(info, 'headline');
  const eventType = required(info, 'eventType');
  return {
    notes: ['not CAP: the colour stands where CAP has a severity, the reference is an identifier alone'],
    drafts: [
      national({
        identifier,
        sender,
        sentAt: instant(alert, 'sendTime') ?? fail('sendTime', 'missing', 'date, time and offset'),
        status: required(alert, 'status'),
        msgType: required(alert, 'msgType'),
        scope: required(alert, 'scope'),
        references: (field(alert, 'references') ?? '')
          .split(/[\s,]+/)
          .filter((one) => one !== '')
          .map((one) => ({ sender, identifier: one, sentAt: null })),
        language: field(info, 'language') ?? 'zh-CN',
        headline,
        event: signalsIn(headline, '')[0]?.kind ?? eventType,
        eventCode: eventType,
        colours: [required(info, 'severity')],
        urgency: required(info, 'urgency'),
        certainty: required(info, 'certainty'),
        effectiveAt: instant(info, 'effective'),
        onsetAt: instant(info, 'onset'),
        expiresAt: instant(info, 'expires'),
        senderName: field(info, 'senderName'),
        description: field(info, 'description'),
        instruction: field(info, 'instruction'),
        areas: areas.map((area) => ({
          areaDesc: required(area, 'areaDesc'),
          geocode: required(area, 'geocode'),
          ...(area.children.some(({ name }) => name === 'polygon') ? { polygons: [[]] } : {}),
        })),
        extra: [{ valueName: 'senderCode', value: required(alert, 'senderCode') }, ...methods],
      }),
    ],
  };
}

type National = Readonly<{
  identifier: string;
  sender: string;
  sentAt: string;
  status?: string;
  msgType?: string;
  scope?: string;
  references?: readonly unknown[];
  language?: string;
  headline: string;
  event: string;
  eventCode: string | null;
  /** As written; all of them must name one colour. */ colours: readonly string[];
  urgency?: string;
  certainty?: string;
  effectiveAt: string | null;
  onsetAt?: string | null;
  expiresAt?: string | null;
  senderName?: string | null;
  description: string | null;
  instruction?: string | null;
  areas: readonly Readonly<{ areaDesc: string; geocode: string; polygons?: readonly unknown[] }>[];
  extra: readonly Readonly<{ valueName: string; value: string }>[];
}>;

/**
 * A warning of the national forms as an alert. Status and scope are Actual and Public where the form has none (GB/T
 * 35965.1).
 */
function national(of: National): Draft {
  const colours = new Set(of.colours.map((written) => colourNamed(written) ?? missingColour(written)));
  if (colours.size !== 1) fail('severity', `${[...colours].join(' and ')}`, 'one colour');
  const [colour] = colours;
  if (of.eventCode !== null && !EVENT_CODE.test(of.eventCode))
    fail('eventType', JSON.stringify(of.eventCode.slice(0, 20)), 'a code of GB/T 35561, such as 11B03');
  return {
    type: 'weather-warning.v1',
    occurredAt: of.sentAt,
    data: {
      identifier: of.identifier,
      sender: of.sender,
      sentAt: of.sentAt,
      status: of.status ?? 'Actual',
      msgType: of.msgType ?? 'Alert',
      source: null,
      scope: of.scope ?? 'Public',
      restriction: null,
      addresses: null,
      codes: [],
      note: null,
      references: of.references ?? [],
      incidents: [],
      eventCode: of.eventCode,
      colour,
      infos: [
        {
          language: of.language ?? 'zh-CN',
          categories: ['Met'],
          event: of.event,
          responseTypes: [],
          urgency: of.urgency ?? 'Unknown',
          severity: 'Unknown',
          certainty: of.certainty ?? 'Unknown',
          audience: null,
          eventCodes: of.eventCode === null ? [] : [{ valueName: 'GB/T 35561', value: of.eventCode }],
          effectiveAt: of.effectiveAt,
          onsetAt: of.onsetAt ?? null,
          expiresAt: of.expiresAt ?? null,
          senderName: of.senderName ?? null,
          headline: of.headline,
          description: of.description,
          instruction: of.instruction ?? null,
          web: null,
          contact: null,
          parameters: [{ valueName: 'signalColour', value: colour }, ...of.extra],
          resources: [],
          areas: of.areas.map(({ areaDesc, geocode, polygons = [] }) => ({
            areaDesc,
            polygons,
            circles: [],
            geocodes: [{ valueName: 'GB/T 2260', value: geocode }],
            altitudeFt: null,
            ceilingFt: null,
          })),
        },
      ],
    },
  };
}

/** Who issued, and when, out of the identifier. */
function issuerOf(id: string): { issuer: string; at: string } {
  const [, division, body, time] =
    IDENTIFIER.exec(id) ?? fail('id', JSON.stringify(id.slice(0, 60)), '14 digits, _, and the local time as 14 digits');
  const wall = wallReader('yyyyMMddHHmmss')(time ?? '');
  const at = wall === null ? null : instantAt(wall, '+08:00');
  return { issuer: `${division}${body}`, at: at ?? fail('id', JSON.stringify(time), 'a time that the calendar has') };
}

function beijing(written: string, name: string): string {
  const wall = wallReader('yyyy/MM/dd HH:mm')(written);
  return (
    (wall === null ? null : instantAt(wall, '+08:00')) ??
    fail(name, JSON.stringify(written.slice(0, 40)), 'yyyy/MM/dd HH:mm in Beijing time')
  );
}

const rest = (alert: JsonObject, used: readonly string[]): { valueName: string; value: string }[] =>
  Object.entries(alert)
    .filter(([name, value]) => !used.includes(name) && value !== null)
    .map(([valueName, value]) => ({
      valueName,
      value: (typeof value === 'string' ? value : JSON.stringify(value)).trim(),
    }));

const must = (parent: JsonObject, name: string): string => textOf(parent[name]) ?? fail(name, 'missing', 'the field');
const missingColour = (written: string): never =>
  fail('severity', JSON.stringify(written.slice(0, 40)), 'one of 白蓝黄橙红, in Chinese or English');

function fail(name: string, reason: string, expected: string): never {
  throw new Unreadable(name, reason, expected);
}
