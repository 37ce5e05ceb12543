import type { UtcInstant } from '@fengsui/contracts';
import type { Job } from '@fengsui/database';

/** Injection token: the channels that are configured. */
export const CHANNELS = Symbol('channels');

/** Asks for a message to be handed to its channel. It lies in the queue of the channel: `duty/mail`. */
export const deliverAt = (key: string, dueAt: UtcInstant): Job => ({ kind: 'deliver', key, dueAt, payload: {} });
