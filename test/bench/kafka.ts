import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SCHEMAS, startProcess, stopProcess } from '@fengsui/cli';
import { checkEvent, type DomainEvent } from '@fengsui/contracts';
import { connect, migrate, startEmbedded } from '@fengsui/database';
import { ensureTopics, kafkaOf, makeTopics, partitionOf, Publisher } from '@fengsui/log';
import { readSettings } from '@fengsui/settings';
import type { Kafka } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { startBrokers } from '../brokers.js';
import { hotspot, incident, reading, warning } from './events.js';
import { topOfProfile } from './profile.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '..', '..', '..');
const STREAMS = path.join(ROOT, 'test', 'bench', 'streams');
const PARTITIONS = 4;
const MESSAGES_A_SEND = 500;
/** Events a message, and how many in all. */
const WHOLE_WAY = [
  [200, 100_000],
  [1, 50_000],
] as const;
const LATENCY_SECONDS = 15;
/** The first seconds warm the process up and are not counted. */
const WARM_SECONDS = 4;
/** A round of sends: one a partition. */
const TICK_MS = 20;
/** A group that was joined by another has found its peace after this long. */
const SETTLE_MS = 4_000;

type Kind = Readonly<{
  name: string;
  service: string;
  events: number;
  make: (n: number) => DomainEvent;
  topic: string;
  width: 'narrow' | 'bodies';
}>;
const KINDS: readonly Kind[] = [
  {
    name: 'readings',
    service: 'response',
    events: 200_000,
    make: reading,
    topic: 'observed.readings',
    width: 'narrow',
  },
  {
    name: 'hotspots',
    service: 'wildfire',
    events: 200_000,
    make: hotspot,
    topic: 'observed.hotspots',
    width: 'narrow',
  },
  { name: 'warnings', service: 'response', events: 20_000, make: warning, topic: 'observed.warnings', width: 'bodies' },
  {
    name: 'incidents',
    service: 'reporting',
    events: 50_000,
    make: incident,
    topic: 'observed.incidents',
    width: 'bodies',
  },
];

/** The programs of a commit, as its folder has them built. */
type Programs = Readonly<{
  root: string;
  SCHEMAS: typeof SCHEMAS;
  startProcess: typeof startProcess;
  migrate: typeof migrate;
}>;
const THESE: Programs = { root: ROOT, SCHEMAS, startProcess, migrate };

/**
 * The programs of this folder and those of another in turn, on one broker, one database server and the same messages,
 * so that nothing parts them but the programs. Prints of each pair's ratio (this folder / the other) the median, the
 * quarter and three quarters, and the bounds in which the median of such pairs lies with 95 % (by order statistics).
 */
export async function benchKafkaPairs(
  say: (row: string) => void,
  only: readonly string[],
  other: string,
  pairs: number,
): Promise<void> {
  const those = await programsOf(other);
  const bench = await Bench.start();
  try {
    say('| what | before | after | after / before: median (quarter to three quarters) | median with 95 % |');
    say('|---|--:|--:|--:|--:|');
    for (const kind of KINDS.filter(({ name }) => only.length === 0 || only.includes(name))) {
      await bench.fill(kind);
      for (const programs of [those, THESE]) await bench.consume(kind, 1, programs); // both once, to warm the caches
      const [before, after]: Consumed[][] = [[], []];
      for (let pair = 0; pair < pairs; pair += 1) {
        const both = [
          async () => before?.push(await bench.consume(kind, 1, those)),
          async () => after?.push(await bench.consume(kind, 1, THESE)),
        ];
        for (const one of pair % 2 === 0 ? both : both.reverse()) await one();
        process.stderr.write(`${kind.name}: pair ${pair + 1} of ${pairs}\n`);
      }
      say(pairRow(`${kind.name} → ${kind.service}, events/s`, before, after, ({ rate }) => rate));
      say(pairRow('its processor an event, µs', before, after, ({ cpu }) => cpu * 1e6));
    }
  } finally {
    await bench.stop();
  }
}

async function programsOf(root: string): Promise<Programs> {
  const load = async (folder: string): Promise<Record<string, unknown>> =>
    (await import(path.join(root, ...folder.split('/'), 'dist', 'index.js'))) as Record<string, unknown>;
  const [cli, database] = [await load('services/fengsui'), await load('libs/database')];
  return { root, ...cli, ...database } as unknown as Programs;
}

