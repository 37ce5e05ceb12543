import { existsSync } from 'node:fs';
import { Catalogue, type IndicatorView } from '@fengsui/reporting';
import { PlanFaults, readSettings, SettingsError, type FileFault } from '@fengsui/settings';
import { wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { faultOf, faultsTold } from './plan-check.js';

const indicators: CommandOf = {
  name: 'indicators',
  about: { zh: '指标目录', en: 'the catalogue of indicators' },
  example: 'indicators',
  run: (_, terminal) =>
    withSession('ports', async ({ ports }) => {
      const all = await ports.reporting.indicators();
      terminal.result(all, () =>
        terminal.table(
          [
            { zh: '指标', en: 'indicator' },
            { zh: '名称', en: 'label' },
            { zh: '版本', en: 'version' },
            { zh: '口径', en: 'definition' },
          ],
          all.map(({ id, label, version, definition }) => [
            id,
            label[terminal.language],
            version,
            definition[terminal.language],
          ]),
        ),
      );
      return EXIT.done;
    }),
};

const show: CommandOf = {
  name: 'indicators show',
  about: { zh: '一个指标的口径、版本和沿革', en: 'what an indicator counts, and has counted' },
  example: 'indicators show fires.count',
  words: [{ name: '<indicator>' }],
  run: (typed, terminal) =>
    withSession('ports', async ({ ports }) => {
      const id = wordOf(typed, 0);
      const [found] = await ports.reporting.indicators(id);
      if (found === undefined) throw new Misuse(`没有这个指标 / there is no indicator ${id}; fengsui indicators`);
      terminal.result(found, () => told(found, terminal));
      return EXIT.done;
    }),
};

function told({ id, label, definition, dimensions, isCounted, versions, history }: IndicatorView, terminal: Terminal) {
  const words = (zh: string, en: string): string => terminal.pick({ zh, en });
  return [
    `${id} ${label[terminal.language]}：${definition[terminal.language]}`,
    ...(isCounted ? [] : [words('尚未计数：重启服务或运行 figures rebuild', 'not counted yet: figures rebuild')]),
    ...(dimensions.length > 0 ? [`${words('可分列', 'by')}: county, ${dimensions.join(', ')}`] : []),
    ...versions.map((one) => JSON.stringify(one)),
    ...history.map(({ version, since, definition: then }) =>
      words(
        `版本 ${version} 自 ${when(since)} 起：${JSON.stringify(then)}`,
        `version ${version} since ${when(since)}: ${JSON.stringify(then)}`,
      ),
    ),
  ].join('\n');
}

const check: CommandOf = {
  name: 'indicators check',
  about: { zh: '检查指标目录，逐条给出数不到的例子', en: 'check the catalogue of a plan' },
  example: 'indicators check plans/qingyuan',
  words: [{ name: '[folder]', about: { zh: '预案目录；不写为 FENGSUI_PLAN', en: 'folder of the plan' } }],
  run: ({ words }, terminal) => {
    const folder = (words[0] as string | undefined) ?? readSettings(process.env).FENGSUI_PLAN;
    return Promise.resolve(faultsTold(faultsOf(folder), folder, terminal));
  },
};

function faultsOf(folder: string): readonly FileFault[] {
  if (!existsSync(folder)) throw new Misuse(`${folder}: 没有这个目录 / there is no such folder`);
  try {
    Catalogue.read(folder);
    return [];
  } catch (error) {
    if (error instanceof PlanFaults) return error.details;
    if (error instanceof SettingsError) return error.faults.map((fault) => faultOf(error.message, fault));
    throw error;
  }
}

export const INDICATORS_COMMANDS: readonly CommandOf[] = [indicators, show, check];
