import { generateSecret, generateURI, verify } from 'otplib';
import type { UtcInstant } from '@fengsui/contracts';

const PERIOD_SECONDS = 30;

/** @returns a secret for an authenticator (base32), and the address that its picture holds */
export function newSecret(person: string, installation: string): Readonly<{ secret: string; uri: string }> {
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer: installation, label: person, secret }) };
}

/**
 * Holds a one-time code (RFC 6238, 30 s, one step either way) against the secret.
 * @param last time step of the code that was used last: none counts twice
 * @returns the time step of this code, or null when it does not count
 */
export async function usedStep(
  secret: string,
  code: string,
  now: UtcInstant,
  last: number | null,
): Promise<number | null> {
  if (!/^\d{6}$/.test(code)) return null;
  const epoch = Math.floor(Date.parse(now) / 1_000);
  const result = await verify({ secret, token: code, epoch, epochTolerance: PERIOD_SECONDS });
  if (!result.valid) return null;
  const step = Math.floor(epoch / PERIOD_SECONDS) + result.delta;
  return last !== null && step <= last ? null : step;
}
