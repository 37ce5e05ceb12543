import { arrayOf, elementsOf, isObject, parseJson, textOf, type JsonObject } from '../json.js';
import { guarded, refuse, Unreadable, type Segment, type Reader, type SourceRecord } from '../reader.js';
import { recordOfCap } from './cap-json.js';

/**
 * The GeoJSON of the US National Weather Service (`/alerts/active`): one alert a feature, positions as longitude,
 * latitude.
 */
export const nwsGeojson: Reader = {
  format: 'nws-geojson',
  about: 'GeoJSON of the US National Weather Service, one alert a feature.',
  recognises: ({ text }) =>
    /^\ufeff?\s*\{/.test(text) && text.includes('"FeatureCollection"') && /wx:Alert|api\.weather\.gov/.test(text),
  unit: () => 'document',
  begin: () => read,
};

function* read(segment: Segment): Generator<SourceRecord> {
  for (const feature of elementsOf(segment, 'features') ?? []) {
    const at = { place: `feature ${feature.number}`, from: feature.from, length: feature.bytes.length };
    const { value, refusal } = parseJson(feature.bytes, at.place, true);
    if (refusal !== undefined) yield { ...at, refusals: [refusal] };
    else yield recordOf(value, at);
  }
}

function recordOf(feature: unknown, at: Pick<SourceRecord, 'place' | 'from' | 'length'>): SourceRecord {
  const properties = isObject(feature) ? feature['properties'] : undefined;
  if (!isObject(feature) || !isObject(properties))
    return { ...at, refusals: [refuse(at.place, 'no feature with properties', 'a feature of type wx:Alert')] };
  return guarded(at, () => recordOfCap(capOf(properties, feature['geometry'], at.place), at));
}

/** The alert in the words of CAP. */
const capOf = (properties: JsonObject, geometry: unknown, place: string): JsonObject => ({
  ...properties,
  identifier: properties['id'],
  msgType: properties['messageType'],
  scope: textOf(properties['scope']) ?? 'Public',
  references: arrayOf(properties['references'])
    .map((one) => (isObject(one) ? `${String(one['sender'])},${String(one['identifier'])},${String(one['sent'])}` : ''))
    .join(' '),
  info: {
    ...properties,
    responseType: properties['response'],
    eventCode: listed(properties['eventCode']),
    // The end of the event is not the end of the message; CAP has no element for it.
    parameter: [
      ...listed(properties['parameters']),
      ...(textOf(properties['ends']) === null ? [] : [{ valueName: 'ends', value: properties['ends'] }]),
      ...arrayOf(properties['affectedZones']).map((value) => ({ valueName: 'affectedZone', value })),
    ],
    contact: null,
    area: {
      areaDesc: properties['areaDesc'],
      polygon: outlinesOf(geometry, place),
      geocode: listed(properties['geocode']),
    },
  },
});

/** `{ name: [value, …] }` as pairs. */
const listed = (value: unknown): { valueName: string; value: string }[] =>
  Object.entries(isObject(value) ? value : {}).flatMap(([valueName, values]) =>
    arrayOf(values).map((one) => ({ valueName, value: String(one).trim() })),
  );

/** Outer outlines only, as CAP writes them: CAP has no holes, and a hole that is warned too is no harm. */
function outlinesOf(geometry: unknown, place: string): string[] {
  if (geometry === null || geometry === undefined) return [];
  const { type, coordinates } = isObject(geometry) ? geometry : {};
  const polygons = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' ? arrayOf(coordinates) : null;
  if (polygons === null) throw new Unreadable(`${place}/geometry`, String(type), 'null, Polygon or MultiPolygon');
  return polygons.map((rings) =>
    arrayOf(arrayOf(rings)[0])
      .map((point) => {
        const [longitude, latitude] = arrayOf(point);
        if (typeof latitude !== 'number' || typeof longitude !== 'number')
          throw new Unreadable(`${place}/geometry`, 'no position', '[longitude, latitude]');
        return `${latitude},${longitude}`;
      })
      .join(' '),
  );
}
