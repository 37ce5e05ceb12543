import { describe, expect, it } from '@jest/globals';
import { addMinutes, COLOURS, LEVELS, utc, type UtcInstant } from '@fengsui/contracts';
import fc from 'fast-check';
import { assess, explain, type Evidence, type Explanation, type FloodResponse } from './index.js';
import {
  flow,
  FOGANG,
  NONE,
  NOTHING,
  NOW,
  PLAN,
  Played,
  QINGCHENG,
  rain,
  returnPeriod,
  stage,
  together,
  warned,
  YINGDE,
} from './flood-for-tests.js';

const later = (minutes: number): UtcInstant => addMinutes(NOW, minutes);

/** A response that a person has confirmed at what this evidence calls for. */
function inForceBy(evidence: Evidence): Played {
  const played = new Played();
  played.weigh(evidence);
  const open = played.state.proposal;
  played.order('confirm', { level: open?.to, proposalId: open?.id });
  played.weigh(evidence);
  return played;
}

describe('while a level is in force', () => {
  it('orange for another county widens the level to it', () => {
    const played = inForceBy(warned('orange', YINGDE));
    played.weigh(together(warned('orange', YINGDE), warned('orange', QINGCHENG)), later(60));
    expect(played.proposed).toBe(`IV: ${QINGCHENG} IV, ${YINGDE} IV`);
    expect(played.order('confirm', { level: 'IV' }, later(70))).toMatchObject({ kind: 'change', change: 'widen' });
    expect(played.inForce).toBe(`${QINGCHENG} IV, ${YINGDE} IV`);
  });

  it('a forecast down the river raises the level there; the county up the river stays at its own', () => {
    const played = inForceBy(warned('orange', YINGDE));
    played.weigh(together(warned('orange', YINGDE), flow(13_900)), later(60));
    expect(played.proposed).toBe(`III: ${YINGDE} IV, reach:shijiao III`);
    played.order('confirm', { level: 'III' }, later(70));
    expect(played.state.level).toBe('III');
    expect(played.inForce).toBe(`${YINGDE} IV, reach:shijiao III`);
  });

  it('a gauge within a county that is covered asks for nothing more', () => {
    const played = inForceBy(warned('orange', YINGDE));
    expect(played.weigh(together(warned('orange', YINGDE), stage('yingde', 0.2)), later(60)).outcome).toEqual({
      kind: 'keep',
      because: 'same-level',
    });
  });
});

describe('while a proposal is open', () => {
  it('what is new replaces it at once, and nobody waits anew', () => {
    const played = new Played();
    played.weigh(warned('orange', YINGDE));
    const first = played.state.proposal;
    const both = together(warned('orange', YINGDE), warned('orange', QINGCHENG));
    const { outcome } = played.weigh(both, later(12));
    expect(outcome).toMatchObject({ kind: 'propose', replaces: { id: first?.id } });
    expect(played.proposed).toBe(`IV: ${QINGCHENG} IV, ${YINGDE} IV`);
    expect(played.state.proposal?.dueAt).toBe(first?.dueAt);
    // A higher level has less time, if that is less than what is left.
    played.weigh(together(both, returnPeriod(100)), later(13));
    expect(played.state.proposal).toMatchObject({ to: 'I', dueAt: later(23) });
  });

  it('a warning that is repeated is the same', () => {
    const played = new Played();
    played.weigh(warned('orange', YINGDE));
    expect(played.weigh(warned('orange', YINGDE), later(5)).outcome).toEqual({
      kind: 'keep',
      because: 'already-proposed',
    });
  });

  it('grounds that are gone are said, and confirming then needs a word', () => {
    const played = new Played();
    played.weigh(warned('orange', YINGDE));
    expect(played.weigh(NOTHING, later(5)).outcome).toMatchObject({
      kind: 'revise',
      proposal: { since: { level: 'none', reason: '依据已消失（英德市暴雨橙色预警）' } },
    });
    expect(played.weigh(NOTHING, later(6)).outcome).toMatchObject({ kind: 'keep' });
    expect(played.order('confirm', { level: 'IV' }, later(7))).toMatchObject({
      kind: 'reject',
      because: expect.stringContaining('依据已消失，签发须写明理由'),
    });
    // They are back: said, too.
    expect(played.weigh(warned('orange', YINGDE), later(8)).outcome).toMatchObject({
      kind: 'revise',
      proposal: { since: null },
    });
    played.weigh(NOTHING, later(9));
    expect(played.order('confirm', { level: 'IV', reason: '上游仍有强降雨' }, later(10))).toMatchObject({
      kind: 'change',
    });
  });

  it('a forecast that is revised from Ⅰ to Ⅲ leaves both to be confirmed, and the change is shown', () => {
    for (const level of ['I', 'III'] as const) {
      const played = new Played();
      played.weigh(returnPeriod(100));
      expect(played.weigh(returnPeriod(10), later(5)).outcome).toMatchObject({
        kind: 'revise',
        proposal: { to: 'I', since: { level: 'III', reason: expect.stringContaining('目前按现有依据为Ⅲ级') } },
      });
      expect(played.order('confirm', { level: 'II' }, later(6)).kind).toBe('reject');
      expect(played.order('confirm', { level }, later(6))).toMatchObject({
        kind: 'change',
        to: level,
        superseded: null,
      });
      expect(played.inForce).toBe(`reach:shijiao ${level}`);
    }
  });
});

