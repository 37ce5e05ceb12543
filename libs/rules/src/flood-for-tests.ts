import { COLOURS, SITUATION_GRADES, utc, type Colour, type OrderV1, type UtcInstant } from '@fengsui/contracts';
import fc from 'fast-check';
import { assess, type Assessment } from './flood-assess.js';
import type { Evidence } from './evidence.js';
import type { Condition, FloodPlan } from './flood-plan.js';
import { initialFloodResponse, type FloodResponse } from './flood-response.js';
import { afterRuling, rule, type LevelOrder, type Ruling } from './flood-orders.js';

export const NOW = utc('2020-06-07T00:00:00Z');
export const YINGDE = '441881';
export const QINGCHENG = '441802';
export const FOGANG = '441821';

export const condition = (id: string, level: Condition['level'], when: Condition['when']): Condition => ({
  id,
  hazards: ['flood'],
  level,
  when,
  text: id,
  source: 'test',
  verified: false,
});

export const PLAN: FloodPlan = {
  version: 'v1',
  authority: '441800',
  counties: [QINGCHENG, FOGANG, YINGDE],
  names: {
    [QINGCHENG]: '清城区',
    [FOGANG]: '佛冈县',
    [YINGDE]: '英德市',
    yingde: '英德站',
    qingyuan: '清远站',
    shijiao: '石角站',
    longli: '龙沥站',
    fogang: '佛冈站',
  },
  stations: {
    yingde: { county: YINGDE, below: 'qingyuan' },
    qingyuan: { county: QINGCHENG, below: 'shijiao' },
    shijiao: { county: QINGCHENG, below: null },
    longli: { county: QINGCHENG, below: 'shijiao' },
    fogang: { county: FOGANG, below: null },
  },
  reaches: { yingde: [YINGDE], qingyuan: [QINGCHENG], shijiao: [QINGCHENG], longli: [QINGCHENG] },
  warnings: [
    {
      eventCode: '11B03',
      name: '暴雨',
      hazards: ['flood'],
      colours: ['yellow', 'orange', 'red'],
      endsWith: 'rain',
      holdsHours: 24,
      longestHours: 72,
    },
  ],
  noResponse: [{ eventCode: '11B03', colour: 'yellow', reason: 'town level' }],
  ceilings: [
    { of: 'warning', eventCode: '11B03', upTo: 1, level: 'IV', reason: 'test' },
    { of: 'warning', eventCode: '11B03', level: 'III', reason: 'test' },
    { of: 'stage', upTo: 1, level: 'IV', reason: 'test' },
    { of: 'stage', level: 'III', reason: 'test' },
    { of: 'forecast-flow', station: 'shijiao', level: 'III', reason: 'test' },
    { of: 'authority-level', kind: 'county', level: 'IV', reason: 'test' },
    { of: 'rain', hours: 3, level: 'IV', reason: 'test' },
  ],
  limits: {
    stages: {
      yingde: { lowestM: -30, highestM: 20 },
      qingyuan: { lowestM: -30, highestM: 20 },
      shijiao: { lowestM: -30, highestM: 20 },
      longli: { lowestM: -30, highestM: 20 },
    },
    mostRainMmPerHour: 250,
    mostFlowM3s: 30_000,
    mostReturnPeriodYears: 10_000,
    mostRiseMPerHour: 4,
  },
  marks: { yingde: { guarantee: 3, record: 8 } },
  reservoirs: ['feilaixia'],
  unknownColourAs: 'orange',
  conditions: [
    condition('orange', 'IV', { measure: 'warning', eventCode: '11B03', colour: 'orange', counties: 1 }),
    condition('red-two', 'III', { measure: 'warning', eventCode: '11B03', colour: 'red', counties: 2 }),
    condition('stage', 'IV', { measure: 'stage', aboveWarningM: 0, stations: 1 }),
    condition('stage-2m', 'III', { measure: 'stage', aboveWarningM: 2, stations: 2 }),
    condition('ten-year-flow', 'III', { measure: 'forecast-flow', station: 'shijiao', flowM3s: 13_900 }),
    condition('ten-year', 'III', { measure: 'forecast-return-period', years: 10 }),
    condition('hundred-year', 'I', { measure: 'forecast-return-period', years: 100 }),
    condition('rain-3h', 'IV', { measure: 'rain', hours: 3, mm: 100, stations: 1 }),
    condition('two-counties', 'IV', { measure: 'authority-level', kind: 'county', level: 'IV', authorities: 2 }),
  ],
  criticalRain: {},
  transfersFor: ['flood', 'wind'],
  transfersAt: { IV: ['slope'], III: ['slope', 'low'], II: ['slope', 'low'], I: ['slope', 'low', 'dam'] },
  decideWithinMinutes: { IV: 30, III: 20, II: 15, I: 10 },
  moveWithinMinutes: { IV: 360, III: 240, II: 180, I: 120 },
  lowering: { dwellMinutes: 360, risingMPerHour: 0.05, rainOver: { hours: 3, mm: 10 }, askAgainMinutes: 180 },
  silence: {
    freshForMinutes: 180,
    lastValueCountsForMinutes: 720,
    lastValueCountsInForceForMinutes: 1440,
    cadenceMinutes: { IV: 360, III: 180, II: 120, I: 60 },
  },
  proposeAgain: { stageM: 0.3, flowM3s: 500, returnPeriodYears: 10, rainMm: 30, sameWithinMinutes: 60 },
};

