import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isActual, STATUSES, type ObservedEvent } from '@fengsui/contracts';
import { check } from './checking.js';
import { exerciseIn } from './exercises.js';

const taken = (type: string, text: string, place = '英德市'): boolean =>
  exerciseIn(type as never, { text, place }) === null;

describe('an exercise that only its words name', () => {
  it.each([
    '【演练】望埠镇后山起火',
    '（应急演练）望埠镇后山起火',
    ' [测试] 起火',
    '演习：望埠镇后山起火',
    '【系统测试】起火',
  ])('%s is nothing that happened', (text) =>
    expect(
      ['public-report.v1', 'incident.v1', 'situation.v1', 'authority-level.v1'].map((type) => taken(type, text)),
    ).toEqual([false, false, false, false]),
  );

  it.each(['望埠镇后山起火，附近正在演练', '【火情】望埠镇', '演练中发生真实火情', '【演示】望埠镇', '测试站附近起火'])(
    '%s is',
    (text) => expect(taken('public-report.v1', text)).toBe(true),
  );

  it('is named by the place, too, and a record of an exercise that was held is a record', () =>
    expect([taken('incident.v1', '', '【演练】英德市'), taken('work-record.v1', '【演练】市级防汛演练')]).toEqual([
      false,
      true,
    ]));
});

const AT = '2026-06-07T00:00:00.000Z';
type Type = ObservedEvent['type'];
/** What each contract says of something real. */
const REAL: Readonly<Record<Type, (n: number) => Record<string, unknown>>> = {
  'weather-warning.v1': (n) => ({
    identifier: `w${n}`,
    sender: '44180041600000',
    sentAt: AT,
    status: 'Actual',
    msgType: 'Alert',
    source: null,
    scope: (['Public', 'Restricted', 'Private'] as const)[n % 3],
    restriction: null,
    addresses: null,
    codes: [],
    note: null,
    references: [],
    incidents: [],
    eventCode: '11B03',
    colour: 'red',
    signals: [],
    infos: [infoOf('清远市气象台发布暴雨红色预警')],
  }),
  'reading.v1': (n) => ({ station: `s${n}`, quantity: 'stage', stageM: n % 50 }),
  'wind.v1': (n) => ({ station: `w${n}`, speedMs: n % 20, fromDegrees: null }),
  'flood-forecast.v1': (n) => ({
    station: `s${n}`,
    issuer: '水文局',
    validAt: AT,
    stageM: null,
    flowM3s: 14_000,
    returnPeriodYears: null,
    text: null,
  }),
  'storm-position.v1': (n) => ({
    stormId: `s${n}`,
    name: null,
    issuer: '中央气象台',
    kind: 'analysis',
    issuedAt: null,
    latitude: 23,
    longitude: 113,
    grade: 'typhoon',
    pressureHpa: null,
    windKt: null,
  }),
  'hotspot.v1': (n) => ({
    cellId: `c${n}`,
    latitude: 24.3,
    longitude: 113.7,
    satellite: 'NOAA-20',
    instrument: 'VIIRS',
    confidence: 'high',
    confidencePercent: null,
    frpMw: null,
    brightnessK: null,
    backgroundK: null,
    scanKm: null,
    trackKm: null,
    dayNight: null,
    pixelType: null,
    version: null,
  }),
  'public-report.v1': (n) => ({
    reportId: `r${n}`,
    channel: 'call',
    hazard: 'forest-fire',
    county: '441881',
    place: '望埠镇',
    latitude: null,
    longitude: null,
    text: '后山起火',
  }),
  'incident.v1': (n) => ({
    incidentId: `i${n}`,
    reportNo: 1,
    stage: 'first',
    happenedAt: AT,
    category: 'fire',
    productionRelated: false,
    industry: 'other',
    county: '441881',
    place: '望埠镇',
    latitude: null,
    longitude: null,
    deaths: 3,
    missing: null,
    seriousInjuries: null,
    injuries: null,
    economicLossYuan: null,
    propertyLossYuan: null,
    text: '起火',
  }),
  'authority-level.v1': () => ({
    authority: '441881',
    authorityName: '英德市',
    kind: 'county',
    hazards: ['flood'],
    level: 'II',
    counties: ['441881'],
    notice: null,
    text: '启动',
  }),
  'situation.v1': (n) => ({
    reportId: `r${n}`,
    kind: 'dike',
    grade: 'major',
    counties: ['441881'],
    river: null,
    over: false,
    untilAt: null,
    reportedBy: '水利局',
    text: '堤防管涌',
  }),
  'work-record.v1': (n) => ({
    recordId: `r${n}`,
    county: '441881',
    organ: '应急管理局',
    text: '宣传',
    kind: 'publicity',
    attendance: 9,
  }),
  'transfer-ledger.v1': (n) => ({ riskPoint: `p${n}`, county: '441881', households: [] }),
  'delivery-report.v1': (n) => ({ channel: 'sms', message: `m${n}`, outcome: 'delivered', text: null }),
  'order.v1': (n) => ({
    orderId: `o${n}`,
    speaksFor: null,
    reason: '险情',
    kind: 'raise',
    authority: '441800',
    hazard: 'flood',
    level: 'I',
    counties: [],
  }),
};
function infoOf(headline: string): object {
  return {
    language: 'zh-CN',
    categories: ['Met'],
    event: '暴雨',
    responseTypes: [],
    urgency: 'Immediate',
    severity: 'Extreme',
    certainty: 'Observed',
    audience: null,
    eventCodes: [],
    effectiveAt: null,
    onsetAt: null,
    expiresAt: null,
    senderName: null,
    headline,
    description: null,
    instruction: null,
    web: null,
    contact: null,
    parameters: [],
    resources: [],
    areas: [{ areaDesc: '清远市', polygons: [], circles: [], geocodes: [], altitudeFt: null, ceilingFt: null }],
  };
}

