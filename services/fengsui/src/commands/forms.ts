import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { INDUSTRIES } from '@fengsui/contracts';
import { nameOfValue, type Figure, type FigureParts } from '@fengsui/reporting';
import { textOf, type CommandOf, type Typed } from '../command.js';
import { withSession, type Session } from '../session.js';
import { workbook, type Sheet } from '../sheets.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { AS_OF, askedIn, asMisuse, PERIOD } from './period.js';

/** The statutory forms of a period, each a sheet, with the total that the figures give. */
export const FORMS_COMMAND: CommandOf = {
  name: 'figures forms',
  about: {
    zh: '统计报表（B1 按行业、B2 按地区），写成 .xlsx',
    en: 'statutory forms by industry and by county, as .xlsx',
  },
  example: 'figures forms --period 2020H1 -o forms.xlsx',
  options: [
    ...PERIOD.filter(({ flags }) => !flags.startsWith('--county') && !flags.startsWith('--against')),
    AS_OF,
    { flags: '-o, --output <file>', about: { zh: '文件', en: 'file' }, required: true },
  ],
  run: forms,
};

function forms(typed: Typed, terminal: Terminal): Promise<number> {
  const asked = askedIn(typed);
  const file = path.resolve(textOf(typed, 'output') ?? '');
  if (!/\.xlsx$/i.test(file)) throw new Misuse(`${file}: .xlsx`);
  return withSession('ports', async (session) => {
    const { plans, ports } = session;
    const { figures } = await asMisuse(() => ports.reporting.figures(asked));
    const sheets: Sheet[] = [];
    for (const { id, title, by, columns, verified } of plans.reporting.forms) {
      const parts = await ports.reporting.parts(asked, by);
      const of = columns.map((column) => figures.find((figure) => figure.id === column) as Figure);
      const above = [
        `${id} ${title}`,
        `${parts.period.from} 至 ${parts.period.to}，数据截至 ${parts.asOf === null ? '' : when(parts.asOf)}${verified ? '' : '（表式未经核定）'}`,
      ];
      const head = [by === 'county' ? '地区' : '行业', ...of.map(({ label, unit }) => `${label.zh}${IN[unit] ?? ''}`)];
      const total = ['合计', ...of.map((figure) => amount(figure, figure.value))];
      sheets.push({ name: id, above, head, rows: [total, ...rowsOf(session, by, parts, of)] });
    }
    writeFileSync(file, await workbook(sheets));
    terminal.result({ file, forms: sheets.map(({ name, rows }) => ({ id: name, rows: rows.length })) }, () =>
      terminal.pick({ zh: `已写入 ${file}`, en: `written: ${file}` }),
    );
    return EXIT.done;
  });
}

const IN: Readonly<Record<string, string>> = { yuan: '（万元）', persons: '（人）', count: '（起）' };

/** Every industry, or every county of the city; also those without any, and what lies elsewhere. */
function rowsOf({ plans }: Session, by: string, parts: FigureParts, figures: readonly Figure[]): Sheet['rows'] {
  const { counties } = plans.response;
  const known = by === 'county' ? counties.all().map(({ code }) => code) : by === 'industry' ? INDUSTRIES : [];
  const ids = new Set(figures.map(({ id }) => id));
  const own = parts.figures.filter(({ id }) => ids.has(id));
  const found = own.flatMap(({ rows }) => rows.flatMap(({ key, value }) => ((value ?? 0) > 0 ? [key] : [])));
  const valueOf = (figure: Figure, key: string): number =>
    parts.figures.find(({ id }) => id === figure.id)?.rows.find((row) => row.key === key)?.value ?? 0;
  return [...new Set([...known, ...found])].map((key) => [
    by === 'county' ? counties.nameOf(key) : nameOfValue(key),
    ...figures.map((figure) => (figure.value === null ? null : amount(figure, valueOf(figure, key)))),
  ]);
}

/** Money in 万元, to the yuan. */
const amount = ({ unit }: Figure, value: number | null): number | null =>
  value === null || unit !== 'yuan' ? value : Math.round(value) / 10_000;
