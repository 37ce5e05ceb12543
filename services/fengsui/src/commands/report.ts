import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { UtcInstant } from '@fengsui/contracts';
import { NothingHeld } from '@fengsui/reporting';
import { textOf, type CommandOf, type Typed } from '../command.js';
import type { Ports } from '../one-process.js';
import { withSession } from '../session.js';
import type { ReportOutput } from '../shapes.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { AS_OF, instantOf, YEAR, yearOf } from './period.js';

export const REPORT_COMMAND: CommandOf = {
  name: 'report',
  about: { zh: '写出年度工作总结(.docx)', en: 'write the annual work summary (.docx)' },
  example: 'report --year 2020 -o summary.docx',
  options: [YEAR, AS_OF, { flags: '-o, --output <file>', about: { zh: '文件', en: 'file' }, required: true }],
  run: report,
};

function report(typed: Typed, terminal: Terminal): Promise<number> {
  const year = yearOf(textOf(typed, 'year'));
  const at = instantOf(textOf(typed, 'asOf'));
  const file = textOf(typed, 'output') ?? '';
  return withSession('ports', async ({ ports }) => {
    const output = await writeReport(ports, year, at, file);
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

/** Makes the summary and writes it to a file. @throws Misuse when nothing is held of the year */
export async function writeReport(
  { summaries }: Ports,
  year: number,
  at: UtcInstant | null,
  file: string,
): Promise<ReportOutput> {
  const summary = await summaries.make(year, at).catch((error: unknown) => {
    throw error instanceof NothingHeld ? new Misuse(error.message) : error;
  });
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, summary.bytes);
  return {
    file: path.resolve(file),
    year,
    asOf: summary.asOf,
    figures: summary.figures,
    sha256: summary.sha256,
    missing: [...summary.missing],
  };
}
