import {
  minutesBetween,
  type CallAnsweredV1,
  type CallClosedV1,
  type CallExhaustedV1,
  type CallStartedV1,
  type CallStepV1,
  type UtcInstant,
} from '@fengsui/contracts';
import type { NextStep } from '@fengsui/rules';
import type { CallRow } from '../tables/tables.js';

/** The contract's limit on causes. */
const MAX_CAUSES = 100;

const header = (callId: string, now: UtcInstant, causes: readonly string[]) => ({
  key: callId,
  correlationId: callId,
  occurredAt: now,
  recordedAt: now,
  causes: causes.slice(0, MAX_CAUSES),
});

export const callStarted = (
  {
    id,
    cause,
    about,
    urgent,
    text,
    reason,
    causes,
  }: Pick<CallRow, 'id' | 'cause' | 'about' | 'urgent' | 'text' | 'reason' | 'causes'>,
  plan: string,
  now: UtcInstant,
): CallStartedV1 => ({
  ...header(id, now, causes),
  id: `call-started/${id}`,
  type: 'call-started.v1',
  data: { callId: id, cause, about, urgent, text, reason, plan },
});

export const callStep = (
  { id, cause }: CallRow,
  { number, step: { role, channels }, checkAgainAt }: Extract<NextStep, { kind: 'call' }>,
  person: string,
  now: UtcInstant,
): CallStepV1 => ({
  ...header(id, now, [`call-started/${id}`]),
  id: `call-step/${id}/${number}`,
  type: 'call-step.v1',
  data: {
    callId: id,
    cause,
    step: number,
    role,
    people: [person],
    channels: [...channels],
    answerBy: checkAgainAt,
    reason: `${role} by the roster at this time`,
  },
});

export const callExhausted = ({ id, cause, stepsCalled }: CallRow, now: UtcInstant): CallExhaustedV1 => ({
  ...header(id, now, [`call-started/${id}`]),
  id: `call-exhausted/${id}`,
  type: 'call-exhausted.v1',
  data: { callId: id, cause, steps: stepsCalled, reason: `${stepsCalled} steps were called and nobody answered` },
});

/** What ended a call: when in the world, when we knew, by which events. */
export type Ending = Readonly<{ at: UtcInstant; now: UtcInstant; causes: readonly string[] }>;

export const callAnswered = (
  { id, cause, stepsCalled, startedAt }: CallRow,
  person: string,
  { at, now, causes }: Ending,
): CallAnsweredV1 => ({
  ...header(id, now, causes),
  occurredAt: at,
  id: `call-answered/${id}`,
  type: 'call-answered.v1',
  data: {
    callId: id,
    cause,
    answeredBy: person,
    step: stepsCalled,
    minutes: Math.max(0, minutesBetween(startedAt, at)),
  },
});

export const callClosed = (
  { id, cause, stepsCalled, startedAt }: CallRow,
  outcome: CallClosedV1['data']['outcome'],
  reason: string,
  { at, now, causes }: Ending,
): CallClosedV1 => ({
  ...header(id, now, causes),
  occurredAt: at,
  id: `call-closed/${id}`,
  type: 'call-closed.v1',
  data: { callId: id, cause, outcome, step: stepsCalled, minutes: Math.max(0, minutesBetween(startedAt, at)), reason },
});
