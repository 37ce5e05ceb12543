import { createHash } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import { SEND_WITHIN_MS, type Channel, type Message } from './channel.js';

/** The server, who sends, and how far what is sent is protected. `authority`: PEM, in place of the public ones. */
export type MailSettings = Readonly<{
  url: string;
  from: string;
  tls: 'offered' | 'demanded';
  authority: string | null;
}>;

/**
 * Calls by mail over SMTP. The Message-ID is made of the key, so that a repeated attempt is recognised as the same
 * mail.
 */
export class MailChannel implements Channel {
  readonly name = 'mail';
  private readonly transport: Transporter;

  private readonly from: string;

  constructor({ url, from, tls, authority }: MailSettings) {
    this.from = from;
    this.transport = createTransport({
      url,
      // Demanded: a server that offers no STARTTLS, or somebody in between who hides the offer, gets no mail and no
      // password.
      requireTLS: tls === 'demanded',
      ...(authority === null ? {} : { tls: { ca: authority } }),
      connectionTimeout: SEND_WITHIN_MS,
      greetingTimeout: SEND_WITHIN_MS,
      socketTimeout: SEND_WITHIN_MS,
    });
  }

  async send(message: Message): Promise<void> {
    if (message.mail === null) throw new Error(`${message.person} has no mail address in the plan`);
    await this.transport.sendMail({
      from: this.from,
      to: message.mail,
      subject: message.subject,
      text: `${message.name}:\n\n${message.text}\n\n收到请应答：fengsui orders answer ${message.call} --person ${message.person} --code ${message.code ?? ''}\n`,
      messageId: `<${createHash('sha256').update(message.key).digest('hex').slice(0, 32)}@fengsui>`,
      headers: {
        'X-Fengsui-Key': encodeURIComponent(message.key),
        ...(message.urgent ? { 'X-Priority': '1', Importance: 'high' } : {}),
      },
    });
  }
}
