import { Type, type Static } from 'typebox';
import {
  defineEvent,
  Instant,
  Latitude,
  Longitude,
  Name,
  OneOf,
  OrNull,
  Quantity,
  Shape,
  STATUSES,
  Text,
} from './event.js';
import { COLOURS } from './levels.js';

/** Vocabulary of CAP 1.2, section 3.2. */
export const MESSAGE_TYPES = ['Alert', 'Update', 'Cancel', 'Ack', 'Error'] as const;
export const SCOPES = ['Public', 'Restricted', 'Private'] as const;
export const CATEGORIES = [
  'Geo',
  'Met',
  'Safety',
  'Security',
  'Rescue',
  'Fire',
  'Health',
  'Env',
  'Transport',
  'Infra',
  'CBRNE',
  'Other',
] as const;
export const RESPONSE_TYPES = [
  'Shelter',
  'Evacuate',
  'Prepare',
  'Execute',
  'Avoid',
  'Monitor',
  'Assess',
  'AllClear',
  'None',
] as const;
export const URGENCIES = ['Immediate', 'Expected', 'Future', 'Past', 'Unknown'] as const;
export const SEVERITIES = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'] as const;
export const CERTAINTIES = ['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown'] as const;

const Named = Shape({
  valueName: Name('name of the code system or parameter'),
  value: Text('value as issued, never reinterpreted'),
});
const Point = Type.Array(Type.Number(), {
  minItems: 2,
  maxItems: 2,
  description: '[latitude, longitude] in degrees, WGS-84',
});

const Area = Shape({
  areaDesc: Text('the affected area in words'),
  polygons: Type.Array(
    Type.Union([
      Type.Array(Point, { minItems: 4, maxItems: 200_000, description: 'closed: first point equals the last' }),
      Type.Array(Point, { maxItems: 0, description: 'the issuer left the element empty' }),
    ]),
    { maxItems: 10_000 },
  ),
  circles: Type.Array(
    Shape({ latitude: Latitude, longitude: Longitude, radiusKm: Quantity('kilometres', 0, 20_040) }),
    {
      maxItems: 10_000,
    },
  ),
  geocodes: Type.Array(Named, { maxItems: 20_000 }),
  altitudeFt: OrNull(Quantity('feet above mean sea level (WGS-84), as CAP has it', -50_000, 500_000)),
  ceilingFt: OrNull(Quantity('feet above mean sea level (WGS-84), as CAP has it', -50_000, 500_000)),
});

const Resource = Shape({
  resourceDesc: Text('what it is'),
  mimeType: Text('MIME type'),
  sizeBytes: OrNull(Type.Integer({ minimum: 0, maximum: 1e12, description: 'bytes' })),
  uri: OrNull(Text('where it lies; never fetched by intake')),
  derefUri: OrNull(Text('the content itself, base64', 3_000_000)),
  digest: OrNull(Text('SHA-1 as issued')),
});

const Info = Shape({
  language: Text('RFC 3066; en-US where the issuer gave none, as CAP says'),
  categories: Type.Array(OneOf(CATEGORIES, 'CAP category'), { minItems: 1 }),
  event: Text('kind of event in the issuer’s words'),
  responseTypes: Type.Array(OneOf(RESPONSE_TYPES, 'CAP responseType')),
  urgency: OneOf(URGENCIES, 'CAP urgency'),
  severity: OneOf(SEVERITIES, 'CAP severity; not a colour'),
  certainty: OneOf(CERTAINTIES, 'CAP certainty'),
  audience: OrNull(Text('whom it addresses')),
  eventCodes: Type.Array(Named),
  effectiveAt: OrNull(Instant('from when the information holds')),
  onsetAt: OrNull(Instant('when the event is expected to begin')),
  expiresAt: OrNull(Instant('until when the message holds; the danger may last longer')),
  senderName: OrNull(Text('issuer in words')),
  headline: OrNull(Text('headline')),
  description: OrNull(Text('description', 200_000)),
  instruction: OrNull(Text('recommended action', 200_000)),
  web: OrNull(Text('address of more information')),
  contact: OrNull(Text('contact for follow-up')),
  parameters: Type.Array(Named, { maxItems: 2_000 }),
  resources: Type.Array(Resource, { maxItems: 200 }),
  areas: Type.Array(Area, { maxItems: 5_000 }),
});

