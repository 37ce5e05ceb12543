import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { UtcInstant } from '@fengsui/contracts';
import { textOf, type CommandOf, type Typed } from '../command.js';
import type { Ports } from '../one-process.js';
import { withSession } from '../session.js';
import type { ReportOutput } from '../shapes.js';
import { EXIT, when, type Terminal } from '../terminal.js';
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
        zh: `已写入 ${output.file}（数据截至 ${when(output.asOf)}，${output.figures}项数字）`,
        en: `written: ${output.file} (as of ${output.asOf}, ${output.figures} figures)`,
      }),
    );
    return EXIT.done;
  });
}

/** Makes the summary and writes it to a file. */
export async function writeReport(
  { summaries }: Ports,
  year: number,
  at: UtcInstant | null,
  file: string,
): Promise<ReportOutput> {
  const summary = await summaries.make(year, at);
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, summary.bytes);
  return { file: path.resolve(file), year, asOf: summary.asOf, figures: summary.figures, sha256: summary.sha256 };
}
