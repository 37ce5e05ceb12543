import { describe, expect, it } from '@jest/globals';
import { addMinutes, COLOURS, levelRank, LEVELS, utc, type OrderV1, type UtcInstant } from '@fengsui/contracts';
import fc from 'fast-check';
import {
  afterAssessment,
  afterRuling,
  assess,
  demandOf,
  faultsOf,
  initialFloodResponse,
  progress,
  rule,
  transfersBetween,
  type Evidence,
  type FloodPlan,
  type FloodResponse,
  type LevelOrder,
  type RiskPoint,
  type Weighed,
} from './index.js';

const now = utc('2020-06-07T00:00:00Z');
const condition = (id: string, level: 'IV' | 'III' | 'II' | 'I', when: FloodPlan['conditions'][number]['when']) => ({
  id,
  level,
  when,
  text: id,
  source: 'test',
  verified: false,
});

const plan: FloodPlan = {
  version: 'v1',
  authority: '441800',
  warnings: [{ eventCode: '11B03', name: 'rain', colours: ['yellow', 'orange', 'red'] }],
  noResponse: [{ eventCode: '11B03', colour: 'yellow', reason: 'town level' }],
  unknownColourAs: 'orange',
  conditions: [
    condition('orange', 'IV', { measure: 'warning', eventCode: '11B03', colour: 'orange', counties: 1 }),
    condition('red-two', 'III', { measure: 'warning', eventCode: '11B03', colour: 'red', counties: 2 }),
    condition('stage', 'IV', { measure: 'stage', aboveWarningM: 0, stations: 1 }),
    condition('stage-2m', 'III', { measure: 'stage', aboveWarningM: 2, stations: 2 }),
    condition('ten-year', 'III', { measure: 'forecast-return-period', years: 10 }),
    condition('hundred-year', 'I', { measure: 'forecast-return-period', years: 100 }),
    condition('rain-3h', 'IV', { measure: 'rain', hours: 3, mm: 100, stations: 1 }),
  ],
  transfersAt: { IV: ['slope'], III: ['slope', 'low'], II: ['slope', 'low'], I: ['slope', 'low', 'dam'] },
  decideWithinMinutes: { IV: 30, III: 20, II: 15, I: 10 },
  moveWithinMinutes: { IV: 360, III: 240, II: 180, I: 120 },
  freshForMinutes: 180,
  dwellMinutes: 360,
};

const nothing: Evidence = { warnings: [], stages: [], forecasts: [], rains: [] };
const warned = (colour: (typeof COLOURS)[number] | null, ...counties: string[]): Evidence => ({
  ...nothing,
  warnings: [{ event: `w-${colour}-${counties.join()}`, eventCode: '11B03', colour, counties }],
});
const stage = (aboveWarningM: number, at: UtcInstant = now, station = 'a'): Evidence['stages'][number] => ({
  event: `s-${station}`,
  station,
  at,
  aboveWarningM,
});

