import { createHash, randomBytes } from 'node:crypto';

/** 256 bits that nobody guesses, as text for a header or a link. */
export const secret = (): string => randomBytes(32).toString('base64url');

/** Tokens are kept as this alone: whoever reads the table cannot use them. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
