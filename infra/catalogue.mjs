/** What a freshly migrated database and the entities say differently: a migration that is missing, or an entity that is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from './setup.mjs';

/** @returns one line a difference */
export async function catalogueDifferences() {
  const { catalogueOf, connect, migrate, startEmbedded } = await import('../libs/database/dist/index.js');
  const { SCHEMAS } = await import('../services/fengsui/dist/index.js');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-check-'));
  const server = await startEmbedded(folder);
  try {
    await migrate(server.url, SCHEMAS);
    const db = await connect(server.url, 'fengsui check', 2, SCHEMAS);
    const { differences, beside } = await catalogueOf(db, SCHEMAS).finally(() => db.destroy());
    const listed = readFileSync(path.join(ROOT, 'infra/database/beside-entities.txt'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    return [
      ...differences,
      ...beside.filter((line) => !listed.includes(line)).map((line) => `beside-entities.txt does not list: ${line}`),
      ...listed
        .filter((line) => !beside.includes(line))
        .map((line) => `beside-entities.txt lists what is not there: ${line}`),
    ];
  } finally {
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}
