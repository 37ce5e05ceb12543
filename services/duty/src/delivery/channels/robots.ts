import { createHmac } from 'node:crypto';
import { NotSent, repeatedMark, type Channel, type Message, type Receipt } from './channel.js';
import { fieldOf, post } from './posting.js';
import type { Gateway } from './gateways.js';
import { wordsOf } from './webhook.js';

export type RobotKind = 'wecom' | 'dingtalk' | 'feishu';

/** What a kind of robot wants, and by which field of its answer, 0 for success, it says that it has taken a message. */
type Form = Readonly<{
  request: (
    text: string,
    mention: string | null,
    gateway: Gateway,
    seconds: number,
  ) => Readonly<{ url: string; body: object }>;
  success: string;
  /** Codes by which it says that it has had too many. */ tooMany: readonly number[];
}>;

const base64 = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('base64');

const FORMS: Readonly<Record<RobotKind, Form>> = {
  // Robots of WeCom 企业微信; those of 粤政易 are the same form at another address.
  wecom: {
    request: (content, mention, { url }) => ({
      url,
      body: { msgtype: 'text', text: { content, ...(mention === null ? {} : { mentioned_mobile_list: [mention] }) } },
    }),
    success: 'errcode',
    tooMany: [45009],
  },
  dingtalk: {
    request: (content, mention, { url, secret }, seconds) => {
      const to = new URL(url);
      const timestamp = String(seconds * 1000);
      if (secret !== null) {
        to.searchParams.set('timestamp', timestamp);
        to.searchParams.set('sign', base64(secret, `${timestamp}\n${secret}`));
      }
      const at = mention === null ? {} : { at: { atMobiles: [mention], isAtAll: false } };
      return { url: to.href, body: { msgtype: 'text', text: { content }, ...at } };
    },
    success: 'errcode',
    tooMany: [130101, 660026],
  },
  feishu: {
    request: (text, _mention, { url, secret }, seconds) => ({
      url,
      body: {
        msg_type: 'text',
        content: { text },
        // Feishu signs nothing under a key that is time and secret.
        ...(secret === null ? {} : { timestamp: String(seconds), sign: base64(`${seconds}\n${secret}`, '') }),
      },
    }),
    success: 'code',
    tooMany: [9499, 11232],
  },
};

/** Robots take twenty messages a minute, and are shut out for ten after more. */
const A_MINUTE = 20;

/** A robot in a group: every message names the person who is called. */
export class RobotChannel implements Channel {
  readonly personal = false;
  readonly perMinute = A_MINUTE;

  constructor(
    readonly name: RobotKind,
    private readonly gateway: Gateway,
  ) {}

  async send({ name, subject, text, code, link, address, repeated, at }: Message): Promise<Receipt> {
    const form = FORMS[this.name];
    const answerBy = link ?? (code === null ? '' : `应答码 ${code}`);
    const words = `${repeatedMark(repeated)}${subject}\n@${name}\n${text}\n收到请应答：${answerBy}`;
    const { url, body } = form.request(words, address, this.gateway, Math.floor(Date.parse(at) / 1000));
    const answer = await post(url, JSON.stringify(body), {});
    const said = fieldOf(answer, form.success);
    if (said === 0) return { id: null };
    const words2 = `answered ${form.success} ${JSON.stringify(said)}: ${wordsOf(answer)}`;
    throw new NotSent('temporary', words2, form.tooMany.includes(said as number) ? SHUT_OUT_SECONDS : null);
  }
}
const SHUT_OUT_SECONDS = 600;
