import type { CallCause, UtcInstant } from '@fengsui/contracts';

/** What is handed to a channel. The key stays the same when an attempt in doubt is repeated. */
export type Message = Readonly<{
  key: string;
  call: string;
  /** What the call is about: a gateway’s template is chosen by it. */ cause: CallCause;
  step: number;
  person: string;
  name: string;
  /** Where this channel reaches the person; null: the channel leads to one place for all. */ address: string | null;
  subject: string;
  text: string;
  /** The same within one short message. */ short: string;
  urgent: boolean;
  /** Proves an answer to this message, where nobody is logged in. */ code: string | null;
  /** Page where it is answered with one tap; null: the installation has no address that leads here. */
  link: string | null;
  /** How often it may have been sent before: an attempt in doubt is repeated, and says so. */ repeated: number;
  at: UtcInstant;
}>;

/** What the other side said when it took the message: its own number, which a later report names. */
export type Receipt = Readonly<{ id: string | null }>;

/** A way to reach a person. `send` resolves when the other side has taken the message; else it throws `NotSent`. */
export interface Channel {
  readonly name: string;
  /** Whether each person has an address of their own by it. */
  readonly personal: boolean;
  /** Messages a minute that the other side takes; null: as many as there are. */
  readonly perMinute: number | null;
  send(message: Message): Promise<Receipt>;
}

/**
 * Refused: it will not be taken, ever. Temporary: it was not taken, and may be later. In doubt: nobody knows whether
 * it was taken.
 */
export type WhyNotSent = 'refused' | 'temporary' | 'in-doubt';

/** A message that was not sent, as far as anybody knows. */
export class NotSent extends Error {
  constructor(
    readonly why: WhyNotSent,
    message: string,
    /** Seconds for which the other side asked to be left alone. */ readonly waitSeconds: number | null = null,
  ) {
    super(message);
  }
}

/** Takes what no configured channel takes, and everything on virtual time: it is shown, and reaches nobody. */
export const SINK = 'sink';

/** No channel may hang: what takes longer is in doubt. */
export const SEND_WITHIN_MS = 10_000;

/** Said in a message that may have come before. */
export const repeatedMark = (repeated: number): string => (repeated > 0 ? `【重发${repeated}】` : '');
