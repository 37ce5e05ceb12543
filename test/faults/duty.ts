import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SCHEMAS, startProcess } from '@fengsui/cli';
import { connect, migrate, startEmbedded } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { Proxy } from './proxy.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '..', '..', '..');
const PEOPLE = ['chen', 'li', 'huang', 'zhou', 'wu', 'zheng', 'liang', 'desk'];
/** Steps of each call, before nobody has answered it. */
const STEPS = 3;
const STEP_MINUTES = 0.1;
const HOUR_MS = 3_600_000;
/** No end of it after so long is one of the failures. */
const MOST_MS = 900_000;

type Post = Readonly<{ key: string; atMs: number }>;

/** A gateway that takes every post, and where the auditor rings. */
class Gateway {
  readonly posts: Post[] = [];
  readonly alarms: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const said = JSON.parse(body) as { key?: string; subject?: string };
      if (request.url === '/alarm') this.alarms.push(said.subject ?? '');
      else this.posts.push({ key: said.key ?? '', atMs: performance.now() });
      response.end('{}');
    });
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', () => resolve()));
  }

  url(at: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${at}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

export type DutyOutcome = Readonly<{
  lost: number;
  doubled: number;
  kills: number;
  /** From a process that is up to its first message, milliseconds. */ recoveries: readonly number[];
  seconds: number;
  notes: readonly string[];
}>;

/**
 * So many calls climb while the service is killed, its clock jumps by an hour and back, and the database is away; then
 * what was sent is held against what the calls say. At the end the engine is stopped, and the auditor must ring.
 */
export async function dutyFaults(
  { calls, kills, awaySeconds }: Readonly<{ calls: number; kills: number; awaySeconds: number }>,
  random: () => number,
): Promise<DutyOutcome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-duty-faults-'));
  const gateway = new Gateway();
  await gateway.open();
  const server = await startEmbedded(folder);
  const network = await Proxy.to(Number(new URL(server.url).port));
  const direct = Object.assign(new URL(server.url), { pathname: '/duty_faults' }).toString();
  const admin = await connect(server.url, 'faults', 1);
  await admin.query('create database duty_faults');
  await admin.destroy();
  await migrate(direct, SCHEMAS);
  const db = await connect(direct, 'faults', 2);
  const clock = path.join(folder, 'clock');
  writeFileSync(clock, '0');
  const environment = {
    DATABASE_URL: Object.assign(new URL(direct), { port: String(network.port) }).toString(),
    FENGSUI_HOME: folder,
    FENGSUI_PLAN: path.join(ROOT, 'plans', 'qingyuan'),
    FENGSUI_HTTP_PORT: '0',
    LOG_LEVEL: 'info',
    WEBHOOK_URL: gateway.url('/calls'),
    AUDITOR_URL: gateway.url('/alarm'),
    FAULTS_CLOCK: clock,
    NODE_OPTIONS: `--import=file://${path.join(HERE, 'shifted-time.js')}`,
  };
  const begun = performance.now();
  let child: ChildProcess | null = null;
  const recoveries: number[] = [];
  const start = async (): Promise<void> => {
    child = await untilItRuns(async () => (await startProcess('duty', environment, undefined, () => undefined)).child);
    const upAt = performance.now();
    const before = gateway.posts.length;
    while (gateway.posts.length === before && performance.now() - upAt < 10_000 && !(await over(db))) await sleep(5);
    const first = gateway.posts[before];
    if (first !== undefined) recoveries.push(first.atMs - upAt);
  };
  const notes: string[] = [];
  try {
    await begin(db, calls);
    await start();
    for (let n = 0; n < kills; n += 1) {
      await sleep(1_000 + random() * 3_000);
      if (await over(db)) notes.push(`all was over before kill ${n + 1} of ${kills}`);
      child = await killed(child);
      // Between two lives the machine's clock is set an hour ahead, and back: half of the lives run with a wrong one.
      writeFileSync(clock, String(n % 2 === 0 ? HOUR_MS : 0));
      await start();
      if (n === Math.floor(kills / 2)) {
        network.cut('silence');
        await sleep(awaySeconds * 1_000);
        network.heal();
      }
    }
    writeFileSync(clock, '0');
    child = await killed(child);
    await start();
    const stalled = await toTheEnd(db, begun);
    if (stalled !== null) notes.push(stalled);
    const judged = await judge(db, gateway.posts, calls);
    const alarm = await auditorRings(db, child, environment, gateway);
    const seconds = (performance.now() - begun) / 1_000;
    return { ...judged, kills, recoveries, seconds, notes: [...notes, ...judged.notes, alarm] };
  } finally {
    child = await killed(child);
    await db.destroy();
    await network.close();
    await server.release();
    await gateway.close();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls that fall due over half a minute, each to one person a step. */
async function begin(db: DataSource, calls: number): Promise<void> {
  const steps = (n: number) =>
    Array.from({ length: STEPS }, (_, step) => ({
      to: [{ person: PEOPLE[(n + step) % PEOPLE.length] }],
      needed: 'any',
      answerWithinMinutes: STEP_MINUTES,
      channels: ['webhook'],
      inTurn: false,
    }));
  const unanswered = { everyMinutes: 600, to: [{ person: 'desk' }], authorities: [], channels: ['webhook'] };
  const policies = PEOPLE.map((_, n) => ({
    name: 'faults',
    promiseMinutes: null,
    chain: { steps: steps(n), rounds: 1, unanswered },
  }));
  await db.query(
    `with made as (
       insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, policy, reason, events)
       select 'call/' || n, 'proposal', 'call/' || n, true, '【演示】', '演示', '{}', 'ringing', now(), 0,
              now() + make_interval(secs => 30.0 * n / $1), ($2::jsonb)->(n % $3::int), 'faults', '{}'
       from generate_series(1, $1::int) n returning id, due_at)
     insert into schedule.job (service, kind, key, due_at, payload) select 'duty', 'climb', id, due_at, '{}' from made`,
    [calls, JSON.stringify(policies), PEOPLE.length],
  );
}

/** Whether every call has rung its whole chain, and nothing waits to be sent. */
async function over(db: DataSource): Promise<boolean> {
  const [row] = (await db.query(
    `select (select count(*) from duty.call where cause = 'proposal' and state <> 'unanswered')
          + (select count(*) from duty.delivery where state in ('queued', 'attempt')) as n`,
  )) as { n: string }[];
  return Number(row?.n) === 0;
}

async function toTheEnd(db: DataSource, begun: number): Promise<string | null> {
  while (!(await over(db))) {
    if (performance.now() - begun > MOST_MS) return 'STALLED: some calls never came to their end';
    await sleep(200);
  }
  return null;
}

async function judge(
  db: DataSource,
  posts: readonly Post[],
  calls: number,
): Promise<Readonly<{ lost: number; doubled: number; notes: readonly string[] }>> {
  const found = (await db.query(
    `select d.key, d.state, (select count(*)::int from duty.attempt a where a.delivery = d.key and a.outcome = 'in-doubt') as doubts
     from duty.delivery d join duty.call c on c.id = d.call where c.cause = 'proposal' and d.channel = 'webhook'`,
  )) as { key: string; state: string; doubts: number }[];
  const times = new Map<string, number>();
  for (const { key } of posts) times.set(key, (times.get(key) ?? 0) + 1);
  // One message a step, and one for the desk at the end.
  const wanted = calls * (STEPS + 1);
  const unsent = found.filter(({ key }) => !times.has(key)).length;
  const lost = wanted - found.length + unsent;
  const doubled = found.filter(({ key, doubts }) => (times.get(key) ?? 0) > 1 + doubts).length;
  const repeated = found.filter(({ key }) => (times.get(key) ?? 0) > 1).length;
  const failed = found.filter(({ state }) => state === 'failed').length;
  return {
    lost,
    doubled,
    notes: [`${found.length} messages, ${repeated} of them repeated because nobody knew, ${failed} given up`],
  };
}

/** The engine stands: the auditor, a process of its own, must ring by its own way, and say when it goes on. */
async function auditorRings(
  db: DataSource,
  engine: ChildProcess | null,
  environment: Readonly<Record<string, string>>,
  gateway: Gateway,
): Promise<string> {
  const program = path.join(ROOT, 'services', 'duty', 'dist', 'auditor-main.js');
  const auditor = spawn(process.execPath, [program], {
    env: { ...process.env, ...environment, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  try {
    engine?.kill('SIGSTOP');
    await db.query(
      `with made as (
         insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, reason, events)
         values ('stuck', 'response', 'stuck', true, '【演示】', '演示', '{}', 'ringing', now(), 0, now(), 'faults', '{}') returning id, due_at)
       insert into schedule.job (service, kind, key, due_at, payload) select 'duty', 'climb', id, due_at, '{}' from made`,
    );
    const since = performance.now();
    const heard = async (subject: string): Promise<boolean> => {
      for (let n = 0; n < 900 && !gateway.alarms.includes(subject); n += 1) await sleep(100);
      return gateway.alarms.includes(subject);
    };
    const rang = await heard('【值班呼叫停摆】');
    const after = Math.round((performance.now() - since) / 1_000);
    engine?.kill('SIGCONT');
    const recovered = await heard('【值班呼叫已恢复】');
    return rang && recovered
      ? `the auditor rang ${after} s after the engine stood, and said when it went on`
      : 'the auditor must be heard when the engine stands, and when it goes on';
  } finally {
    auditor.kill('SIGKILL');
  }
}

async function killed(child: ChildProcess | null): Promise<null> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return null;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await gone;
  return null;
}

/** The database may be away while it starts: whatever looks after it in an installation starts it again. */
async function untilItRuns(begin: () => Promise<ChildProcess>): Promise<ChildProcess> {
  for (let tries = 1; ; tries += 1)
    try {
      return await begin();
    } catch (error) {
      if (tries === 30) throw error;
      await sleep(500);
    }
}