describe('what a person has refused', () => {
  const refusedAt = (evidence: Evidence): Played => {
    const played = new Played();
    played.weigh(evidence);
    played.order('refuse', { reason: 'over soon' });
    return played;
  };

  it.each([
    ['the same', stage('yingde', 0.02), 'weighed-before'],
    ['a little more', stage('yingde', 0.2), 'weighed-before'],
    ['half a metre more', stage('yingde', 0.5), 'propose'],
    ['another gauge', together(stage('yingde', 0.02), stage('longli', 0)), 'propose'],
    ['a county', together(stage('yingde', 0.02), warned('orange', FOGANG)), 'propose'],
    ['a higher level', together(stage('yingde', 2.1), stage('longli', 2.1)), 'propose'],
  ] as const)('%s', (_, evidence, expected) => {
    const played = refusedAt(stage('yingde', 0.02));
    const { outcome } = played.weigh(evidence, later(10));
    expect(outcome.kind === 'keep' ? outcome.because : outcome.kind).toBe(expected);
    if (outcome.kind === 'propose')
      expect(outcome.proposal.reason).toMatch(
        /^441800-flood-2020-P01已由liang驳回（英德站超警戒水位0.02米）。新情况：/,
      );
  });

  it('is the same when a warning is cancelled and issued again within the hour, and another later', () => {
    const played = refusedAt(warned('orange', YINGDE));
    played.weigh(NOTHING, later(10));
    expect(played.weigh(warned('orange', YINGDE), later(60)).outcome.kind).toBe('keep');
    played.weigh(NOTHING, later(70));
    expect(played.weigh(warned('orange', YINGDE), later(131)).outcome.kind).toBe('propose');
  });

  it('at the end of a response is watched on, and hides nothing that is lower', () => {
    const played = inForceBy(warned('red', YINGDE, QINGCHENG));
    played.order('end', {}, later(60));
    expect(played.weigh(warned('red', YINGDE, QINGCHENG), later(61)).outcome).toEqual({
      kind: 'keep',
      because: 'weighed-before',
    });
    played.weigh(together(warned('red', YINGDE, QINGCHENG), stage('longli', 0.1)), later(62));
    expect(played.proposed).toBe('IV: reach:longli IV');
  });
});

