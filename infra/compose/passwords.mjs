/**
 * `node infra/compose/passwords.mjs > .env`: a password for each that docker-compose.yml asks for. Each is made anew: keep the file, and keep
 * it from others.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const file = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
/** Every variable that the file demands. */
export const WANTED = [...new Set([...file.matchAll(/\$\{([A-Z_]+_PASSWORD):\?/g)].map(([, name]) => name))];

if (process.argv[1] === new URL(import.meta.url).pathname)
  process.stdout.write(WANTED.map((name) => `${name}=${randomBytes(24).toString('base64url')}\n`).join(''));
