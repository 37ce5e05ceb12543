import {
  addMinutes,
  HAZARDS,
  LEVEL_IN_CHINESE,
  minutesBetween,
  shanghaiMinute,
  type Hazard,
  type Level,
  type UtcInstant,
} from '@fengsui/contracts';
import {
  beyond,
  highest,
  higher,
  loweredTo,
  mergedAreas,
  namesOfAreas,
  covers,
  sameAreas,
  tidied,
  type Areas,
} from './areas.js';
import { calmOf, decisiveAfter, decisiveGauges, type Calm } from './flood-calm.js';
import type { Evidence } from './evidence.js';
import { demandBy, demandOf, type Demand, type Ground } from './flood-evidence.js';
import type { FloodPlan } from './flood-plan.js';
import { nextSeason } from './seasons.js';
import {
  numbered,
  numbersAt,
  withClosed,
  type FloodResponse,
  type Proposal,
  type Since,
  type WeighedGround,
} from './flood-response.js';
import { stepOfOther } from './other-measures.js';

export type KeepReason =
  | 'not-called'
  | 'same-level'
  | 'already-proposed'
  | 'weighed-before'
  | 'not-yet'
  | 'not-calm'
  | 'calm-not-long-enough'
  | 'no-fresh-observation';

/** What weighing leads to. The machine proposes, it never changes a level: a named person decides. */
export type Outcome =
  | Readonly<{ kind: 'propose'; proposal: Proposal; replaces: Proposal | null }>
  /** What calls for the open proposal has changed: its grounds are gone, fewer, or back. */
  | Readonly<{ kind: 'revise'; proposal: Proposal }>
  /** A proposal to lower has been overtaken: the water came back. */
  | Readonly<{ kind: 'withdraw'; proposal: Proposal; reason: string }>
  | Readonly<{ kind: 'keep'; because: KeepReason }>;

export type Assessment = Readonly<{
  outcome: Outcome;
  /** What is called for, and by what. */ demand: Demand;
  /** What speaks against a lower level. */ calm: Calm;
  after: FloodResponse;
  /** When the answer may be another although nothing new has come; null: it cannot. */
  lookAgainAt: UtcInstant | null;
}>;

/**
 * Weighs what the plan calls for against what is in force. Raising may follow a forecast; lowering follows observation
 * and a dwell time.
 * @param heldElsewhere what other responses of the authority that are in force are issued against
 */
export function assess(
  before: FloodResponse,
  evidence: Evidence,
  plan: FloodPlan,
  now: UtcInstant,
  heldElsewhere: readonly Hazard[] = [],
): Assessment {
  const demand = demandOf(evidence, plan, now, decisiveGauges(before));
  const grounds = demand.met.flatMap((one) => one.grounds);
  const state: FloodResponse = {
    ...before,
    weighed: before.weighedByPerson
      ? weighedNow(before.weighed, grounds)
      : stillWeighed(before.weighed, grounds, plan, now),
    weighedByPerson: false,
    decisive: decisiveAfter(before, demand),
  };
  const calm = calmOf(state, evidence, plan, now);
  const decided =
    considerRaising(state, demand, { plan, now, heldElsewhere }) ?? considerLowering(state, demand, calm, plan, now);
  const ends = grounds.flatMap(({ countsUntil }) => (countsUntil === null ? [] : [justAfter(countsUntil)]));
  const turns = [decided.lookAgainAt, nextSeason(plan.conditions, now)].flatMap((at) => at ?? []);
  const looks = [...ends, ...turns].filter((at) => at > now);
  return { ...decided, demand, calm, lookAgainAt: looks.sort()[0] ?? null };
}

type Decided = Pick<Assessment, 'outcome' | 'after' | 'lookAgainAt'>;
const keep = (state: FloodResponse, because: KeepReason, lookAgainAt: UtcInstant | null = null): Decided => ({
  outcome: { kind: 'keep', because },
  after: state,
  lookAgainAt,
});
/** When an item of evidence ends, the case is weighed again. */
export const justAfter = (at: UtcInstant): UtcInstant => addMinutes(at, 1 / 60);

type Weighing = Readonly<{ plan: FloodPlan; now: UtcInstant; heldElsewhere: readonly Hazard[] }>;

