import { LEVEL_IN_CHINESE, type Level } from '@fengsui/contracts';

/** What is wrong with a plan, and a case in which it would decide wrongly. */
export type PlanFault = Readonly<{ place: string; fault: string; counterExample: string }>;

export const fault = (place: string, what: string, counterExample: string): PlanFault => ({
  place,
  fault: what,
  counterExample,
});

/** A level in words, as a case tells it. */
export const zh = (level: Level): string => (level === 'none' ? '不启动' : LEVEL_IN_CHINESE[level]);
