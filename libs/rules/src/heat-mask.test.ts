import { describe, expect, it } from '@jest/globals';
import { addMinutes, utc, type Verdict } from '@fengsui/contracts';
import { learnPlaces, maskedBy, replayMask, type HeatSeen, type MaskPlan } from './heat-mask.js';

/** As the city's plan has them. */
const plan: MaskPlan = {
  withinKm: 1.5,
  aroundKm: 4,
  aroundShare: 0.2,
  days: 7,
  spanDays: 14,
  nightShare: 0.2,
  timesItsStrongest: 3,
  otherHeatWithinKm: 6,
  learnDays: 365,
};
const BEGIN = utc('2026-01-01T18:00:00Z'); // a night pass in Beijing
const LATER = utc('2027-01-01T00:00:00Z');
const WORKS = { latitude: 24.2, longitude: 113.4 };

const sign = (day: number, more: Partial<HeatSeen> = {}): HeatSeen => ({
  event: `hotspot/${day}/${JSON.stringify(more)}`,
  at: addMinutes(BEGIN, day * 1_440),
  ...WORKS,
  frpMw: 5 + (day % 3),
  isNight: day % 2 === 0,
  pixelType: null,
  judged: null,
  ...more,
});
const every = (days: number, count: number, more: (day: number) => Partial<HeatSeen> = () => ({})): HeatSeen[] =>
  Array.from({ length: count }, (_, index) => sign(index * days, more(index * days)));
const judged = (verdict: Verdict) => ({ judged: { fire: 'F', verdict, at: addMinutes(BEGIN, 60), by: 'chen' } });
const learnt = (signs: readonly HeatSeen[], known = LATER) => learnPlaces(signs, plan, known);

describe('a place of heat', () => {
  it('is where heat recurs alone, on many days, over weeks, and at night', () => {
    expect(learnt(every(3, 8))).toEqual([
      {
        latitude: expect.closeTo(24.2, 9),
        longitude: expect.closeTo(113.4, 9),
        because: 'recurrence',
        pinnedBy: null,
        since: BEGIN,
        until: addMinutes(BEGIN, 21 * 1_440),
        signs: 8,
        days: 8,
        nightShare: 0.5,
        frp: { least: 5, median: 5, most: 5 },
        types: { unknown: 8 },
        verdicts: {},
      },
    ]);
  });

  const elsewhere = { latitude: 24.2 + 3 / 111.2 };
  it.each([
    ['on fewer days', every(3, 6)],
    ['within days of each other: that is a fire that burns', every(1, 9)],
    ['by day alone', every(3, 8, () => ({ isNight: false }))],
    ['where nobody says whether it was night', every(3, 8, () => ({ isNight: null }))],
    ['with other heat around on as many days', [...every(3, 8), ...every(3, 8, () => elsewhere)]],
    ['and was confirmed as a fire once', [...every(3, 8), sign(2, judged('forest-fire'))]],
    ['and has no position', every(3, 8, () => ({ latitude: NaN, longitude: NaN }))],
  ])('is none %s', (_, signs) => expect(learnt(signs)).toEqual([]));

  it('is one that was judged a works, however seldom it was seen, and from then on', () => {
    const signs = [sign(0, judged('industrial-heat')), sign(1)];
    expect(learnt(signs)).toMatchObject([
      { because: 'verdict', pinnedBy: 'chen', signs: 2, verdicts: { 'industrial-heat': 1 } },
    ]);
    expect(learnt(signs, addMinutes(BEGIN, 59))).toEqual([]);
  });

  it('has its middle where it is on the antimeridian, too', () => {
    const [place] = learnt(every(3, 8, (day) => ({ latitude: 0, longitude: day % 2 === 0 ? 179.999 : -179.999 })));
    expect(Math.abs(place?.longitude ?? 0)).toBeCloseTo(180, 3);
  });

  it('explains what is as strong as it was and as near, and all of it', () => {
    const places = learnt(every(3, 8));
    const at = (km: number, frpMw: number | null) => ({ ...WORKS, latitude: 24.2 + km / 111.2, frpMw });
    expect(maskedBy([at(1.4, 15), at(0, null)], places, plan)).toBe(places[0]);
    for (const other of [at(1.6, 5), at(0, 15.1)]) expect(maskedBy([at(0, 5), other], places, plan)).toBeNull();
    expect(maskedBy([], places, plan)).toBeNull();
  });
});

describe('a replay', () => {
  const reach = { joinWithinKm: 2, joinWithinHours: 24 };
  it('leaves out of each week what was a place before it, unless other heat is around', () => {
    const other = sign(28, { latitude: 24.25, event: 'other' });
    const { weeks, lost } = replayMask([...every(3, 14), other], reach, plan);
    const out = weeks.map(({ week, sets, leftOut }) => [week, sets, leftOut]);
    // Eight days had passed by 22 January; of the fifth week one set lies beside other heat.
    const byWeek = new Map<unknown, number[]>();
    for (const [week, sets, left] of out) {
      const so = byWeek.get(week) ?? [0, 0];
      byWeek.set(week, [(so[0] ?? 0) + Number(sets), (so[1] ?? 0) + Number(left)]);
    }
    expect(Object.fromEntries(byWeek)).toEqual({
      '2026-01-02': [3, 0],
      '2026-01-09': [2, 0],
      '2026-01-16': [2, 0],
      '2026-01-23': [3, 3],
      '2026-01-30': [3, 2],
      '2026-02-06': [2, 2],
    });
    expect(lost).toEqual([]);
  });

  it('names each confirmed fire of which nobody would have been told', () => {
    const fire = sign(36, { event: 'fire', ...judged('forest-fire') });
    const signs = [...every(3, 12), { ...fire, judged: { ...judged('forest-fire').judged, at: LATER } }];
    expect(replayMask(signs, reach, plan).lost).toMatchObject([{ fire: 'F', event: 'fire' }]);
  });

  it('of nothing is nothing', () => expect(replayMask([], reach, plan)).toEqual({ weeks: [], lost: [] }));
});