/** @returns null when nothing new calls for more, and no open proposal does */
function considerRaising(state: FloodResponse, demand: Demand, { plan, now, heldElsewhere }: Weighing): Decided | null {
  const called = demandBy(demand.met.filter(({ grounds }) => grounds.some((ground) => isNew(ground, state, plan))));
  const added = beyond(called.areas, state.areas, plan);
  const to = highest([state.level, called.level]);
  const areas = tidied(mergedAreas(state.areas, added), plan);
  const inForce = state.level === 'none' ? [] : state.issuedAs;
  const issuedAs = HAZARDS.filter(
    (hazard) =>
      inForce.includes(hazard) ||
      (!heldElsewhere.includes(hazard) &&
        !state.leftOut.includes(hazard) &&
        called.met.some(({ condition }) => condition.hazards.includes(hazard))),
  );
  const more = Object.keys(added).length > 0 || higher(to, state.level) || issuedAs.length > inForce.length;
  const open = state.proposal?.direction === 'up' ? state.proposal : null;
  const goesOn = open !== null && issuedAs.every((hazard) => open.issuedAs.includes(hazard));
  if (open !== null && (!more || (goesOn && !higher(to, open.to) && covers(open.areas, areas, plan))))
    return stillOpen(state, open, { to, issuedAs, areas, more, called }, plan, now);
  if (!more) return null;
  const proposal = proposalOf(state, { to, issuedAs, areas, called, open }, plan, now);
  return proposed(state, proposal, now);
}

type Wanted = Readonly<{ to: Level; issuedAs: readonly Hazard[]; areas: Areas; called: Demand }>;

/** What has become of the grounds of an open proposal to raise. It stays open: a person closes it. */
function stillOpen(
  state: FloodResponse,
  open: Proposal,
  { to, areas, more, called }: Wanted & Readonly<{ more: boolean }>,
  plan: FloodPlan,
  now: UtcInstant,
): Decided | null {
  const same = to === open.to && sameAreas(areas, open.areas);
  const unchanged = same ? open.since === null : open.since?.level === to && sameAreas(open.since.areas, areas);
  const calm = { ...state, calmSince: more ? null : state.calmSince };
  // What nothing calls for any more does not stand in the way of a lower level.
  if (unchanged) return more || state.level === 'none' ? keep(calm, 'already-proposed') : null;
  const reason = more
    ? `目前按现有依据为${LEVEL_IN_CHINESE[to]}（${namesOfAreas(Object.keys(areas), plan)}）：${reasonOf(called)}`
    : `依据已消失（${open.grounds.map(({ says }) => says).join('；')}）`;
  const since: Since | null = same ? null : { level: to, areas, at: now, reason };
  const proposal = { ...open, since };
  return { outcome: { kind: 'revise', proposal }, after: { ...calm, proposal }, lookAgainAt: null };
}

/** More than a person has weighed already. */
const isNew = (ground: Ground, { weighed }: FloodResponse, plan: FloodPlan): boolean =>
  !weighed.some(
    ({ condition, place, value }) =>
      condition === ground.condition && place === ground.place && ground.value < value + stepOf(ground, plan),
  );

function stepOf({ measure }: Ground, { proposeAgain }: FloodPlan): number {
  switch (measure) {
    case 'warning':
      return 1; // the next colour
    case 'stage':
    case 'forecast-stage':
      return proposeAgain.stageM;
    case 'forecast-flow':
      return proposeAgain.flowM3s;
    case 'forecast-return-period':
      return proposeAgain.returnPeriodYears;
    case 'rain':
    case 'critical-rain':
      return proposeAgain.rainMm;
    case 'authority-level':
      return 1; // the next level
    default:
      return stepOfOther(measure, proposeAgain);
  }
}

/** What was weighed and holds, or did a short while ago: a warning that is cancelled and issued again is the same. */
function stillWeighed(
  weighed: readonly WeighedGround[],
  grounds: readonly Ground[],
  { proposeAgain }: FloodPlan,
  now: UtcInstant,
): readonly WeighedGround[] {
  return weighed.flatMap((one) => {
    const gone = one.goneAt !== null && minutesBetween(one.goneAt, now) > proposeAgain.sameWithinMinutes;
    if (gone) return [];
    return [{ ...one, goneAt: grounds.some((ground) => isSame(ground, one)) ? null : (one.goneAt ?? now) }];
  });
}

/** A person has decided on all of it. */
export const weighedNow = (
  weighed: readonly WeighedGround[],
  grounds: readonly Pick<Ground, 'condition' | 'place' | 'value'>[],
): readonly WeighedGround[] => [
  ...weighed.filter((one) => !grounds.some((ground) => isSame(ground, one))),
  ...grounds.map(({ condition, place, value }) => ({ condition, place, value, goneAt: null })),
];

const isSame = (a: Pick<Ground, 'condition' | 'place'>, b: Pick<Ground, 'condition' | 'place'>): boolean =>
  a.condition === b.condition && a.place === b.place;

