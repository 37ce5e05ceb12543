/** `npm test [-- pattern]`: sets up what is missing, starts a PostgreSQL for the tests, runs them all, and says the count on the last line. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT, setUp } from './setup.mjs';

setUp();
const { startEmbedded } = await import('../libs/database/dist/index.js');
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-test-'));
const server = await startEmbedded(folder);
const results = path.join(folder, 'results.json');
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  path.join(ROOT, 'node_modules/jest/bin/jest.js'),
  '--config',
  path.join(ROOT, 'infra/jest.config.mjs'),
  '--json',
  '--outputFile',
  results,
  ...process.argv.slice(2),
];
const run = spawnSync(process.execPath, jest, {
  cwd: ROOT,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, TEST_DATABASE_URL: server.url },
});
const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(results, 'utf8'));
await server.release();
rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
rmSync(folder, { recursive: true, force: true });
const failed = numFailedTests + numRuntimeErrorTestSuites;
process.stdout.write(`${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}\n`);
process.exitCode = run.status === 0 && failed === 0 ? 0 : 1;
