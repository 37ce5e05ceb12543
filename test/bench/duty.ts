import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { openStore, readPlans, startOneProcess, type Ports } from '@fengsui/cli';
import { addMinutes } from '@fengsui/contracts';
import { one, run } from '@fengsui/database';
import { readSettings, type Settings } from '@fengsui/settings';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const PLAN = path.join(ROOT, 'plans', 'qingyuan');
const MANY = 10_000;
const MASS = 1_300;
const TARGETS = 20;

/** A gateway and a mail server on this machine that note when each message came. */
class Receivers {
  readonly at = new Map<string, number>();
  posts = 0;
  delayMs = 0;
  /** Receivers whose posts are never answered, and those that are answered with 500. */
  hangs = '';
  fails = '';
  private readonly http: Server;
  private readonly smtp: SMTPServer;

  constructor() {
    this.http = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { key, person } = JSON.parse(body) as { key: string; person: string };
        this.posts += 1;
        this.at.set(key, performance.now());
        if (person === this.hangs) return;
        response.statusCode = person === this.fails ? 500 : 200;
        setTimeout(() => response.end('{}'), this.delayMs);
      });
    });
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          this.at.set(decodeURIComponent(/X-Fengsui-Key: (\S+)/i.exec(text)?.[1] ?? text), performance.now());
          done();
        });
      },
    });
  }

  async open(): Promise<Readonly<Record<string, string>>> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', () => resolve()));
    await new Promise<void>((resolve) => this.smtp.listen(0, '127.0.0.1', () => resolve()));
    return {
      WEBHOOK_URL: `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/calls`,
      MAIL_SMTP_URL: `smtp://127.0.0.1:${(this.smtp.server.address() as AddressInfo).port}`,
      MAIL_FROM: 'duty@example.invalid',
    };
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
    await new Promise<void>((resolve) => this.smtp.close(() => resolve()));
  }
}

/**
 * `npm run bench -- duty`: calls and messages as they are installed, all services in one process on the embedded
 * database, against a gateway and a mail server on this machine.
 */
export async function benchDuty(say: (row: string) => void, only: readonly string[] = []): Promise<void> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-duty-'));
  const receivers = new Receivers();
  const settings: Settings = {
    ...readSettings({ LOG_LEVEL: 'error', FENGSUI_HTTP_PORT: '0', ...(await receivers.open()) }),
    FENGSUI_HOME: home,
  };
  const store = await openStore(settings);
  const running = await startOneProcess(store.url, settings, readPlans(PLAN), { services: true, http: false });
  // Failures that are made here on purpose are no news.
  const stderr = process.stderr.write.bind(process.stderr);
  process.stderr.write = (() => true) as typeof process.stderr.write;
  try {
    say(`| calls and messages | asked | here |`);
    say('|---|--:|--:|');
    const bench = new DutyBench(running.ports, receivers, say);
    const parts: Readonly<Record<string, () => Promise<void>>> = {
      gateway: () => bench.mass('webhook', 200),
      mail: () => bench.mass('mail', 0),
      sends: () => bench.sends(),
      urgent: () => bench.urgent(),
      hanging: () => bench.hanging(),
      failing: () => bench.failing(),
      ticking: () => bench.ticking(),
      'at-once': () => bench.atOnce(),
    };
    for (const [name, part] of Object.entries(parts)) if (only.length === 0 || only.includes(name)) await part();
  } finally {
    process.stderr.write = stderr;
    await running.stop();
    await store.release();
    await receivers.close();
    rmSync(home, { recursive: true, force: true });
  }
}

class DutyBench {
  constructor(
    private readonly ports: Ports,
    private readonly receivers: Receivers,
    private readonly say: (row: string) => void,
  ) {}

  private row(what: string, asked: string, here: string): void {
    this.say(`| ${what} | ${asked} | ${here} |`);
  }

