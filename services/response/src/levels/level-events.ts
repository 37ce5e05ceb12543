import type {
  OrderV1,
  ResponseChangedV1,
  ResponseProposalClosedV1,
  ResponseProposalOverdueV1,
  ResponseProposedV1,
  UtcInstant,
} from '@fengsui/contracts';
import type { FloodResponse, Proposal, Ruling } from '@fengsui/rules';

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

export function proposed(state: FloodResponse, proposal: Proposal, plan: string, now: UtcInstant): ResponseProposedV1 {
  const { id, to, counties, dueAt, reason, causes } = proposal;
  return {
    ...header(state, id, now, now, causes),
    id: `response-proposed/${id}`,
    type: 'response-proposed.v1',
    data: {
      proposalId: id,
      authority: state.authority,
      hazard: state.hazard,
      episodeId: state.episodeId,
      from: state.level,
      to,
      counties: [...counties],
      dueAt,
      reason,
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
  const { id, to, dueAt, reminders, reason, causes } = proposal;
  return {
    ...header(state, id, now, now, causes),
    id: `response-proposal-overdue/${id}/${reminders}`,
    type: 'response-proposal-overdue.v1',
    data: {
      proposalId: id,
      authority: state.authority,
      hazard: state.hazard,
      to,
      dueAt,
      reminder: reminders,
      reason,
      plan,
    },
  };
}

export function changed(
  { before, after }: Readonly<{ before: FloodResponse; after: FloodResponse }>,
  ruling: Extract<Ruling, { kind: 'change' }>,
  { order, decidedBy, countersignedBy }: Decided & Readonly<{ countersignedBy: string | null }>,
  plan: string,
  now: UtcInstant,
): ResponseChangedV1 {
  const episodeId = after.episodeId ?? before.episodeId;
  return {
    ...header(after, episodeId ?? order.id, order.occurredAt, now, [order.id]),
    id: `response-changed/${order.id}`,
    type: 'response-changed.v1',
    data: {
      authority: after.authority,
      hazard: after.hazard,
      episodeId,
      from: before.level,
      to: ruling.to,
      counties: [...(ruling.to === 'none' ? before.counties : after.counties)],
      change: ruling.change,
      proposalId: ruling.proposalId,
      decidedBy,
      ...(countersignedBy === null ? {} : { countersignedBy }),
      reason: ruling.reason,
      plan,
    },
  };
}