export const NOTHING: Evidence = {
  warnings: [],
  stages: [],
  forecasts: [],
  rains: [],
  levels: [],
  flows: [],
  reservoirs: [],
  situations: [],
  storms: [],
};

/** All of these at once. */
export const together = (...all: readonly Evidence[]): Evidence => ({
  warnings: all.flatMap(({ warnings }) => warnings),
  stages: all.flatMap(({ stages }) => stages),
  forecasts: all.flatMap(({ forecasts }) => forecasts),
  rains: all.flatMap(({ rains }) => rains),
  levels: all.flatMap(({ levels }) => levels),
  flows: all.flatMap(({ flows }) => flows),
  reservoirs: all.flatMap(({ reservoirs }) => reservoirs),
  situations: all.flatMap(({ situations }) => situations),
  storms: all.flatMap(({ storms }) => storms),
});

export const warned = (colour: Colour | null, ...counties: string[]): Evidence => ({
  ...NOTHING,
  warnings: [{ event: `w-${colour}-${counties.join()}`, eventCode: '11B03', colour, counties }],
});

/** @param rising metres an hour */
export const stage = (
  station: string,
  aboveWarningM: number,
  at: UtcInstant = NOW,
  rising: number | null = null,
): Evidence => ({
  ...NOTHING,
  stages: [{ event: `s-${station}`, station, at, aboveWarningM, risingMPerHour: rising }],
});

export const flow = (flowM3s: number): Evidence => ({
  ...NOTHING,
  forecasts: [{ event: `f-${flowM3s}`, station: 'shijiao', aboveWarningM: null, flowM3s, returnPeriodYears: null }],
});

export const returnPeriod = (years: number): Evidence => ({
  ...NOTHING,
  forecasts: [
    { event: `y-${years}`, station: 'shijiao', aboveWarningM: null, flowM3s: null, returnPeriodYears: years },
  ],
});

export const rain = (station: string, mm: number, at: UtcInstant = NOW, coveredMinutes = 180): Evidence => ({
  ...NOTHING,
  rains: [{ events: [`r-${station}`], station, at, hours: 3, mm, coveredMinutes }],
});

export const NONE = initialFloodResponse('441800');

/** A response as it is played: weighed, ordered, weighed again. */
export class Played {
  constructor(
    public state: FloodResponse = NONE,
    private readonly plan: FloodPlan = PLAN,
  ) {}

  weigh(evidence: Evidence, at: UtcInstant = NOW): Assessment {
    const assessment = assess(this.state, evidence, this.plan, at);
    this.state = assessment.after;
    return assessment;
  }

  order(kind: string, more: object = {}, at: UtcInstant = NOW): Ruling {
    const ruling = rule(this.state, order(kind, more, at), this.plan);
    this.state = afterRuling(this.state, ruling, 'liang', at);
    return ruling;
  }

  /** `IV 441881` or what is proposed, `III 441881 441802`. */
  get inForce(): string {
    return areasInWords(this.state.areas);
  }

  get proposed(): string | null {
    const open = this.state.proposal;
    return open === null ? null : `${open.to}: ${areasInWords(open.areas)}`;
  }
}

