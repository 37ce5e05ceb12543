import { readFileSync } from 'node:fs';

/** Settings that are a secret as a whole. */
const WHOLE = [
  'KAFKA_PASSWORD',
  'OIDC_CLIENT_SECRET',
  'FENGSUI_TOKEN',
  'WEBHOOK_SECRET',
  'SMS_SECRET',
  'VOICE_SECRET',
  'DINGTALK_SECRET',
  'FEISHU_URL', // its last part is the key
  'FEISHU_SECRET',
] as const;
/** Addresses that may carry a password, or a key among their parameters. */
const ADDRESSES = [
  'DATABASE_URL',
  'MAIL_SMTP_URL',
  'WEBHOOK_URL',
  'SMS_URL',
  'VOICE_URL',
  'WECOM_URL',
  'DINGTALK_URL',
  'HEARTBEAT_URL',
  'AUDITOR_URL',
] as const;
/** Names with keys, `name=key,name=key`. */
const KEYS = ['FENGSUI_SOURCE_KEYS', 'FENGSUI_ROLE_PASSWORDS'] as const;
type Carrier = (typeof WHOLE)[number] | (typeof ADDRESSES)[number] | (typeof KEYS)[number];
/** Settings that hold a secret; each may lie in a file that `<name>_FILE` names. */
export const SECRET_NAMES: readonly Carrier[] = [...WHOLE, ...ADDRESSES, ...KEYS];
/** Shorter than this is no secret, and hiding it would hide words. */
const LEAST = 6;
const HIDDEN = '***';

/**
 * Texts that must appear in no message and no log.
 * @param settings of the installation; what is not set hides nothing
 * @param addresses beside those of the settings: that of the embedded database has a password, too
 */
export function secretsIn(
  settings: Readonly<Partial<Record<Carrier, string | undefined>>>,
  addresses: readonly string[] = [],
): readonly string[] {
  // Not by their names: of two under one name both are hidden.
  const keys = KEYS.flatMap((name) => (settings[name] ?? '').split(',')).map((pair) =>
    pair.slice(pair.indexOf('=') + 1),
  );
  const found = [
    ...WHOLE.map((name) => settings[name] ?? ''),
    ...keys,
    ...[...ADDRESSES.map((name) => settings[name] ?? ''), ...addresses].flatMap(secretsOfAddress),
  ];
  // The longest first: one may be the beginning of another.
  return [...new Set(found)].filter((text) => text.length >= LEAST).sort((a, b) => b.length - a.length);
}

/** Keys by their names, of `name=key,name=key`. */
export const namedKeys = (written = ''): ReadonlyMap<string, string> =>
  new Map(
    written
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

function secretsOfAddress(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { password, searchParams } = new URL(address);
  return [password, decodeURIComponent(password), ...searchParams.values()];
}

/**
 * The environment with what lies in files put in its place, as orchestrators hand secrets over.
 * @returns and, in words, what cannot be read or is given twice
 */
export function withSecretFiles(
  environment: NodeJS.ProcessEnv,
): Readonly<{ values: NodeJS.ProcessEnv; faults: readonly string[] }> {
  const values = { ...environment };
  const faults: string[] = [];
  for (const name of SECRET_NAMES) {
    const file = values[`${name}_FILE`];
    delete values[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    if (values[name] !== undefined && values[name] !== '')
      faults.push(`${name} and ${name}_FILE are both set: one of them`);
    try {
      values[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      faults.push(`${name}_FILE is ${file}, which cannot be read: ${(error as Error).message}`);
    }
  }
  return { values, faults };
}

/** Secrets of an environment, whether they stand in it or in files that it names. */
export const secretsOf = (environment: NodeJS.ProcessEnv): readonly string[] =>
  secretsIn(withSecretFiles(environment).values);

/** A text without the secrets. */
export const masked = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