describe('demandOf', () => {
  it.each([
    ['nothing', nothing, 'none'],
    ['yellow', warned('yellow', '441881'), 'none'],
    ['orange in one county', warned('orange', '441881'), 'IV'],
    ['an unknown colour, which is never safe', warned(null, '441881'), 'IV'],
    ['red in one county', warned('red', '441881'), 'IV'],
    ['red in two counties', warned('red', '441881', '441802'), 'III'],
    ['a stage at the warning stage', { ...nothing, stages: [stage(0)] }, 'IV'],
    ['a stage just below it', { ...nothing, stages: [stage(-0.01)] }, 'none'],
    ['two stages two metres above', { ...nothing, stages: [stage(2), stage(2.1, now, 'b')] }, 'III'],
    ['a stale stage', { ...nothing, stages: [stage(3, addMinutes(now, -181))] }, 'none'],
    [
      'a ten-year forecast',
      {
        ...nothing,
        forecasts: [{ event: 'f', station: 'a', aboveWarningM: null, flowM3s: null, returnPeriodYears: 10 }],
      },
      'III',
    ],
    [
      'a hundred-year forecast',
      {
        ...nothing,
        forecasts: [{ event: 'f', station: 'a', aboveWarningM: null, flowM3s: null, returnPeriodYears: 120 }],
      },
      'I',
    ],
    ['100 mm in three hours', { ...nothing, rains: [{ event: 'r', station: 'a', at: now, hours: 3, mm: 100 }] }, 'IV'],
  ] as const)('%s', (_, evidence, level) => expect(demandOf(evidence as Evidence, plan, now, false).level).toBe(level));

  it('holds a level up by a stale stage: silence is no all-clear', () => {
    expect(demandOf({ ...nothing, stages: [stage(1, addMinutes(now, -10_000))] }, plan, now, true).level).toBe('IV');
  });

  const anyEvidence = fc.record({
    warnings: fc.array(
      fc.record({
        event: fc.string(),
        eventCode: fc.constantFrom('11B03', '11B20'),
        colour: fc.option(fc.constantFrom(...COLOURS)),
        counties: fc.array(fc.constantFrom('1', '2', '3')),
      }),
    ),
    stages: fc.array(
      fc.record({
        event: fc.string(),
        station: fc.constantFrom('a', 'b'),
        at: fc.constant(now),
        aboveWarningM: fc.double({ min: -3, max: 3, noNaN: true }),
      }),
    ),
    forecasts: fc.array(
      fc.record({
        event: fc.string(),
        station: fc.constant('a'),
        aboveWarningM: fc.constant(null),
        flowM3s: fc.constant(null),
        returnPeriodYears: fc.double({ min: 1, max: 200, noNaN: true }),
      }),
    ),
    rains: fc.array(
      fc.record({
        event: fc.string(),
        station: fc.constant('a'),
        at: fc.constant(now),
        hours: fc.constantFrom(1, 3),
        mm: fc.double({ min: 0, max: 300, noNaN: true }),
      }),
    ),
  });

  it('never calls for less when more is known', () => {
    fc.assert(
      fc.property(anyEvidence, anyEvidence, (some, more) => {
        const both: Evidence = {
          warnings: [...some.warnings, ...more.warnings],
          stages: [...some.stages, ...more.stages],
          forecasts: [...some.forecasts, ...more.forecasts],
          rains: [...some.rains, ...more.rains],
        };
        expect(levelRank(demandOf(both, plan, now, false).level)).toBeGreaterThanOrEqual(
          levelRank(demandOf(some, plan, now, false).level),
        );
      }),
    );
  });

  it('does not depend on the order of what is known', () => {
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        const turned: Evidence = {
          warnings: [...evidence.warnings].reverse(),
          stages: [...evidence.stages].reverse(),
          forecasts: [...evidence.forecasts].reverse(),
          rains: [...evidence.rains].reverse(),
        };
        expect(demandOf(turned, plan, now, false).level).toBe(demandOf(evidence, plan, now, false).level);
      }),
    );
  });
});

const weigh = (evidence: Evidence, at: UtcInstant, observedFresh = true): Weighed => ({
  byFresh: demandOf(evidence, plan, at, false),
  byAll: demandOf(evidence, plan, at, true),
  observedFresh,
});
const inForce = (level: FloodResponse['level']): FloodResponse => ({
  ...initialFloodResponse('441800'),
  level,
  episodeId: level === 'none' ? null : 'E01',
  counties: ['441881'],
});
const said = (state: FloodResponse, evidence: Evidence, at = now, fresh = true): string => {
  const assessment = assess(state, weigh(evidence, at, fresh), plan, at);
  if (assessment.kind === 'propose') return `propose ${assessment.proposal.to}`;
  return assessment.kind === 'keep' ? assessment.because : 'withdraw';
};

describe('assess', () => {
  it.each([
    ['none', nothing, 'not-called'],
    ['none', warned('orange', '1'), 'propose IV'],
    ['IV', warned('orange', '1'), 'same-level'],
    ['IV', warned('red', '1', '2'), 'propose III'],
    ['none', warned('red', '1', '2'), 'propose III'],
    ['IV', nothing, 'calm-not-long-enough'],
  ] as const)('at %s, %o: %s', (level, evidence, expected) => expect(said(inForce(level), evidence)).toBe(expected));

  it('proposes the end only after the dwell, and only when the water is observed', () => {
    const calm = { ...inForce('IV'), calmSince: addMinutes(now, -360) };
    expect(said(calm, nothing)).toBe('propose none');
    expect(said({ ...calm, calmSince: addMinutes(now, -359) }, nothing)).toBe('calm-not-long-enough');
    expect(said(calm, nothing, now, false)).toBe('no-fresh-observation');
  });

  it('does not propose again what a person refused, until something new calls for it', () => {
    const first = assess(inForce('none'), weigh(warned('orange', '1'), now), plan, now);
    const proposed = afterAssessment(inForce('none'), first, now);
    const refusal = { ...order('refuse'), data: { ...order('refuse').data, reason: 'over soon' } } as LevelOrder;
    const refused = afterRuling(proposed, rule(proposed, refusal), 'liang', now);
    expect(said(refused, warned('orange', '1'))).toBe('refused-before');
    expect(said(refused, warned('orange', '1', '2'))).toBe('propose IV');
    expect(said(refused, warned('red', '1', '2'))).toBe('propose III');
  });

  it('never changes the level itself, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LEVELS),
        fc.constantFrom(...COLOURS),
        fc.integer({ min: 1, max: 3 }),
        (level, colour, counties) => {
          const state = inForce(level);
          const assessment = assess(
            state,
            weigh(warned(colour, ...['1', '2', '3'].slice(0, counties)), now),
            plan,
            now,
          );
          expect(afterAssessment(state, assessment, now).level).toBe(level);
        },
      ),
    );
  });

  it('carries reason, conditions and deadline', () => {
    const assessment = assess(inForce('none'), weigh(warned('orange', '441881'), now), plan, now);
    expect(assessment).toMatchObject({
      kind: 'propose',
      proposal: {
        id: '441800-flood-2020-P01',
        dueAt: addMinutes(now, 30),
        counties: ['441881'],
        reason: expect.stringContaining('orange'),
      },
    });
  });
});

