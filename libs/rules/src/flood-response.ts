import { addMinutes, levelRank, type Level, type OrderOf, type UtcInstant } from '@fengsui/contracts';
import type { Demand, MetCondition } from './flood-evidence.js';
import type { FloodPlan } from './flood-plan.js';

/** What we remember about the flood response of one authority. One row, one aggregate. */
export type FloodResponse = Readonly<{
  authority: string;
  hazard: 'flood';
  level: Level;
  /** When the level in force was ordered; null before the first. */
  since: UtcInstant | null;
  decidedBy: string | null;
  reason: string;
  /** The response from its start to its end. */
  episodeId: string | null;
  counties: readonly string[];
  proposal: Proposal | null;
  /** What was refused last, so that the same conditions are not proposed again and again. */
  refused: Readonly<{ to: Level; conditions: string }> | null;
  /**
   * A person has just lowered or ended it: what calls for more at that moment was weighed by them, and is not
   * proposed at once again.
   */
  weighedByPerson: boolean;
  /** Since when nothing has called for the level in force. */
  calmSince: UtcInstant | null;
  /** How many proposals and episodes the year has had: their ids count up. */
  year: string;
  proposals: number;
  episodes: number;
}>;

export type Proposal = Readonly<{
  id: string;
  to: Level;
  counties: readonly string[];
  dueAt: UtcInstant;
  proposedAt: UtcInstant;
  reason: string;
  causes: readonly string[];
  conditions: string;
  reminders: number;
}>;

export const initialFloodResponse = (authority: string): FloodResponse => ({
  authority,
  hazard: 'flood',
  level: 'none',
  since: null,
  decidedBy: null,
  reason: '',
  episodeId: null,
  counties: [],
  proposal: null,
  refused: null,
  weighedByPerson: false,
  calmSince: null,
  year: '',
  proposals: 0,
  episodes: 0,
});

export type KeepReason =
  | 'not-called'
  | 'same-level'
  | 'already-proposed'
  | 'refused-before'
  | 'weighed-by-person'
  | 'calm-not-long-enough'
  | 'no-fresh-observation';
export type Assessment =
  | Readonly<{ kind: 'propose'; proposal: Proposal; replaces: Proposal | null; calmSince: UtcInstant | null }>
  /** A proposal to lower has been overtaken: the water came back. */
  | Readonly<{ kind: 'withdraw'; proposal: Proposal; reason: string }>
  | Keep;
type Keep = Readonly<{
  kind: 'keep';
  because: KeepReason;
  calmSince: UtcInstant | null;
  lookAgainAt: UtcInstant | null;
  refused?: FloodResponse['refused'];
}>;
/**
 * What the plan calls for: by fresh evidence alone, which may raise a level, and by all of it, stale readings too,
 * which keeps one up. Only observation lets it down.
 */
export type Weighed = Readonly<{ byFresh: Demand; byAll: Demand; observedFresh: boolean }>;

/**
 * Weighs what the plan calls for against the level in force. Proposes, never changes: a named person decides.
 * Raising may follow a forecast; lowering follows observation and a dwell time.
 */
export function assess(state: FloodResponse, weighed: Weighed, plan: FloodPlan, now: UtcInstant): Assessment {
  const { byFresh, byAll } = weighed;
  if (levelRank(byFresh.level) > levelRank(state.level)) return considerRaising(state, byFresh, plan, now);
  if (levelRank(byAll.level) >= levelRank(state.level)) {
    const open = state.proposal;
    if (open !== null && levelRank(open.to) < levelRank(state.level))
      return { kind: 'withdraw', proposal: open, reason: `level ${byAll.level} is called for again` };
  }
  if (levelRank(byAll.level) >= levelRank(state.level))
    return keep(state.level === 'none' ? 'not-called' : 'same-level', null);
  return considerLowering(state, weighed, plan, now);
}

function considerRaising(state: FloodResponse, demand: Demand, plan: FloodPlan, now: UtcInstant): Assessment {
  const to = demand.level;
  const decisive = demand.met.filter(({ condition }) => condition.level === to);
  const conditions = signature(decisive);
  if (state.weighedByPerson) return { ...keep('weighed-by-person', null), refused: { to, conditions } };
  if (state.proposal !== null && levelRank(state.proposal.to) >= levelRank(to)) return keep('already-proposed', null);
  if (state.refused !== null && levelRank(state.refused.to) >= levelRank(to) && state.refused.conditions === conditions)
    return keep('refused-before', null);
  return propose(state, { to, decisive, conditions, calmSince: null }, plan, now);
}

