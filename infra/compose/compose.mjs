/**
 * docker-compose.yml, held to what it promises. `faults()` is part of `npm run check`: the schema of the Compose Specification (compose-spec.json,
 * Apache-2.0, from compose-go 2.16.2), health checks on all, no capabilities that are not named, no password by default.
 * `npm run test:compose` starts the same programs with the same environment on this machine, where hosts are ports, and asks their own
 * health checks, because not everybody who changes the file has an engine for containers.
 *
 * What comes from npm is imported late: in a fresh clone nothing is installed when this file is read.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, startBroker } from '../kafka/broker.mjs';
import { ROOT, setUp } from '../setup.mjs';
import { WANTED } from './passwords.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const source = () => readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
/** @param given values of variables; what is required and not given is an error, as in Compose */
const compose = async (given) =>
  (await import('yaml')).parse(
    source().replaceAll(/\$\{([A-Z_]+):\?([^}]*)\}/g, (_, name, why) => {
      if (given[name] === undefined) throw new Error(`${name}: ${why}`);
      return given[name];
    }),
    { merge: true },
  );

/** What docker-compose.yml breaks, in words. */
export async function faults() {
  const { default: Ajv2020 } = await import('ajv/dist/2020.js');
  const file = await compose(Object.fromEntries(WANTED.map((name) => [name, 'p'])));
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const valid = ajv.compile(JSON.parse(readFileSync(path.join(HERE, 'compose-spec.json'), 'utf8')));
  const found = valid(file)
    ? []
    : valid.errors.map(({ instancePath, message }) => `docker-compose.yml${instancePath}: ${message}`);
  for (const [name, service] of Object.entries(file.services)) {
    // What ends when it is done says by its ending whether it went well.
    if (service.healthcheck === undefined && service.restart !== 'no')
      found.push(`services/${name} has no health check`);
    if (!service.cap_drop?.includes('ALL')) found.push(`services/${name} keeps capabilities`);
    if (!service.security_opt?.includes('no-new-privileges:true')) found.push(`services/${name} may gain privileges`);
    if ((service.ports ?? []).some((port) => !port.startsWith('127.0.0.1:')))
      found.push(`services/${name} opens a port to the world`);
  }
  if (/PASSWORD: +['"]?(?!\$\{[A-Z_]+:\?)[^\s$]/.test(source()) || /\$\{[A-Z_]*PASSWORD(?!:\?)/.test(source()))
    found.push('a password has a default');
  return found;
}

/** As the image's start does: KAFKA_LISTENER_NAME_CLIENT → listener.name.client. */
const propertiesOf = (environment) =>
  Object.fromEntries(
    Object.entries(environment)
      .filter(([name]) => name.startsWith('KAFKA_'))
      .map(([name, value]) => [name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), value]),
  );

/**
 * As the bureau's IT begins: an administrator, a service of an integrator, its role, its token.
 * @param here the words of the file as they are on this machine
 */
function tokenOfBoard(here, environment) {
  const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)]));
  const command = (...words) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(ROOT, 'services/fengsui/bin/fengsui.mjs'), ...words, '--json'],
      { encoding: 'utf8', cwd: ROOT, env: { ...process.env, ...env } },
    );
    if (status !== 0) throw new Error(`fengsui ${words.join(' ')}: ${stderr}`);
    return JSON.parse(stdout);
  };
  command('people', 'first', 'admin', '--name', '管理员');
  command('people', 'add', 'board', '--name', '看板', '--service', '--reason', 'compose');
  command('people', 'give', 'board', '--role', 'duty-officer', '--reason', 'compose');
  return command('tokens', 'new', 'board', '--scope', 'read-people', '--reason', 'compose').token;
}

/** The whole way, over Kafka, process by process; asked by nobody, and by whoever has a token. */
async function aWarningBecomesACall(page, makeToken, until) {
  const posted = await fetch(`${page}/v1/warnings`, {
    method: 'POST',
    body: (await import('../../libs/demonstration/dist/index.js')).shiftedTo(
      new Date().toISOString(),
      readFileSync(path.join(ROOT, 'examples', 'warning-rain-red.cap.xml'), 'utf8'),
    ),
    headers: { 'content-type': 'application/xml' },
  });
  if (!posted.ok) throw new Error(`the warning was not taken: ${await posted.text()}`);
  const unknown = await fetch(`${page}/v1/calls`);
  if (unknown.status !== 401) throw new Error(`the console answered ${unknown.status} to nobody`);
  const token = makeToken();
  const known = { headers: { authorization: `Bearer ${token}` } };
  process.stdout.write('ok  the console answers nobody, and whoever an administrator gave a token\n');
  await until(
    () => 'the warning did not become a call',
    async () => (await (await fetch(`${page}/v1/calls`, known)).json()).length > 0,
  );
  process.stdout.write('ok  a warning posted to the console became a call, over Kafka, process by process\n');
}