function considerLowering(state: FloodResponse, demand: Demand, calm: Calm, plan: FloodPlan, now: UtcInstant): Decided {
  const open = state.proposal?.direction === 'down' ? state.proposal : null;
  if (state.level === 'none') return keep(state, demand.met.length > 0 ? 'weighed-before' : 'not-called');
  const held = !higher(state.level, demand.level);
  if (held || calm.notCalm.length > 0) {
    const up = { ...state, calmSince: null, notYetAt: null };
    const reason = held ? `再次达到${LEVEL_IN_CHINESE[state.level]}：${reasonOf(demand)}` : calm.notCalm.join('；');
    if (open === null) return keep(up, held ? 'same-level' : 'not-calm');
    const closed = { id: open.id, to: open.to, outcome: 'superseded' as const, by: null, at: now };
    return {
      outcome: { kind: 'withdraw', proposal: open, reason },
      after: { ...up, proposal: null, closed: withClosed(state, closed) },
      lookAgainAt: null,
    };
  }
  const { lowering, silence } = plan;
  const quiet = { ...state, calmSince: state.calmSince ?? now };
  const calmUntil = addMinutes(quiet.calmSince, lowering.dwellMinutes);
  if (now < calmUntil) return keep(quiet, 'calm-not-long-enough', calmUntil);
  if (calm.unseen.length > 0) return keep(quiet, 'no-fresh-observation', addMinutes(now, silence.freshForMinutes));
  const areas = loweredTo(state.areas, demand.level);
  if (open?.to === demand.level) return keep(quiet, 'already-proposed');
  const again = state.notYetAt === null ? now : addMinutes(state.notYetAt, lowering.askAgainMinutes);
  if (open === null && again > now) return keep(quiet, 'not-yet', again);
  const reason = `${shanghaiMinute(quiet.calmSince).replace('T', ' ')}起未再达到${LEVEL_IN_CHINESE[state.level]}条件，相关站点均有观测且平稳`;
  const { issuedAs } = quiet;
  const wanted = { to: demand.level, issuedAs, areas, called: demandBy([]), open: null, reason };
  const proposal = proposalOf(quiet, wanted, plan, now);
  return proposed(quiet, proposal, now);
}

function proposalOf(
  state: FloodResponse,
  { to, issuedAs, areas, called, open, reason }: Wanted & Readonly<{ open: Proposal | null; reason?: string }>,
  plan: FloodPlan,
  now: UtcInstant,
): Proposal {
  const level = called.level === 'none' ? to : called.level;
  const within = addMinutes(now, plan.decideWithinMinutes[level === 'none' ? 'IV' : level]);
  const { year, proposals } = numbersAt(state, now);
  const grounds = called.met.flatMap((one) => one.grounds);
  const { refused } = state;
  const before =
    refused === null || called.met.length === 0
      ? ''
      : `${refused.id}已由${refused.by}驳回（${refused.grounds}）。新情况：`;
  return {
    id: numbered(state, year, 'P', proposals + 1),
    to,
    issuedAs,
    areas,
    direction: called.met.length === 0 ? 'down' : 'up',
    // Never later than what it replaces: who has waited for a decision does not wait anew.
    dueAt: open !== null && open.dueAt < within ? open.dueAt : within,
    proposedAt: now,
    reason: `${before}${reason ?? reasonOf(called)}`,
    causes: [...new Set(grounds.flatMap(({ events }) => events))].sort().slice(0, MAX_CAUSES),
    grounds: grounds.map(({ condition, level, place, value, says }) => ({ condition, level, place, value, says })),
    reminders: 0,
    since: null,
  };
}

function proposed(state: FloodResponse, proposal: Proposal, now: UtcInstant): Decided {
  const { year, proposals, episodes } = numbersAt(state, now);
  const replaces = state.proposal;
  const closed =
    replaces === null
      ? state.closed
      : withClosed(state, { id: replaces.id, to: replaces.to, outcome: 'superseded', by: null, at: now });
  return {
    outcome: { kind: 'propose', proposal, replaces },
    after: {
      ...state,
      proposal,
      closed,
      calmSince: proposal.direction === 'up' ? null : state.calmSince,
      year,
      proposals: proposals + 1,
      episodes,
    },
    lookAgainAt: null,
  };
}

/** The contract's limit on causes; the reason names all conditions anyway. */
const MAX_CAUSES = 100;

/** Which conditions hold, the highest first, and by what. */
export const reasonOf = ({ met }: Demand): string =>
  [...met]
    .sort(
      (a, b) =>
        Number(higher(b.condition.level, a.condition.level)) - Number(higher(a.condition.level, b.condition.level)),
    )
    .map(({ condition, grounds }) => `${condition.text}：${grounds.map(({ says }) => says).join('、')}`)
    .join('；');
