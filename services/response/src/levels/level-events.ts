import {
  COLOUR_IN_CHINESE,
  type GaugeHeardV1,
  type GaugeSilentV1,
  type Level,
  type OrderV1,
  type ResponseChangedV1,
  type ResponseProposalClosedV1,
  type ResponseProposalOverdueV1,
  type ResponseProposalRevisedV1,
  type ResponseProposedV1,
  type UtcInstant,
} from '@fengsui/contracts';
import {
  countiesOfAreas,
  namesOfAreas,
  sameAreas,
  type Areas,
  type FloodPlan,
  type FloodResponse,
  type Proposal,
  type Ruling,
} from '@fengsui/rules';
import type { Unheard } from './items.js';

/** Ids derive from causes, so what is decided twice is said once. */
const header = (
  state: Pick<FloodResponse, 'authority' | 'hazard'>,
  correlationId: string,
  occurredAt: UtcInstant,
  recordedAt: UtcInstant,
  causes: readonly string[],
) => ({
  key: `${state.authority}/${state.hazard}`,
  correlationId,
  occurredAt,
  recordedAt,
  causes: [...causes],
});

/** The parts of a response, each with its level. */
const parts = (areas: Areas, plan: FloodPlan): { area: string; name: string; level: Level }[] =>
  Object.entries(areas).map(([area, level]) => ({ area, name: namesOfAreas([area], plan), level }));

export function proposed(
  state: FloodResponse,
  proposal: Proposal,
  plan: FloodPlan,
  now: UtcInstant,
): ResponseProposedV1 {
  const { id, to, issuedAs, areas, dueAt, reason, causes, grounds } = proposal;
  return {
    ...header(state, id, now, now, causes),
    id: `response-proposed/${id}`,
    type: 'response-proposed.v1',
    data: {
      proposalId: id,
      authority: state.authority,
      hazard: state.hazard,
      issuedAs: [...issuedAs],
      episodeId: state.episodeId,
      from: state.level,
      to,
      counties: [...countiesOfAreas({ ...state.areas, ...areas }, plan)],
      areas: parts(areas, plan),
      dueAt,
      reason,
      conditions: [...new Set(grounds.map(({ condition }) => condition))],
      ...(grounds.some(isRed) ? { red: true } : {}),
      plan: plan.version,
    },
  };
}

/** Whoever answers for a red warning reads back what they have read. */
const isRed = ({ says }: Proposal['grounds'][number]): boolean => says.includes(`${COLOUR_IN_CHINESE.red}预警`);

/** What calls for an open proposal has changed. */
export function revised(
  state: FloodResponse,
  { id, to, issuedAs, since, causes, reason }: Proposal,
  plan: string,
  now: UtcInstant,
): ResponseProposalRevisedV1 {
  const gone = since !== null && since.level === state.level && sameAreas(since.areas, state.areas);
  return {
    ...header(state, id, now, now, causes),
    id: `response-proposal-revised/${id}/${now}`,
    type: 'response-proposal-revised.v1',
    data: {
      proposalId: id,
      authority: state.authority,
      hazard: state.hazard,
      issuedAs: [...issuedAs],
      to,
      calledFor: since?.level ?? to,
      groundsGone: gone,
      reason: since?.reason ?? `依据仍在：${reason}`,
      plan,
    },
  };
}

export function superseded(
  state: FloodResponse,
  old: Proposal,
  reason: string,
  plan: string,
  now: UtcInstant,
): ResponseProposalClosedV1 {
  return {
    ...header(state, old.id, now, now, old.causes),
    id: `response-proposal-closed/${old.id}`,
    type: 'response-proposal-closed.v1',
    data: {
      proposalId: old.id,
      authority: state.authority,
      hazard: state.hazard,
      to: old.to,
      outcome: 'superseded',
      decidedBy: null,
      reason,
      plan,
    },
  };
}

/** A person's order, and in whose name it was given. */
type Decided = Readonly<{ order: OrderV1; decidedBy: string }>;

export function refused(
  state: FloodResponse,
  proposal: Proposal,
  { order, decidedBy }: Decided,
  plan: string,
  now: UtcInstant,
): ResponseProposalClosedV1 {
  return {
    ...header(state, proposal.id, order.occurredAt, now, [order.id]),
    id: `response-proposal-closed/${proposal.id}`,
    type: 'response-proposal-closed.v1',
    data: {
      proposalId: proposal.id,
      authority: state.authority,
      hazard: state.hazard,
      to: proposal.to,
      outcome: 'refused',
      decidedBy,
      reason: order.data.reason,
      plan,
    },
  };
}

export function overdue(
  state: FloodResponse,
  proposal: Proposal,
  plan: string,
  now: UtcInstant,
): ResponseProposalOverdueV1 {
  const { id, to, issuedAs, dueAt, reminders, causes, since } = proposal;
  const reason = since === null ? proposal.reason : `${since.reason}。原依据：${proposal.reason}`;
  return {
    ...header(state, id, now, now, causes),
    id: `response-proposal-overdue/${id}/${reminders}`,
    type: 'response-proposal-overdue.v1',
    data: {
      proposalId: id,
      authority: state.authority,
      hazard: state.hazard,
      issuedAs: [...issuedAs],
      from: state.level,
      to,
      dueAt,
      reminder: reminders,
      reason,
      plan,
    },
  };
}

export const changedId = ({ id }: Pick<OrderV1, 'id'>): string => `response-changed/${id}`;

export function changed(
  { before, after }: Readonly<{ before: FloodResponse; after: FloodResponse }>,
  ruling: Extract<Ruling, { kind: 'change' }>,
  {
    order,
    decidedBy,
    countersignedBy,
    notice,
  }: Decided & Readonly<{ countersignedBy: string | null; notice: string | null }>,
  plan: FloodPlan,
  now: UtcInstant,
): ResponseChangedV1 {
  const episodeId = after.episodeId ?? before.episodeId;
  return {
    ...header(after, episodeId ?? order.id, order.occurredAt, now, [order.id]),
    id: changedId(order),
    type: 'response-changed.v1',
    data: {
      authority: after.authority,
      hazard: after.hazard,
      issuedAs: [...(ruling.to === 'none' ? before.issuedAs : after.issuedAs)],
      episodeId,
      from: before.level,
      to: ruling.to,
      counties: [...countiesOfAreas(ruling.to === 'none' ? before.areas : after.areas, plan)],
      areas: parts(after.areas, plan),
      change: ruling.change,
      proposalId: ruling.proposalId,
      decidedBy,
      ...(notice === null ? {} : { notice }),
      ...(countersignedBy === null ? {} : { countersignedBy }),
      reason: ruling.reason,
      plan: plan.version,
    },
  };
}

/** A gauge has missed its time too often while a level is in force. */
export const gaugeSilent = (
  { station, at, missed, words }: Unheard,
  county: string,
  plan: string,
  now: UtcInstant,
): GaugeSilentV1 => ({
  ...about(station, now),
  id: `gauge-silent/${station}/${at}`,
  type: 'gauge-silent.v1',
  data: { station, county, lastAt: at, missed, reason: words, plan },
});

export const gaugeHeard = (station: string, county: string, plan: string, now: UtcInstant): GaugeHeardV1 => ({
  ...about(station, now),
  id: `gauge-heard/${station}/${now}`,
  type: 'gauge-heard.v1',
  data: { station, county, plan },
});

const about = (station: string, now: UtcInstant) => ({
  key: station,
  correlationId: `gauge/${station}`,
  occurredAt: now,
  recordedAt: now,
  causes: [],
});