const areasInWords = (areas: FloodResponse['areas']): string =>
  Object.entries(areas)
    .map(([area, level]) => `${area} ${level}`)
    .join(', ');

export function order(kind: string, more: object = {}, at: UtcInstant = NOW): LevelOrder {
  return {
    id: 'o',
    type: 'order.v1',
    key: 'k',
    occurredAt: at,
    recordedAt: at,
    correlationId: 'o',
    causes: [],
    data: {
      orderId: 'o',
      actor: 'a',
      speaksFor: null,
      reason: kind === 'confirm' ? '' : 'r',
      kind,
      authority: '441800',
      hazard: 'flood',
      ...(kind === 'lower' || kind === 'end' || kind === 'refuse' ? {} : { counties: [] }),
      ...more,
    },
  } as unknown as OrderV1 as LevelOrder;
}

/** Whatever may be known at `NOW`. */
export const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  warnings: fc.array(
    fc.record({
      event: fc.string(),
      eventCode: fc.constantFrom('11B03', '11B20'),
      colour: fc.option(fc.constantFrom(...COLOURS)),
      counties: fc.array(fc.constantFrom(YINGDE, QINGCHENG, FOGANG)),
    }),
  ),
  stages: fc.array(
    fc.record({
      event: fc.string(),
      station: fc.constantFrom('yingde', 'qingyuan', 'longli'),
      at: fc.constant(NOW),
      aboveWarningM: fc.double({ min: -3, max: 3, noNaN: true }),
      risingMPerHour: fc.constant(null),
    }),
  ),
  forecasts: fc.array(
    fc.record({
      event: fc.string(),
      station: fc.constantFrom('shijiao', 'yingde'),
      aboveWarningM: fc.constant(null),
      flowM3s: fc.option(fc.integer({ min: 1, max: 30_000 })),
      returnPeriodYears: fc.double({ min: 1, max: 200, noNaN: true }),
    }),
  ),
  rains: fc.array(
    fc.record({
      events: fc.array(fc.string()),
      station: fc.constant('fogang'),
      at: fc.constant(NOW),
      hours: fc.constantFrom(1, 3),
      mm: fc.double({ min: 0, max: 300, noNaN: true }),
      coveredMinutes: fc.constant(180),
    }),
  ),
  levels: fc.array(
    fc.record({
      event: fc.string(),
      authority: fc.constantFrom(YINGDE, QINGCHENG, FOGANG, '440000'),
      name: fc.constant('某地'),
      kind: fc.constantFrom('county', 'province'),
      hazards: fc.constantFrom(['flood'] as const, ['frost'] as const, ['flood', 'wind'] as const),
      level: fc.constantFrom('IV', 'III', 'II', 'I'),
      counties: fc.array(fc.constantFrom(YINGDE, QINGCHENG, FOGANG)),
    }),
  ),
  flows: fc.array(
    fc.record({
      event: fc.string(),
      station: fc.constantFrom('shijiao', 'yingde'),
      at: fc.constant(NOW),
      flowM3s: fc.integer({ min: 0, max: 30_000 }),
    }),
  ),
  reservoirs: fc.array(
    fc.record({
      event: fc.string(),
      station: fc.constant('feilaixia'),
      at: fc.constant(NOW),
      aboveLimitM: fc.double({ min: -5, max: 5, noNaN: true }),
    }),
  ),
  situations: fc.array(
    fc.record({
      event: fc.string(),
      reportId: fc.string(),
      kind: fc.constantFrom('dike' as const, 'waterlogging' as const, 'consultation' as const),
      grade: fc.constantFrom(...SITUATION_GRADES),
      counties: fc.array(fc.constantFrom(YINGDE, QINGCHENG, FOGANG), { minLength: 1 }),
      river: fc.constant(null),
      untilAt: fc.constant(null),
      reportedBy: fc.constant('某单位'),
    }),
  ),
  storms: fc.array(
    fc.record({
      event: fc.string(),
      stormId: fc.constantFrom('2007', '2008'),
      name: fc.constant(null),
      at: fc.constant(NOW),
      grade: fc.constantFrom('tropical-storm', 'typhoon'),
      km: fc.integer({ min: 0, max: 2_000 }),
      countsUntil: fc.constant(NOW),
    }),
  ),
});
