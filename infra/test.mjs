/**
 * `npm test`: the target `test` of every project, by Nx; `npm test -- pattern`: the tests whose path fits, at once. Says the count on the
 * last line. `npm run test:kafka` (`--kafka`) runs the suite that needs an Apache Kafka instead, `npm run test:browser` (`--browser`) the one in a
 * real Chromium, and fails where none can be had.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { missing } from './kafka/broker.mjs';
import { nx } from './nx.mjs';
import { ROOT, setUp } from './setup.mjs';

const COUNT = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

setUp();
const words = process.argv.slice(2);
const kafka = words.includes('--kafka');
const why = missing();
if (kafka && why !== null) {
  process.stderr.write(`The Kafka suite cannot run here. ${why}\n`);
  process.exit(1);
}
if (words.includes('--browser') && browserMissing() !== null) {
  process.stderr.write(`The browser suite cannot run here. ${browserMissing()}\n`);
  process.exit(1);
}
process.exitCode = words.length > 0 ? atOnce() : await everyProject();

/** Why no browser can be had here, or null. */
function browserMissing() {
  const program = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  return existsSync(program)
    ? null
    : `Chromium is needed (Debian package chromium), or CHROMIUM naming its program; ${program} is not there`;
}

function atOnce() {
  const run = spawnSync(process.execPath, [path.join(ROOT, 'infra/jest.mjs'), ...words], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  return run.status ?? 1; // null: a signal ended it
}

async function everyProject() {
  const sum = [0, 0, 0];
  const status = await nx(['run-many', '-t', 'test', '--output-style=static'], (line) => {
    const counts = COUNT.exec(line.trim());
    if (counts === null) process.stdout.write(`${line}\n`);
    else sum.forEach((_, index) => (sum[index] += Number(counts[index + 1] ?? 0)));
  });
  const [passed, failed, skipped] = sum;
  process.stdout.write(
    `left out: the suite on a real Apache Kafka, which is \`npm run test:kafka\`${why === null ? '' : `; it cannot run here. ${why}`}, ` +
      'and the one in a real browser, which is `npm run test:browser`\n',
  );
  // A target that fell over before it could count is a failure, too.
  const fallen = status === 0 || failed > 0 ? 0 : 1;
  process.stdout.write(`${passed} passed, ${failed + fallen} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return status === 0 ? 0 : 1;
}
