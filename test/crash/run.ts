import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCHEMAS } from '@fengsui/cli';
import { connect, migrate, startEmbedded } from '@fengsui/database';
import { againstInput } from '../oracle/check.js';
import { oracleInput } from '../oracle/input.js';

/**
 * `npm run test:crash [-- --events N --seed N --break position]`: the process with all services is killed with
 * SIGKILL at random moments until its input is worked through; then everything it holds must equal a run without
 * kills, and an oracle that knows the input alone.
 */
const option = (name: string, preset: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? preset : (process.argv[at + 1] ?? preset);
};
const events = Number(option('events', '100000'));
const seed = Number(option('seed', '7'));
const broken = option('break', '');
/** A killed process worked this long at least and at most, milliseconds. */
const [LEAST_MS, MOST_MS] = [120, 1_600];
const MOST_KILLS = 400;

const worker = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker.js');
let state = seed;
const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;

/** Runs the worker once. @returns true when it came to its end, false when it was killed */
function run(url: string, killed: boolean, double: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [worker, url, String(events), String(seed), double], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', () => {
      if (killed) timer ??= setTimeout(() => child.kill('SIGKILL'), LEAST_MS + random() * (MOST_MS - LEAST_MS));
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`the worker ended with ${code}`));
    });
  });
}

async function prepared(server: string, name: string): Promise<string> {
  const admin = await connect(server, 'crash test', 1);
  await admin.query(`create database ${name}`);
  await admin.destroy();
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  await migrate(url, SCHEMAS);
  const db = await connect(url, 'crash test', 1);
  await db.query(
    `create table public.crash_progress (file int primary key); update schedule.clock set virtual_now = '2020-06-07T00:00:00Z'`,
  );
  await db.destroy();
  return url;
}

/** Everything that the services hold, without what says only how it came about (offsets, versions of rows). */
const STATE: Readonly<Record<string, string>> = {
  'intake.accepted': 'select event_id, content from intake.accepted order by 1',
  'log.record': 'select topic, key, body from log.record order by topic, key, body',
  'response.state': 'select * from response.state order by 1, 2',
  'response.stage': 'select * from response.stage order by 1',
  'wildfire.fire': 'select id, county, first_seen_at, last_seen_at, state, due_at from wildfire.fire order by 1',
  'wildfire.sign': 'select * from wildfire.sign order by event',
  'duty.call': 'select id, cause, state, steps_called, text from duty.call order by 1',
  'duty.delivery': 'select key, channel, state from duty.delivery order by 1',
  'reporting.subject': 'select kind, id, entries, content from reporting.subject order by 1, 2',
  'reporting.counter':
    'select indicator, day, region, sum(amount) from reporting.counter group by 1, 2, 3 having sum(amount) <> 0 order by 1, 2, 3',
  'reporting.distinct_key':
    'select indicator, day, key, region from reporting.distinct_key group by 1, 2, 3, 4 having sum(facts) <> 0 order by 1, 2, 3, 4',
  'schedule.job': 'select service, kind, key, due_at, payload from schedule.job order by 1, 2, 3',
};

async function held(url: string): Promise<Map<string, { rows: number; hash: string }>> {
  const db = await connect(url, 'crash test', 1);
  const found = new Map<string, { rows: number; hash: string }>();
  for (const [table, sql] of Object.entries(STATE)) {
    const rows = (await db.query(sql)) as object[];
    found.set(table, {
      rows: rows.length,
      hash: createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 12),
    });
  }
  await db.destroy();
  return found;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-crash-'));
const server = await startEmbedded(folder);
let failures = 0;
try {
  const input = oracleInput(events, seed);
  process.stdout.write(
    `${input.ids.size} events, seed ${seed}${broken === '' ? '' : `, broken on purpose: ${broken}`}\n`,
  );
  const calm = await prepared(server.url, 'calm');
  await run(calm, false, '');
  const stormy = await prepared(server.url, 'stormy');
  let kills = 0;
  while (!(await run(stormy, kills < MOST_KILLS, broken))) kills += 1;
  const [expected, found] = [await held(calm), await held(stormy)];
  for (const [table, { rows, hash }] of found) {
    const same = expected.get(table)?.hash === hash;
    if (!same) failures += 1;
    process.stdout.write(
      `${same ? 'same     ' : 'DIFFERENT'} ${table}: ${rows} rows${same ? '' : `, ${expected.get(table)?.rows} without kills`}\n`,
    );
  }
  const db = await connect(stormy, 'crash test', 1);
  const { lost, doubled, figures } = await againstInput(db, input);
  await db.destroy();
  failures += lost + doubled + figures.length;
  process.stdout.write([`killed ${kills} times`, `${lost} lost, ${doubled} doubled`, ...figures].join('\n') + '\n');
  process.stdout.write(failures === 0 ? 'the state equals a run without kills\n' : 'THE STATE IS WRONG\n');
} finally {
  await server.release();
  rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
