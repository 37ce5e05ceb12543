import { arrayOf, elementsOf, isObject, parseJson, textOf, type JsonObject } from '../json.js';
import { guarded, Unreadable, type Segment, type Reader, type SourceRecord } from '../reader.js';
import { instantOf } from '../text.js';
import type { LatLon } from './geometry.js';

/**
 * The GeoJSON of the US National Weather Service (`/alerts/active`): one alert a feature, positions as longitude,
 * latitude.
 */
export const nwsGeojson: Reader = {
  format: 'nws-geojson',
  about: 'GeoJSON of the US National Weather Service, one alert a feature.',
  recognises: ({ text }) =>
    /^\ufeff?\s*\{/.test(text) && text.includes('"FeatureCollection"') && text.includes('wx:Alert'),
  unit: () => 'document',
  begin: () => read,
};

function* read(segment: Segment): Generator<SourceRecord> {
  for (const feature of elementsOf(segment, 'features') ?? []) {
    const place = `feature ${feature.number}`;
    const at = { place, from: feature.from, length: feature.bytes.length };
    const { value, refusal } = parseJson(feature.bytes, place);
    if (refusal !== undefined) yield { ...at, refusals: [refusal] };
    else
      yield guarded(at, () => {
        const data = alertOf(value, place);
        return { drafts: [{ type: 'weather-warning.v1', occurredAt: data.sentAt, data }] };
      });
  }
}

function alertOf(feature: unknown, place: string) {
  const properties = isObject(feature) ? feature['properties'] : undefined;
  if (!isObject(feature) || !isObject(properties))
    throw new Unreadable(place, 'no feature with properties', 'a feature of type wx:Alert');
  const at = (name: string): string | null => instant(properties, name, place);
  return {
    identifier: properties['id'],
    sender: properties['sender'],
    sentAt: at('sent') ?? fail(place, 'sent', 'missing', 'an instant'),
    status: properties['status'],
    msgType: properties['messageType'],
    source: null,
    scope: textOf(properties['scope']) ?? 'Public',
    restriction: null,
    addresses: null,
    codes: arrayOf(properties['code']).map(String),
    note: textOf(properties['note']),
    references: arrayOf(properties['references']).map((reference) => {
      const { sender, identifier } = isObject(reference) ? reference : {};
      return {
        sender,
        identifier,
        sentAt: isObject(reference) ? instant(reference, 'sent', `${place}/references`) : null,
      };
    }),
    incidents: [],
    eventCode: null,
    colour: null,
    infos: [
      {
        language: textOf(properties['language']) ?? 'en-US',
        categories: arrayOf(properties['category']),
        event: textOf(properties['event']),
        responseTypes: arrayOf(properties['response']),
        urgency: properties['urgency'],
        severity: properties['severity'],
        certainty: properties['certainty'],
        audience: null,
        eventCodes: listed(properties['eventCode']),
        effectiveAt: at('effective'),
        onsetAt: at('onset'),
        expiresAt: at('expires'),
        senderName: textOf(properties['senderName']),
        headline: textOf(properties['headline']),
        description: textOf(properties['description']),
        instruction: textOf(properties['instruction']),
        web: textOf(properties['web']),
        contact: null,
        // The end of the event is not the end of the message; CAP has no element for it.
        parameters: [
          ...listed(properties['parameters']),
          ...(textOf(properties['ends']) === null ? [] : [{ valueName: 'ends', value: String(properties['ends']) }]),
          ...arrayOf(properties['affectedZones']).map((zone) => ({ valueName: 'affectedZone', value: String(zone) })),
        ],
        resources: [],
        areas: [
          {
            areaDesc: textOf(properties['areaDesc']),
            polygons: polygonsOf(feature['geometry'], place),
            circles: [],
            geocodes: listed(properties['geocode']),
            altitudeFt: null,
            ceilingFt: null,
          },
        ],
      },
    ],
  };
}

/** `{ name: [value, …] }` as pairs. */
const listed = (value: unknown): { valueName: string; value: string }[] =>
  Object.entries(isObject(value) ? value : {}).flatMap(([valueName, values]) =>
    arrayOf(values).map((one) => ({ valueName, value: String(one).trim() })),
  );

/** Outer outlines only: CAP has no holes, and a hole that is warned too is no harm. */
function polygonsOf(geometry: unknown, place: string): LatLon[][] {
  if (geometry === null || geometry === undefined) return [];
  const { type, coordinates } = isObject(geometry) ? geometry : {};
  const polygons =
    type === 'Polygon'
      ? [coordinates]
      : type === 'MultiPolygon'
        ? arrayOf(coordinates)
        : fail(place, 'geometry', String(type), 'null, Polygon or MultiPolygon');
  return polygons.map((rings) => {
    const outer = arrayOf(arrayOf(rings)[0]).map((point): LatLon => {
      const [longitude, latitude] = arrayOf(point);
      if (typeof latitude !== 'number' || typeof longitude !== 'number')
        return fail(place, 'geometry', 'no position', '[longitude, latitude]');
      return [latitude, longitude];
    });
    if (outer.length < 4 || String(outer[0]) !== String(outer.at(-1)))
      fail(place, 'geometry', `${outer.length} positions`, 'a closed ring');
    return outer;
  });
}

function instant(parent: JsonObject, name: string, place: string): string | null {
  const written = textOf(parent[name]);
  return written === null
    ? null
    : (instantOf(written) ?? fail(place, name, JSON.stringify(written.slice(0, 60)), 'date and time with an offset'));
}

function fail(place: string, name: string, reason: string, expected: string): never {
  throw new Unreadable(`${place}/${name}`, reason, expected);
}
