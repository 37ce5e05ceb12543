import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { ownFile, ownFolder } from '@fengsui/settings';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MADE = (): string => randomBytes(32).toString('hex');

/** The key under which the ledger's names are sealed: it is kept as long as there is a ledger. */
export const LEDGER_KEY = 'ledger';
/** The key of one response: names that were reported in it and stand in no ledger. */
export const incidentKey = (episode: string): string =>
  `incident-${createHash('sha256').update(episode).digest('hex').slice(0, 24)}`;
/** The key of a month: the bytes of what came in then and may name persons. */
export const monthKey = (at: UtcInstant): string => `inputs-${shanghaiDate(at).slice(0, 7)}`;

/**
 * Keys for what names persons, one file each, outside the database: whoever has only the database has no name. A key
 * that was destroyed makes what was sealed under it unreadable for good, and changes nothing else.
 */
export class PersonKeys {
  private readonly known = new Map<string, Buffer>();

  /** @param folder null: keys live as long as the process, for tests and rehearsals */
  constructor(private readonly folder: string | null) {}

  /** The key that makes pseudonyms. It is never destroyed: the same person must be the same next year. */
  get pseudonyms(): string {
    return this.keyOf('pseudonyms').toString('hex');
  }

  seal(name: string, bytes: Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyOf(name), nonce);
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @returns null when the key was destroyed, or is not here */
  open(name: string, sealed: Buffer): Buffer | null {
    const key = this.has(name) ? this.keyOf(name) : null;
    if (key === null) return null;
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      return null; // sealed under a key of the same name that was destroyed
    }
  }

  has(name: string): boolean {
    return this.folder === null ? this.known.has(name) : existsSync(path.join(this.folder, name));
  }

  destroy(name: string): void {
    this.known.delete(name);
    if (this.folder === null) return;
    const file = path.join(this.folder, name);
    if (!existsSync(file)) return;
    writeFileSync(file, Buffer.alloc(statSync(file).size)); // what lay there, before its place is given back
    rmSync(file);
  }

  private keyOf(name: string): Buffer {
    // Another process may have destroyed it.
    const known = this.folder === null || this.has(name) ? this.known.get(name) : undefined;
    if (known !== undefined) return known;
    const key = Buffer.from(this.folder === null ? MADE() : keyIn(this.folder, name), 'hex');
    this.known.set(name, key);
    return key;
  }
}

/** Two processes may make it at once: whoever comes second takes what is there. */
function keyIn(folder: string, name: string): string {
  try {
    return ownFile(folder, name, MADE).text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(path.join(ownFolder(folder), name), 'utf8');
  }
}
