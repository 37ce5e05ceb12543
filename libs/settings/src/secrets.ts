/** Settings that are a secret as a whole. */
const WHOLE = ['KAFKA_PASSWORD', 'OIDC_CLIENT_SECRET', 'FENGSUI_TOKEN'] as const;
/** Addresses that may carry a password, or a key among their parameters. */
const ADDRESSES = ['DATABASE_URL', 'MAIL_SMTP_URL', 'WEBHOOK_URL'] as const;
/** Names with keys, `name=key,name=key`. */
const KEYS = 'FENGSUI_SOURCE_KEYS';
type Carrier = (typeof WHOLE)[number] | (typeof ADDRESSES)[number] | typeof KEYS;
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
  const keys = (settings[KEYS] ?? '').split(',').map((pair) => pair.slice(pair.indexOf('=') + 1));
  const found = [
    ...WHOLE.map((name) => settings[name] ?? ''),
    ...keys,
    ...[...ADDRESSES.map((name) => settings[name] ?? ''), ...addresses].flatMap(secretsOfAddress),
  ];
  // The longest first: one may be the beginning of another.
  return [...new Set(found)].filter((text) => text.length >= LEAST).sort((a, b) => b.length - a.length);
}

function secretsOfAddress(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { password, searchParams } = new URL(address);
  return [password, decodeURIComponent(password), ...searchParams.values()];
}

/** A text without the secrets. */
export const masked = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