describe('a lower level', () => {
  const rainIsOver = (at: UtcInstant): Evidence => rain('yingde', 0, at);
  const orange = warned('orange', YINGDE);

  it('is proposed after the dwell, when what its conditions name is seen to be over', () => {
    const played = inForceBy(orange);
    expect(played.weigh(NOTHING, later(60)).outcome).toEqual({ kind: 'keep', because: 'calm-not-long-enough' });
    expect(played.weigh(rainIsOver(later(419)), later(419)).outcome).toMatchObject({ because: 'calm-not-long-enough' });
    // A river somewhere says nothing about the rain.
    const elsewhere = stage('qingyuan', -1, later(420));
    expect(played.weigh(elsewhere, later(420))).toMatchObject({
      outcome: { because: 'no-fresh-observation' },
      calm: { unseen: ['英德市无新的雨量'] },
    });
    expect(played.weigh(rain('yingde', 10, later(420)), later(420)).outcome).toMatchObject({ because: 'not-calm' });
    played.weigh(rainIsOver(later(430)), later(430));
    expect(played.weigh(rainIsOver(later(790)), later(790)).outcome).toMatchObject({ kind: 'propose' });
    expect(played.proposed).toBe('none: ');
  });

  it('waits for a gauge that stands above its trigger or rises, whatever another does', () => {
    const two = (a: number, b: number, at: UtcInstant, rising: number): Evidence =>
      together(stage('yingde', a, at, -0.2), stage('qingyuan', b, at, rising));
    const played = inForceBy(two(2.2, 2.1, NOW, 0));
    expect(played.state.level).toBe('III');
    const above = played.weigh(two(1.9, 5, later(600), 0.3), later(600));
    expect(above.demand.level).toBe('IV');
    expect(above.outcome).toEqual({ kind: 'keep', because: 'not-calm' });
    expect(played.weigh(two(1.5, 1.9, later(700), 0.06), later(700)).outcome).toMatchObject({ because: 'not-calm' });
    played.weigh(two(1.4, 1.8, later(800), -0.1), later(800));
    expect(played.weigh(two(1, 1.2, later(1160), -0.1), later(1160)).outcome).toMatchObject({ kind: 'propose' });
    expect(played.proposed).toBe('IV: reach:qingyuan IV, reach:yingde IV');
  });

  it('is never proposed on the silence of a gauge that called for it', () => {
    const played = inForceBy(together(stage('yingde', 2.2), stage('qingyuan', 2.1)));
    const only = (at: UtcInstant): Evidence => together(stage('yingde', 2.2, NOW), stage('qingyuan', -1, at, -0.1));
    for (const minutes of [400, 1000, 1441, 1900, 5000])
      expect(played.weigh(only(later(minutes)), later(minutes)).outcome.kind).toBe('keep');
    expect(played.weigh(only(later(5100)), later(5100)).calm.unseen).toEqual(['英德站无新读数']);
  });

  it('follows the water down, and is taken back when it comes up', () => {
    const at = (metres: number, minutes: number): Evidence =>
      together(stage('yingde', metres, later(minutes), -0.1), stage('qingyuan', metres, later(minutes), -0.1));
    const played = inForceBy(at(2.2, 0));
    played.weigh(at(1.5, 60), later(60));
    played.weigh(at(1, 420), later(420));
    expect(played.proposed).toBe('IV: reach:qingyuan IV, reach:yingde IV');
    expect(played.weigh(at(-0.1, 480), later(480)).outcome).toMatchObject({
      kind: 'propose',
      proposal: { to: 'none' },
      replaces: { to: 'IV' },
    });
    expect(played.weigh(at(2.1, 500), later(500)).outcome).toMatchObject({
      kind: 'withdraw',
      reason: expect.stringContaining('再次达到Ⅲ级'),
    });
  });

  it('is asked again when it was not yet time', () => {
    const played = inForceBy(orange);
    played.weigh(NOTHING, later(60));
    played.weigh(rainIsOver(later(430)), later(430));
    expect(played.order('refuse', { reason: 'not yet' }, later(440)).kind).toBe('refuse-proposal');
    const soon = played.weigh(rainIsOver(later(441)), later(441));
    expect(soon).toMatchObject({ outcome: { because: 'not-yet' }, lookAgainAt: later(620) });
    expect(played.weigh(rainIsOver(later(620)), later(620)).outcome).toMatchObject({ kind: 'propose' });
  });
});

describe('numbers', () => {
  it('are those of Beijing’s year', () => {
    const newYear = utc('2020-12-31T17:00:00Z');
    const played = new Played();
    expect(played.weigh(warned('orange', YINGDE), newYear).outcome).toMatchObject({
      proposal: { id: '441800-flood-2021-P01' },
    });
    played.order('confirm', { level: 'IV' }, newYear);
    expect(played.state.episodeId).toBe('441800-flood-2021-E01');
  });
});

