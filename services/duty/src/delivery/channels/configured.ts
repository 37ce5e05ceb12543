import { fileOf, type Settings } from '@fengsui/settings';
import type { Channel } from './channel.js';
import { GatewayChannel } from './gateways.js';
import { MailChannel } from './mail.js';
import { RobotChannel } from './robots.js';
import { WebhookChannel } from './webhook.js';

const NAMES = [
  'MAIL_SMTP_URL',
  'MAIL_FROM',
  'MAIL_TLS',
  'MAIL_TLS_CA',
  'WEBHOOK_URL',
  'WEBHOOK_SECRET',
  'SMS_URL',
  'SMS_SECRET',
  'VOICE_URL',
  'VOICE_SECRET',
  'WECOM_URL',
  'DINGTALK_URL',
  'DINGTALK_SECRET',
  'FEISHU_URL',
  'FEISHU_SECRET',
  'FENGSUI_PUBLIC_URL',
  'HEARTBEAT_URL',
] as const;
export type ChannelSettings = Pick<Settings, (typeof NAMES)[number]>;

/** The channels of an installation, those that reach one person first. */
export function channelsOf(settings: ChannelSettings): readonly Channel[] {
  const found: Channel[] = [];
  const { MAIL_SMTP_URL: url, MAIL_FROM: from, MAIL_TLS: tls, MAIL_TLS_CA: authority } = settings;
  if (url !== undefined && from !== undefined)
    found.push(
      new MailChannel({ url, from, tls, authority: authority === undefined ? null : fileOf('MAIL_TLS_CA', authority) }),
    );
  const gateways = [
    ['sms', settings.SMS_URL, settings.SMS_SECRET],
    ['voice', settings.VOICE_URL, settings.VOICE_SECRET],
  ] as const;
  for (const [name, at, secret = null] of gateways)
    if (at !== undefined) found.push(new GatewayChannel(name, { url: at, secret }));
  const robots = [
    ['wecom', settings.WECOM_URL, undefined],
    ['dingtalk', settings.DINGTALK_URL, settings.DINGTALK_SECRET],
    ['feishu', settings.FEISHU_URL, settings.FEISHU_SECRET],
  ] as const;
  for (const [name, at, secret = null] of robots)
    if (at !== undefined) found.push(new RobotChannel(name, { url: at, secret }));
  if (settings.WEBHOOK_URL !== undefined)
    found.push(new WebhookChannel(settings.WEBHOOK_URL, settings.WEBHOOK_SECRET ?? null));
  return found;
}
