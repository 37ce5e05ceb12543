import type { WeatherWarningV1 } from '@fengsui/contracts';
import { CAP12 } from './vocabulary.js';

type Data = WeatherWarningV1['data'];
type Info = Data['infos'][number];

/**
 * The CAP 1.2 document of a warning, in the order of the schema; whatever the form it came in. Times are UTC, written
 * `-00:00` as CAP wants it. Reading it again gives the same event.
 */
export function cap12Document(data: Data): string {
  const children = [
    element('identifier', data.identifier),
    element('sender', data.sender),
    element('sent', time(data.sentAt)),
    element('status', data.status),
    element('msgType', data.msgType),
    may('source', data.source),
    element('scope', data.scope),
    may('restriction', data.restriction),
    may('addresses', data.addresses),
    ...data.codes.map((code) => element('code', code)),
    may('note', data.note),
    may(
      'references',
      data.references.length === 0
        ? null
        : data.references
            .map(({ sender, identifier, sentAt }) => `${sender},${identifier},${sentAt === null ? '' : time(sentAt)}`)
            .join(' '),
    ),
    may('incidents', data.incidents.length === 0 ? null : data.incidents.join(' ')),
    ...data.infos.map(infoOf),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="${CAP12}">\n${children.join('')}</alert>\n`;
}

const infoOf = (info: Info): string =>
  group('info', [
    element('language', info.language),
    ...info.categories.map((category) => element('category', category)),
    element('event', info.event),
    ...info.responseTypes.map((responseType) => element('responseType', responseType)),
    element('urgency', info.urgency),
    element('severity', info.severity),
    element('certainty', info.certainty),
    may('audience', info.audience),
    ...info.eventCodes.map((code) => named('eventCode', code)),
    may('effective', info.effectiveAt, time),
    may('onset', info.onsetAt, time),
    may('expires', info.expiresAt, time),
    may('senderName', info.senderName),
    may('headline', info.headline),
    may('description', info.description),
    may('instruction', info.instruction),
    may('web', info.web),
    may('contact', info.contact),
    ...info.parameters.map((parameter) => named('parameter', parameter)),
    ...info.resources.map((resource) =>
      group('resource', [
        element('resourceDesc', resource.resourceDesc),
        element('mimeType', resource.mimeType),
        may('size', resource.sizeBytes),
        may('uri', resource.uri),
        may('derefUri', resource.derefUri),
        may('digest', resource.digest),
      ]),
    ),
    ...info.areas.map((area) =>
      group('area', [
        element('areaDesc', area.areaDesc),
        ...area.polygons.map((polygon) =>
          element('polygon', (polygon as number[][]).map((point) => point.join(',')).join(' ')),
        ),
        ...area.circles.map(({ latitude, longitude, radiusKm }) =>
          element('circle', `${latitude},${longitude} ${radiusKm}`),
        ),
        ...area.geocodes.map((geocode) => named('geocode', geocode)),
        may('altitude', area.altitudeFt),
        may('ceiling', area.ceilingFt),
      ]),
    ),
  ]);

/** To the second, which is all that CAP writes. */
const time = (instant: string): string => `${instant.slice(0, 19)}-00:00`;
const element = (name: string, value: string | number): string => `<${name}>${escaped(String(value))}</${name}>\n`;
const group = (name: string, children: readonly string[]): string => `<${name}>\n${children.join('')}</${name}>\n`;
const named = (name: string, { valueName, value }: { valueName: string; value: string }): string =>
  group(name, [element('valueName', valueName), element('value', value)]);

function may<T extends string | number>(
  name: string,
  value: T | null,
  write: (value: T) => string | number = (one) => one,
): string {
  return value === null ? '' : element(name, write(value));
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const escaped = (text: string): string => text.replace(/[&<>\r]/g, (character) => ESCAPES[character] as string);
