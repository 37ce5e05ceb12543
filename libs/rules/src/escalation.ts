import { addMinutes, type UtcInstant } from '@fengsui/contracts';

/** Whom a step calls: whoever has a role at that time, a person, or everybody on a list 叫应名单. */
export type Callee = Readonly<{ role: string }> | Readonly<{ person: string }> | Readonly<{ list: string }>;

/** One step of a chain: who is called by what, how many of them must answer, and how long they have. */
export type Step = Readonly<{
  to: readonly Callee[];
  needed: 'any' | 'all' | number;
  answerWithinMinutes: number;
  channels: readonly string[];
  /** One channel, and the next when it fails; false: all of them together. */
  inTurn: boolean;
}>;

/** Whom a call rings again and again that nobody answered, and how often. */
export type Unanswered = Readonly<{
  everyMinutes: number;
  to: readonly Callee[];
  /** Whose people, too, beside those of the call. */ authorities: readonly string[];
  channels: readonly string[];
}>;

/** A chain 叫应链. After its last step it may start again, `rounds` times in all; then it is unanswered. */
export type Chain = Readonly<{ steps: readonly Step[]; rounds: number; unanswered: Unanswered }>;

/** How far a call is. */
export type Climb = Readonly<{
  /** Steps called since the chain began. */ stepsCalled: number;
  /** When the step that was called last has had its time by the chain; of a call that begins: when it began. */
  dueAt: UtcInstant;
}>;

export type NextStep =
  | Readonly<{
      kind: 'call';
      step: Step;
      number: number;
      /** Its time is over by the chain; after a downtime that may be over already. */ dueAt: UtcInstant;
      /** When it is looked at again: not before it could be read. */ answerBy: UtcInstant;
      unanswered: boolean;
    }>
  | Readonly<{ kind: 'wait'; until: UtcInstant }>;

/** After a downtime the steps that are missed follow each other so closely. */
const CATCH_UP_MINUTES = 1 / 60;

/**
 * Silence always escalates, and never stops: a call that nobody answered rings the desk and the top until a named
 * person answers it or its cause is over. Time is an argument: after any downtime the same question gives the right
 * answer, and no step comes later than it would have, but for a second a step.
 */
export function nextStep(
  { steps, rounds, unanswered }: Chain,
  { stepsCalled, dueAt }: Climb,
  now: UtcInstant,
): NextStep {
  if (now < dueAt) return { kind: 'wait', until: dueAt };
  const step = stepsCalled < steps.length * rounds ? steps[stepsCalled % steps.length] : undefined;
  const number = stepsCalled + 1;
  if (step === undefined) {
    const { everyMinutes, to, channels } = unanswered;
    const top: Step = { to, needed: 'any', answerWithinMinutes: everyMinutes, channels, inTurn: false };
    const again = addMinutes(now, everyMinutes);
    return { kind: 'call', step: top, number, dueAt: again, answerBy: again, unanswered: true };
  }
  const due = addMinutes(dueAt, step.answerWithinMinutes);
  const soonest = addMinutes(now, CATCH_UP_MINUTES);
  return { kind: 'call', step, number, dueAt: due, answerBy: due > soonest ? due : soonest, unanswered: false };
}

/** Whether those who answered are as many as a step needs. */
export const isEnough = (needed: Step['needed'], answered: number, called: number): boolean =>
  answered > 0 && answered >= (needed === 'any' ? 1 : needed === 'all' ? called : Math.min(needed, called));
