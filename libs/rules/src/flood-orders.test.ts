import { describe, expect, it } from '@jest/globals';
import { addMinutes, type Level } from '@fengsui/contracts';
import { fromStored, rule, type FloodResponse, type Proposal } from './index.js';
import { FOGANG, NONE, NOW, order, PLAN, Played, QINGCHENG, warned, YINGDE } from './flood-for-tests.js';

const inForce = (level: Level, ...counties: string[]): FloodResponse => ({
  ...NONE,
  level,
  areas:
    level === 'none' ? {} : Object.fromEntries((counties.length > 0 ? counties : [YINGDE]).map((one) => [one, level])),
  episodeId: level === 'none' ? null : 'E01',
});
const withProposal = (to: Level, level: Level = 'none'): FloodResponse => {
  const proposal: Proposal = {
    id: 'P',
    to,
    issuedAs: ['flood'],
    areas: to === 'none' ? {} : { [YINGDE]: to },
    direction: to === 'none' ? 'down' : 'up',
    dueAt: NOW,
    proposedAt: NOW,
    reason: 'r',
    causes: [],
    grounds: [],
    reminders: 0,
    since: null,
  };
  return { ...inForce(level), proposal };
};

describe('an order', () => {
  it.each([
    ['confirm', withProposal('IV'), { level: 'IV' }, 'change start IV'],
    ['confirm', withProposal('IV'), { level: 'IV', proposalId: 'P' }, 'change start IV'],
    ['confirm', withProposal('III', 'IV'), { level: 'III' }, 'change raise III'],
    ['confirm', withProposal('none', 'IV'), { level: 'none' }, 'change end none'],
    ['confirm', withProposal('III'), { level: 'IV' }, 'reject'],
    ['confirm', withProposal('IV'), { level: 'IV', proposalId: 'Q' }, 'wait'],
    ['confirm', inForce('none'), { level: 'IV' }, 'wait'],
    ['confirm', withProposal('IV'), { level: 'IV', counties: ['110105'] }, 'reject'],
    ['refuse', inForce('none'), {}, 'wait'],
    ['raise', inForce('none'), { level: 'II' }, 'change start II'],
    ['raise', inForce('III'), { level: 'IV' }, 'reject'],
    ['raise', inForce('III'), { level: 'IV', counties: [YINGDE] }, 'reject'],
    ['raise', inForce('III'), { level: 'IV', counties: [FOGANG] }, 'change widen III'],
    ['raise', inForce('III'), { level: 'IV', counties: ['000000'] }, 'reject'],
    ['lower', inForce('III'), { level: 'IV' }, 'change lower IV'],
    ['lower', inForce('IV'), { level: 'III' }, 'reject'],
    ['lower', inForce('III', YINGDE, FOGANG), { level: 'IV', counties: [FOGANG] }, 'change narrow III'],
    ['end', inForce('IV'), {}, 'change end none'],
    ['end', inForce('IV', YINGDE, FOGANG), { counties: [FOGANG] }, 'change narrow IV'],
    ['end', inForce('IV', YINGDE, FOGANG), { counties: [FOGANG, YINGDE] }, 'change end none'],
    ['end', inForce('IV'), { counties: [FOGANG] }, 'reject'],
    ['end', inForce('none'), {}, 'reject'],
  ] as const)('%s on %o %o: %s', (kind, state, more, expected) => {
    const ruling = rule(state, order(kind, more), PLAN);
    expect(ruling.kind === 'change' ? `change ${ruling.change} ${ruling.to}` : ruling.kind).toBe(expected);
  });

  it('that names no county, on a response that knows none, is for the whole city', () => {
    const played = new Played();
    played.order('raise', { level: 'IV' });
    expect(played.inForce).toBe(`${QINGCHENG} IV, ${FOGANG} IV, ${YINGDE} IV`);
  });

  it('numbers the responses of a year, and never begins again, whatever it is dated', () => {
    const played = new Played();
    played.order('raise', { level: 'IV' });
    const first = played.state.episodeId;
    played.order('end');
    expect(played.state.episodeId).toBeNull();
    played.order('raise', { level: 'IV' }, addMinutes(NOW, -600_000));
    expect([first, played.state.episodeId]).toEqual(['441800-flood-2020-E01', '441800-flood-2020-E02']);
  });
});

describe('two who decide on one proposal', () => {
  const at = (minutes: number) => addMinutes(NOW, minutes);

  it.each(['P01', undefined])(
    'the second is told who decided, nothing waits, and what is new is a new proposal: %s',
    (name) => {
      const proposalId = name === undefined ? {} : { proposalId: `441800-flood-2020-${name}` };
      const played = new Played();
      played.weigh(warned('orange', YINGDE));
      played.order('confirm', { level: 'IV', ...proposalId }, at(5));
      const second = played.order('confirm', { level: 'IV', ...proposalId }, at(6));
      expect(second).toMatchObject({
        kind: 'reject',
        because: expect.stringContaining('已由 liang 于 2020-06-07 08:05 签发'),
      });
      played.weigh(warned('orange', YINGDE, FOGANG), at(10));
      expect(played.state.proposal?.id).toBe('441800-flood-2020-P02');
      expect(played.inForce).toBe(`${YINGDE} IV`);
    },
  );

  it('a decision from before the proposal is none on it', () => {
    const played = new Played();
    played.weigh(warned('orange', YINGDE), at(10));
    for (const kind of ['confirm', 'refuse'])
      expect(played.order(kind, kind === 'confirm' ? { level: 'IV' } : {}, at(9))).toMatchObject({
        kind: 'reject',
        because: expect.stringContaining('早于'),
      });
  });

  it('a proposal that was refused or superseded is not confirmed', () => {
    const played = new Played();
    played.weigh(warned('orange', YINGDE));
    played.weigh(warned('orange', YINGDE, FOGANG), at(1));
    const confirm = (id: string) =>
      played.order('confirm', { level: 'IV', proposalId: `441800-flood-2020-${id}` }, at(5));
    expect(confirm('P01')).toMatchObject({ kind: 'reject', because: expect.stringContaining('被取代') });
    played.order('refuse', {}, at(4));
    expect(confirm('P02')).toMatchObject({ kind: 'reject', because: expect.stringContaining('驳回') });
  });
});

it('reads what was stored before levels had areas', () => {
  const { areas: _a, weighed: _w, closed: _c, decisive: _d, notYetAt: _n, ...old } = inForce('III');
  const proposal = {
    id: 'P',
    to: 'II',
    counties: [YINGDE, FOGANG],
    dueAt: NOW,
    proposedAt: NOW,
    reason: 'r',
    causes: [],
    conditions: '',
    reminders: 2,
  };
  const read = fromStored({ ...old, counties: [YINGDE], proposal, refused: { to: 'II', conditions: 'x' } });
  expect(read).toMatchObject({ issuedAs: ['flood'], leftOut: [] });
  expect(read).toMatchObject({ level: 'III', areas: { [YINGDE]: 'III' }, weighed: [], refused: null });
  expect(read.proposal).toMatchObject({
    to: 'II',
    direction: 'up',
    reminders: 2,
    areas: { [YINGDE]: 'II', [FOGANG]: 'II' },
  });
});

it('reads what was stored before there were other responses than floods', () => {
  const city = new Played();
  city.weigh(warned('orange', YINGDE));
  const { issuedAs: _, leftOut: __, ...before } = city.state;
  const { issuedAs: ___, ...open } = city.state.proposal as Proposal;
  expect(fromStored({ ...before, proposal: open })).toEqual(city.state);
});
