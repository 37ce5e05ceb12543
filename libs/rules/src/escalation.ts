import { addMinutes, type UtcInstant } from '@fengsui/contracts';

/** One step of a chain: who is called, and how long they have to answer. */
export type Step = Readonly<{ role: string; answerWithinMinutes: number; channels: readonly string[] }>;
/** A chain 叫应链. After its last step it may start again, `rounds` times in all. */
export type Chain = Readonly<{ steps: readonly Step[]; rounds: number }>;

/** What we remember about one call. */
export type Call = Readonly<{ stepsCalled: number; lastCalledAt: UtcInstant | null; answered: boolean }>;

export type NextStep =
  | Readonly<{ kind: 'call'; step: Step; number: number; checkAgainAt: UtcInstant }>
  | Readonly<{ kind: 'wait'; until: UtcInstant }>
  | Readonly<{ kind: 'stop'; because: 'answered' | 'nobody-left' }>;

/**
 * Silence always escalates, an answer always stops it. Time is an argument: after any downtime the same question
 * gives the right answer.
 */
export function nextStep({ steps, rounds }: Chain, call: Call, now: UtcInstant): NextStep {
  if (call.answered) return { kind: 'stop', because: 'answered' };
  const current = call.stepsCalled > 0 ? steps[(call.stepsCalled - 1) % steps.length] : undefined;
  if (current !== undefined && call.lastCalledAt !== null) {
    const until = addMinutes(call.lastCalledAt, current.answerWithinMinutes);
    if (now < until) return { kind: 'wait', until };
  }
  const step = call.stepsCalled < steps.length * rounds ? steps[call.stepsCalled % steps.length] : undefined;
  if (step === undefined) return { kind: 'stop', because: 'nobody-left' };
  return { kind: 'call', step, number: call.stepsCalled + 1, checkAgainAt: addMinutes(now, step.answerWithinMinutes) };
}
