import type { UtcInstant } from '@fengsui/contracts';
import type { Given } from '@fengsui/service/testing';

export const PROPOSAL = '441800-flood-2020-P01';
export const common = { authority: '441800', hazard: 'flood', plan: 'plan-1' };

/** The proposal of a level IV for Yingde, as the response service makes it. */
export const proposed = (dueAt: UtcInstant, proposalId = PROPOSAL): Given => ({
  type: 'response-proposed.v1',
  key: '441800/flood',
  id: `response-proposed/${proposalId}`,
  data: {
    ...common,
    proposalId,
    episodeId: null,
    from: 'none',
    to: 'IV',
    counties: ['441881'],
    dueAt,
    reason: '英德市暴雨橙色预警',
  },
});
