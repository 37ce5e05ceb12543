import { createHash } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import { NotSent, repeatedMark, SEND_WITHIN_MS, type Channel, type Message, type Receipt } from './channel.js';

/** The server, who sends, and how far what is sent is protected. `authority`: PEM, in place of the public ones. */
export type MailSettings = Readonly<{
  url: string;
  from: string;
  tls: 'offered' | 'demanded';
  authority: string | null;
}>;

/** Connections to the server, and how long each is kept open for another message. */
const CONNECTIONS = 8;
const IDLE_MS = 2_000;
/** What failed before the words of the message were handed over. */
const NOT_HANDED_OVER = new Set(['EDNS', 'EAUTH', 'ENOAUTH', 'ETLS', 'EREQUIRETLS', 'EENVELOPE', 'EPROXY']);
const NOT_CONNECTED = new Set(['CONNECTION_TIMEOUT', 'GREETING_TIMEOUT']);

/**
 * Calls by mail over SMTP. The Message-ID is made of the key, so that a repeated attempt is recognised as the same
 * mail.
 */
export class MailChannel implements Channel {
  readonly name = 'mail';
  readonly personal = true;
  readonly perMinute = null;
  private readonly transport: Transporter;
  private readonly from: string;

  constructor({ url, from, tls, authority }: MailSettings) {
    this.from = from;
    this.transport = createTransport({
      pool: true,
      maxConnections: CONNECTIONS,
      maxMessages: Infinity,
      idleTimeout: IDLE_MS,
      maxRequeues: 0, // one try is one try: whether there is another is decided here
      url,
      // Demanded: a server that offers no STARTTLS, or somebody in between who hides the offer, gets no mail and no
      // password.
      requireTLS: tls === 'demanded',
      ...(authority === null ? {} : { tls: { ca: authority } }),
      connectionTimeout: SEND_WITHIN_MS,
      greetingTimeout: SEND_WITHIN_MS,
      socketTimeout: SEND_WITHIN_MS,
    } as never);
  }

  async send(message: Message): Promise<Receipt> {
    if (message.address === null) throw new NotSent('refused', `${message.person} has no mail address in the plan`);
    const { link, code, repeated } = message;
    const answerBy = link ?? `应答码 ${code ?? ''}`;
    try {
      const { messageId } = (await this.transport.sendMail({
        from: this.from,
        to: { name: message.name, address: message.address },
        subject: `${repeatedMark(repeated)}${message.subject}`,
        text: `${message.name}:\n\n${message.text}\n\n收到请应答：${answerBy}\n`,
        messageId: `<${createHash('sha256').update(message.key).digest('hex').slice(0, 32)}@fengsui>`,
        headers: {
          'X-Fengsui-Key': encodeURIComponent(message.key),
          ...(message.urgent ? { 'X-Priority': '1', Importance: 'high' } : {}),
        },
      })) as Readonly<{ messageId?: string }>;
      return { id: messageId ?? null };
    } catch (error) {
      throw notSent(error as SmtpError);
    }
  }
}

type SmtpError = Error & Readonly<{ code?: string; responseCode?: number; timeoutType?: string; syscall?: string }>;

/** 5xx: never. 4xx, and what failed before the message was handed over: later. All else: nobody knows. */
function notSent({ code = '', responseCode = 0, timeoutType = '', syscall, message }: SmtpError): NotSent {
  if (responseCode >= 500) return new NotSent('refused', message);
  const before = NOT_HANDED_OVER.has(code) || NOT_CONNECTED.has(timeoutType) || syscall === 'connect';
  return new NotSent(responseCode >= 400 || before ? 'temporary' : 'in-doubt', message);
}
