import { Type, type Static } from 'typebox';
import { Count, defineEvent, Instant, Name, OneOf, Shape, Text } from './event.js';

/** What happened, or did not happen, and needs somebody. */
export const LIVE_CAUSES = [
  'proposal',
  'proposal-overdue',
  'proposal-lower',
  'response',
  'transfers',
  'transfer-overdue',
  'transfer-returned',
  'obligation-overdue',
  'fire',
  'fire-urgent',
  'fire-overdue',
  'source-silent',
] as const;
/**
 * What did not happen: what of the system would not work 自检, a handover that nobody signed, papers that wait for a
 * person 核稿 签发, and what only tries the ways to people.
 */
export const OWN_CAUSES = [
  'self-check',
  'handover',
  'report-check',
  'report-sign',
  'exercise',
  'contact-test',
  'probe',
] as const;
export const CALL_CAUSES = [...LIVE_CAUSES, ...OWN_CAUSES] as const;
export type CallCause = (typeof CALL_CAUSES)[number];

const callId = Name('cause and what it is about: the same cause never rings twice');
const cause = OneOf(CALL_CAUSES, 'what the call is about');

/** Key: the call, for every event of this file. */
export const CallStartedV1 = defineEvent(
  'call-started.v1',
  'Someone must be told and must answer 叫应.',
  Shape({
    callId,
    cause,
    about: Name('proposal, episode, task, fire, source or handover'),
    urgent: Type.Boolean({ description: 'rings at night too' }),
    text: Text('what is said'),
    reason: Text('which duty rule'),
    plan: Name('version of the roster'),
  }),
);
export type CallStartedV1 = Static<typeof CallStartedV1>;

export const CallStepV1 = defineEvent(
  'call-step.v1',
  'One step of the chain was called.',
  Shape({
    callId,
    cause,
    step: Count('1 for the first'),
    role: Name('role in the roster'),
    people: Type.Array(Name('person called'), { minItems: 1 }),
    channels: Type.Array(Name('channel')),
    answerBy: Instant('climbs on at'),
    reason: Text('why this person'),
  }),
);
export type CallStepV1 = Static<typeof CallStepV1>;

export const CALL_REOPENINGS = ['overdue', 'raised', 'promise-expired', 'grounds-back'] as const;

export const CallReopenedV1 = defineEvent(
  'call-reopened.v1',
  'The same thing needs somebody once more, or more urgently: the same call begins its chain anew.',
  Shape({
    callId,
    cause,
    because: OneOf(
      CALL_REOPENINGS,
      'why: overdue, raised, what was promised with an answer is not done, or something calls for it again',
    ),
    step: Count('steps called until then'),
    text: Text('what is said from now on'),
    reason: Text('in words'),
  }),
);
export type CallReopenedV1 = Static<typeof CallReopenedV1>;

export const CallAnsweredV1 = defineEvent(
  'call-answered.v1',
  'A person answered; the call stops.',
  Shape({
    callId,
    cause,
    answeredBy: Name('who'),
    step: Count('step that was ringing'),
    minutes: Type.Number({ minimum: 0, description: 'from start to answer' }),
  }),
);
export type CallAnsweredV1 = Static<typeof CallAnsweredV1>;

export const CALL_CLOSINGS = ['superseded', 'merged', 'source-heard', 'grounds-gone'] as const;

export const CallClosedV1 = defineEvent(
  'call-closed.v1',
  'What the call was about needs nobody any more; nobody answered it, and nobody is called further.',
  Shape({
    callId,
    cause,
    outcome: OneOf(CALL_CLOSINGS, 'why nobody is needed'),
    step: Count('step that was ringing'),
    minutes: Type.Number({ minimum: 0, description: 'from start to end' }),
    reason: Text('in words'),
  }),
);
export type CallClosedV1 = Static<typeof CallClosedV1>;

export const CallExhaustedV1 = defineEvent(
  'call-exhausted.v1',
  'The whole chain was called and nobody answered: from now on the desk and the top are rung, again and again.',
  Shape({ callId, cause, steps: Count('steps called'), reason: Text('in words') }),
);
export type CallExhaustedV1 = Static<typeof CallExhaustedV1>;