  /** Messages of one call, to so many people, written and asked for in one transaction. */
  private async messages(
    name: string,
    count: number,
    { channel, urgent = true }: Readonly<{ channel: string; urgent?: boolean }>,
    personOf: (n: string) => string = (n) => `'p' || ${n}`,
  ): Promise<number> {
    const { db } = this.ports;
    const to = channel === 'mail' ? `'chen'` : personOf('n');
    await db.transaction(async (tx) => {
      await run(
        tx,
        `insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, reason, events)
         values ($1, 'fire', $1, $2, '【演示】', '演示', '{}', 'ringing', now(), 1, now() + interval '1 hour', 'bench', '{}')`,
        [name, urgent],
      );
      await run(
        tx,
        `insert into duty.delivery (key, call, step, person, channel, state, created_at)
         select $1 || '/' || n, $1, 1, ${to}, $3, 'queued', now() from generate_series(1, $2::int) n`,
        [name, count, channel],
      );
      await run(
        tx,
        `insert into schedule.job (service, kind, key, due_at, payload)
         select $2, 'deliver', key, now(), jsonb_build_object('lane', key) from duty.delivery where call = $1`,
        [name, `duty/${channel}${urgent ? '-urgent' : ''}`],
      );
      await run(tx, `select pg_notify('schedule', '')`);
    });
    return performance.now();
  }

  private async settled(name: string, states: readonly string[] = ['accepted']): Promise<void> {
    const left = async (): Promise<number> =>
      (
        await one<{ n: number }>(
          this.ports.db,
          'select count(*)::int as n from duty.delivery where call = $1 and not state = any($2)',
          [name, states],
        )
      )?.n ?? 0;
    while ((await left()) > 0) await sleep(100);
    await run(this.ports.db, `update duty.call set state = 'closed' where id = $1`, [name]);
  }

  async mass(channel: 'webhook' | 'mail', delayMs: number): Promise<void> {
    this.receivers.delayMs = delayMs;
    const begun = await this.messages(`mass-${channel}`, MASS, { channel });
    await this.settled(`mass-${channel}`);
    const seconds = (performance.now() - begun) / 1_000;
    const words = channel === 'mail' ? 'by mail to a local server' : `by a gateway that answers in ${delayMs} ms`;
    this.row(`${MASS.toLocaleString('en')} messages ${words}, all taken, s`, '≤ 10', seconds.toFixed(2));
    this.receivers.delayMs = 0;
  }

  async sends(): Promise<void> {
    const count = 5_000;
    const begun = await this.messages('sends', count, { channel: 'webhook' });
    await this.settled('sends');
    const rate = count / ((performance.now() - begun) / 1_000);
    this.row('durable sends a second', '≥ 1,000', Math.round(rate).toLocaleString('en'));
  }

  async urgent(): Promise<void> {
    this.receivers.delayMs = 20;
    await this.messages('low', MANY, { channel: 'webhook', urgent: false });
    await sleep(500);
    const begun = await this.messages('urgent', 1, { channel: 'webhook' });
    while (!this.receivers.at.has('urgent/1')) await sleep(1);
    const seconds = ((this.receivers.at.get('urgent/1') ?? 0) - begun) / 1_000;
    this.row(`an urgent one behind ${MANY.toLocaleString('en')} low ones, s`, '≤ 1', seconds.toFixed(2));
    this.receivers.delayMs = 0;
    await run(this.ports.db, `update duty.call set state = 'closed' where id = 'low'`);
    await this.settled('low', ['accepted', 'withdrawn']);
    await this.settled('urgent');
  }

  async hanging(): Promise<void> {
    this.receivers.hangs = 'p7';
    const begun = await this.messages('hang', TARGETS, { channel: 'webhook' });
    const others = Array.from({ length: TARGETS }, (_, n) => n + 1).filter((n) => n !== 7);
    while (others.some((n) => !this.receivers.at.has(`hang/${n}`))) await sleep(1);
    const last = Math.max(...others.map((n) => this.receivers.at.get(`hang/${n}`) ?? 0));
    this.row(`one of ${TARGETS} receivers hangs: the others, s`, '≤ 1', ((last - begun) / 1_000).toFixed(2));
    this.receivers.hangs = '';
    await run(this.ports.db, `update duty.call set state = 'closed' where id = 'hang'`);
    await this.settled('hang', ['accepted', 'withdrawn', 'failed']);
  }

