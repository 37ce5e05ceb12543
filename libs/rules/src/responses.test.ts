import { describe, expect, it } from '@jest/globals';
import type { Hazard } from '@fengsui/contracts';
import {
  assess,
  demandOf,
  evidenceFor,
  isIdle,
  responsesOf,
  type Condition,
  type Evidence,
  type FloodPlan,
  type FloodResponse,
} from './index.js';
import { afterRuling, rule } from './flood-orders.js';
import fc from 'fast-check';
import {
  anyEvidence,
  condition,
  flow,
  FOGANG,
  NOTHING,
  NOW,
  order,
  PLAN,
  QINGCHENG,
  warned,
  YINGDE,
} from './flood-for-tests.js';

const against = (hazards: readonly Hazard[], one: Condition): Condition => ({ ...one, hazards });
const onWarning = (id: string, eventCode: string, hazards: readonly Hazard[]): Condition =>
  against(hazards, condition(id, 'IV', { measure: 'warning', eventCode, colour: 'blue', counties: 1 }));
const kind = (eventCode: string, name: string, hazards: readonly Hazard[]): FloodPlan['warnings'][number] => ({
  eventCode,
  name,
  hazards,
  colours: ['blue', 'red'],
  endsWith: 'rain',
  holdsHours: 24,
  longestHours: 72,
});

const CITY: FloodPlan = {
  ...PLAN,
  warnings: [...PLAN.warnings, kind('11B01', '台风', ['flood', 'wind']), kind('11B34', '寒冷', ['frost'])],
  conditions: [
    ...PLAN.conditions,
    onWarning('typhoon', '11B01', ['flood', 'wind']),
    onWarning('cold', '11B34', ['frost']),
  ],
};
const of = (eventCode: string, ...counties: string[]): Evidence => ({
  ...NOTHING,
  warnings: [{ event: `w-${eventCode}`, eventCode, colour: 'blue', counties }],
});

/** All responses of the city, as they are played. */
class City {
  states: FloodResponse[] = [];

  weigh(evidence: Evidence): this {
    this.states = responsesOf(CITY, this.states).map(
      ({ state, plan, heldElsewhere }) => assess(state, evidence, plan, NOW, heldElsewhere).after,
    );
    return this;
  }

  order(hazard: Hazard, type: string, more: object = {}): string {
    const others = responsesOf(CITY, this.states).find(({ state }) => state.hazard === hazard)?.heldElsewhere;
    const state = this.of(hazard);
    const ruling = rule(state, order(type, { hazard, ...more }), CITY, others);
    const after = afterRuling(state, ruling, 'liang', NOW);
    this.states = this.states.map((one) => (one.hazard === hazard ? after : one));
    return ruling.kind === 'change' ? ruling.change : 'because' in ruling ? ruling.because : ruling.kind;
  }

  of(hazard: Hazard): FloodResponse {
    return this.states.find((one) => one.hazard === hazard) as FloodResponse;
  }

  /** `flood: IV flood+wind; frost: proposed IV frost`. */
  get shown(): string {
    return this.states
      .flatMap(({ hazard, level, issuedAs, proposal }) => [
        ...(level === 'none' ? [] : [`${hazard}: ${level} ${issuedAs.join('+')}`]),
        ...(proposal === null ? [] : [`${hazard}: proposed ${proposal.to} ${proposal.issuedAs.join('+')}`]),
      ])
      .join('; ');
  }
}