function pairRow(
  what: string,
  before: readonly Consumed[] = [],
  after: readonly Consumed[] = [],
  of: (one: Consumed) => number,
): string {
  const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const at = (values: readonly number[], share: number): number =>
    sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
  const ratios = after.map((one, index) => of(one) / of(before[index] as Consumed));
  // The median of n lies between the (n − 1.96 √n) / 2-th and its mirror image, sorted, with about 95 %.
  const least = Math.max(0, Math.floor((ratios.length - 1.96 * Math.sqrt(ratios.length)) / 2));
  const [low, high] = [sorted(ratios)[least], sorted(ratios)[ratios.length - 1 - least]].map((n) => n?.toFixed(2));
  const shown = (values: readonly Consumed[]): string => Math.round(at(values.map(of), 0.5)).toLocaleString('en');
  return (
    `| ${what} | ${shown(before)} | ${shown(after)} | ${at(ratios, 0.5).toFixed(3)} ` +
    `(${at(ratios, 0.25).toFixed(2)} to ${at(ratios, 0.75).toFixed(2)}) | ${low} to ${high} |`
  );
}

type Consumed = Readonly<{ rate: number; memory: number; cpu: number }>;

/**
 * The services' own programs over a real Apache Kafka and PostgreSQL on this machine, beside what is the least and
 * what others do.
 */
export async function benchKafka(say: (row: string) => void, only: readonly string[]): Promise<void> {
  const asked = (part: string): boolean => only.length === 0 || only.includes(part);
  const bench = await Bench.start();
  try {
    for (const kind of KINDS.filter(({ name }) => asked(name))) {
      await bench.fill(kind);
      const bare = await bench.barePipe(kind, kind.width);
      say(
        `${kind.name}: bare pipe, eachBatch into one unnest insert${kind.width === 'bodies' ? ' with bodies' : ''}: ${perSecond(bare)}`,
      );
      for (const processes of [1, 2]) {
        const { rate, memory, cpu } = await bench.consume(kind, processes);
        say(
          `${kind.name}: service ${kind.service}, ${processes} process${processes === 1 ? '' : 'es'}: ${perSecond(rate)}, ${(rate / bare).toFixed(2)} of the bare pipe, ${memory} MB resident, ${(cpu * 1e6).toFixed(0)} µs of its processor an event`,
        );
      }
      if (kind.name === 'readings' || kind.name === 'incidents')
        say(`${kind.name}: Kafka Streams 4.1.1, exactly_once_v2, 2 threads: ${await bench.streams(kind)}`);
    }
    for (const rate of asked('latency') ? [1_000, 5_000, 10_000] : [])
      say(`readings at ${rate.toLocaleString('en')} a second, produced to committed: ${await bench.latency(rate)}`);
    for (const [each, events] of asked('whole') ? WHOLE_WAY : [])
      say(
        `feed.readings to response, ${each === 1 ? 'one event' : `${each} events`} a message: ${await bench.wholeWay(events, each)}`,
      );
    if (asked('profiles')) await bench.profiles(KINDS.slice(0, 2));
  } finally {
    await bench.stop();
  }
}

const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')} events/s`;

class Bench {
  private databases = 0;

  private constructor(
    private readonly folder: string,
    private readonly server: Awaited<ReturnType<typeof startEmbedded>>,
    private readonly broker: Awaited<ReturnType<typeof startBrokers>>,
    private readonly kafka: Kafka,
  ) {}

