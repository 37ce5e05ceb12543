import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** 256 bits that nobody guesses, as text for a header or a link. */
export const secret = (): string => randomBytes(32).toString('base64url');

/** Tokens are kept as this alone: whoever reads the table cannot use them. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const KEY_BYTES = 32;
const MARK = 'v1.';

/** A new key for secrets that must be read again, as text. */
export const newSecretKey = (): string => randomBytes(KEY_BYTES).toString('base64');

/**
 * Keeps secrets that must be read again, such as those of one-time codes, so that a copy of the database alone tells
 * nothing (AES-256-GCM). The key lies beside the database, not in it.
 */
export class SecretBox {
  private readonly key: Buffer;

  /** @param key as `newSecretKey` made it */
  constructor(key: string) {
    this.key = Buffer.from(key, 'base64');
    if (this.key.length !== KEY_BYTES) throw new Error(`the key of the secrets must have ${KEY_BYTES} bytes`);
  }

  /** @param owner whose secret it is: it opens for nobody else */
  close(text: string, owner: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(owner));
    const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${MARK}${Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url')}`;
  }

  /** What was written before secrets were closed is open. @throws when the key or the owner is another */
  open(kept: string, owner: string): string {
    if (!kept.startsWith(MARK)) return kept;
    const bytes = Buffer.from(kept.slice(MARK.length), 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12)).setAAD(Buffer.from(owner));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }
}
