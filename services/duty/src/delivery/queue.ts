import type { UtcInstant } from '@fengsui/contracts';
import { scheduleAll, type Tx } from '@fengsui/database';
import type { Queue } from '@fengsui/service';
import { SINK, type Channel } from './channels/channel.js';

/** Injection token: the channels that are configured. */
export const CHANNELS = Symbol('channels');
/** Injection token: the address under which people reach this installation, or null. */
export const PUBLIC_URL = Symbol('public address');

/** Messages in hand at a time, of each queue. */
const IN_FLIGHT = 64;

/** Urgent messages have a lane of their own: they wait behind no other. */
const queueOf = (channel: string, urgent: boolean): string => `${channel}${urgent ? '-urgent' : ''}`;

/** Two queues a channel, and two for what no channel takes. One that takes few messages a minute gets one at a time. */
export const queuesOf = (channels: readonly Channel[]): readonly Queue[] =>
  [...channels, { name: SINK, perMinute: null }].flatMap(({ name, perMinute }) =>
    [false, true].map((urgent) => ({ name: queueOf(name, urgent), most: perMinute === null ? IN_FLIGHT : 1 })),
  );

/** A message as far as its queue knows it. */
export type Queued = Readonly<{ key: string; channel: string; urgent: boolean; person: string }>;

/** Asks for messages to be handed to their channels: of one person's one at a time. */
export async function deliver(tx: Tx, messages: readonly Queued[], dueAt: UtcInstant): Promise<void> {
  await scheduleAll(
    tx,
    messages.map(({ key, channel, urgent, person }) => ({
      service: `duty/${queueOf(channel, urgent)}`,
      kind: 'deliver',
      key,
      dueAt,
      payload: { lane: person },
    })),
  );
}
