import { readFileSync } from 'node:fs';

/** What PostgreSQL's client and TypeORM both take. */
type Tls = Readonly<{ ca?: string; checkServerIdentity?: () => undefined }>;
/** How a server is reached: its address without what is said of TLS, and what is said of TLS. */
export type ServerAddress = Readonly<{ url: string; ssl?: Tls }>;

/** An address that says something of TLS that would protect nobody, or names a file that is not there. */
export class AddressFault extends Error {}

/**
 * TLS as PostgreSQL's own clients have it in an address: `?sslmode=verify-full&sslrootcert=FILE` (libpq, SSL support).
 * A mode that encrypts and believes any server is refused: whoever stands in between would read and write everything.
 * @throws AddressFault
 */
export function serverAt(address: string): ServerAddress {
  const url = new URL(address);
  const [mode, authority] = ['sslmode', 'sslrootcert'].map((name) => url.searchParams.get(name));
  for (const name of ['sslmode', 'sslrootcert']) url.searchParams.delete(name);
  const plain = url.toString();
  if (mode === null || mode === undefined || mode === 'disable') return { url: plain };
  if (mode !== 'verify-full' && mode !== 'verify-ca')
    throw new AddressFault(`DATABASE_URL: sslmode=${mode} would believe any server: verify-full, verify-ca or disable`);
  const ca = authority === null || authority === undefined ? {} : { ca: certificateIn(authority) };
  // The name in the certificate does not matter where only its authority is asked for.
  return { url: plain, ssl: mode === 'verify-full' ? ca : { ...ca, checkServerIdentity: () => undefined } };
}

function certificateIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AddressFault(`DATABASE_URL: sslrootcert is ${file}, which cannot be read: ${(error as Error).message}`);
  }
}
