import { readFileSync } from 'node:fs';
import { Type, type Static, type TSchema } from 'typebox';
import { Convert, Errors } from 'typebox/value';
import { masked, SECRET_NAMES, secretsIn, withSecretFiles } from './secrets.js';

/**
 * Every setting of an installation: name, unit, default, one sentence. `.env.example` is generated from this table,
 * and nothing else reads the environment. Safe values have defaults; secrets and addresses of other systems have
 * none.
 */
const SETTINGS = {
  FENGSUI_HOME: Type.String({
    default: '.fengsui',
    description: 'Folder of this installation: embedded database, archive. / 数据目录',
  }),
  FENGSUI_PLAN: Type.String({ default: 'plans/qingyuan', description: 'Folder of the city’s plan. / 预案目录' }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'PostgreSQL 14 or later of your own; without it the embedded one is used. / 自备数据库地址',
    }),
  ),
  FENGSUI_HTTP_HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address the HTTP door and the query API listen on. / 监听地址',
  }),
  FENGSUI_HTTP_PORT: Type.Integer({
    default: 7310,
    minimum: 0,
    maximum: 65535,
    description: 'Their port; 0 takes any free one. / 端口',
  }),
  FENGSUI_HTTP_TLS_CERT: Type.Optional(
    Type.String({
      description:
        'File with the certificate (PEM, with those that it stands on): then HTTP is HTTPS. / HTTPS 证书文件',
    }),
  ),
  FENGSUI_HTTP_TLS_KEY: Type.Optional(Type.String({ description: 'File with its key (PEM). / HTTPS 私钥文件' })),
  FENGSUI_HTTP_PROXIES: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F.:/]+(,[0-9a-fA-F.:/]+)*$',
      description:
        'Proxies that speak for others, as address,address/bits: from these alone X-Forwarded-For is believed. / 受信任的反向代理',
    }),
  ),
  FENGSUI_HTTP_NAMES: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*$',
      description:
        'Host names that lead here, as name,name, beside localhost and addresses in digits; another is turned away. / 访问本系统所用的主机名',
    }),
  ),
  FENGSUI_BODY_LIMIT_MB: Type.Integer({
    default: 2048,
    minimum: 1,
    maximum: 100_000,
    description:
      'Largest body the HTTP door takes, unpacked, in megabytes; it waits on disk until it is whole. / 单次上传上限(MB)',
  }),
  FENGSUI_BODY_SECONDS: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 3_600,
    description:
      'Within this a body must have come whole, or come at 100 KB a second; never below 1 KB a second. / 单次上传时限(秒)',
  }),
  FENGSUI_INBOX: Type.Optional(
    Type.String({
      description: 'Folder that is watched: what others drop there is taken in and moved to its archive. / 投递目录',
    }),
  ),
  FENGSUI_PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/\\s]+$',
      description: 'Where people reach this installation, without a path: https://yj.example. / 对外地址',
    }),
  ),
  FENGSUI_PDF_PROGRAM: Type.String({
    default: 'soffice',
    minLength: 1,
    description: 'Program that makes the PDF beside a signed report: LibreOffice. / 生成 PDF 的程序',
  }),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Identity provider (OpenID Connect); needs OIDC_CLIENT_ID and FENGSUI_PUBLIC_URL. / 统一身份认证',
    }),
  ),
  OIDC_CLIENT_ID: Type.Optional(Type.String({ description: 'Our name at the identity provider. / 客户端编号' })),
  OIDC_CLIENT_SECRET: Type.Optional(Type.String({ description: 'Its secret, where it has one. / 客户端密钥' })),
  FENGSUI_TOKEN: Type.Optional(
    Type.String({
      pattern: '^fst_[A-Za-z0-9_-]{20,}$',
      description:
        'Token of the person or program that gives commands; without it the user of this machine counts. / 命令行令牌',
    }),
  ),
  FENGSUI_ROLE_PASSWORDS: Type.Optional(
    Type.String({
      pattern: '^[a-z]+=[^,\\s]+(,[a-z]+=[^,\\s]+)*$',
      description:
        'For `fengsui prepare` alone: passwords of the database roles of the services, as intake=password,response=password. / 各服务数据库角色的密码',
    }),
  ),
  FENGSUI_SOURCE_KEYS: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9-]+=[^,\\s]+(,[a-z0-9-]+=[^,\\s]+)*$',
      description:
        'Keys of polled sources, as name=key,name=key; they stand for {key} in the addresses of sources.yaml. / 数据源密钥',
    }),
  ),
  KAFKA_BROKERS: Type.Optional(
    Type.String({
      pattern: '^[^,\\s]+:\\d+(,[^,\\s]+:\\d+)*$',
      description: 'Apache Kafka, as host:port,host:port; without it events travel through PostgreSQL. / 消息队列地址',
    }),
  ),
  KAFKA_REPLICATION: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 5,
    description: 'Copies of every topic that is made; 3 on a cluster. / 副本数',
  }),
  KAFKA_TLS: Type.Boolean({ default: false, description: 'Connect to Kafka over TLS. / 使用 TLS' }),
  KAFKA_TLS_CA: Type.Optional(
    Type.String({ description: 'File with the certificate authority of the brokers (PEM). / CA 证书' }),
  ),
  KAFKA_SASL: Type.Optional(
    Type.Union([Type.Literal('plain'), Type.Literal('scram-sha-256'), Type.Literal('scram-sha-512')], {
      description: 'How to log in at the brokers; needs KAFKA_USERNAME and KAFKA_PASSWORD. / 认证方式',
    }),
  ),
  KAFKA_USERNAME: Type.Optional(Type.String({ description: 'User at the brokers. / 用户名' })),
  KAFKA_PASSWORD: Type.Optional(Type.String({ description: 'Its password. / 密码' })),
  KAFKA_INSTANCE: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._-]+$',
      description:
        'Name of this process among those of its service; started again under it, it takes its partitions back at once. / 进程名（静态成员）',
    }),
  ),
  MAIL_SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://',
      description: 'SMTP server for calls by mail, with user and password in the address. / 邮件服务器',
    }),
  ),
  MAIL_TLS: Type.Union([Type.Literal('offered'), Type.Literal('demanded')], {
    default: 'offered',
    description:
      'STARTTLS with a server whose address begins with smtp: where it is offered, or nothing is sent without it. / 邮件传输加密',
  }),
  MAIL_TLS_CA: Type.Optional(
    Type.String({ description: 'File with the certificate authority of the mail server (PEM). / 邮件服务器 CA 证书' }),
  ),
  MAIL_FROM: Type.Optional(
    Type.String({
      pattern: '^[^@\\s]+@[^@\\s]+$',
      description: 'Sender of the mails; needed with MAIL_SMTP_URL. / 发件人',
    }),
  ),
  WEBHOOK_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Where calls are posted as JSON. / 呼叫推送地址' }),
  ),
  WEBHOOK_SECRET: Type.Optional(
    Type.String({ minLength: 16, description: 'Key that signs each post, HMAC-SHA256. / 推送签名密钥' }),
  ),
  SMS_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Gateway for short messages; its form is in docs/channels.md. / 短信网关地址',
    }),
  ),
  SMS_SECRET: Type.Optional(Type.String({ minLength: 16, description: 'Key that signs each of them. / 短信签名密钥' })),
  VOICE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Gateway for telephone calls; its form is in docs/channels.md. / 语音外呼网关地址',
    }),
  ),
  VOICE_SECRET: Type.Optional(
    Type.String({ minLength: 16, description: 'Key that signs each of them. / 语音签名密钥' }),
  ),
  WECOM_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Robot of a WeCom or 粤政易 group. / 企业微信、粤政易机器人地址',
    }),
  ),
  DINGTALK_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Robot of a DingTalk group. / 钉钉机器人地址' }),
  ),
  DINGTALK_SECRET: Type.Optional(Type.String({ description: 'Its signing key. / 钉钉加签密钥' })),
  FEISHU_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Robot of a Feishu group. / 飞书机器人地址' }),
  ),
  FEISHU_SECRET: Type.Optional(Type.String({ description: 'Its signing key. / 飞书签名密钥' })),
  HEARTBEAT_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Told every minute that calls climb here; silence there is the alarm. / 心跳上报地址',
    }),
  ),
  AUDITOR_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        'Where the auditor of calls rings when a step does not come; another way than WEBHOOK_URL. / 呼叫审计告警地址',
    }),
  ),
  CAP_SIGN_CERT: Type.Optional(
    Type.String({
      description: 'File with the certificate that signs CAP messages (PEM, RSA of 2048 bits). / CAP 签名证书',
    }),
  ),
  CAP_SIGN_KEY: Type.Optional(Type.String({ description: 'File with its key (PEM). / CAP 签名私钥' })),
  CAP_SIGN_SM2_KEY: Type.Optional(
    Type.String({
      description: 'File with an SM2 key (PEM): a signature beside each message, SM2 with SM3. / 国密签名私钥',
    }),
  ),
  LOG_FORMAT: Type.Union([Type.Literal('text'), Type.Literal('json')], {
    default: 'text',
    description: 'How it is logged: text, or one JSON object a line with its time in UTC. / 日志格式',
  }),
  LOG_LEVEL: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], {
    default: 'info',
    description: 'How much is logged to standard error. / 日志级别',
  }),
};

