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

const UNITS: Record<Figure['unit'], { zh: string; en: string }> = {
  count: { zh: '起/次/个', en: 'count' },
  persons: { zh: '人', en: 'persons' },
  yuan: { zh: '元', en: 'yuan' },
  percent: { zh: '%', en: '%' },
  weeks: { zh: '周', en: 'weeks' },
};
const NOTES = { 'zero-base': { zh: '上年为0', en: 'zero base' }, 'no-base': { zh: '不可比', en: 'no base' } };

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
