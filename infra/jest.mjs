/**
 * Runs Jest with what the tests need and says the count on the last line. The target `test` of a project runs it for its folder; `npm test`
 * with a pattern runs it over everything. With `--kafka` only the tests on a real Apache Kafka, which it starts; with `--browser` only those in
 * a real Chromium; with `--alone` no PostgreSQL
 * and no file beside the project: such a test gives the same whenever its inputs are the same, and may come from the cache.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startKafka } from './kafka/broker.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
const [kafka, browser, alone] = ['--kafka', '--browser', '--alone'].map((word) => words.includes(word));
const suite = kafka ? 'kafka' : browser ? 'browser' : null;
const patterns = words.filter((word) => !word.startsWith('--'));

/** How long Jest may take to end once its results are written. */
const LINGERS_MS = 30_000;

const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-test-'));
const server = alone ? null : await (await import('../libs/database/dist/index.js')).startEmbedded(folder);
const broker = kafka ? await startKafka() : null;
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
  // One broker with one set of topics, one browser: one after the other.
  ...(suite === null
    ? ['--testPathIgnorePatterns', '/node_modules/', '/dist/', '\\.(kafka|browser)\\.test\\.ts$']
    : [...(patterns.length > 0 ? [] : ['--testPathPatterns', `\\.${suite}\\.test\\.ts$`]), '--runInBand']),
  ...patterns.flatMap((pattern) => [
    '--testPathPatterns',
    suite === null ? pattern : `${pattern}.*\\.${suite}\\.test\\.ts$`,
  ]),
];
/** A secret of this run. Whatever the tests and the processes that they start say is searched for it. */
const planted = `planted-${randomBytes(12).toString('hex')}`;
const child = spawn(process.execPath, jest, {
  cwd: ROOT,
  stdio: ['ignore', 'ignore', 'pipe'],
  env: {
    ...process.env,
    ...(server === null ? { FENGSUI_TEST_ALONE: '1' } : { TEST_DATABASE_URL: server.url }),
    ...(broker === null ? {} : { TEST_KAFKA_BROKERS: broker.brokers.join(',') }),
    OIDC_CLIENT_SECRET: planted,
  },
});
const secrets = [planted, ...(server === null ? [] : [new URL(server.url).password])];
let [leaked, before] = [false, ''];
child.stderr.on('data', (bytes) => {
  process.stderr.write(bytes);
  const text = before + bytes.toString();
  leaked ||= secrets.some((secret) => text.includes(secret));
  before = text.slice(-200); // one may be cut in two
});
const ended = new Promise((resolve) => child.once('close', resolve));
/**
 * A test that failed may have left a connection open, and Jest waits for it without end. Its results are written by
 * then: what hangs is ended and counted.
 */
let hung = false;
const watching = setInterval(() => {
  if (hung || !existsSync(results) || Date.now() - statSync(results).mtimeMs < LINGERS_MS) return;
  hung = true;
  process.stdout.write(
    `Jest had its results and did not end within ${LINGERS_MS / 1000} s: a test left something open\n`,
  );
  child.kill('SIGKILL');
  child.stderr.destroy(); // what it started may hold the other end
}, 1_000);
const status = await ended;
clearInterval(watching);
if (leaked) process.stdout.write('a secret of this run stands in what was said\n');
// No test at all is a failure: a pattern that fits nothing, or a file that was moved.
const nothing = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 0 };
const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = existsSync(results)
  ? JSON.parse(readFileSync(results, 'utf8'))
  : nothing;
await broker?.stop();
await server?.release();
if (server !== null) rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
rmSync(folder, { recursive: true, force: true });
const none = numPassedTests + numFailedTests + numPendingTests + numRuntimeErrorTestSuites === 0 ? 1 : 0;
const failed = numFailedTests + numRuntimeErrorTestSuites + none + (leaked ? 1 : 0) + (hung ? 1 : 0);
process.stdout.write(
  `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}\n`,
);
process.exitCode = status === 0 && failed === 0 ? 0 : 1;
