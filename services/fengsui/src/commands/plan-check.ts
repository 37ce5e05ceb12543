import { DutyPlan } from '@fengsui/duty';
import { IntakePlan } from '@fengsui/intake';
import { ReportingPlan, templateFaults } from '@fengsui/reporting';
import { ResponsePlan } from '@fengsui/response';
import { PlanFaults, readSettings, SettingsError, type FileFault } from '@fengsui/settings';
import { WildfirePlan } from '@fengsui/wildfire';
import type { CommandOf } from '../command.js';
import { EXIT, type Terminal } from '../terminal.js';

/** Whether a city's plan may be used: every file of it, whatever else is wrong. */
export const PLAN_CHECK_COMMAND: CommandOf = {
  name: 'plan check',
  about: { zh: '检查预案，逐条给出会误判的例子', en: 'check a plan, with a case for each fault' },
  example: 'plan check plans/qingyuan',
  words: [{ name: '[folder]', about: { zh: '预案目录；不写为 FENGSUI_PLAN', en: 'folder of the plan' } }],
  run: ({ words }, terminal) => {
    const folder = (words[0] as string | undefined) ?? readSettings(process.env).FENGSUI_PLAN;
    return Promise.resolve(faultsTold(faultsIn(folder), folder, terminal));
  },
};

/** @returns the exit code: 2 where there is a fault */
export function faultsTold(faults: readonly FileFault[], folder: string, terminal: Terminal): number {
  const ok = faults.length === 0;
  terminal.result({ ok, faults }, () =>
    ok
      ? terminal.pick({ zh: `${folder}：没有发现问题`, en: `${folder}: nothing wrong was found` })
      : terminal.table(
          [
            { zh: '文件', en: 'file' },
            { zh: '位置', en: 'place' },
            { zh: '问题', en: 'fault' },
            { zh: '例如', en: 'for example' },
          ],
          faults.map(({ file, place, fault, counterExample }) => [file, place, fault, counterExample]),
        ),
  );
  return ok ? EXIT.done : EXIT.misuse;
}

/** Each reader by itself, so that one broken file does not hide what is wrong with the others. */
function faultsIn(folder: string): readonly FileFault[] {
  const readers = [
    ...[IntakePlan, ResponsePlan, WildfirePlan, DutyPlan].map((plan) => () => void plan.read(folder)),
    () => templateFaults(ReportingPlan.read(folder)),
  ];
  const found = readers.flatMap((read): FileFault[] => {
    try {
      return [...(read() ?? [])];
    } catch (error) {
      if (error instanceof PlanFaults) return [...error.details];
      if (error instanceof SettingsError) return error.faults.map((fault) => faultOf(error.message, fault));
      throw error;
    }
  });
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

/** `row 3/organiser: must match …` of `plans/x/risk-points.csv does not fit: …`. */
export function faultOf(message: string, said: string): FileFault {
  const file = /[^\s]+\.(?:yaml|csv|geojson)/.exec(message)?.[0] ?? '';
  const [, place = '', fault = said] = /^([^:：]{1,80})[:：]\s*(.*)$/s.exec(said) ?? [];
  return { file, place, fault, counterExample: '' };
}
