import { Type, type Static } from 'typebox';
import {
  Count,
  defineEvent,
  Division,
  Instant,
  Latitude,
  Longitude,
  Name,
  OneOf,
  OrNull,
  Quantity,
  SaidStatus,
  Shape,
  Text,
} from './event.js';

/** In what a position is given; maps and telephones in China give other ones than satellites. */
export const DATUMS = ['WGS-84', 'GCJ-02', 'BD-09'] as const;
export type Datum = (typeof DATUMS)[number];
const datum = Type.Optional(
  OneOf(DATUMS, 'of latitude and longitude; without it WGS-84. Converted where it is placed'),
);

/** Key: the grid cell of a tenth of a degree. Id: satellite, time of the pass and position as published. */
export const HotspotV1 = defineEvent(
  'hotspot.v1',
  'One pixel in which a satellite saw heat. Most are no forest fire.',
  Shape({
    status: SaidStatus,
    cellId: Name('tenth-of-a-degree cell, groups pixels for order, never measures distance'),
    latitude: Latitude,
    longitude: Longitude,
    satellite: Name('Terra, Aqua, Suomi-NPP, NOAA-20, NOAA-21 or the provider’s word'),
    instrument: OneOf(['MODIS', 'VIIRS', 'other'], 'the sensor'),
    confidence: OneOf(['low', 'nominal', 'high'], 'VIIRS as published; MODIS below 30 is low, from 80 high'),
    confidencePercent: OrNull(Quantity('MODIS only, 0 to 100', 0, 100)),
    frpMw: OrNull(Quantity('fire radiative power, megawatts; null when not given, never 0 for it', -1_000, 1_000_000)),
    brightnessK: OrNull(Quantity('brightness temperature of the fire channel, kelvin', 0, 2_000)),
    backgroundK: OrNull(Quantity('brightness temperature of the background channel, kelvin', 0, 2_000)),
    scanKm: OrNull(Quantity('pixel size across the track, kilometres', 0, 100)),
    trackKm: OrNull(Quantity('pixel size along the track, kilometres', 0, 100)),
    dayNight: OrNull(OneOf(['D', 'N'], 'day or night pass')),
    pixelType: OrNull(
      Type.Integer({
        minimum: 0,
        maximum: 3,
        description: 'archive only: 0 vegetation, 1 volcano, 2 other static land source, 3 offshore',
      }),
    ),
    version: OrNull(Text('processing version as published')),
    pixels: Type.Optional(
      OrNull(
        Type.Integer({
          minimum: 1,
          maximum: 1e6,
          description: 'pixels that the point stands for, where a list says so',
        }),
      ),
    ),
    datum,
    publishedAt: Type.Optional(OrNull(Instant('when the provider published it, where it says so'))),
    landCover: Type.Optional(OrNull(Text('what grows there, in the words of the list'))),
    areaHa: Type.Optional(OrNull(Quantity('area of the pixels, hectares; not what burned', 0, 1e7))),
  }),
);
export type HotspotV1 = Static<typeof HotspotV1>;

/** Key and id: the report. `occurredAt` is when the person called. */
export const PublicReportV1 = defineEvent(
  'public-report.v1',
  'What a member of the public, a ranger or a camera reported.',
  Shape({
    reportId: Name('number in the duty log'),
    status: SaidStatus,
    channel: OneOf(['call', 'web', 'camera', 'ranger', 'walk-in'], 'how it reached us'),
    hazard: OneOf(['forest-fire', 'flood', 'landslide', 'accident', 'other'], 'what the reporter says it is'),
    county: OrNull(Division('county named by the reporter')),
    place: Text('place in words'),
    latitude: OrNull(Latitude),
    longitude: OrNull(Longitude),
    datum,
    text: Text('what was said'),
  }),
);
export type PublicReportV1 = Static<typeof PublicReportV1>;