  static async start(): Promise<Bench> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-bench-'));
    const server = await startEmbedded(folder);
    const broker = await startBrokers({});
    const kafka = kafkaOf(readSettings({ KAFKA_BROKERS: broker.brokers.join(',') }), 'bench', () => undefined);
    const admin = kafka.admin();
    await admin.connect();
    await ensureTopics(admin, 1);
    await admin.disconnect();
    return new Bench(folder, server, broker, kafka);
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    await this.server.release();
    rmSync(path.dirname(this.server.dataFolder), { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts a kind's events into its topic, as a relay would. */
  async fill({ events, make, topic }: Kind): Promise<void> {
    const publisher = new Publisher(this.kafka);
    await publisher.connect();
    const lanes = new Map<number, { key: string; value: string; headers: Record<string, string> }[]>();
    const first = make(0);
    const checked = checkEvent(first.type, first);
    if (!checked.ok)
      throw new Error(`the bench makes events that break their contract: ${JSON.stringify(checked.refusals)}`);
    for (let n = 0; n < events; n += 1) {
      const event = make(n);
      const partition = partitionOf(event.key, PARTITIONS);
      const lane = lanes.get(partition) ?? lanes.set(partition, []).get(partition) ?? [];
      lane.push({ key: event.key, value: JSON.stringify(event), headers: { 'fengsui-from': `bench/${n}` } });
      if (lane.length === MESSAGES_A_SEND) await publisher.publish(topic, partition, lane.splice(0));
    }
    for (const [partition, lane] of lanes) if (lane.length > 0) await publisher.publish(topic, partition, lane);
    await publisher.disconnect();
  }

  async barePipe({ topic, events }: Kind, width: string): Promise<number> {
    const { url } = await this.fresh();
    const { stdout, stderr } = await output(
      process.execPath,
      [path.join(HERE, 'bare-pipe.js'), topic, String(events), width],
      this.environment(url, 'bare'),
    );
    if (stdout === '') throw new Error(`the bare pipe failed: ${stderr}`);
    return events / Number(stdout);
  }

  /**
   * From the moment when every process has joined and may begin, to the last commit, by the positions in the
   * database.
   */
  async consume(kind: Kind, processes: number, programs = THESE): Promise<Consumed> {
    const { db, url } = await this.fresh(programs);
    // Nobody gets past its position before all are there: who holds the rows opens the gate.
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      await db.query('insert into log.position (consumer, topic, partition) values ($1, $2, $3)', [
        kind.service,
        `kafka/${kind.topic}`,
        partition,
      ]);
    const gate = db.createQueryRunner();
    await gate.startTransaction();
    await gate.query('select 1 from log.position for update');
    const children = await Promise.all(
      Array.from(
        { length: processes },
        async (_, index) =>
          (await programs.startProcess(kind.service, this.environment(url, `bench-${index}`, programs.root))).child,
      ),
    );
    await sleep(SETTLE_MS);
    const before = children.map(usedBy);
    const begun = process.hrtime.bigint();
    await gate.commitTransaction();
    await gate.release();
    while ((await positionOf(db, kind.service, kind.topic)) < kind.events) await sleep(5);
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    const used = children.map(usedBy);
    await Promise.all(children.map((child) => stopProcess(child)));
    await db.destroy();
    return {
      rate: kind.events / seconds,
      memory: Math.max(...used.map(({ memory }) => memory)),
      cpu: used.reduce((sum, { cpu }, index) => sum + cpu - (before[index]?.cpu ?? 0), 0) / kind.events,
    };
  }

  async streams({ name: kindName, topic, events, width }: Kind): Promise<string> {
    const built = await output(
      'mvn',
      [
        '-q',
        '-B',
        '-DskipTests',
        '-f',
        path.join(STREAMS, 'pom.xml'),
        'package',
        'dependency:copy-dependencies',
        `-DoutputDirectory=${STREAMS}/target/libs`,
      ],
      process.env,
    );
    if (built.code !== 0) return `left out, Maven could not build it: ${built.stdout.slice(0, 300)}`;
    const admin = this.kafka.admin();
    await admin.connect();
    const application = `streams-${kindName}-${process.pid}`;
    await makeTopics(admin, [{ topic: `${application}-out`, numPartitions: PARTITIONS, replicationFactor: 1 }]);
    const classPath = [
      path.join(STREAMS, 'target', 'streams-bench-1.jar'),
      path.join(STREAMS, 'target', 'libs', '*'),
    ].join(':');
    const child = spawn(
      'java',
      [
        '-Xmx1g',
        '-cp',
        classPath,
        'StreamsBench',
        this.broker.brokers.join(','),
        application,
        topic,
        `${application}-out`,
        path.join(this.folder, `streams-${kindName}`),
        '2',
        width,
      ],
      {
        stdio: 'ignore',
      },
    );
    try {
      const rate = await rateUntil(events, async () => {
        const [found] = await admin.fetchOffsets({ groupId: application, topics: [topic] }).catch(() => []);
        return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
      });
      return `${perSecond(rate)}, ${usedBy(child).memory} MB resident`;
    } finally {
      await stopProcess(child, 'SIGKILL');
      await admin.disconnect();
    }
  }

  /** Produces at an even rate and watches the positions: from just before a send until its commit can be seen. */
  async latency(rate: number): Promise<string> {
    const { db, url } = await this.fresh();
    const topic = 'observed.readings';
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = new Map(
      (await settled(() => admin.fetchTopicOffsets(topic))).map(({ partition, high }) => [partition, Number(high)]),
    );
    await admin.disconnect();
    for (const [partition, end] of ends)
      await db.query(
        `insert into log.position (consumer, topic, partition, next_offset) values ('response', $1, $2, $3)`,
        [`kafka/${topic}`, partition, end],
      );
    const { child } = await startProcess('response', this.environment(url, 'latency'));
    const publisher = new Publisher(this.kafka);
    await publisher.connect();
    const sent: { partition: number; offset: number; at: number; counts: boolean }[] = [];
    const seen: { partition: number; next: number; at: number }[] = [];
    const now = (): number => Number(process.hrtime.bigint()) / 1e6;
    let running = true;
    const watching = (async () => {
      while (running) {
        const rows = (await db.query(
          `select partition, next_offset from log.position where consumer = 'response' and topic = $1`,
          [`kafka/${topic}`],
        )) as { partition: number; next_offset: number }[];
        const at = now();
        for (const { partition, next_offset } of rows) seen.push({ partition, next: next_offset, at });
        await sleep(1);
      }
    })();
    const begun = now();
    const total = rate * (WARM_SECONDS + LATENCY_SECONDS);
    const counted = rate * WARM_SECONDS;
    let n = 0;
    const pending: Promise<void>[] = [];
    while (n < total) {
      const due = Math.min(total, Math.floor(((now() - begun) / 1_000) * rate));
      const lanes = new Map<number, { key: string; value: string }[]>();
      const [at, counts] = [now(), n >= counted];
      for (; n < due; n += 1) {
        const event = reading(1_000_000 + n);
        const partition = partitionOf(event.key, PARTITIONS);
        const lane = lanes.get(partition) ?? lanes.set(partition, []).get(partition) ?? [];
        lane.push({ key: event.key, value: JSON.stringify(event) });
      }
      for (const [partition, lane] of lanes)
        pending.push(
          publisher
            .publish(topic, partition, lane)
            .then(
              (base) => void lane.forEach((_, index) => sent.push({ partition, offset: base + index, at, counts })),
            ),
        );
      await sleep(TICK_MS);
    }
    await Promise.all(pending);
    const last = new Map<number, number>();
    for (const { partition, offset } of sent) last.set(partition, Math.max(last.get(partition) ?? 0, offset + 1));
    while (![...last].every(([partition, end]) => seen.some((one) => one.partition === partition && one.next >= end)))
      await sleep(20);
    running = false;
    await watching;
    await stopProcess(child);
    await publisher.disconnect();
    await db.destroy();
    const delays: number[] = [];
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const steps = seen.filter((one) => one.partition === partition);
      const own = sent.filter((one) => one.partition === partition).sort((a, b) => a.offset - b.offset);
      let step = 0;
      for (const { offset, at, counts } of own) {
        while (step < steps.length && (steps[step]?.next ?? 0) <= offset) step += 1;
        if (counts) delays.push((steps[step]?.at ?? Infinity) - at);
      }
    }
    delays.sort((a, b) => a - b);
    const percentile = (share: number): string => `${(delays[Math.floor(delays.length * share)] ?? NaN).toFixed(0)} ms`;
    return `p50 ${percentile(0.5)}, p99 ${percentile(0.99)}, longest ${percentile(0.999999)} of ${delays.length.toLocaleString('en')}`;
  }

  /**
   * What an outsider feeds, until response has it: intake keeps, judges and appends, its relay carries, response
   * decides.
   */
  async wholeWay(events: number, each: number): Promise<string> {
    const { db, url } = await this.fresh();
    await this.makeAnew(['observed.readings', 'feed.readings']);
    const publisher = new Publisher(this.kafka);
    await publisher.connect();
    for (let n = 0; n < events; n += each * MESSAGES_A_SEND) {
      const lanes = new Map<number, { value: string }[]>();
      for (let message = 0; message < MESSAGES_A_SEND && n + message * each < events; message += 1) {
        const lines = Array.from({ length: each }, (_, line) => {
          const { type, occurredAt, data } = reading(n + message * each + line);
          return JSON.stringify({ type, occurredAt, data });
        });
        const partition = message % PARTITIONS;
        (lanes.get(partition) ?? lanes.set(partition, []).get(partition) ?? []).push({ value: lines.join('\n') });
      }
      for (const [partition, lane] of lanes)
        for (let from = 0; from < lane.length; from += 20)
          await publisher.publish('feed.readings', partition, lane.slice(from, from + 20));
    }
    await publisher.disconnect();
    const names = ['intake', 'response'];
    const children = await Promise.all(
      names.map(async (name) => (await startProcess(name, this.environment(url, 'whole'))).child),
    );
    const rate = await rateUntil(events, () => positionOf(db, 'response', 'observed.readings'));
    const used = children.map(usedBy);
    await Promise.all(children.map((child) => stopProcess(child)));
    await db.destroy();
    return `${perSecond(rate)}, ${names.map((name, index) => `${name} ${used[index]?.memory} MB`).join(', ')}`;
  }

  /** Where the time goes, as text. */
  async profiles(kinds: readonly Kind[]): Promise<void> {
    for (const kind of kinds) {
      await this.makeAnew([kind.topic]);
      await this.fill(kind);
      const { db, url } = await this.fresh();
      const folder = path.join(this.folder, `profile-${kind.name}`);
      mkdirSync(folder);
      const { child } = await startProcess(kind.service, {
        ...this.environment(url, 'profile'),
        BENCH_PROFILE: path.join(folder, 'profile'),
        NODE_OPTIONS: `--import=file://${path.join(HERE, 'profiled.js')}`,
      });
      await rateUntil(kind.events, () => positionOf(db, kind.service, kind.topic));
      await stopProcess(child);
      await db.destroy();
      mkdirSync(path.join(ROOT, 'docs', 'profiles'), { recursive: true });
      writeFileSync(
        path.join(ROOT, 'docs', 'profiles', `${kind.service}-${kind.name}.txt`),
        topOfProfile(readFileSync(path.join(folder, 'profile'), 'utf8'), ROOT),
      );
    }
  }

  private async makeAnew(topics: string[]): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics });
    await sleep(1_000);
    await ensureTopics(admin, 1);
    await admin.disconnect();
  }

  private async fresh(programs = THESE): Promise<Readonly<{ db: DataSource; url: string }>> {
    const name = `bench_${(this.databases += 1)}`;
    const admin = await connect(this.server.url, 'bench', 1);
    await admin.query(`create database ${name}`);
    await admin.destroy();
    const url = Object.assign(new URL(this.server.url), { pathname: `/${name}` }).toString();
    await programs.migrate(url, programs.SCHEMAS);
    return { db: await connect(url, 'bench', 2), url };
  }

  private environment(url: string, instance: string, root = ROOT): Record<string, string> {
    return {
      ...(process.env as Record<string, string>),
      DATABASE_URL: url,
      KAFKA_BROKERS: this.broker.brokers.join(','),
      KAFKA_INSTANCE: instance,
      FENGSUI_HOME: this.folder,
      FENGSUI_PLAN: path.join(root, 'plans', 'qingyuan'),
      FENGSUI_HTTP_PORT: '0',
      LOG_LEVEL: 'info', // what they say when they listen is waited for
    };
  }
}

