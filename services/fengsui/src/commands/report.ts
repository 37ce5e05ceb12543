import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { NothingHeld, type ReportAsked } from '@fengsui/reporting';
import { textOf, type CommandOf, type Typed } from '../command.js';
import type { Ports } from '../one-process.js';
import { withSession } from '../session.js';
import type { ReportOutput } from '../shapes.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { AS_OF, asMisuse, instantOf, PERIOD_OF_REPORT, YEAR, yearOf } from './period.js';

export const REPORT_COMMAND: CommandOf = {
  name: 'report',
  about: {
    zh: '写出年度工作总结或任一时段的通报(.docx)',
    en: 'write the annual work summary, or a bulletin of any period (.docx)',
  },
  example: 'report --period 2020H1 -o bulletin.docx',
  options: [
    YEAR,
    PERIOD_OF_REPORT,
    { flags: '--template <name>', about: { zh: '模板，如 situation', en: 'template of the plan, such as situation' } },
    AS_OF,
    { flags: '-o, --output <file>', about: { zh: '文件', en: 'file' }, required: true },
  ],
  run: report,
};

function report(typed: Typed, terminal: Terminal): Promise<number> {
  const [year, period] = [textOf(typed, 'year'), textOf(typed, 'period')];
  if ((year === undefined) === (period === undefined))
    throw new Misuse('须写 --year 或 --period 之一 / one of --year and --period');
  const asked = {
    period: period ?? String(yearOf(year)),
    template: textOf(typed, 'template') ?? null,
    asOf: instantOf(textOf(typed, 'asOf')),
  };
  const file = textOf(typed, 'output') ?? '';
  return withSession('ports', async ({ ports }) => {
    const output = await writeReport(ports, asked, file);
    terminal.result(output, () =>
      terminal.pick({
        zh: `已写入 ${output.file}（数据截至 ${when(output.asOf)}，${output.figures}项数字）${missing(output, '缺项，未写入')}`,
        en: `written: ${output.file} (as of ${output.asOf}, ${output.figures} figures)${missing(output, 'left out, for want of figures')}`,
      }),
    );
    return EXIT.done;
  });
}

const missing = ({ missing: list }: ReportOutput, words: string): string =>
  list.length === 0 ? '' : `\n${words}:\n${list.map(({ place, what }) => `  ${place}: ${what}`).join('\n')}`;

/** Makes a report and writes it to a file. @throws Misuse when nothing is held of the period */
export async function writeReport({ reports }: Ports, asked: ReportAsked, file: string): Promise<ReportOutput> {
  const made = await asMisuse(() => reports.make(asked)).catch((error: unknown) => {
    throw error instanceof NothingHeld ? new Misuse(error.message) : error;
  });
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, made.bytes);
  return {
    file: path.resolve(file),
    year: made.year,
    period: made.period,
    asOf: made.asOf,
    figures: made.figures,
    sha256: made.sha256,
    missing: [...made.missing],
  };
}
