import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real files that lie beside the project where it is developed, and nowhere else. */
const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'shared');

/**
 * @returns the path, or null; the test then says that it was left out
 * @throws for a project whose tests may come from the cache: nobody would notice that the file is another one
 */
export function sharedFile(...parts: readonly string[]): string | null {
  if (process.env['FENGSUI_TEST_ALONE'] !== undefined)
    throw new Error('tests that run with --alone read nothing beside the project: leave the word out in package.json');
  const file = path.join(FOLDER, ...parts);
  return existsSync(file) ? file : null;
}
