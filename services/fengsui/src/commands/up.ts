import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { ownFile, type Settings } from '@fengsui/settings';
import { castDemonstration, DEMONSTRATION_PASSWORD, osUserHere } from '@fengsui/access';
import { LEVEL_IN_CHINESE, shanghaiMinute } from '@fengsui/contracts';
import { connect, playState } from '@fengsui/database';
import {
  begin,
  demonstration,
  play,
  REPORT_YEAR,
  scriptHash,
  type Delivery,
  type DemonstrationCity,
} from '@fengsui/demonstration';
import { endWithinSeconds, whoRuns } from '@fengsui/service';
import type { CommandOf } from '../command.js';
import { ROOT, settingsOfInstallation } from '../installation.js';
import { firstLink } from '@fengsui/identity';
import { holdsInputs } from '@fengsui/intake';
import { isNothingHeld } from '@fengsui/reporting';
import { readPlans, stageOf, startOneProcess, type OneProcess, type Plans } from '../one-process.js';
import { startProcesses, type Processes } from '../processes.js';
import { workedThrough } from '../session.js';
import { openStore, type Store } from '../store.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';
import { writeReport } from './report.js';
import { missingCounties } from './missing-counties.js';

export const UP_COMMAND: CommandOf = {
  name: 'up',
  about: {
    zh: '启动数据库和全部服务；首次启动播放演示',
    en: 'bring up the database and all services; play the demonstration the first time',
  },
  example: 'up --once',
  options: [
    {
      flags: '--once',
      about: { zh: '播放演示、写出总结后退出', en: 'play the demonstration, write the summary, exit' },
    },
    { flags: '--empty', about: { zh: '不装演示数据', en: 'without demonstration data' } },
    { flags: '--processes', about: { zh: '每个服务一个进程', en: 'one process a service' } },
    { flags: '--fresh', about: { zh: '先清空本机全部数据', en: 'remove all data of this installation first' } },
  ],
  run: ({ options }, terminal) => up(options as UpOptions, terminal),
};

export const CONSOLE_COMMAND: CommandOf = {
  name: 'console',
  about: {
    zh: '只开值守页、接入口和查询接口（服务在别处运行）',
    en: 'the duty page, the doors and the query API alone (the services run elsewhere)',
  },
  example: 'console',
  run: (_, terminal) => openConsole(terminal),
};

type UpOptions = Readonly<{ once?: boolean; empty?: boolean; fresh?: boolean; processes?: boolean }>;

/**
 * Brings everything up, in one process or, with `processes`, one a service: database, demonstration where there is
 * none, report, and then the live doors until Ctrl-C.
 */
export async function up(
  { once = false, empty = false, fresh = false, processes = false }: UpOptions,
  terminal: Terminal,
): Promise<number> {
  const settings = settingsOfInstallation();
  const plans = readPlans(settings.FENGSUI_PLAN);
  const stopping = untilSignal();
  terminal.say({ zh: '· 数据库', en: '· database' });
  const store = await openStore(settings);
  let running: OneProcess | null = null;
  let others: Processes | null = null;
  try {
    const script = await scriptToPlay(store, plans, empty, fresh, terminal);
    if (processes) others = await startProcesses(store.url, settings);
    running = await startOneProcess(
      store.url,
      { ...settings, LOG_LEVEL: script === null ? settings.LOG_LEVEL : 'warn' },
      plans,
      {
        services: !processes,
        http: !once,
      },
    );
    if (script !== null && !(await playScript(script, running, terminal, stopping))) return EXIT.done;
    await workedThrough(running.ports);
    await giveAccounts(running, plans, settings, terminal);
    if (!empty) await showResult(running, terminal, once);
    if (once) return EXIT.done;
    sayReady(running, terminal);
    const lost = await Promise.race([stopping.signal.then(() => false), store.gone.then(() => true)]);
    if (lost) return databaseGone(terminal);
    terminal.say({ zh: '正在停止……', en: 'stopping …' });
    return EXIT.done;
  } finally {
    await running?.stop();
    await others?.stop();
    await store.release();
    stopping.end();
  }
}

const LINK_FILE = 'first-administrator.link';

