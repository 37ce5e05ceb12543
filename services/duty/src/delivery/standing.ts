import type { CallCause } from '@fengsui/contracts';

/**
 * What a call is: about something that happened; an exercise 演练 that calls those on duty as if; a test 测试 of the ways
 * to one person; a probe 通道自检 that only finds out whether a channel lives. It follows from the cause alone: what
 * comes in from outside and says that it is an exercise or a test never becomes a call (`isActual`, `exerciseIn`).
 */
export type CallClass = 'live' | 'exercise' | 'test' | 'probe';

const NOT_LIVE: Readonly<Partial<Record<CallCause, CallClass>>> = {
  exercise: 'exercise',
  'contact-test': 'test',
  probe: 'probe',
};
export const classOf = (cause: CallCause): CallClass => NOT_LIVE[cause] ?? 'live';

const LABELS: Readonly<Record<CallClass, string>> = {
  live: '',
  exercise: '【演练】',
  test: '【测试】',
  probe: '【通道自检】',
};

/** Stands before every word that leaves for a person, so that nobody takes the one for the other. */
export const labelOf = (kind: CallClass, demonstration: boolean): string =>
  `${demonstration ? '【演示】' : ''}${LABELS[kind]}`;

/** Where messages go: to people, or only to where they are shown. */
export type Sink = 'channel' | 'shown';

/** What decides it beside the call. */
export type Surroundings = Readonly<{
  /** A demonstration or a replay plays: nothing leaves. */ virtual: boolean;
  /** Channels that exercises may use. */ exerciseChannels: readonly string[];
}>;

/** The one place that decides whether a message may leave. */
export function sinkOf(kind: CallClass, channel: string, { virtual, exerciseChannels }: Surroundings): Sink {
  if (virtual) return 'shown';
  return kind === 'exercise' && !exerciseChannels.includes(channel) ? 'shown' : 'channel';
}
