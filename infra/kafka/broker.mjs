/**
 * A real Apache Kafka without Docker: `npm run kafka [-- --brokers 3]` fetches it once with Maven (or takes the unpacked release that
 * KAFKA_HOME names), checks it, starts it in KRaft mode on loopback and says when it answers. Ctrl-C stops it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const VERSION = '4.4.0';
const CACHE = path.join(os.homedir(), '.cache', 'fengsui', `kafka-${VERSION}`);

/** Why no broker can be had here, in words for whoever must install something; null when one can. */
export function missing() {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
  if (version < 17)
    return `Java 17 or later is needed (found ${version === 0 ? 'none' : version}): Debian package openjdk-17-jre-headless`;
  if (process.env['KAFKA_HOME'] !== undefined || existsSync(CACHE)) return null;
  return spawnSync('mvn', ['-version']).status === 0
    ? null
    : 'Maven is needed to fetch Apache Kafka once (Debian package maven), or KAFKA_HOME naming an unpacked release';
}

/** The folder with the broker's jars, fetched and checked. */
function jars() {
  const home = process.env['KAFKA_HOME'];
  if (home !== undefined) return path.join(home, 'libs');
  const folder = path.join(CACHE, 'libs');
  if (!existsSync(folder)) {
    const fresh = `${CACHE}-${process.pid}`;
    const { status, stdout } = spawnSync(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        path.join(HERE, 'pom.xml'),
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${fresh}/libs`,
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`Apache Kafka ${VERSION} could not be fetched:\n${stdout.slice(-2000)}`);
    if (existsSync(CACHE)) rmSync(fresh, { recursive: true, force: true });
    else {
      mkdirSync(path.dirname(CACHE), { recursive: true });
      renameSync(fresh, CACHE);
    }
  }
  const expected = readFileSync(path.join(HERE, 'checksums.txt'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/));
  const present = new Set(readdirSync(folder));
  for (const [sum, name] of expected) {
    if (!present.delete(name)) throw new Error(`${folder} lacks ${name}: remove ${CACHE} and try again`);
    if (
      createHash('sha256')
        .update(readFileSync(path.join(folder, name)))
        .digest('hex') !== sum
    )
      throw new Error(
        `${path.join(folder, name)} is not the file that checksums.txt names: remove ${CACHE} and try again`,
      );
  }
  if (present.size > 0) throw new Error(`${folder} holds what checksums.txt does not name: ${[...present].join(', ')}`);
  return folder;
}

export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const uuid = () => randomBytes(16).toString('base64url').replace(/^-/, 'A');

const java = (main, args, stdio) =>
  spawn(
    'java',
    [
      '-Xmx700m',
      '-Xms200m',
      `-Dlog4j2.configurationFile=${path.join(HERE, 'log4j2.xml')}`,
      '-cp',
      path.join(jars(), '*'),
      main,
      ...args,
    ],
    { stdio },
  );
const writeProperties = (folder, properties) =>
  writeFileSync(
    path.join(folder, 'server.properties'),
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
const broker = (folder) =>
  java('kafka.Kafka', [path.join(folder, 'server.properties')], ['ignore', 'ignore', 'ignore']);

async function format(folder, cluster, more) {
  const formatting = java(
    'kafka.tools.StorageTool',
    ['format', '-t', cluster, '-c', path.join(folder, 'server.properties'), ...more],
    ['ignore', 'pipe', 'pipe'],
  );
  let said = '';
  formatting.stdout.on('data', (text) => (said += text));
  formatting.stderr.on('data', (text) => (said += text));
  const code = await new Promise((resolve) => formatting.once('exit', resolve));
  if (code !== 0) throw new Error(`formatting the storage failed: ${said.slice(-1000)}`);
}

/** One broker with the properties that are given, all of them; for whoever tries a configuration. @returns its process */
export async function startBroker(folder, properties, formatted = []) {
  const why = missing();
  if (why !== null) throw new Error(why);
  mkdirSync(folder, { recursive: true });
  writeProperties(folder, properties);
  await format(folder, uuid(), formatted);
  return broker(folder);
}

/**
 * Starts brokers on loopback, each broker and controller in one.
 * @param options.brokers 1 or 3 @param options.folder data; removed with the last stop when it was made here
 * @param options.advertise port of a broker → port at which clients are told to reach it, for a test that stands in between
 * @returns addresses, and per broker how to kill, pause and start it again
 */
export async function startKafka({ brokers = 1, folder = null, port = null, advertise = (own) => own } = {}) {
  const why = missing();
  if (why !== null) throw new Error(why);
  const own = folder === null;
  const home = folder ?? mkdtempSync(path.join(os.tmpdir(), 'fengsui-kafka-'));
  mkdirSync(home, { recursive: true });
  // A broker's data remember its ports: they stay with the folder.
  const plan = path.join(home, 'nodes.json');
  const nodes = existsSync(plan) ? JSON.parse(readFileSync(plan, 'utf8')) : [];
  for (let id = nodes.length + 1; id <= brokers; id += 1)
    nodes.push({
      id,
      port: id === 1 && port !== null ? port : await freePort(),
      controller: await freePort(),
      folder: path.join(home, `broker-${id}`),
      directory: uuid(),
    });
  writeFileSync(plan, JSON.stringify(nodes));
  const cluster = uuid();
  const replication = Math.min(brokers, 3);
  for (const node of nodes) {
    mkdirSync(node.folder, { recursive: true });
    writeProperties(node.folder, {
      'process.roles': 'broker,controller',
      'node.id': node.id,
      'controller.quorum.bootstrap.servers': nodes.map(({ controller }) => `127.0.0.1:${controller}`).join(','),
      listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controller}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${await advertise(node.port)},CONTROLLER://127.0.0.1:${node.controller}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'log.dirs': path.join(node.folder, 'data'),
      'group.initial.rebalance.delay.ms': 0,
      'offsets.topic.replication.factor': replication,
      'offsets.topic.num.partitions': 8,
      'transaction.state.log.replication.factor': replication,
      'transaction.state.log.min.isr': Math.max(1, replication - 1),
      'transaction.state.log.num.partitions': 8,
      'default.replication.factor': replication,
      'min.insync.replicas': Math.max(1, replication - 1),
      'auto.create.topics.enable': false,
      'message.max.bytes': 5_000_000,
      'replica.fetch.max.bytes': 6_000_000,
      'broker.session.timeout.ms': 3_000,
      'broker.heartbeat.interval.ms': 500,
      'log.flush.offset.checkpoint.interval.ms': 5_000,
    });
  }
  if (!existsSync(path.join(nodes[0].folder, 'data')))
    for (const node of nodes)
      await format(
        node.folder,
        cluster,
        brokers === 1
          ? ['--standalone']
          : [
              '-I',
              nodes.map(({ id, controller, directory }) => `${id}@127.0.0.1:${controller}:${directory}`).join(','),
            ],
      );
  const running = nodes.map((node) => ({ ...node, process: null }));
  const start = (node) => {
    node.process = broker(node.folder);
  };
  running.forEach(start);
  const addresses = running.map((node) => `127.0.0.1:${node.port}`);
  const stopOne = async (node, signal) => {
    const { process: child } = node;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  };
  const stop = async () => {
    await Promise.all(running.map((node) => stopOne(node, 'SIGKILL')));
    if (own) rmSync(home, { recursive: true, force: true });
  };
  try {
    await ready(addresses, running);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    brokers: addresses,
    stop,
    kill: (index) => stopOne(running[index], 'SIGKILL'),
    pause: (index) => running[index].process.kill('SIGSTOP'),
    resume: (index) => running[index].process.kill('SIGCONT'),
    restart: (index) => start(running[index]),
  };
}

/** Ready is when a metadata request names every broker. */
async function ready(addresses, nodes) {
  const { Kafka, logLevel } = (await import('kafkajs')).default;
  const kafka = new Kafka({
    brokers: addresses,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: 1_000,
  });
  for (let waited = 0; waited < 60_000; waited += 200) {
    const dead = nodes.find(({ process: child }) => child.exitCode !== null);
    if (dead !== undefined)
      throw new Error(`broker ${dead.id} ended with ${dead.process.exitCode}; see ${dead.folder}`);
    const admin = kafka.admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      if (brokers.length === addresses.length) return;
    } catch {
      // not yet
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await sleep(200);
  }
  throw new Error('the broker did not answer within a minute');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--brokers');
  const brokers = at === -1 ? 1 : Number(process.argv[at + 1]);
  try {
    const kafka = await startKafka({
      brokers,
      folder: path.resolve('.fengsui', `kafka-${brokers}`),
      port: brokers === 1 ? 9092 : null,
    });
    process.stdout.write(`KAFKA_BROKERS=${kafka.brokers.join(',')}\n`);
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.once(signal, () => void kafka.stop().then(() => process.exit(0)));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