/** Tables, roles, topics and rules, as their owner; again, as after an update. */
async function prepared(service, run, until) {
  for (const time of ['first', 'second']) {
    const { child, said } = await run('prepare', service, service.environment);
    await until(
      () => `prepare does not end: ${said()}`,
      () => child.exitCode !== null,
    );
    if (child.exitCode !== 0) throw new Error(`prepare, the ${time} time: ${said()}`);
  }
  process.stdout.write('ok  prepare made tables, roles, topics and rules, and changes nothing the second time\n');
}

async function tryIt() {
  setUp();
  const { startEmbedded } = await import('../../libs/database/dist/index.js');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-compose-'));
  const server = await startEmbedded(folder);
  const database = new URL(server.url);
  const passwords = Object.fromEntries(WANTED.map((name) => [name, `only-for-this-run-${name.toLowerCase()}`]));
  const file = await compose({ ...passwords, POSTGRES_PASSWORD: database.password });
  const [clients, controller] = [await freePort(), await freePort()];
  /** The same words, with the hosts and folders of containers as ports and folders of this machine. */
  const here = (text, http) =>
    String(text)
      .replaceAll('database:5432', database.host)
      .replaceAll('kafka:9092', `127.0.0.1:${clients}`)
      .replaceAll('CLIENT://:9092', `CLIENT://127.0.0.1:${clients}`)
      .replaceAll('localhost:9093', `127.0.0.1:${controller}`)
      .replaceAll('127.0.0.1/9092', `127.0.0.1/${clients}`)
      .replaceAll('/var/lib/', `${folder}/`)
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replaceAll(/\b7310\b/g, String(http)); // whole: a password or another port may hold these digits
  const run = async (name, service, environment) => {
    const http = await freePort();
    const [command, ...words] = service.command;
    const child = spawn(command, words, {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, here(value, http)])),
      },
    });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    return { name, service, child, http, said: () => said };
  };
  const healthy = (service, http) => {
    const [kind, ...words] = service.healthcheck.test;
    const [command, ...rest] = kind === 'CMD-SHELL' ? ['sh', '-c', ...words] : words;
    return (
      spawnSync(
        command,
        rest.map((word) => here(word, http)),
        { stdio: 'ignore' },
      ).status === 0
    );
  };
  const until = async (what, done, still = () => true) => {
    for (let waited = 0; waited < 90_000; waited += 300) {
      if (await done()) return;
      if (!still()) break;
      await sleep(300);
    }
    throw new Error(what());
  };
  const children = [];
  try {
    const admin = new (await import('pg')).default.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(`create database ${file.services.database.environment.POSTGRES_DB}`);
    await admin.end();
    const kafka = file.services.kafka;
    const environment = Object.fromEntries(
      Object.entries(kafka.environment).map(([name, value]) => [name, here(value, 0)]),
    );
    children.push(await startBroker(path.join(folder, 'kafka'), propertiesOf(environment)));
    await until(
      () => 'kafka is not healthy',
      () => healthy(kafka, 0),
    );
    await prepared(file.services.prepare, run, until);
    const refused = await run('response', file.services.response, {
      ...file.services.response.environment,
      KAFKA_PASSWORD: 'wrong',
    });
    children.push(refused.child);
    await until(
      () => 'a wrong password did not end the service',
      () => refused.child.exitCode !== null,
    );
    process.stdout.write(`ok  a wrong KAFKA_PASSWORD ends a service: ${refused.said().trim().split('\n').at(-1)}\n`);
    // Those of a profile are started by whoever names it.
    const ours = Object.entries(file.services).filter(
      ([name, { command, profiles }]) => command !== undefined && profiles === undefined && name !== 'prepare',
    );
    const running = await Promise.all(ours.map(([name, service]) => run(name, service, service.environment)));
    children.push(...running.map(({ child }) => child));
    for (const { name, service, child, http, said } of running) {
      await until(
        () => `${name} is not healthy: ${said().slice(-1_500)}`,
        () => healthy(service, http),
        () => child.exitCode === null,
      );
      process.stdout.write(`ok  ${name} is healthy by its own check\n`);
    }
    const page = `http://127.0.0.1:${running.find(({ name }) => name === 'console').http}`;
    await aWarningBecomesACall(
      page,
      () => tokenOfBoard((text) => here(text, 0), file.services.console.environment),
      until,
    );
    return 0;
  } catch (error) {
    process.stdout.write(`FAIL ${error.message}\n`);
    return 1;
  } finally {
    await Promise.all(
      children.map(
        (child) =>
          new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve).kill('SIGTERM') : resolve())),
      ),
    );
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await tryIt();
