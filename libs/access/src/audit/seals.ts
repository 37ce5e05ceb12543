import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { UtcInstant } from '@fengsui/contracts';
import { one, rows, type Db } from '@fengsui/database';

/** What closes a day of the chain: its last record, signed, so that nobody can cut off what came before. */
export type Seal = Readonly<{
  /** The day in Beijing time that it closes: `2020-06-07`. */ day: string;
  /** Number and hash of the last record. */ seq: number;
  hash: string;
  at: UtcInstant;
  /** Ed25519: the key in SPKI, the signature over `[day, seq, hash, at]` as JSON; both base64. */ publicKey: string;
  signature: string;
}>;

/** A new key for seals, as PEM. It is kept beside the database, not in it. */
export const newSealKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** @param key PEM of an Ed25519 key */
export function sealed(content: Omit<Seal, 'publicKey' | 'signature'>, key: string): Seal {
  const privateKey = createPrivateKey(key);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
  return { ...content, publicKey, signature: sign(null, textOf(content), privateKey).toString('base64') };
}

/** Whether a seal is what its key signed. That the key is ours is for whoever compares it with the one kept apart. */
export const holds = (seal: Seal): boolean =>
  verify(null, textOf(seal), keyOf(seal), Buffer.from(seal.signature, 'base64'));

const keyOf = ({ publicKey }: Seal): KeyObject =>
  createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });

const textOf = ({ day, seq, hash, at }: Omit<Seal, 'publicKey' | 'signature'>): Buffer =>
  Buffer.from(JSON.stringify([day, seq, hash, at]));

/** The last record before an instant; null while there is none. */
export const lastRecord = (db: Db, before: UtcInstant): Promise<Readonly<{ seq: number; hash: string }> | null> =>
  one(db, 'select seq, hash from access.audit where at < $1 order by seq desc limit 1', [before]);

/** Seals that the database holds. */
export const sealsOf = (db: Db): Promise<Seal[]> =>
  rows<Seal>(
    db,
    'select day, seq, hash, at, public_key as "publicKey", signature from access.audit_seal order by seq, day',
  );
