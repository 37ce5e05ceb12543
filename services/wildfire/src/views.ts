import { View, ViewCount, ViewInstant, ViewNull } from '@fengsui/service';
import { Type, type Static } from 'typebox';

const degreesNorth = ViewNull(Type.Number({ description: 'degrees north, WGS-84; null: it has no position' }));
const degreesEast = ViewNull(Type.Number({ description: 'degrees east, WGS-84' }));

const FIRE = {
  id: Type.String(),
  state: Type.String({
    description: 'to-verify, overdue, judged, noted (nobody is sent out), merged or withdrawn',
  }),
  dueAt: ViewInstant('verify by'),
  reason: Type.String(),
  events: Type.Array(Type.String(), { description: 'hotspots and reports that belong to it' }),
  county: Type.String({ description: 'GB/T 2260 code' }),
  latitude: degreesNorth,
  longitude: degreesEast,
  firstSeenBy: Type.String({ description: 'satellite or report' }),
  firstSeenAt: ViewInstant('time of the first sign'),
  lastSeenAt: ViewInstant('time of the last sign'),
  signs: ViewCount('hotspots and reports'),
  asked: ViewCount('how often somebody was asked to verify it'),
  phase: ViewNull(Type.String({ description: 'of a confirmed fire: awake, asleep, extinguished or ended' })),
  mergedInto: ViewNull(Type.String({ description: 'fire that it ended in, or from whose heat it comes' })),
  judgedAt: ViewNull(ViewInstant('when it was judged')),
  verdict: ViewNull(Type.String()),
  decidedBy: ViewNull(Type.String({ description: 'who judged it' })),
};
export const WildfireView = View(FIRE);
export type WildfireView = Readonly<Static<typeof WildfireView>>;

export const DetectionView = View(
  {
    event: Type.String(),
    at: ViewInstant('seen at'),
    recordedAt: ViewNull(ViewInstant('taken in at')),
    latitude: degreesNorth,
    longitude: degreesEast,
    by: Type.String({ description: 'satellite or report' }),
    source: ViewNull(Type.String({ description: 'satellite, or the way by which it was reported' })),
    confidence: ViewNull(Type.String({ description: 'low, nominal or high' })),
    frpMw: ViewNull(Type.Number({ description: 'fire radiative power, megawatts' })),
    scanKm: ViewNull(Type.Number({ description: 'pixel across the track, kilometres' })),
    trackKm: ViewNull(Type.Number({ description: 'pixel along the track, kilometres' })),
    dayNight: ViewNull(Type.String()),
    pixelType: ViewNull(Type.Integer({ description: 'FIRMS type, where the archive gives it' })),
    county: ViewNull(Type.String({ description: 'GB/T 2260 code; null: outside this city' })),
    township: ViewNull(
      Type.String({ description: 'code of nine digits, as who reported it names it, or by its outline' }),
    ),
    neighbour: ViewNull(
      Type.String({ description: 'of what lies outside: in whose area, where the plan has its outline' }),
    ),
    landCover: ViewNull(Type.String({ description: 'what grows there, by the layer of the plan or the list' })),
    borderKm: ViewNull(Type.Number({ description: 'kilometres to the border of the city' })),
    borderBearing: ViewNull(Type.Number({ description: 'where the border lies, degrees from north' })),
    late: Type.Boolean({ description: 'history when it came in' }),
    withdrawnBy: ViewNull(Type.String({ description: 'order by which it was taken back' })),
    fire: ViewNull(Type.String()),
    verdict: ViewNull(Type.String({ description: 'of its fire' })),
  },
  'one hotspot or report',
);
export type DetectionView = Readonly<Static<typeof DetectionView>>;

const perimeter = {
  ring: Type.Array(Type.Array(Type.Number()), { description: 'closed, [longitude, latitude], WGS-84' }),
  atMostHa: Type.Number({
    description: 'hull of the footprints, hectares; no area that burned, and it grades nothing',
  }),
  atLeastHa: Type.Number({ description: 'hull of the middles of the pixels, hectares' }),
};
/** One fire as it went: its signs, to which fire they belonged, what was judged, how far it spread. */
export const FireView = View({
  ...FIRE,
  detections: Type.Array(DetectionView),
  memberships: Type.Array(
    View({
      sign: Type.String(),
      since: ViewInstant('since'),
      fire: ViewNull(Type.String()),
      because: Type.String({ description: 'raised, joined, merged, parted, withdrawn or corrected' }),
      event: ViewNull(Type.String({ description: 'event or order by which' })),
    }),
  ),
  verdicts: Type.Array(
    View({
      verdict: Type.String(),
      at: ViewInstant('judged at'),
      recordedAt: ViewInstant('known at'),
      decidedBy: Type.String(),
      deaths: ViewCount(),
      seriousInjuries: ViewCount(),
      injuries: ViewCount(),
      burnedAreaHa: ViewNull(Type.Number({ description: '过火面积, hectares' })),
      damagedAreaHa: ViewNull(Type.Number({ description: '受害森林面积, hectares' })),
      grade: ViewNull(Type.String({ description: 'of a forest fire, art. 40: general, larger, major, extra-major' })),
      permit: ViewNull(Type.String()),
      photo: ViewNull(Type.String()),
      reason: Type.String(),
    }),
  ),
  spread: Type.Array(View({ at: ViewInstant('pass'), pixels: ViewCount(), ...perimeter })),
});
export type FireView = Readonly<Static<typeof FireView>>;