/** Each is nothing without the other. */
const PAIRS = [
  ['FENGSUI_HTTP_TLS_CERT', 'FENGSUI_HTTP_TLS_KEY'],
  ['CAP_SIGN_CERT', 'CAP_SIGN_KEY'],
] as const;

const Schema = Type.Object(SETTINGS);
export type Settings = Readonly<Static<typeof Schema>>;

/** A configuration that cannot be used. The message lists all faults at once. */
export class SettingsError extends Error {
  constructor(
    what: string,
    readonly faults: readonly string[],
  ) {
    super(`${what}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** What is wrong with a file of the plan, and a case in which it would decide wrongly (empty: it cannot be read). */
export type FileFault = Readonly<{ file: string; place: string; fault: string; counterExample: string }>;

/** A plan that can be read, and would decide wrongly. */
export class PlanFaults extends SettingsError {
  constructor(readonly details: readonly FileFault[]) {
    super(
      `${details[0]?.file ?? ''} would decide wrongly`,
      details.map(({ place, fault, counterExample }) => `${place}：${fault}。例如：${counterExample}`),
    );
  }
}

/** @throws SettingsError naming every bad setting, its value and what was expected */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const given: Record<string, unknown> = {};
  const { values, faults: unread } = withSecretFiles(environment);
  for (const [name, schema] of Object.entries(SETTINGS)) {
    const value = values[name];
    if (value !== undefined && value !== '') given[name] = value;
    else if ('default' in schema) given[name] = (schema as { default: unknown }).default;
  }
  const converted = Convert(Schema, given) as Settings;
  const wrong = [...Errors(Schema, converted)].map(({ instancePath, message }) => {
    const name = instancePath.slice(1);
    const value = masked(JSON.stringify(given[name]), secretsIn(values));
    return `${name} = ${value} ${message}. ${(SETTINGS as Record<string, TSchema & { description?: string }>)[name]?.description ?? ''}`;
  });
  const faults = [...unread, ...wrong];
  const unknown = Object.keys(values).filter((name) => name.startsWith('FENGSUI_') && !(name in SETTINGS));
  faults.push(...unknown.map((name) => `${name} is no setting of Fengsui; the settings are in .env.example`));
  if (
    converted.KAFKA_SASL !== undefined &&
    (converted.KAFKA_USERNAME === undefined || converted.KAFKA_PASSWORD === undefined)
  )
    faults.push('KAFKA_USERNAME and KAFKA_PASSWORD must be set with KAFKA_SASL');
  if (
    converted.OIDC_ISSUER !== undefined &&
    (converted.OIDC_CLIENT_ID === undefined || converted.FENGSUI_PUBLIC_URL === undefined)
  )
    faults.push('OIDC_CLIENT_ID and FENGSUI_PUBLIC_URL must be set with OIDC_ISSUER');
  for (const [one, other] of PAIRS)
    if ((converted[one] === undefined) !== (converted[other] === undefined))
      faults.push(`${one} and ${other} must be set together`);
  if (converted.MAIL_SMTP_URL !== undefined && converted.MAIL_FROM === undefined)
    faults.push('MAIL_FROM must be set with MAIL_SMTP_URL');
  if (faults.length > 0) throw new SettingsError('the configuration cannot be used', [...new Set(faults)]);
  return converted;
}

/** What lies in a file that a setting names. @throws SettingsError that names the setting */
export function fileOf(name: keyof typeof SETTINGS, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`${name} is ${file}, which cannot be read`, [(error as Error).message]);
  }
}

/** The text of `.env.example`. */
export function environmentExample(): string {
  const entries = Object.entries(SETTINGS).map(([name, schema]) => {
    const { description, default: preset } = schema as { description?: string; default?: unknown };
    return `# ${description}\n${preset === undefined ? `# ${name}=` : `${name}=${String(preset)}`}\n`;
  });
  return `# Settings of Fengsui. Copy to .env and change what you need. Generated by \`npm run generate\`.\n# A secret may lie in a file instead: NAME_FILE names it (${SECRET_NAMES.join(', ')}).\n# 密码类设置也可写在文件里，用 名称_FILE 指明。\n\n${entries.join('\n')}`;
}