describe('whatever comes', () => {
  const anyEvidence = fc
    .array(
      fc.oneof(
        fc.record({ colour: fc.constantFrom(...COLOURS), county: fc.constantFrom(YINGDE, QINGCHENG, FOGANG) }),
        fc.record({
          station: fc.constantFrom('yingde', 'qingyuan', 'longli'),
          metres: fc.integer({ min: -2, max: 4 }),
        }),
        fc.record({ flow: fc.integer({ min: 10_000, max: 20_000 }) }),
      ),
      { maxLength: 6 },
    )
    .map((list) =>
      list.map((one) =>
        'colour' in one
          ? warned(one.colour, one.county)
          : 'station' in one
            ? stage(one.station, one.metres)
            : flow(one.flow),
      ),
    );

  it('the machine changes no level', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LEVELS), anyEvidence, (level, all) => {
        const state: FloodResponse = {
          ...NONE,
          level,
          areas: level === 'none' ? {} : { [YINGDE]: level },
          episodeId: level === 'none' ? null : 'E01',
        };
        const { after } = assess(state, together(...all), PLAN, NOW);
        expect([after.level, after.areas]).toEqual([state.level, state.areas]);
      }),
    );
  });

  it('in any order, twice and late, the same evidence ends in the same proposal', () => {
    fc.assert(
      fc.property(anyEvidence, fc.array(fc.nat({ max: 5 }), { maxLength: 6 }), (all, turns) => {
        const known = all.map((_, n) => n);
        const orders = [known, [...known].reverse(), [...turns.filter((n) => n < all.length), ...known]];
        const ends = orders.map((list) => {
          const played = new Played();
          // Each comes by itself, a minute after the other; what is known stays known.
          const seen = new Set<number>();
          list.forEach((n, minute) => {
            seen.add(n);
            const sorted = [...seen].sort((a, b) => a - b).map((at) => all[at] as Evidence);
            played.weigh(together(...sorted), later(minute));
          });
          return [played.proposed, played.state.proposal?.since ?? null];
        });
        expect(ends[1]).toEqual(ends[0]);
        expect(ends[2]).toEqual(ends[0]);
      }),
    );
  });

  it('water that moves within the band of a threshold is proposed once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 }), (cm) => {
        const played = new Played();
        const outcomes = cm.map((value, minute) =>
          played.weigh(stage('yingde', value / 100, later(minute)), later(minute)),
        );
        expect(outcomes.filter(({ outcome }) => outcome.kind === 'propose').length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('why the level is what it is', () => {
  const why = (played: Played, evidence: Evidence, at = NOW, before: Explanation | null = null): Explanation =>
    explain(played.weigh(evidence, at), evidence, PLAN, { now: at, before });

  it('says what holds, since when, what is near and what it lacks', () => {
    const played = new Played();
    const first = why(played, together(warned('red', YINGDE), stage('qingyuan', -0.4), rain('fogang', 80)));
    expect(first.calledFor).toBe('IV');
    expect(first.conditions.map(({ id, state, by }) => [id, state, by])).toEqual([
      ['orange', 'holds', '英德市暴雨红色预警'],
      ['red-two', 'near', '英德市暴雨红色预警；尚差1个县（市、区）'],
      ['stage', 'near', '清远站低于警戒水位0.40米，再涨0.40米'],
      ['rain-3h', 'near', '佛冈站3小时雨量80毫米，再降20.0毫米'],
    ]);
    expect(first.wouldChange[0]).toBe('Ⅲ级：red-two（英德市暴雨红色预警；尚差1个县（市、区））');
    const second = why(played, together(warned('red', YINGDE), stage('longli', 0)), later(30), first);
    const since = second.conditions.flatMap(({ grounds }) => grounds.map((one) => [one.name, one.since]));
    expect(since).toEqual([
      ['英德市', NOW],
      ['龙沥站', later(30)],
    ]);
  });

  it('says what a person has weighed, and what stands against a lower level', () => {
    const played = new Played();
    const metres = together(stage('yingde', 2.2), stage('qingyuan', 2.1));
    played.weigh(metres);
    played.order('refuse', { reason: '堤防完好' });
    expect(why(played, metres, later(1)).conditions[1]).toMatchObject({ id: 'stage-2m', state: 'refused' });
    expect(why(played, metres, later(1)).refused).toContain('P01（liang）');
    const silent = new Played();
    expect(why(silent, metres, later(300)).conditions[0]).toMatchObject({ id: 'stage', state: 'stale' });
    const other = inForceBy(metres);
    expect(
      why(other, together(stage('yingde', 1, later(600), -0.1), stage('qingyuan', 5, later(600), 0.2)), later(600))
        .reason,
    ).toContain('暂不降低：清远站仍超警戒水位5.00米');
  });
});
