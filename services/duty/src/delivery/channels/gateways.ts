import { NotSent, repeatedMark, type Channel, type Message, type Receipt } from './channel.js';
import { fieldOf, post } from './posting.js';
import { idOf, signatureOf, wordsOf } from './webhook.js';

/** Where a gateway takes messages, and what proves that they are ours. */
export type Gateway = Readonly<{ url: string; secret: string | null }>;

/**
 * A gateway for short messages or telephone calls (docs/channels.md): `{ key, to, text, code, link, urgent }` posted as
 * JSON, signed like the webhook; taken when it answers `{ "accepted": true, "id": … }`.
 */
export class GatewayChannel implements Channel {
  readonly personal = true;
  readonly perMinute = null;

  constructor(
    readonly name: 'sms' | 'voice',
    private readonly gateway: Gateway,
  ) {}

  async send(message: Message): Promise<Receipt> {
    const body = JSON.stringify({
      key: message.key,
      to: message.address,
      text: `${repeatedMark(message.repeated)}${this.name === 'sms' ? message.short : `${message.subject}。${message.text}`}`,
      // A gateway that sends by templates alone has one for each cause, and fills these in.
      template: message.cause,
      params: { subject: message.subject, code: message.code ?? '', link: message.link ?? '' },
      code: message.code,
      link: message.link,
      urgent: message.urgent,
      // One key answers a telephone call.
      ...(this.name === 'voice' ? { answerKey: '1' } : {}),
    });
    const answer = await post(this.gateway.url, body, {
      'idempotency-key': encodeURIComponent(message.key),
      ...(this.gateway.secret === null ? {} : signatureOf(this.gateway.secret, message.at, body)),
    });
    if (fieldOf(answer, 'accepted') === true) return { id: idOf(answer) };
    const refused = fieldOf(answer, 'permanent') === true ? 'refused' : 'temporary';
    throw new NotSent(refused, `not accepted: ${wordsOf(answer) || JSON.stringify(answer).slice(0, 200)}`);
  }
}
