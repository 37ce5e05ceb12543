import {
  minutesBetween,
  type CallAnsweredV1,
  type CallClosedV1,
  type CallExhaustedV1,
  type CallReopenedV1,
  type CallStartedV1,
  type CallStepV1,
  type UtcInstant,
} from '@fengsui/contracts';
import type { NextStep } from '@fengsui/rules';
import type { Called } from '../plan.js';
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
/** What may happen to one call several times has the steps called until then in its number. */
const numbered = (id: string, { chainFrom }: Pick<CallRow, 'chainFrom'>): string =>
  chainFrom === 0 ? id : `${id}/${chainFrom}`;

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
  { number, step: { channels }, answerBy }: Extract<NextStep, { kind: 'call' }>,
  { people, reason }: Readonly<{ people: readonly Called[]; reason: string }>,
  now: UtcInstant,
): CallStepV1 => ({
  ...header(id, now, [`call-started/${id}`]),
  id: `call-step/${id}/${number}`,
  type: 'call-step.v1',
  data: {
    callId: id,
    cause,
    step: number,
    role: people[0]?.role ?? '-',
    people: people.map(({ person }) => person),
    channels: [...channels],
    answerBy,
    reason,
  },
});

export const callExhausted = (row: CallRow, now: UtcInstant): CallExhaustedV1 => ({
  ...header(row.id, now, [`call-started/${row.id}`]),
  id: numbered(`call-exhausted/${row.id}`, row),
  type: 'call-exhausted.v1',
  data: {
    callId: row.id,
    cause: row.cause,
    steps: row.stepsCalled,
    reason: `${row.stepsCalled} steps were called and nobody answered`,
  },
});

export const callReopened = (
  { id, cause, stepsCalled }: CallRow,
  because: CallReopenedV1['data']['because'],
  { text, reason }: Readonly<{ text: string; reason: string }>,
  { now, causes }: Pick<Ending, 'now' | 'causes'>,
): CallReopenedV1 => ({
  ...header(id, now, causes),
  id: `call-reopened/${id}/${stepsCalled}`,
  type: 'call-reopened.v1',
  data: { callId: id, cause, because, step: stepsCalled, text, reason },
});

/** What ended a call: when in the world, when we knew, by which events. */
export type Ending = Readonly<{ at: UtcInstant; now: UtcInstant; causes: readonly string[] }>;

export const callAnswered = (row: CallRow, person: string, { at, now, causes }: Ending): CallAnsweredV1 => ({
  ...header(row.id, now, causes),
  occurredAt: at,
  id: numbered(`call-answered/${row.id}`, row),
  type: 'call-answered.v1',
  data: {
    callId: row.id,
    cause: row.cause,
    answeredBy: person,
    step: row.stepsCalled,
    minutes: Math.max(0, minutesBetween(row.startedAt, at)),
  },
});

export const callClosed = (
  { id, cause, stepsCalled, startedAt, chainFrom }: CallRow,
  outcome: CallClosedV1['data']['outcome'],
  reason: string,
  { at, now, causes }: Ending,
): CallClosedV1 => ({
  ...header(id, now, causes),
  occurredAt: at,
  id: numbered(`call-closed/${id}`, { chainFrom }),
  type: 'call-closed.v1',
  data: { callId: id, cause, outcome, step: stepsCalled, minutes: Math.max(0, minutesBetween(startedAt, at)), reason },
});