export const PassView = View({
  satellite: Type.String(),
  at: ViewNull(ViewInstant('its last pass of which anything came; null: none yet')),
  cameAt: ViewNull(ViewInstant('when it came')),
  pixels: ViewCount('pixels that came of it, wherever they are'),
  inside: ViewCount('of these in this city: 0 is a pass without fire'),
});
export type PassView = Readonly<Static<typeof PassView>>;

/** A version of the mask of standing heat, with its places and its replay. */
export const HeatMaskView = View({
  version: ViewCount(),
  learnedAt: ViewInstant('learnt at, from what was known then'),
  signs: ViewCount('signs that it was learnt from'),
  appliedAt: ViewNull(ViewInstant('in force from; null: never')),
  endedAt: ViewNull(ViewInstant('in force until; null: still, or never')),
  accepted: Type.Array(Type.String(), { description: 'lost fires that whoever applied it named' }),
  weeks: Type.Array(
    View({
      week: Type.String({ description: 'first day' }),
      side: Type.String({ description: 'west or east half of what was seen' }),
      sets: ViewCount('sets of signs'),
      leftOut: ViewCount('of these such as nobody would have been sent out for'),
      fires: ViewCount('of these left out such as were confirmed fires'),
      signs: ViewCount(),
      signsLeftOut: ViewCount(),
    }),
    { description: 'what a mask learnt from the weeks before would have left out of each' },
  ),
  lost: Type.Array(
    View({
      fire: ViewNull(Type.String()),
      event: Type.String({ description: 'its first sign' }),
      latitude: Type.Number(),
      longitude: Type.Number(),
    }),
    { description: 'confirmed fires of which nobody would have been told' },
  ),
  places: Type.Array(
    View({
      n: ViewCount(),
      latitude: Type.Number(),
      longitude: Type.Number(),
      because: Type.String({ description: 'verdict or recurrence' }),
      pinnedBy: ViewNull(Type.String({ description: 'who judged it' })),
      since: ViewInstant('first seen'),
      until: ViewInstant('last seen'),
      signs: ViewCount(),
      days: ViewCount('in Beijing'),
      nightShare: ViewNull(Type.Number({ description: 'share of its days at night' })),
      frpLeast: ViewNull(Type.Number({ description: 'megawatts' })),
      frpMedian: ViewNull(Type.Number()),
      frpMost: ViewNull(Type.Number()),
      types: Type.Record(Type.String(), Type.Number(), { description: 'by FIRMS type' }),
      verdicts: Type.Record(Type.String(), Type.Number()),
    }),
  ),
});
export type HeatMaskView = Readonly<Static<typeof HeatMaskView>>;

export const AccuracyView = View(
  {
    month: Type.String({ description: '2020-12, in Beijing' }),
    county: Type.String({ description: 'GB/T 2260 code' }),
    source: Type.String({ description: 'satellite, or the way by which it was reported' }),
    raised: ViewCount('fires that somebody was asked to verify'),
    confirmed: ViewCount('of these forest or grass fires'),
    otherFires: ViewCount('of these other fires'),
    falseAlarms: ViewCount('of these no fire: industrial heat, false alarms, outside'),
    unjudged: ViewCount('of these not judged yet'),
    missed: ViewCount(
      'confirmed fires that people reported first, though a pass of which data came should have seen them',
    ),
    inTime: ViewCount('of those judged: by the deadline'),
    seenToPublished: ViewNull(Type.Number({ description: 'minutes, median, of what says when it was published' })),
    publishedToReceived: ViewNull(Type.Number({ description: 'minutes, median' })),
    seenToReceived: ViewNull(Type.Number({ description: 'minutes, median' })),
    receivedToJudged: ViewNull(Type.Number({ description: 'minutes, median' })),
  },
  'how good what was seen was, by month, county and what saw it first',
);
export type AccuracyView = Readonly<Static<typeof AccuracyView>>;