describe('the responses of an authority', () => {
  it('propose one thing once: a typhoon is one combined response 防汛防风', () => {
    expect(new City().weigh(of('11B01', QINGCHENG)).shown).toBe('flood: proposed IV flood+wind');
  });

  it('stand beside each other where nothing joins them', () => {
    const city = new City().weigh(warned('orange', YINGDE));
    expect(city.order('flood', 'confirm', { level: 'IV' })).toBe('start');
    city.weigh({ ...NOTHING, warnings: [...warned('orange', YINGDE).warnings, ...of('11B34', FOGANG).warnings] });
    expect(city.shown).toBe('flood: IV flood; frost: proposed IV frost');
    expect(city.of('frost').proposal?.id).toBe('441800-frost-2020-P01');
  });

  it('propose the wind beside the flood that is in force, as one response', () => {
    const city = new City().weigh(warned('orange', QINGCHENG));
    city.order('flood', 'confirm', { level: 'IV' });
    city.weigh({ ...NOTHING, warnings: [...warned('orange', QINGCHENG).warnings, ...of('11B01', QINGCHENG).warnings] });
    expect(city.shown).toBe('flood: IV flood; flood: proposed IV flood+wind');
    expect(city.order('flood', 'confirm', { level: 'IV' })).toBe('convert');
    expect(city.shown).toBe('flood: IV flood+wind');
  });

  it('do not ask again for what a person left out', () => {
    const city = new City().weigh(of('11B01', QINGCHENG));
    city.order('flood', 'confirm', { level: 'IV', issuedAs: ['wind'] });
    expect(city.weigh(of('11B01', QINGCHENG)).shown).toBe('flood: IV wind');
    city.order('flood', 'convert', { issuedAs: ['flood'] });
    expect(city.weigh(of('11B01', QINGCHENG)).shown).toBe('flood: IV flood');
  });

  it('weigh a typhoon where the wind is in force already, and ask for the flood with it', () => {
    const city = new City().weigh(NOTHING);
    expect(city.order('wind', 'raise', { level: 'IV', counties: [QINGCHENG] })).toBe('start');
    expect(city.weigh(of('11B01', QINGCHENG)).shown).toBe('wind: IV wind; wind: proposed IV flood+wind');
    expect(city.order('wind', 'confirm', { level: 'IV' })).toBe('convert');
    // The flood has its response now: another cannot be begun beside it.
    expect(city.order('flood', 'raise', { level: 'III', counties: [YINGDE] })).toContain('防汛已有应急响应在行');
    expect(city.weigh(warned('orange', YINGDE)).shown).toContain('wind: proposed IV flood+wind');
  });

  it('refuse a conversion to what is in force elsewhere, to the same, and of nothing', () => {
    const city = new City().weigh(NOTHING);
    expect(city.order('flood', 'convert', { issuedAs: ['wind'] })).toContain('没有在行的响应');
    city.order('flood', 'raise', { level: 'IV', counties: [] });
    city.order('wind', 'raise', { level: 'IV', counties: [] });
    expect(city.order('flood', 'convert', { issuedAs: ['flood'] })).toContain('现已为防汛应急响应');
    expect(city.order('flood', 'convert', { issuedAs: ['flood', 'wind'] })).toContain('防风已有应急响应在行');
    expect(city.order('frost', 'raise', { level: 'IV', counties: [], issuedAs: ['wind', 'drought'] })).toContain(
      '须含防冻',
    );
  });

  it('are none of an idle authority', () => {
    expect(new City().weigh(NOTHING).states.every(isIdle)).toBe(true);
  });
});

describe('the plan of a county', () => {
  const county = (code: string): FloodPlan => ({ ...CITY, authority: code, counties: [code] });
  const areas = (evidence: Evidence, code: string): object => demandOf(evidence, county(code), NOW).areas;

  it('concerns what lies in the county, and the water that comes to it', () => {
    expect(areas(warned('orange', YINGDE, QINGCHENG), YINGDE)).toEqual({ [YINGDE]: 'IV' });
    expect(areas(flow(14_000), QINGCHENG)).toEqual({ 'reach:shijiao': 'III' });
    expect(areas(flow(14_000), YINGDE)).toEqual({});
  });

  it('calls for the same by what concerns the county alone', () => {
    fc.assert(
      fc.property(anyEvidence, fc.constantFrom(YINGDE, QINGCHENG, FOGANG), (evidence, code) => {
        const plan = county(code);
        expect(demandOf(evidenceFor(plan, evidence), plan, NOW)).toEqual(demandOf(evidence, plan, NOW));
      }),
    );
  });

  it('takes no order for another county', () => {
    const state = responsesOf(county(YINGDE), [])[0]?.state as FloodResponse;
    const ruling = rule(state, order('raise', { authority: YINGDE, level: 'IV', counties: [FOGANG] }), county(YINGDE));
    expect(ruling).toMatchObject({ kind: 'reject' });
  });
});

describe('levels of other authorities', () => {
  const started = (...counties: string[]): Evidence => ({
    ...NOTHING,
    levels: counties.map((code) => ({
      event: `E-${code}`,
      authority: code,
      name: CITY.names[code] ?? code,
      kind: 'county',
      hazards: ['flood'],
      level: 'IV',
      counties: [code],
    })),
  });

  it('count as the plan counts them, each authority once', () => {
    expect(demandOf(started(YINGDE, YINGDE), CITY, NOW).level).toBe('none');
    const demand = demandOf(started(YINGDE, FOGANG), CITY, NOW);
    expect(demand.areas).toEqual({ [FOGANG]: 'IV', [YINGDE]: 'IV' });
    expect(demand.met[0]?.grounds.map(({ says }) => says)).toEqual([
      '佛冈县已启动防汛Ⅳ级应急响应',
      '英德市已启动防汛Ⅳ级应急响应',
    ]);
  });

  it('are no ground to the authority itself, nor against something else', () => {
    expect(demandOf(started(YINGDE, FOGANG), { ...CITY, authority: YINGDE }, NOW).level).toBe('none');
    const frost = {
      ...NOTHING,
      levels: started(YINGDE, FOGANG).levels.map((one) => ({ ...one, hazards: ['frost'] as const })),
    };
    expect(demandOf(frost, CITY, NOW).level).toBe('none');
  });
});