/** A demonstration gets its accounts; an installation of one's own the link for its first administrator. */
async function giveAccounts(
  { ports, address }: OneProcess,
  plans: Plans,
  settings: Settings,
  terminal: Terminal,
): Promise<void> {
  const { db, clock } = ports;
  const cast = {
    authority: plans.response.flood.authority,
    persons: [...plans.duty.people.values()].filter(({ id }) => id !== plans.duty.roster.desk),
    osUser: osUserHere(),
  };
  const [names, link] = await db.transaction(async (tx) => {
    const now = await clock.now(tx);
    return [await castDemonstration(tx, cast, now), address === null ? null : await firstLink(tx, now)] as const;
  });
  if (names.length > 0)
    terminal.say({
      zh: `\n【演示数据】演示账号（仅限本机）：${names.join(' ')}，密码 ${DEMONSTRATION_PASSWORD}`,
      en: `\ndemonstration accounts (this machine only): ${names.join(' ')}, password ${DEMONSTRATION_PASSWORD}`,
    });
  if (link !== null && settings.LOG_FORMAT === 'json') {
    // What such a process says is collected and kept: a secret goes to a file of ours.
    rmSync(path.join(settings.FENGSUI_HOME, LINK_FILE), { force: true });
    ownFile(settings.FENGSUI_HOME, LINK_FILE, () => `${address}/account#first=${link}\n`);
    return terminal.say({
      zh: `\n尚无安全管理员：60分钟内打开一次 ${LINK_FILE}（FENGSUI_HOME 内）中的链接`,
      en: `\nno security administrator yet: open the link in ${LINK_FILE} in FENGSUI_HOME once within 60 minutes`,
    });
  }
  if (link !== null)
    terminal.say({
      zh: `\n尚无安全管理员。60分钟内打开一次：${address}/account#first=${link}`,
      en: `\nno security administrator yet. Open once within 60 minutes: ${address}/account#first=${link}`,
    });
}

/** Without its database nothing here goes on, and nothing would say so: whoever started us starts us again. */
function databaseGone(terminal: Terminal): number {
  terminal.say({
    zh: '内置数据库已意外终止（被杀或崩溃），本进程随之结束；请重新启动，已提交的数据不受影响',
    en: 'the embedded database has ended by itself (killed, or crashed), and so does this process: start it again, nothing that was committed is lost',
  });
  endWithinSeconds('fengsui');
  return EXIT.trouble;
}

const sayReady = ({ address }: OneProcess, terminal: Terminal): void =>
  terminal.say({
    zh: `\n服务已就绪：${address}（值守页），查询接口 ${address}/v1/levels 等。按 Ctrl-C 停止。`,
    en: `\nready: ${address} (duty page), query API ${address}/v1/levels and so on. Ctrl-C stops.`,
  });

/** The duty page, the doors and the query API alone, until Ctrl-C: the services work elsewhere on this database. */
async function openConsole(terminal: Terminal): Promise<number> {
  const settings = settingsOfInstallation();
  const stopping = untilSignal();
  const store = await openStore(settings);
  let running: OneProcess | null = null;
  try {
    const plans = readPlans(settings.FENGSUI_PLAN);
    running = await startOneProcess(store.url, settings, plans, { services: false, http: true });
    await giveAccounts(running, plans, settings, terminal);
    sayReady(running, terminal);
    await stopping.signal;
    return EXIT.done;
  } finally {
    await running?.stop();
    await store.release();
    stopping.end();
  }
}

/** The city that the demonstration is played for. */
const cityOf = ({ response, duty }: Plans): DemonstrationCity => ({ ...response, roster: duty.roster });

/** The script that is still to be played, with the clock set for it; null when there is nothing to play. */
async function scriptToPlay(
  store: Store,
  plans: Plans,
  empty: boolean,
  fresh: boolean,
  terminal: Terminal,
): Promise<readonly Delivery[] | null> {
  const db = await connect(store.url, 'fengsui up', 2);
  try {
    const runner = await whoRuns(db);
    if (runner !== null)
      throw new Misuse(
        `服务已在运行：进程 ${runner.process}，自 ${shanghaiMinute(runner.since)} / the services are running already: process ${runner.process}, since ${runner.since}`,
      );
    if (fresh) await store.wipe();
    const state = await playState(db);
    if (state.state === 'ended') {
      terminal.say({
        zh: '· 演示数据已播放过，不再重复',
        en: '· the demonstration was played before and is not played again',
      });
      return null;
    }
    if (state.state === 'none' && (empty || (await holdsInputs(db)))) {
      if (!empty)
        terminal.say({
          zh: '· 已有业务数据，不播放演示',
          en: '· there are data of your own: the demonstration is not played into them',
        });
      return null;
    }
    if (empty)
      throw new Misuse(
        '演示尚未播放完：先 npm start 播完，或 npm start -- --empty --fresh 清空 / the demonstration was cut off: finish it with `npm start`, or clear it with `npm start -- --empty --fresh`',
      );
    const missing = missingCounties(plans.response);
    if (missing !== null) {
      terminal.say({ zh: `· ${missing.zh}，不播放演示`, en: `· ${missing.en}: it is left out` });
      return null;
    }
    const script = demonstration(cityOf(plans));
    if (state.state === 'cut-off' && state.script === scriptHash(script)) {
      terminal.say({
        zh: `· 演示上次中断于 ${state.delivered}/${state.deliveries}，继续播放`,
        en: `· the demonstration was cut off at ${state.delivered}/${state.deliveries} and goes on`,
      });
      return script;
    }
    if (state.state === 'cut-off') {
      terminal.say({
        zh: '· 上次中断的演示与当前预案不符，重新开始',
        en: '· the demonstration that was cut off was another one: starting clean',
      });
      await store.wipe();
    }
    await begin(db, script);
    return script;
  } finally {
    await db.destroy();
  }
}

