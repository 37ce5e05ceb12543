/**
 * `npm test [-- pattern]`: sets up what is missing, starts a PostgreSQL for the tests, runs them all, and says the count on the last line.
 * `npm run test:kafka` (`--kafka`) runs the suite that needs an Apache Kafka instead, and starts one; it fails where none can be had.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { missing, startKafka } from './kafka/broker.mjs';
import { ROOT, setUp } from './setup.mjs';

setUp();
const kafka = process.argv.includes('--kafka');
const why = missing();
if (kafka && why !== null) {
  process.stderr.write(`The Kafka suite cannot run here. ${why}\n`);
  process.exit(1);
}
const { startEmbedded } = await import('../libs/database/dist/index.js');
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-test-'));
const server = await startEmbedded(folder);
const broker = kafka ? await startKafka() : null;
const named = process.argv.slice(2).some((word) => word !== '--kafka');
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
  ...(kafka
    ? [...(named ? [] : ['--testPathPatterns', '\\.kafka\\.test\\.ts$']), '--runInBand'] // one broker, one set of topics
    : ['--testPathIgnorePatterns', '/node_modules/', '/dist/', '\\.kafka\\.test\\.ts$']),
  ...process.argv
    .slice(2)
    .filter((word) => word !== '--kafka')
    .flatMap((pattern) => ['--testPathPatterns', kafka ? `${pattern}.*\\.kafka\\.test\\.ts$` : pattern]),
];
const run = spawnSync(process.execPath, jest, {
  cwd: ROOT,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    TEST_DATABASE_URL: server.url,
    ...(broker === null ? {} : { TEST_KAFKA_BROKERS: broker.brokers.join(',') }),
  },
});
const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
  readFileSync(results, 'utf8'),
);
await broker?.stop();
await server.release();
rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
rmSync(folder, { recursive: true, force: true });
if (!kafka)
  process.stdout.write(
    `left out: the suite on a real Apache Kafka, which is \`npm run test:kafka\`${why === null ? '' : `; it cannot run here. ${why}`}\n`,
  );
const failed = numFailedTests + numRuntimeErrorTestSuites;
process.stdout.write(
  `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}\n`,
);
process.exitCode = run.status === 0 && failed === 0 ? 0 : 1;
