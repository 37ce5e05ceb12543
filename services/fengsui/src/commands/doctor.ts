import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { failingJobs, one, ownsTables, playState } from '@fengsui/database';
import { lagOf, topicsAtBroker } from '@fengsui/log';
import type { Check } from '@fengsui/service';
import type { Settings } from '@fengsui/settings';
import type { CommandOf } from '../command.js';
import { settingsOfInstallation } from '../installation.js';
import { readPlans } from '../one-process.js';
import { withSession, type Session } from '../session.js';
import type { DoctorOutput } from '../shapes.js';
import { EXIT, type Terminal } from '../terminal.js';

export const DOCTOR_COMMAND: CommandOf = {
  name: 'doctor',
  about: { zh: '检查本机安装', en: 'check this installation' },
  example: 'doctor',
  run: (_, terminal) => doctor(terminal),
};

const LEAST_FREE_BYTES = 1_000_000_000;
/** Found and worth saying, and still a healthy installation. */
const ADVISORY = new Set(['channels', 'addresses', 'encryption', 'rights', 'pdf']);

/**
 * Is this installation healthy, and if not, what to do. Each check stands alone: what is away is said, and the others
 * go on.
 */
async function doctor(terminal: Terminal): Promise<number> {
  const settings = settingsOfInstallation();
  const checks: Check[] = [
    node(),
    home(settings),
    disk(settings),
    plan(settings),
    encryption(settings),
    ...(await kafka(settings)),
  ];
  const planIsRead = checks.every(({ name, ok }) => name !== 'plan' || ok);
  if (planIsRead) checks.push(...(await installation(settings)));
  const shown = checks.map(({ advice, ...check }) => ({ ...check, advice: check.ok ? '' : terminal.pick(advice) }));
  const output: DoctorOutput = { ok: shown.every(({ ok, name }) => ok || ADVISORY.has(name)), checks: shown };
  terminal.result(output, () =>
    shown
      .map(({ name, ok, found, expected, advice }) =>
        ok ? `✓ ${name}: ${found}` : `✗ ${name}: ${found} (${expected}) ${advice}`,
      )
      .join('\n'),
  );
  return output.ok ? EXIT.done : EXIT.trouble;
}

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return {
    name: 'node',
    ok: major > 20 || (major === 20 && minor >= 19),
    found: process.versions.node,
    expected: '>= 20.19',
    advice: { zh: '请升级 Node.js', en: 'upgrade Node.js' },
  };
}

function home({ FENGSUI_HOME }: Settings): Check {
  const fault = faultOf(() => {
    mkdirSync(FENGSUI_HOME, { recursive: true });
    accessSync(FENGSUI_HOME, constants.W_OK);
  });
  return {
    name: 'home',
    ok: fault === null,
    found: fault ?? FENGSUI_HOME,
    expected: 'a folder that can be written',
    advice: { zh: '检查 FENGSUI_HOME 及其权限', en: 'look at FENGSUI_HOME and its permissions' },
  };
}

function disk({ FENGSUI_HOME }: Settings): Check {
  const { bavail, bsize } = statfsSync(existsSync(FENGSUI_HOME) ? FENGSUI_HOME : '/');
  const free = bavail * bsize;
  return {
    name: 'disk',
    ok: free >= LEAST_FREE_BYTES,
    found: `${(free / 1e9).toFixed(1)} GB free`,
    expected: '>= 1 GB free',
    advice: { zh: '清理 FENGSUI_HOME 所在磁盘', en: 'make room on the disk of FENGSUI_HOME' },
  };
}

function plan({ FENGSUI_PLAN }: Settings): Check {
  const fault = faultOf(() => readPlans(FENGSUI_PLAN));
  return {
    name: 'plan',
    ok: fault === null,
    found: fault ?? FENGSUI_PLAN,
    expected: 'a plan that can be used',
    advice: { zh: '检查 FENGSUI_PLAN 所指的预案', en: 'look at the plan that FENGSUI_PLAN names' },
  };
}

