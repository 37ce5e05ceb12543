/**
 * Installs and builds what is missing, and nothing else: a second run takes no time. Plain Node.js, because nothing may be installed yet.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NX, NX_ENVIRONMENT } from './nx.mjs';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const LEAST_NODE = [20, 19];

/** Ends the process with advice when something is missing. */
export function setUp() {
  checkNode();
  install();
  build();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  stop(
    `需要 Node.js ${LEAST_NODE.join('.')} 以上，现为 ${process.versions.node} / Node.js ${LEAST_NODE.join('.')} or later is needed, this is ${process.versions.node}`,
  );
}

function install() {
  const lock = readFileSync(path.join(ROOT, 'package-lock.json'));
  const stamp = path.join(ROOT, 'node_modules', '.fengsui-installed');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('· 安装依赖（首次约半分钟） / installing (about half a minute the first time)');
  run(
    'npm',
    ['ci', '--no-fund', '--no-audit', '--loglevel=error'],
    writable()
      ? 'npm 安装失败：请检查到 npm 仓库的网络或镜像设置 / npm could not install: check the network or the registry it is set to'
      : `npm 安装失败：没有写入 ${ROOT} 的权限 / npm could not install: ${ROOT} cannot be written by this user`,
  );
  writeFileSync(stamp, wanted);
}

/** What npm calls EACCES is no trouble of the network. */
function writable() {
  try {
    for (const folder of [ROOT, path.join(ROOT, 'node_modules')])
      if (existsSync(folder)) accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Built when a source is newer than the last build. Nx builds what a change touches and takes the rest from its cache. */
function build() {
  const stamp = path.join(ROOT, 'node_modules', '.fengsui-built');
  const built =
    existsSync(stamp) && existsSync(path.join(ROOT, 'services/fengsui/dist/main.js')) ? statSync(stamp).mtimeMs : 0;
  if (
    built > newest(path.join(ROOT, 'libs')) &&
    built > newest(path.join(ROOT, 'services')) &&
    built > newest(path.join(ROOT, 'test'))
  )
    return;
  say('· 编译 / building');
  const { status, stdout, stderr } = spawnSync(process.execPath, [NX, 'run-many', '-t', 'build'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: NX_ENVIRONMENT,
  });
  if (status !== 0) stop(`${stdout}${stderr}\n编译失败 / the build failed`);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

function newest(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    if (entry.name === 'dist' || entry.name === 'node_modules') return latest;
    const file = path.join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(file) : statSync(file).mtimeMs);
  }, 0);
}

function run(command, args, advice) {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) stop(`${advice}${error === undefined ? '' : ` (${error.message})`}`);
}

const say = (text) => process.stderr.write(`${text}\n`);

function stop(text) {
  say(text);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--install')) {
    checkNode();
    install();
  } else setUp();
}
