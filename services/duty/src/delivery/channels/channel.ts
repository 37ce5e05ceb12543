/** What is handed to a channel. The key stays the same when an attempt in doubt is repeated. */
export type Message = Readonly<{
  key: string;
  call: string;
  step: number;
  person: string;
  name: string;
  mail: string | null;
  subject: string;
  text: string;
  urgent: boolean;
  /** Proves an answer to this message, where nobody is logged in. */ code: string | null;
}>;

/** A way to reach a person. `send` resolves when the other side has taken the message, and throws when it has not. */
export interface Channel {
  readonly name: string;
  send(message: Message): Promise<void>;
}

/** Takes what no configured channel takes, and everything on virtual time: it is shown, and reaches nobody. */
export const SINK = 'sink';

/** No channel may hang: what takes longer is a failure and is tried again. */
export const SEND_WITHIN_MS = 10_000;