const eventCode = OrNull(
  Type.String({
    pattern: '^1[1-4][A-Z]\\d{2}$',
    description: 'national event code (GB/T 35561), 11B03 is rainstorm; null when the issuer gave none',
  }),
);
const colour = OrNull(
  OneOf(COLOURS, 'colour of the signal; null when it has none: a severity is never turned into one'),
);

const Signal = Shape(
  {
    event: Text('kind of event in the issuer’s words'),
    eventCode,
    colour,
    divisions: Type.Array(Type.String({ pattern: '^\\d{6}(\\d{3}(\\d{3})?)?$', description: 'GB/T 2260' }), {
      description: 'where it holds; empty where outlines say so, or nothing does',
    }),
    placedBy: OneOf(
      ['code', 'outline', 'words', 'issuer', 'nowhere'],
      'what says where: codes; outlines of its infos; the words of its area; nothing, so that all counts that its issuer speaks for; nothing, of an issuer that speaks for nobody here',
    ),
    infos: Type.Array(Type.Integer({ minimum: 0 }), {
      description: 'which infos say so, from 0: several where it is said in several languages',
    }),
    onsetAt: OrNull(Instant('when the event is expected to begin; it counts from when it was issued')),
    expiresAt: OrNull(Instant('until when it holds; null: until it is ended')),
  },
  'one kind, colour, place, onset and expiry: what is weighed',
);

/** Key: the sender. Id: sender, identifier and sent, which is a CAP message's identity. */
export const WeatherWarningV1 = defineEvent(
  'weather-warning.v1',
  'One alert message as its issuer sent it (CAP 1.2), with the national event code and the colour of the signal where it has them.',
  Shape({
    identifier: Name('CAP identifier; the national one is 31 characters'),
    sender: Name('CAP sender'),
    sentAt: Instant('CAP sent'),
    status: OneOf(STATUSES, 'only Actual may lead to a decision'),
    msgType: OneOf(MESSAGE_TYPES, 'CAP msgType'),
    source: OrNull(Text('CAP source')),
    scope: OneOf(SCOPES, 'CAP scope'),
    restriction: OrNull(Text('CAP restriction')),
    addresses: OrNull(Text('CAP addresses')),
    codes: Type.Array(Text('CAP code')),
    note: OrNull(Text('CAP note')),
    references: Type.Array(
      Shape({
        sender: Name('sender'),
        identifier: Name('identifier'),
        sentAt: OrNull(Instant('sent; null where the form names the identifier alone, as the national one does')),
      }),
      { maxItems: 5_000, description: 'messages that this one updates or cancels' },
    ),
    incidents: Type.Array(Text('CAP incident')),
    eventCode,
    colour,
    signals: Type.Array(Signal, {
      maxItems: 200,
      description:
        'what is weighed: each info by itself, languages of one event once; event code and colour of the message are those of the gravest, for lists. Set by intake, whatever came in',
    }),
    infos: Type.Array(Info, { maxItems: 200 }),
    trust: Type.Optional(
      Shape(
        {
          standing: OneOf(
            ['entitled', 'unknown', 'beyond'],
            'entitled: its sender may say this; unknown: no sender of the plan; beyond: more than its sender may say',
          ),
          signed: Type.Boolean({ description: 'by a certificate that the plan pins' }),
          reason: Text('why', 1_000),
        },
        'whether its sender may say so; set by intake, whatever came in',
      ),
    ),
  }),
);
export type WeatherWarningV1 = Static<typeof WeatherWarningV1>;