/** Whether anything can come of it: it is taken, and what takes it lets it decide. */
function counts(type: Type, data: Record<string, unknown>): boolean {
  const { events } = check({ place: 'event', from: 0, length: 1, drafts: [{ type, occurredAt: AT, data }] }, String);
  const [one] = events ?? [];
  if (one === undefined) return false;
  return one.event.type !== 'weather-warning.v1' || isActual(one.event.data);
}

const TYPES = Object.keys(REAL) as Type[];
const MARKS = ['【演练】', '（应急演练）', '[测试]', '演习：', '【系统测试】'];
const IN_WORDS: readonly Type[] = ['public-report.v1', 'incident.v1', 'situation.v1', 'authority-level.v1'];
const tags = fc.oneof(
  fc.record({ status: fc.constantFrom(...STATUSES.filter((status) => status !== 'Actual')) }),
  fc.record({ mark: fc.constantFrom(...MARKS) }),
);
type Tag = Readonly<{ status?: string; mark?: string }>;

function tagged(type: Type, data: Record<string, unknown>, { status, mark = '' }: Tag): Record<string, unknown> {
  if (status !== undefined) return { ...data, status };
  if (type === 'weather-warning.v1') return { ...data, infos: [infoOf(`${mark}暴雨红色预警`)] };
  // Where no words are, only the status can say it.
  return IN_WORDS.includes(type)
    ? { ...data, text: `${mark}${String(data['text'])}` }
    : { ...data, status: 'Exercise' };
}

describe('exercises and tests of every contract', () => {
  it('are all told apart from something real: 100,000 of them reach nobody, and without their tag all would', () => {
    let without = 0;
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.nat(1_000_000), tags, (type, n, tag) => {
        const real = REAL[type](n);
        if (counts(type, tagged(type, real, tag))) return false;
        without += n % 10 === 0 && counts(type, real) ? 1 : n % 10 === 0 ? Number.NaN : 0;
        return true;
      }),
      { numRuns: 100_000, seed: 20_261_127 },
    );
    expect(without).toBeGreaterThan(5_000);
  });

  it('says of what is real that it is, or nothing: both are one', () => {
    for (const type of TYPES)
      expect([type, counts(type, { ...REAL[type](1), status: 'Actual' })]).toEqual([type, true]);
  });
});
