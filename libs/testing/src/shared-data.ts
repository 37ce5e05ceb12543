import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real files that lie beside the project where it is developed, and nowhere else. */
const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'shared');

/** @returns the path, or null; the test then says that it was left out */
export function sharedFile(...parts: readonly string[]): string | null {
  const file = path.join(FOLDER, ...parts);
  return existsSync(file) ? file : null;
}