/** What goes over a network in the clear: what stays on this machine is nobody's to hear. */
function encryption(settings: Settings): Check {
  const { DATABASE_URL, KAFKA_BROKERS, KAFKA_TLS, MAIL_SMTP_URL, MAIL_TLS, WEBHOOK_URL } = settings;
  const far = (address: string | undefined): boolean =>
    address !== undefined &&
    !/^(localhost|127\.|\[?::1)/.test(URL.canParse(address) ? new URL(address).hostname : address);
  const listens = far(settings.FENGSUI_HTTP_HOST) && settings.FENGSUI_HTTP_TLS_CERT === undefined;
  const clear = [
    ...(listens && settings.FENGSUI_PUBLIC_URL?.startsWith('https:') !== true ? ['FENGSUI_HTTP_HOST'] : []),
    ...(far(DATABASE_URL) && !/sslmode=verify/.test(DATABASE_URL ?? '') ? ['DATABASE_URL'] : []),
    ...(far(KAFKA_BROKERS) && !KAFKA_TLS ? ['KAFKA_BROKERS'] : []),
    ...(far(MAIL_SMTP_URL) && MAIL_SMTP_URL?.startsWith('smtp:') === true && MAIL_TLS === 'offered'
      ? ['MAIL_SMTP_URL']
      : []),
    ...(far(WEBHOOK_URL) && WEBHOOK_URL?.startsWith('http:') === true ? ['WEBHOOK_URL'] : []),
  ];
  return {
    name: 'encryption',
    ok: clear.length === 0,
    found: clear.length === 0 ? 'nothing leaves this machine in the clear' : `in the clear: ${clear.join(', ')}`,
    expected: 'TLS on every connection to another machine',
    advice: { zh: '见 docs/security.md“Connections”', en: 'see docs/security.md, “Connections”' },
  };
}

async function kafka(settings: Settings): Promise<Check[]> {
  if (settings.KAFKA_BROKERS === undefined) return [];
  const found = await topicsAtBroker(settings).then(
    (topics) => topics.filter(({ atBroker, partitions }) => atBroker !== partitions).map(({ topic }) => topic),
    (error: unknown) => messageOf(error),
  );
  const ok = Array.isArray(found) && found.length === 0;
  return [
    {
      name: 'kafka',
      ok,
      found: Array.isArray(found) ? (ok ? settings.KAFKA_BROKERS : `other partitions: ${found.join(', ')}`) : found,
      expected: 'brokers that answer, with the topics of the contracts',
      advice: { zh: '检查 KAFKA_BROKERS；fengsui topics', en: 'look at KAFKA_BROKERS; `fengsui topics`' },
    },
  ];
}

/** What can be asked only where the database answers. */
async function installation(settings: Settings): Promise<Check[]> {
  try {
    return await withSession('ports', async (session) => [
      ...(await database(session)),
      await port(session),
      ...(await log(session)),
      ...(await session.ports.intake.checks()),
      ...(await session.ports.response.checks()),
      ...(await session.ports.duty.checks()),
      ...(await session.ports.wildfire.checks()),
      ...(await session.ports.reporting.checks()),
      ...(await session.ports.versions.checks()),
    ]);
  } catch (error) {
    return [
      {
        name: 'database',
        ok: false,
        found: messageOf(error),
        expected: 'PostgreSQL that answers',
        advice:
          settings.DATABASE_URL === undefined
            ? { zh: '内置数据库起不来，见上', en: 'the embedded database does not come up, see above' }
            : { zh: '检查 DATABASE_URL 和数据库', en: 'look at DATABASE_URL and at the database' },
      },
    ];
  }
}

async function database({ ports: { db }, settings, served }: Session): Promise<Check[]> {
  const version = (await one<{ v: string }>(db, `select current_setting('server_version') as v`))?.v ?? '';
  const play = await playState(db);
  return [
    {
      name: 'database',
      ok: Number.parseInt(version, 10) >= 14,
      found: `PostgreSQL ${version}${settings.DATABASE_URL === undefined ? ' (embedded)' : ''}`,
      expected: 'PostgreSQL >= 14',
      advice: { zh: '请使用 PostgreSQL 14 以上', en: 'use PostgreSQL 14 or later' },
    },
    await rights(db),
    {
      name: 'services',
      ok: true,
      found: served ? 'running' : 'not running',
      expected: 'running for live feeds',
      advice: { zh: '', en: '' },
    },
    {
      name: 'demonstration',
      ok: play.state !== 'cut-off',
      found: play.state,
      expected: 'none or ended',
      advice: { zh: '演示未播放完：运行 npm start 继续', en: 'it was cut off: `npm start` goes on' },
    },
  ];
}

/** Who owns the tables can take every guard of them away. */
async function rights(db: Session['ports']['db']): Promise<Check> {
  const owner = await ownsTables(db);
  return {
    name: 'rights',
    ok: !owner,
    found: !owner ? 'a role that owns no table' : 'the owner of the tables',
    expected: 'services under a role that owns no table',
    advice: {
      zh: '运行 fengsui prepare，改用其建立的角色',
      en: 'run `fengsui prepare` and use the roles that it makes',
    },
  };
}

/** Whoever serves has the port; else it must be free. */
async function port({ settings, served }: Session): Promise<Check> {
  const { FENGSUI_HTTP_PORT, FENGSUI_HTTP_HOST } = settings;
  const fault = served ? null : await bindable(FENGSUI_HTTP_PORT, FENGSUI_HTTP_HOST);
  return {
    name: 'port',
    ok: fault === null,
    found: fault ?? `${FENGSUI_HTTP_HOST}:${FENGSUI_HTTP_PORT} ${served ? 'in use by the services' : 'free'}`,
    expected: 'free, or in use by the services',
    advice: { zh: '改 FENGSUI_HTTP_PORT 或停掉占用者', en: 'set FENGSUI_HTTP_PORT, or stop who has it' },
  };
}

const bindable = (to: number, host: string): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(messageOf(error)));
    server.listen(to, host, () => server.close(() => resolve(null)));
  });

async function log({ ports, served }: Session): Promise<Check[]> {
  const behind = (await lagOf(ports.db)).reduce((sum, { lag }) => sum + lag, 0);
  const parked = (await ports.parked.list()).length;
  const failing = await failingJobs(ports.db);
  return [
    {
      name: 'log',
      ok: behind === 0 || served,
      found: `${behind} events to work through`,
      expected: '0, or services at work',
      advice: { zh: '服务未运行：npm start', en: 'the services do not run: `npm start`' },
    },
    {
      name: 'parked',
      ok: parked === 0,
      found: String(parked),
      expected: '0',
      advice: { zh: '有消息被搁置：fengsui parked list', en: 'messages were put aside: `fengsui parked list`' },
    },
    {
      name: 'jobs',
      ok: failing === 0,
      found: `${failing} failing`,
      expected: '0 failing',
      advice: { zh: '有到期任务反复失败，见日志', en: 'due jobs fail again and again: see the log' },
    },
  ];
}

function faultOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

const messageOf = (error: unknown): string => {
  const { message, code } = (error ?? {}) as { message?: string; code?: string };
  return message || code || String(error);
};