function considerLowering(
  state: FloodResponse,
  { byAll, observedFresh }: Weighed,
  plan: FloodPlan,
  now: UtcInstant,
): Assessment {
  const calmSince = state.calmSince ?? now;
  const calmUntil = addMinutes(calmSince, plan.dwellMinutes);
  if (now < calmUntil) return keep('calm-not-long-enough', calmSince, calmUntil);
  if (!observedFresh) return keep('no-fresh-observation', calmSince, addMinutes(now, plan.freshForMinutes));
  if (state.proposal !== null) return keep('already-proposed', calmSince);
  const conditions = `calm since ${calmSince}`;
  if (state.refused !== null && state.refused.conditions === conditions) return keep('refused-before', calmSince);
  return propose(state, { to: byAll.level, decisive: [], conditions, calmSince }, plan, now);
}

/** Why another level is proposed. `decisive`: the conditions that call for it; none: it has been calm. */
type Grounds = Readonly<{
  to: Level;
  decisive: readonly MetCondition[];
  conditions: string;
  calmSince: UtcInstant | null;
}>;

function propose(
  state: FloodResponse,
  { to, decisive, conditions, calmSince }: Grounds,
  plan: FloodPlan,
  now: UtcInstant,
): Assessment {
  const minutes = to === 'none' ? plan.decideWithinMinutes.IV : plan.decideWithinMinutes[to];
  const named = decisive.flatMap(({ counties }) => counties);
  const reason =
    decisive.length > 0
      ? decisive.map(({ condition, by }) => `${condition.text} (${condition.id}: ${by})`).join('; ')
      : `nothing has called for level ${state.level} since ${calmSince}, and the gauges are observed`;
  const year = later(state.year, now.slice(0, 4));
  const number = (state.year === year ? state.proposals : 0) + 1;
  const proposal: Proposal = {
    id: `${state.authority}-${state.hazard}-${year}-P${String(number).padStart(2, '0')}`,
    to,
    counties: [...new Set([...state.counties, ...named])].sort(),
    dueAt: addMinutes(now, minutes),
    proposedAt: now,
    reason,
    conditions,
    reminders: 0,
    causes: [...new Set(decisive.flatMap(({ causes }) => causes))].sort().slice(0, MAX_CAUSES),
  };
  return { kind: 'propose', proposal, replaces: state.proposal, calmSince };
}

/** Numbers of a year are given once: an order dated back does not begin them again. */
const later = (a: string, b: string): string => (a > b ? a : b);

/** The contract's limit on causes; the reason names all conditions anyway. */
const MAX_CAUSES = 100;

const keep = (because: KeepReason, calmSince: UtcInstant | null, lookAgainAt: UtcInstant | null = null): Keep => ({
  kind: 'keep',
  because,
  calmSince,
  lookAgainAt,
});

/** Which conditions hold and where: new conditions or new counties are a new case, new readings of the same are not. */
const signature = (met: readonly MetCondition[]): string =>
  met
    .map(({ condition, counties }) => `${condition.id}[${counties.join(' ')}]`)
    .sort()
    .join(' ');

/** While these hold, what was refused stays refused; when its conditions are gone, they may call again. */
const STILL_REFUSED: ReadonlySet<KeepReason> = new Set(['refused-before', 'already-proposed', 'weighed-by-person']);

export function afterAssessment(state: FloodResponse, assessment: Assessment, now: UtcInstant): FloodResponse {
  if (assessment.kind === 'withdraw') return { ...state, proposal: null, calmSince: null, weighedByPerson: false };
  if (assessment.kind === 'keep') {
    const stillRefused = STILL_REFUSED.has(assessment.because) ? (assessment.refused ?? state.refused) : null;
    return { ...state, refused: stillRefused, calmSince: assessment.calmSince, weighedByPerson: false };
  }
  const year = later(state.year, now.slice(0, 4));
  const sameYear = state.year === year;
  return {
    ...state,
    weighedByPerson: false,
    calmSince: assessment.calmSince,
    proposal: assessment.proposal,
    year,
    proposals: (sameYear ? state.proposals : 0) + 1,
    episodes: sameYear ? state.episodes : 0,
  };
}

