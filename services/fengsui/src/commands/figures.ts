import type { Figure } from '@fengsui/reporting';
import { textOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import type { FigureOutput, FiguresOutput } from '../shapes.js';
import { EXIT, type Language, type Terminal } from '../terminal.js';
import { AS_OF, instantOf, YEAR, yearOf } from './period.js';

export const FIGURES_COMMAND: CommandOf = {
  name: 'figures',
  about: { zh: '年度指标', en: 'figures of a year' },
  example: 'figures --year 2020',
  options: [YEAR, AS_OF],
  run: (typed, terminal) => figures(textOf(typed, 'year'), textOf(typed, 'asOf'), terminal),
};

/** How soon calls were answered, summed over what is not asked for. */
export const ANSWERING_COMMAND: CommandOf = {
  name: 'answering',
  about: { zh: '叫应时效：3、10、30分钟内应答率', en: 'how soon calls were answered: within 3, 10, 30 minutes' },
  example: 'answering --year 2020 --by hour',
  options: [
    YEAR,
    {
      flags: '--by <what>',
      about: { zh: '按事由、岗位、时段', en: 'by' },
      choices: ['cause', 'role', 'hour'],
      preset: 'cause',
    },
  ],
  run: (typed, terminal) =>
    withSession('ports', async ({ ports, plans }) => {
      const by = textOf(typed, 'by') as 'cause' | 'role' | 'hour';
      const year = yearOf(textOf(typed, 'year'));
      const found = await ports.reporting.answering(year);
      const keys = [...new Set(found.map((row) => row[by]))].sort((a, b) => (a < b ? -1 : 1));
      const rows = keys.map((key) => {
        const of = found.filter((row) => row[by] === key);
        const sum = (name: 'calls' | 'within3' | 'within10' | 'within30'): number =>
          of.reduce((all, row) => all + row[name], 0);
        return {
          [by]: key,
          calls: sum('calls'),
          within3: sum('within3'),
          within10: sum('within10'),
          within30: sum('within30'),
        };
      });
      const share = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)}%`;
      terminal.result({ year, by, rows, all: found }, () =>
        terminal.table(
          [
            { zh: { cause: '事由', role: '岗位', hour: '时段' }[by], en: by },
            { zh: '次数', en: 'calls' },
            { zh: '3分钟内', en: 'within 3 min' },
            { zh: '10分钟内', en: 'within 10 min' },
            { zh: '30分钟内', en: 'within 30 min' },
          ],
          rows.map(({ calls, within3, within10, within30, ...key }) => [
            by === 'role' ? plans.duty.roleName(String(key[by])) : String(key[by]),
            calls,
            share(within3, calls),
            share(within10, calls),
            share(within30, calls),
          ]),
        ),
      );
      return EXIT.done;
    }),
};

const UNITS: Record<Figure['unit'], { zh: string; en: string }> = {
  count: { zh: '起/次/个', en: 'count' },
  persons: { zh: '人', en: 'persons' },
  yuan: { zh: '元', en: 'yuan' },
  percent: { zh: '%', en: '%' },
  weeks: { zh: '周', en: 'weeks' },
  hectares: { zh: '公顷', en: 'ha' },
};
const NOTES = {
  'zero-base': { zh: '上年为0', en: 'zero base' },
  'no-base': { zh: '不可比', en: 'no base' },
  unfinished: { zh: '全年未满', en: 'unfinished' },
};

function figures(yearText: string | undefined, asOf: string | undefined, terminal: Terminal): Promise<number> {
  const year = yearOf(yearText);
  const at = instantOf(asOf);
  return withSession('ports', async ({ ports }) => {
    const found = await ports.reporting.figures(year, at);
    const output: FiguresOutput = {
      year,
      asOf: found.asOf,
      figures: found.figures.map((figure) => outputOf(figure, terminal.language)),
    };
    terminal.result(output, () =>
      terminal.table(
        [
          { zh: '指标', en: 'figure' },
          { zh: '名称', en: 'label' },
          { zh: '本年', en: 'value' },
          { zh: '上年', en: 'previous' },
          { zh: '同比%', en: 'change %' },
        ],
        output.figures.map(({ id, label, value, previous, change, changeNote }) => [
          id,
          label,
          value,
          previous,
          changeNote === null ? change : terminal.pick(NOTES[changeNote as keyof typeof NOTES]),
        ]),
      ),
    );
    return EXIT.done;
  });
}

const outputOf = (
  { id, label, value, unit, previous, change, changeNote, direction, indicator, version }: Figure,
  language: Language,
): FigureOutput => ({
  id,
  label: label[language],
  value,
  unit: UNITS[unit][language],
  previous,
  change,
  changeNote,
  direction,
  indicator,
  version,
});
