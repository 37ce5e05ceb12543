import { SEND_WITHIN_MS, type Channel, type Message } from './channel.js';

/** Calls posted as JSON, for robots and telephone gateways. The key travels as `Idempotency-Key`. */
export class WebhookChannel implements Channel {
  readonly name = 'webhook';

  constructor(private readonly url: string) {}

  async send(message: Message): Promise<void> {
    const answer = await fetch(this.url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(SEND_WITHIN_MS),
      headers: { 'content-type': 'application/json', 'idempotency-key': encodeURIComponent(message.key) },
      body: JSON.stringify({
        key: message.key,
        call: message.call,
        step: message.step,
        person: message.person,
        name: message.name,
        subject: message.subject,
        text: message.text,
        urgent: message.urgent,
        code: message.code,
      }),
    });
    if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
  }
}
