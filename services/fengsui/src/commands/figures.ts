import type { Figure, Figures } from '@fengsui/reporting';
import { textOf, type CommandOf, type Typed } from '../command.js';
import { withSession } from '../session.js';
import type { FigureOutput, FigurePartsOutput, FiguresOutput, FiguresRebuildOutput } from '../shapes.js';
import { SHEET_OPTIONS, writeSheets, writtenIn } from '../sheets.js';
import { EXIT, Misuse, type Language, type Terminal } from '../terminal.js';
import { AS_OF, askedIn, asMisuse, PERIOD, YEAR, yearOf } from './period.js';

export const FIGURES_COMMAND: CommandOf = {
  name: 'figures',
  about: { zh: '任一时段的指标', en: 'figures of any period' },
  example: 'figures --period 2020H1 --county 441881',
  options: [
    ...PERIOD,
    AS_OF,
    {
      flags: '--by <dimension>',
      about: {
        zh: '按 county（县）、industry（行业）、grade（等级）、hour（时段）、cause（事由）等分列',
        en: 'told apart by county, industry, grade, hour, cause and the like',
      },
    },
    ...SHEET_OPTIONS,
  ],
  run: (typed, terminal) => {
    const by = textOf(typed, 'by');
    return by === undefined ? figures(typed, terminal) : parts(typed, by, terminal);
  },
};

export const FIGURES_REBUILD_COMMAND: CommandOf = {
  name: 'figures rebuild',
  about: { zh: '由事实重新计数', en: 'count indicators anew from their facts' },
  example: 'figures rebuild --indicator fires.count',
  options: [{ flags: '--indicator <id>', about: { zh: '只重计一个指标', en: 'only this indicator' } }],
  run: (typed, terminal) => {
    const id = textOf(typed, 'indicator');
    return withSession('ports', async ({ ports }) => {
      const indicators = await ports.reporting.rebuild(id === undefined ? null : [id]);
      if (indicators.length === 0) throw new Misuse(`没有这个计数指标 / no indicator that counts facts: ${id ?? ''}`);
      terminal.result({ indicators: [...indicators] } satisfies FiguresRebuildOutput, () =>
        terminal.table(
          [
            { zh: '指标', en: 'indicator' },
            { zh: '事实', en: 'facts' },
            { zh: '原', en: 'before' },
            { zh: '今', en: 'after' },
          ],
          indicators.map(({ id: of, facts, before, after }) => [of, facts, before, after]),
        ),
      );
      return EXIT.done;
    });
  },
};

/** How soon calls were answered, summed over what is not asked for. */
export const ANSWERING_COMMAND: CommandOf = {
  name: 'answering',
  about: { zh: '叫应时效：3、10、30分钟内应答率', en: 'how soon calls were answered: within 3, 10, 30 minutes' },
  example: 'answering --year 2020 --by hour',
  options: [
    { ...YEAR, required: true },
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
  'zero-base': { zh: '基数为0', en: 'zero base' },
  'no-base': { zh: '不可比', en: 'no base' },
  unfinished: { zh: '未满', en: 'unfinished' },
  'other-definition': { zh: '口径不同', en: 'other definition' },
};
const noteOf = (note: string | null, terminal: Terminal): string | null =>
  note === null ? null : terminal.pick(NOTES[note as keyof typeof NOTES]);

const headOf = ({ year, period, county, against, asOf }: Omit<Figures, 'figures'>) => ({
  year,
  period: period.name,
  from: period.from,
  to: period.to,
  county,
  against,
  asOf,
});

function figures(typed: Typed, terminal: Terminal): Promise<number> {
  const asked = askedIn(typed);
  return withSession('ports', async ({ ports }) => {
    const { figures: found, ...head } = await asMisuse(() => ports.reporting.figures(asked));
    const output: FiguresOutput = {
      ...headOf(head),
      figures: found.map((figure) => outputOf(figure, terminal.language)),
    };
    const base = output.figures[0]?.base.period ?? '';
    const restated = output.figures.filter((one) => one.base.restated.length > 0);
    const written = await writeSheets(typed, {
      name: output.period,
      head: ['id', 'label', 'unit', 'value', 'previous', 'change', 'changeNote', 'base', 'version', 'definition'],
      rows: found.map((one) => [
        one.id,
        one.label[terminal.language],
        UNITS[one.unit][terminal.language],
        one.value,
        one.previous,
        one.change,
        one.changeNote,
        one.base.kind,
        one.version,
        one.definition[terminal.language],
      ]),
    });
    terminal.result(output, () =>
      [
        ...writtenIn(written, terminal),
        terminal.table(
          [
            { zh: '指标', en: 'figure' },
            { zh: '名称', en: 'label' },
            { zh: output.period, en: output.period },
            { zh: base, en: base },
            { zh: '变化%', en: 'change %' },
          ],
          output.figures.map(({ id, label, value, previous, change, changeNote }) => [
            id,
            label,
            value,
            previous,
            noteOf(changeNote, terminal) ?? change,
          ]),
        ),
        ...restated.map(({ id, base: { published, value, restated: cases } }) =>
          terminal.pick({
            zh: `${id} 基数重述 ${published ?? ''} → ${value ?? ''}：${cases.map((one) => `${one.case} ${one.reason}`).join('；')}`,
            en: `${id} base restated ${published ?? ''} → ${value ?? ''}: ${cases.map((one) => `${one.case} ${one.reason}`).join('; ')}`,
          }),
        ),
      ].join('\n'),
    );
    return EXIT.done;
  });
}

function parts(typed: Typed, by: string, terminal: Terminal): Promise<number> {
  const asked = askedIn(typed);
  return withSession('ports', async ({ ports }) => {
    const { figures: found, by: field, ...head } = await asMisuse(() => ports.reporting.parts(asked, by));
    const output: FigurePartsOutput = {
      ...headOf(head),
      by: field,
      figures: found.map(({ id, label, unit, rows }) => ({
        id,
        label: label[terminal.language],
        unit: UNITS[unit][terminal.language],
        rows,
      })),
    };
    const written = await writeSheets(typed, {
      name: output.period,
      head: ['id', 'label', 'unit', by, 'value', 'previous', 'change', 'changeNote'],
      rows: output.figures.flatMap(({ id, label, unit, rows }) =>
        rows.map((row) => [id, label, unit, row.key, row.value, row.previous, row.change, row.changeNote]),
      ),
    });
    terminal.result(output, () =>
      [
        ...writtenIn(written, terminal),
        terminal.table(
          [
            { zh: '指标', en: 'figure' },
            { zh: by, en: by },
            { zh: output.period, en: output.period },
            { zh: '基数', en: 'base' },
            { zh: '变化%', en: 'change %' },
          ],
          output.figures.flatMap(({ id, rows }) =>
            rows.map(({ key, value, previous, change, changeNote }) => [
              id,
              key,
              value,
              previous,
              noteOf(changeNote, terminal) ?? change,
            ]),
          ),
        ),
      ].join('\n'),
    );
    return EXIT.done;
  });
}

const outputOf = (
  { id, label, value, unit, previous, change, changeNote, direction, indicator, version, since, base }: Figure,
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
  since,
  base: { ...base, restated: base.restated.map((one) => ({ ...one, reason: one.reason[language] })) },
});