/** Verdicts on a fire to verify 核查结果. */
export const VERDICTS = [
  'forest-fire',
  'grass-fire',
  'building-fire',
  'farm-burn',
  'site-clearing',
  'prescribed-burn',
  'industrial-heat',
  'waste-burn',
  'other-fire',
  'false-alarm',
  'outside-area',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** 核查结果, as the bureau says them. */
export const VERDICT_IN_CHINESE: Readonly<Record<Verdict, string>> = {
  'forest-fire': '森林火灾',
  'grass-fire': '草原火灾',
  'building-fire': '建筑火灾',
  'farm-burn': '农事用火',
  'site-clearing': '炼山',
  'prescribed-burn': '计划烧除',
  'industrial-heat': '工业热源',
  'waste-burn': '垃圾焚烧',
  'other-fire': '其他火情',
  'false-alarm': '虚警',
  'outside-area': '境外火',
};

/** What a fire threatens, so that it is reported up at once. */
export const THREATENED = ['houses', 'protected-area', 'primeval-forest'] as const;
export type Threatened = (typeof THREATENED)[number];
/** What may be burned by permit 用火许可: 炼山 计划烧除. */
export const PERMITTED = ['site-clearing', 'prescribed-burn'] as const;

const fireId = Name('the fire to verify: county, day of the first sign, and its number there');
const again = Type.Optional(
  Type.Integer({ minimum: 2, maximum: 1_000, description: 'asked about so many times; without it the first time' }),
);

/** Key: the fire. */
export const FireRaisedV1 = defineEvent(
  'fire-raised.v1',
  'A place where satellites or people saw fire must be verified on the ground by the deadline.',
  Shape({
    fireId,
    county: Division('county of the first sign'),
    township: Type.Optional(Text('name of the township of the first sign, where the plan has its outline')),
    latitude: OrNull(Latitude),
    longitude: OrNull(Longitude),
    firstSeenBy: OneOf(['satellite', 'report'], 'what was known first'),
    again,
    signs: Count('hotspots and reports gathered so far'),
    pass: Type.Optional(
      Name('the pass in which it was seen: satellite and time; those of one pass and county are one call'),
    ),
    urgentBecause: Type.Optional(
      Type.Array(Text('火险预警 节日 多像元', 200), {
        maxItems: 10,
        description: 'what makes it urgent; without it it is not',
      }),
    ),
    dueAt: Instant('verify by'),
    reason: Text('why, in words'),
    plan: Name('version of the plan'),
  }),
);
export type FireRaisedV1 = Static<typeof FireRaisedV1>;

/** Key: the fire that goes on. */
export const FireMergedV1 = defineEvent(
  'fire-merged.v1',
  'Two fires to verify turned out to be one.',
  Shape({
    fireId,
    mergedFireId: Name('the fire that ends in it'),
    reason: Text('why'),
    plan: Name('version of the plan'),
  }),
);
export type FireMergedV1 = Static<typeof FireMergedV1>;

/** Key: the fire. */
export const FireOverdueV1 = defineEvent(
  'fire-overdue.v1',
  'Nobody gave a verdict by the deadline.',
  Shape({
    fireId,
    county: Division('county'),
    dueAt: Instant('the deadline that passed'),
    again,
    reason: Text('why this was announced'),
    plan: Name('version of the plan'),
  }),
);
export type FireOverdueV1 = Static<typeof FireOverdueV1>;

/** Key: the fire. */
export const FirePhaseV1 = defineEvent(
  'fire-phase.v1',
  'What a fire does after it was raised: its heat sleeps or is back, its open flame is out, it has ended, it was none, or nobody is asked about it any more.',
  Shape({
    fireId,
    county: Division('county'),
    phase: OneOf(
      ['awake', 'asleep', 'extinguished', 'ended', 'withdrawn', 'unasked'],
      '复燃 休眠 明火扑灭 结束 撤销 不再核查',
    ),
    reason: Text('why'),
    plan: Name('version of the plan'),
  }),
);
export type FirePhaseV1 = Static<typeof FirePhaseV1>;

/** Key: the fire that goes on. */
export const FirePartedV1 = defineEvent(
  'fire-parted.v1',
  'What was one fire to verify is two: a merge is undone, or signs turned out to be of another fire.',
  Shape({
    fireId,
    partedFireId: Name('the fire that is one of its own'),
    signs: Count('signs of that fire'),
    reason: Text('why'),
    plan: Name('version of the plan'),
  }),
);
export type FirePartedV1 = Static<typeof FirePartedV1>;

/** Key: the fire. `occurredAt` is when the fire began as far as known: the first sign. */
export const FireJudgedV1 = defineEvent(
  'fire-judged.v1',
  'A person judged what burned.',
  Shape({
    fireId,
    county: Division('county'),
    verdict: OneOf(VERDICTS, 'what it was'),
    deaths: Count('persons killed'),
    seriousInjuries: Type.Optional(Count('persons seriously injured 重伤')),
    injuries: Type.Optional(Count('persons injured, without those seriously injured')),
    burnedAreaHa: OrNull(Quantity('area that burned 过火面积, hectares', 0, 1_000_000)),
    damagedAreaHa: Type.Optional(
      OrNull(Quantity('damaged forest area 受害森林面积, hectares; it grades, what burned does not', 0, 1_000_000)),
    ),
    permit: Type.Optional(Name('the permit for what was burned 用火许可')),
    threatens: Type.Optional(
      Type.Array(OneOf(THREATENED, '居民点或重要设施 自然保护区 原始林区'), {
        maxItems: 3,
        description: 'what it threatens',
      }),
    ),
    asksSupport: Type.Optional(Type.Boolean({ description: 'support of others is asked for' })),
    borderKm: Type.Optional(OrNull(Quantity('kilometres from its nearest sign to the border of the city', 0, 20_040))),
    photo: Type.Optional(Name('picture that shows it')),
    known: Type.Optional(
      Shape(
        {
          by: OneOf(['satellite', 'report'], 'what was known first'),
          source: OrNull(Name('satellite, or the way by which it was reported')),
          missed: Type.Boolean({
            description: 'people reported it first, though a pass of which data came should have seen it',
          }),
        },
        'how it became known',
      ),
    ),
    dueAt: Type.Optional(Instant('it was to be verified by then; without it nobody was asked')),
    answers: Type.Optional(
      Type.Boolean({ description: 'false: it stands in the history; who was asked since then has not answered' }),
    ),
    recheck: Type.Optional(
      Type.Boolean({ description: 'true: found when a confirmed fire was looked at again; what it was stands' }),
    ),
    firstSeenAt: Instant('time of the first sign'),
    decidedBy: Name('who gave the verdict'),
    reason: Text('what was found'),
    plan: Name('version of the plan'),
  }),
);
export type FireJudgedV1 = Static<typeof FireJudgedV1>;
