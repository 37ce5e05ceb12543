import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const USAGE = 'npm run bench:pairs -- COMMIT [--pairs N] [words of npm run bench]\n';
/** `log, 500 a batch: 26,995 / 27,392 / 28,938 events/s …` or `…: 7,680 rows a second …` */
const RATE = /^(.+?): ([\d,]+)(?: \/ ([\d,]+) \/ [\d,]+)? (?:events\/s|(?:rows )?a second)/;
const PROCESSOR = /([\d.]+) µs of its processor an event/;

/**
 * `npm run bench:pairs -- COMMIT [--pairs 7] log`: runs the bench of COMMIT, in a working folder of its own, and the
 * bench of this folder in turn, so that a machine whose speed drifts is as kind to the one as to the other. Prints for
 * each rate the two medians, and of the ratios (this folder / COMMIT) pair by pair the median, the least and the most.
 */
const words = process.argv.slice(2);
const commit = words.shift();
if (commit === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const at = words.indexOf('--pairs');
const pairs = at === -1 ? 7 : Number(words.splice(at, 2)[1]);

const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-pairs-'));
const other = path.join(folder, 'before');
must('git', ['worktree', 'add', '--detach', '--quiet', other, commit], ROOT);
try {
  must(process.execPath, ['infra/setup.mjs'], other);
  must(process.execPath, ['infra/setup.mjs'], ROOT);
  if (words[0] === 'kafka') {
    // One broker, one server, one set of messages for both: what differs is the programs alone.
    const report = must(
      process.execPath,
      ['test/dist/bench/run.js', ...words, '--against', other, '--pairs', String(pairs)],
      ROOT,
    );
    process.stdout.write(`${machine()}${report}`);
  } else {
    parted();
  }
} finally {
  must('git', ['worktree', 'remove', '--force', other], ROOT);
  rmSync(folder, { recursive: true, force: true });
}

/** Each run by itself, in turn. */
function parted(): void {
  const before: Map<string, number>[] = [];
  const after: Map<string, number>[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const both = [() => before.push(bench(other)), () => after.push(bench(ROOT))];
    // Whoever comes second finds the caches warm: they take turns.
    for (const one of pair % 2 === 0 ? both : both.reverse()) one();
    process.stderr.write(`pair ${pair + 1} of ${pairs}\n`);
  }
  process.stdout.write(
    machine() + '| what | before | after | after / before: median (least to most) |\n|---|--:|--:|--:|\n',
  );
  for (const label of before[0]?.keys() ?? []) {
    const [old, now] = [before, after].map((runs) => runs.map((run) => run.get(label) ?? Number.NaN));
    if (old === undefined || now === undefined) continue;
    const ratios = now.map((value, index) => value / (old[index] ?? Number.NaN)).sort((a, b) => a - b);
    process.stdout.write(
      `| ${label} | ${shown(median(old))} | ${shown(median(now))} | ${median(ratios).toFixed(2)} ` +
        `(${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}) |\n`,
    );
  }
}

function machine(): string {
  return `${pairs} pairs, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, Node.js ${process.versions.node}\n`;
}

/** The rates that one run printed, and the processor's time an event where it says so. */
function bench(cwd: string): Map<string, number> {
  const text = must(process.execPath, ['test/dist/bench/run.js', ...words], cwd);
  const figures = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, label, first, middle] = RATE.exec(line) ?? [];
    if (label === undefined || first === undefined) continue;
    figures.set(label.trim(), Number((middle ?? first).replaceAll(',', '')));
    const [, cost] = PROCESSOR.exec(line) ?? [];
    if (cost !== undefined) figures.set(`${label.trim()}, µs of processor an event`, Number(cost));
  }
  return figures;
}

function must(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd} ended with ${status}`);
  return stdout;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 });
}
