import { createHmac } from 'node:crypto';
import { NotSent, repeatedMark, type Channel, type Message, type Receipt } from './channel.js';
import { fieldOf, post } from './posting.js';

/** Codes of success, by the field that gateways give them in. Who gives none of them has taken it with its status. */
const SUCCESS: Readonly<Record<string, readonly unknown[]>> = {
  errcode: [0, '0'],
  errCode: [0, '0'],
  error_code: [0, '0'],
  code: [0, '0', 200, '200', 'OK', 'ok', 'success'],
  StatusCode: [0, '0'],
  success: [true, 'true', 1],
  ok: [true, 'true', 1],
};

/**
 * Calls posted as JSON. The key travels as `Idempotency-Key`. With a secret each post is signed: `X-Fengsui-Signature`
 * is the HMAC-SHA256 of the time in `X-Fengsui-Timestamp`, a point and the body, in hex.
 */
export class WebhookChannel implements Channel {
  readonly name = 'webhook';
  readonly personal = false;
  readonly perMinute = null;

  constructor(
    private readonly url: string,
    private readonly secret: string | null = null,
  ) {}

  async send({ at, repeated, subject, ...message }: Message): Promise<Receipt> {
    const body = JSON.stringify({
      key: message.key,
      call: message.call,
      step: message.step,
      person: message.person,
      name: message.name,
      subject: `${repeatedMark(repeated)}${subject}`,
      text: message.text,
      short: message.short,
      urgent: message.urgent,
      code: message.code,
      link: message.link,
      repeated,
    });
    const answer = await post(this.url, body, {
      'idempotency-key': encodeURIComponent(message.key),
      ...(this.secret === null ? {} : signatureOf(this.secret, at, body)),
    });
    for (const [field, good] of Object.entries(SUCCESS)) {
      const said = fieldOf(answer, field);
      if (said !== undefined && said !== null && !good.includes(said))
        throw new NotSent('temporary', `answered 200 and ${field} ${JSON.stringify(said)}: ${wordsOf(answer)}`);
    }
    return { id: idOf(answer) };
  }
}

/** The headers that sign a body for one time. */
export function signatureOf(secret: string, at: string, body: string): Readonly<Record<string, string>> {
  const hash = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { 'x-fengsui-timestamp': at, 'x-fengsui-signature': `sha256=${hash}` };
}

/** What a gateway says of an error, by the fields that they use. */
export const wordsOf = (answer: unknown): string =>
  String(
    ['errmsg', 'msg', 'message', 'error'].map((name) => fieldOf(answer, name)).find((one) => one !== undefined) ?? '',
  );

/** The gateway's own number of a message. */
export function idOf(answer: unknown): string | null {
  const id = ['messageId', 'message_id', 'msgid', 'id']
    .map((name) => fieldOf(answer, name))
    .find((one) => one !== undefined);
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