export type LevelOrder = OrderOf<'confirm' | 'refuse' | 'raise' | 'lower' | 'end'>;

export type Ruling =
  | Readonly<{
      kind: 'change';
      to: Level;
      change: 'start' | 'raise' | 'lower' | 'end';
      proposalId: string | null;
      counties: readonly string[];
      reason: string;
      superseded: Proposal | null;
    }>
  | Readonly<{ kind: 'refuse-proposal'; proposal: Proposal; reason: string }>
  /**
   * What the order is about is not known yet. It waits for a while, because orders and what they answer travel
   * different ways.
   */
  | Readonly<{ kind: 'wait'; because: string }>
  | Readonly<{ kind: 'reject'; because: string }>;

/** What an order of a person does to the response. */
export function rule(state: FloodResponse, order: LevelOrder): Ruling {
  const { data } = order;
  const open = state.proposal;
  switch (data.kind) {
    case 'confirm': {
      if (open === null) return { kind: 'wait', because: 'there is no open proposal' };
      if (open.to !== data.level)
        return { kind: 'reject', because: `the open proposal ${open.id} is for level ${open.to}, not ${data.level}` };
      return change(
        state,
        open.to,
        data.counties.length > 0 ? data.counties : open.counties,
        data.reason || open.reason,
        open,
      );
    }
    case 'refuse':
      if (open === null) return { kind: 'wait', because: 'there is no open proposal' };
      if (order.occurredAt < open.proposedAt)
        return { kind: 'reject', because: `it was given before ${open.id} was proposed` };
      return { kind: 'refuse-proposal', proposal: open, reason: data.reason };
    case 'raise':
      if (levelRank(data.level) <= levelRank(state.level))
        return { kind: 'reject', because: `level ${state.level} is in force, ${data.level} is no higher` };
      return change(state, data.level, data.counties.length > 0 ? data.counties : state.counties, data.reason, open);
    case 'lower':
      if (levelRank(data.level) >= levelRank(state.level))
        return { kind: 'reject', because: `level ${state.level} is in force, ${data.level} is no lower` };
      return change(state, data.level, state.counties, data.reason, open);
    case 'end':
      return state.level === 'none'
        ? { kind: 'reject', because: 'no response is on' }
        : change(state, 'none', state.counties, data.reason, open);
  }
}

function change(
  state: FloodResponse,
  to: Level,
  counties: readonly string[],
  reason: string,
  open: Proposal | null,
): Ruling {
  const kind =
    to === 'none'
      ? 'end'
      : state.level === 'none'
        ? 'start'
        : levelRank(to) > levelRank(state.level)
          ? 'raise'
          : 'lower';
  const confirmed = open !== null && open.to === to;
  return {
    kind: 'change',
    to,
    change: kind,
    proposalId: confirmed ? open.id : null,
    counties: [...new Set(counties)].sort(),
    reason,
    superseded: confirmed ? null : open,
  };
}

export function afterRuling(state: FloodResponse, ruling: Ruling, decidedBy: string, at: UtcInstant): FloodResponse {
  switch (ruling.kind) {
    case 'wait':
    case 'reject':
      return state;
    case 'refuse-proposal':
      return { ...state, proposal: null, refused: { to: ruling.proposal.to, conditions: ruling.proposal.conditions } };
    case 'change': {
      const year = later(state.year, at.slice(0, 4));
      const sameYear = state.year === year;
      const counted = {
        year,
        proposals: sameYear ? state.proposals : 0,
        episodes: (sameYear ? state.episodes : 0) + (ruling.change === 'start' ? 1 : 0),
      };
      const episodeId =
        ruling.change === 'start'
          ? `${state.authority}-${state.hazard}-${year}-E${String(counted.episodes).padStart(2, '0')}`
          : state.episodeId;
      const ended = ruling.to === 'none';
      return {
        ...state,
        ...counted,
        level: ruling.to,
        since: at,
        decidedBy,
        reason: ruling.reason,
        proposal: null,
        refused: null,
        weighedByPerson: ruling.change === 'lower' || ruling.change === 'end',
        calmSince: null,
        episodeId: ended ? null : episodeId,
        counties: ended ? [] : ruling.counties,
      };
    }
  }
}