function order(kind: string, more: object = {}): LevelOrder {
  return {
    id: 'o',
    type: 'order.v1',
    key: 'k',
    occurredAt: now,
    recordedAt: now,
    correlationId: 'o',
    causes: [],
    data: {
      orderId: 'o',
      actor: 'a',
      speaksFor: null,
      reason: '',
      kind,
      authority: '441800',
      hazard: 'flood',
      counties: [],
      ...more,
    },
  } as unknown as OrderV1 as LevelOrder;
}
const withProposal = (to: 'IV' | 'III' | 'none', level: FloodResponse['level'] = 'none'): FloodResponse => ({
  ...inForce(level),
  proposal: {
    id: 'P',
    to,
    counties: ['1'],
    dueAt: now,
    proposedAt: now,
    reason: 'r',
    causes: [],
    conditions: '',
    reminders: 0,
  },
});

describe('rule', () => {
  it.each([
    ['confirm', withProposal('IV'), { level: 'IV' }, 'change start IV'],
    ['confirm', withProposal('III', 'IV'), { level: 'III' }, 'change raise III'],
    ['confirm', withProposal('none', 'IV'), { level: 'none' }, 'change end none'],
    ['confirm', withProposal('III'), { level: 'IV' }, 'reject'],
    ['confirm', inForce('none'), { level: 'IV' }, 'wait'],
    ['refuse', inForce('none'), {}, 'wait'],
    ['raise', inForce('none'), { level: 'II' }, 'change start II'],
    ['raise', inForce('III'), { level: 'IV' }, 'reject'],
    ['lower', inForce('III'), { level: 'IV' }, 'change lower IV'],
    ['lower', inForce('IV'), { level: 'III' }, 'reject'],
    ['end', inForce('IV'), {}, 'change end none'],
    ['end', inForce('none'), {}, 'reject'],
  ] as const)('%s on %o %o: %s', (kind, state, more, expected) => {
    const ruling = rule(state, order(kind, more));
    expect(ruling.kind === 'change' ? `change ${ruling.change} ${ruling.to}` : ruling.kind).toBe(expected);
  });

  it('numbers the responses of a year', () => {
    const first = afterRuling(inForce('none'), rule(inForce('none'), order('raise', { level: 'IV' })), 'liang', now);
    const over = afterRuling(first, rule(first, order('end')), 'liang', now);
    const second = afterRuling(over, rule(over, order('raise', { level: 'IV' })), 'liang', now);
    expect([first.episodeId, over.episodeId, second.episodeId]).toEqual([
      '441800-flood-2020-E01',
      null,
      '441800-flood-2020-E02',
    ]);
  });
});

describe('a plan', () => {
  it('without holes has no faults', () => expect(faultsOf(plan)).toEqual([]));

  it.each([
    ['an undecided colour', { noResponse: [] }, /yellow is undecided/],
    [
      'a condition that another anticipates',
      {
        conditions: [
          ...plan.conditions,
          condition('red', 'IV', { measure: 'warning', eventCode: '11B03', colour: 'red', counties: 1 }),
        ],
      },
      /never decides: orange/,
    ],
    [
      'a higher stage with a lower level',
      {
        conditions: [
          ...plan.conditions,
          condition('stage-3m', 'IV', { measure: 'stage', aboveWarningM: 3, stations: 1 }),
        ],
      },
      /never decides/,
    ],
    [
      'people moved at Ⅳ and not at Ⅲ',
      { transfersAt: { ...plan.transfersAt, III: ['low'] } },
      /slope is moved at IV but not at III/,
    ],
    [
      'one id twice',
      {
        conditions: [
          ...plan.conditions,
          {
            ...(plan.conditions[0] as FloodPlan['conditions'][number]),
            when: { measure: 'rain', hours: 1, mm: 80, stations: 1 },
          },
        ],
      },
      /two conditions/,
    ],
  ] as const)('with %s is refused with a counter-example', (_, change, fault) => {
    const faults = faultsOf({ ...plan, ...change } as FloodPlan);
    expect(faults.map((one) => one.fault).join()).toMatch(fault);
    expect(faults.every(({ counterExample }) => counterExample.length > 10)).toBe(true);
  });
});