  async failing(): Promise<void> {
    this.receivers.fails = 'p1';
    const before = this.receivers.posts;
    await this.messages('fails', 1, { channel: 'webhook' });
    await sleep(2_000);
    const tries = await one<{ n: number }>(
      this.ports.db,
      `select count(*)::int as n from duty.attempt where delivery = 'fails/1'`,
    );
    const posts = (this.receivers.posts - before) / Math.max(1, tries?.n ?? 0);
    this.row('posts a failed try', '1', String(posts));
    this.receivers.fails = '';
    await run(this.ports.db, `update duty.call set state = 'closed' where id = 'fails'`);
  }

  /** Ten thousand open calls, of which 167 have their step every second: how late each comes. */
  async ticking(): Promise<void> {
    const seconds = 20;
    const perSecond = 167;
    const { db, clock } = this.ports;
    const first = addMinutes(await clock.now(), 5 / 60);
    await calls(
      db,
      'tick',
      MANY,
      `$2::timestamptz + make_interval(secs => case when n <= ${seconds * perSecond} then n / ${perSecond}.0 else 3600 end)`,
      first,
    );
    await sleep((seconds + 12) * 1_000);
    const late = await one<{ p99: number; n: number }>(
      db,
      `select percentile_cont(0.99) within group (order by extract(epoch from last_called_at - ($1::timestamptz + make_interval(secs => substr(id, 6)::int / ${perSecond}.0))) * 1000)::float8 as p99,
              count(*)::int as n from duty.call where id like 'tick/%' and steps_called = 2`,
      [first],
    );
    this.row(
      `steps late with ${MANY.toLocaleString('en')} open at ${perSecond} a second, p99, ms (${late?.n.toLocaleString('en')} steps)`,
      '≤ 100',
      (late?.p99 ?? Infinity).toFixed(0),
    );
    await run(db, `delete from schedule.job where service like 'duty%'`);
    await run(db, `update duty.call set state = 'closed' where state = 'ringing'`);
  }

  /** Ten thousand calls whose step falls due in one instant: until the last one is rung. */
  async atOnce(): Promise<void> {
    const { db, clock } = this.ports;
    const due = addMinutes(await clock.now(), 8 / 60);
    await calls(db, 'once', MANY, '$2::timestamptz', due);
    const delay = monitorEventLoopDelay({ resolution: 10 });
    // Whoever watches must not be what is measured: counting ten thousand rows again and again took half a second.
    const left = () =>
      one(db, `select 1 from schedule.job where service = 'duty' and kind = 'climb' and due_at <= $1 limit 1`, [due]);
    delay.enable();
    while ((await left()) !== null) await sleep(20);
    delay.disable();
    const last = await one<{ seconds: number }>(
      db,
      `select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 as seconds`,
      [due],
    );
    const rung = await one<{ n: number }>(
      db,
      `select count(*)::int as n from duty.call where id like 'once/%' and steps_called = 2`,
    );
    if (rung?.n !== MANY) throw new Error(`${rung?.n} of ${MANY} were rung`);
    this.row(
      `${MANY.toLocaleString('en')} due in one instant, until the last is rung, s`,
      '≤ 2',
      `${(last?.seconds ?? Infinity).toFixed(2)} (longest stall ${Math.round(delay.max / 1e6)} ms)`,
    );
  }
}

/** Open calls that were rung once, and when the next step of each is due. */
async function calls(db: Ports['db'], name: string, count: number, dueAt: string, from: string): Promise<void> {
  await db.transaction(async (tx) => {
    await run(
      tx,
      `insert into duty.call (id, cause, about, urgent, subject, text, causes, state, started_at, steps_called, due_at, reason, events)
       select $1 || '/' || n, 'proposal', $1 || n, true, '【演示】', '演示', '{}', 'ringing', $2::timestamptz, 1, ${dueAt}, 'bench', '{}'
       from generate_series(1, $3::int) n`,
      [name, from, count],
    );
    await run(
      tx,
      `insert into schedule.job (service, kind, key, due_at, payload)
       select 'duty', 'climb', id, due_at, '{}' from duty.call where id like $1 || '/%'`,
      [name],
    );
  });
}