/** @returns false when it was stopped half-way */
async function playScript(
  script: readonly Delivery[],
  { ports }: OneProcess,
  terminal: Terminal,
  stopping: Stopping,
): Promise<boolean> {
  const bar = terminal.progress({ zh: '演示 2019-2020', en: 'demonstration 2019-2020' }, script.length);
  try {
    const skippedRollups = await play(script, stageOf(ports), (delivered, at) => {
      bar.at(delivered, shanghaiMinute(at).slice(0, 10));
      if (stopping.stopped()) throw new Stopped();
    });
    bar.end();
    for (const [name, next] of Object.entries(skippedRollups))
      terminal.say({
        zh: `· 演示结束至今的${name === 'daily' ? '每日' : '年度'}汇总不补做，下次 ${shanghaiMinute(next)}`,
        en: `· the ${name} roll-ups between the demonstration and now are skipped; next ${next}`,
      });
    return true;
  } catch (error) {
    bar.end();
    if (!(error instanceof Stopped)) throw error;
    terminal.say({
      zh: '演示已中断，下次运行从中断处继续',
      en: 'the demonstration was stopped; the next run goes on from there',
    });
    return false;
  }
}

class Stopped extends Error {}

async function showResult({ ports }: OneProcess, terminal: Terminal, once: boolean): Promise<void> {
  const { figures } = await ports.reporting.figures({ period: String(REPORT_YEAR) });
  if (isNothingHeld(figures)) {
    const words = {
      zh: `没有${REPORT_YEAR}年的数据，未写年度总结`,
      en: `nothing is held of ${REPORT_YEAR}: no summary`,
    };
    return terminal.result({ report: null, figures: [] }, () => terminal.pick(words));
  }
  const value = (id: string): string => String(figures.find((figure) => figure.id === id)?.value ?? '—');
  const { file, figures: printed } = await writeReport(
    ports,
    { period: String(REPORT_YEAR) },
    path.join(ROOT, 'out', `annual-summary-${REPORT_YEAR}.docx`),
  );
  const calls = await ports.duty.calls(false);
  const count = (state: string): number => calls.filter((call) => call.state === state).length;
  const [level] = await ports.response.levels();
  terminal.result(
    {
      report: file,
      figuresPrinted: printed,
      calls: { answered: count('answered'), unanswered: count('unanswered'), ringing: count('ringing') },
      figures: figures.map(({ id, value: v }) => ({ id, value: v })),
    },
    () =>
      terminal.pick({
        zh: `
【演示数据】2019-2020 两年已入库。${REPORT_YEAR}年：
  防汛应急响应   Ⅳ级启动 ${value('response.flood.level4.started')} 次，Ⅲ级 ${value('response.flood.level3.started')} 次；当前${LEVEL_IN_CHINESE[level?.level ?? 'none']}
  安全转移群众   ${value('transfers.people')} 人
  生产安全事故   ${value('accidents.count')} 起，死亡 ${value('accidents.deaths')} 人
  火灾           ${value('fires.count')} 起；森林火灾 ${value('forestFires.count')} 起(核查反馈火情 ${value('wildfires.judged')} 起)
  呼叫（两年）   已应答 ${count('answered')}，无人应答 ${count('unanswered')}
年度总结：${file}(${printed}项数字)
接下来可以试试：
  npx fengsui figures --year ${REPORT_YEAR}          每项数字与同比
  npx fengsui trace fires.count --year ${REPORT_YEAR} 每个数字背后的事件和原始报文
  npx fengsui examples --write out/examples           示例，时间写成此刻
  npx fengsui feed out/examples/warning-rain-red.cap.xml   喂入一条预警，看建议、呼叫${once ? '(先 npm start 保持服务运行)' : ''}`,
        en: `
Demonstration data of 2019 and 2020 are in. ${REPORT_YEAR}:
  flood responses   level IV started ${value('response.flood.level4.started')} times, level III ${value('response.flood.level3.started')}; now ${level?.level ?? 'none'}
  people moved      ${value('transfers.people')}
  accidents         ${value('accidents.count')}, ${value('accidents.deaths')} deaths
  fires             ${value('fires.count')}; forest fires ${value('forestFires.count')} (of ${value('wildfires.judged')} fires judged)
  calls (2 years)   ${count('answered')} answered, ${count('unanswered')} unanswered
annual summary: ${file} (${printed} figures)
try next:
  npx fengsui figures --year ${REPORT_YEAR}
  npx fengsui trace fires.count --year ${REPORT_YEAR}
  npx fengsui examples --write out/examples
  npx fengsui feed out/examples/warning-rain-red.cap.xml`,
      }),
  );
}

type Stopping = Readonly<{ signal: Promise<void>; stopped: () => boolean; end: () => void }>;

/** Ctrl-C and a service manager's SIGTERM. A second one does not cut short what is being brought down in order. */
function untilSignal(): Stopping {
  let stopped = false;
  let wake: () => void = () => undefined;
  const signal = new Promise<void>((resolve) => (wake = resolve));
  const onSignal = (): void => {
    if (!stopped) endWithinSeconds('fengsui');
    stopped = true;
    wake();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal, stopped: () => stopped, end: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}