describe('transfers', () => {
  const points: RiskPoint[] = ['slope', 'low', 'dam'].flatMap((category) =>
    ['1', '2'].map((county) => ({
      id: `${county}-${category}`,
      name: category,
      county,
      category,
      people: 10,
      organiser: 'o',
      destination: 'd',
    })),
  );
  const ids = (
    from: (typeof LEVELS)[number],
    to: (typeof LEVELS)[number],
    before = ['1', '2'],
    after = ['1', '2'],
  ): string[] =>
    transfersBetween(plan, points, { from, to, before, counties: after }, now)
      .map(({ riskPoint }) => riskPoint.id)
      .sort();

  it('starts the same work by a jump as by a climb', () => {
    for (const from of LEVELS)
      for (const via of LEVELS)
        for (const to of LEVELS) {
          if (levelRank(from) > levelRank(via) || levelRank(via) > levelRank(to)) continue;
          expect(ids(from, to)).toEqual([...ids(from, via), ...ids(via, to)].sort());
        }
    expect(ids('none', 'I')).toHaveLength(6);
  });

  it('lets a county that joins later catch up', () => {
    expect(ids('IV', 'III', ['1'], ['1', '2'])).toEqual(['1-low', '2-low', '2-slope']);
  });

  it('counts nobody twice, and nobody without evidence', () => {
    const task = { people: 3, moved: 1, absent: 0, refusing: 0, closed: false };
    const known = new Set(['a']);
    expect(progress(task, { moved: ['a', 'b', 'b'], absent: 0, refusing: 0, evidence: 'photo' }, known)).toMatchObject({
      newlyMoved: ['b'],
      closes: false,
    });
    expect(progress(task, { moved: ['b', 'c'], absent: 0, refusing: 0, evidence: 'none' }, known)).toMatchObject({
      newlyMoved: [],
      closes: false,
    });
    expect(progress(task, { moved: ['b'], absent: 1, refusing: 0, evidence: 'photo' }, known).closes).toBe(true);
    expect(progress(task, { moved: ['b'], absent: 1, refusing: 1, evidence: 'photo' }, known).closes).toBe(false);
  });
});

describe('after a ruling', () => {
  it('takes back a proposal to lower when the water comes back', () => {
    expect(assess(withProposal('none', 'IV'), weigh(warned('orange', '1'), now), plan, now)).toMatchObject({
      kind: 'withdraw',
    });
    expect(assess(withProposal('none', 'IV'), weigh(warned('red', '1', '2'), now), plan, now)).toMatchObject({
      kind: 'propose',
      proposal: { to: 'III' },
    });
  });

  it('does not let a refusal of an older proposal refuse a newer one', () => {
    const late = {
      ...withProposal('III'),
      proposal: { ...withProposal('III').proposal, proposedAt: addMinutes(now, 10) },
    } as FloodResponse;
    expect(rule(late, order('refuse')).kind).toBe('reject');
  });

  it('never begins the numbers of a year again, whatever an order is dated', () => {
    const state = { ...withProposal('IV'), year: '2021', proposals: 3, episodes: 1 };
    const after = afterRuling(state, rule(state, order('confirm', { level: 'IV' })), 'liang', now);
    expect([after.year, after.proposals, after.episodes]).toEqual(['2021', 3, 2]);
  });

  it('does not propose at once again what a person weighed when they ended the response, until something new comes', () => {
    const ended = afterRuling(inForce('IV'), rule(inForce('IV'), order('end')), 'liang', now);
    const assessment = assess(ended, weigh(warned('orange', '1'), now), plan, now);
    expect(assessment).toMatchObject({ kind: 'keep', because: 'weighed-by-person' });
    const after = afterAssessment(ended, assessment, now);
    expect(said(after, warned('orange', '1'))).toBe('refused-before');
    expect(said(after, warned('orange', '1', '2'))).toBe('propose IV');
    expect(
      said(afterAssessment(after, assess(after, weigh(nothing, now), plan, now), now), warned('orange', '1')),
    ).toBe('propose IV');
  });
});