/** A topic just made may have no leader yet. */
async function settled<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 50) throw error;
      await sleep(200);
    }
  }
}

async function positionOf(db: DataSource, consumer: string, topic: string): Promise<number> {
  const [row] = (await db.query(
    'select coalesce(sum(next_offset), 0)::int as n from log.position where consumer = $1 and topic = $2',
    [consumer, `kafka/${topic}`],
  )) as { n: number }[];
  return row?.n ?? 0;
}

/** Events a second between the first sight of progress and the end. */
async function rateUntil(end: number, at: () => Promise<number>): Promise<number> {
  let [first, begun] = [0, 0n];
  for (;;) {
    const now = await at();
    if (now > 0 && begun === 0n) [first, begun] = [now, process.hrtime.bigint()];
    if (now >= end) return (end - first) / (Number(process.hrtime.bigint() - begun) / 1e9);
    await sleep(5);
  }
}

/** What a process has taken of the machine: megabytes at most, and seconds of processor. */
function usedBy(child: ChildProcess): Readonly<{ memory: number; cpu: number }> {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticks = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;
  return {
    memory: Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_000),
    cpu: (Number(fields[11]) + Number(fields[12])) / ticks,
  };
}

function output(
  command: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Readonly<{ code: number | null; stdout: string; stderr: string }>> {
  return new Promise((resolve) => {
    const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += String(text)));
    child.stderr.on('data', (text) => (stderr += String(text)));
    child.once('exit', (code) => resolve({ code, stdout, stderr }));
  });
}
