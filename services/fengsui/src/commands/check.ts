import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { sheetsOf, Unreadable } from '@fengsui/intake';
import {
  checkDocument,
  isNothingHeld,
  NoText,
  periodInWords,
  readFileToCheck,
  type CheckedFile,
  type Held,
} from '@fengsui/reporting';
import { textOf, wordOf, type CommandOf, type Typed } from '../command.js';
import { withSession } from '../session.js';
import type { CheckOutput } from '../shapes.js';
import { EXIT, Misuse } from '../terminal.js';
import { AS_OF, asMisuse, instantOf, PERIOD_OF_REPORT, YEAR, yearOf } from './period.js';

/** What a bulletin says that no whole numbers give; with a year or period, also what the store has otherwise. */
export const CHECK_COMMAND: CommandOf = {
  name: 'check',
  about: {
    zh: '核对文稿中的数字（占比、同比、合计、定级、单位、前后不一）；写明年份或时段则与库中数字核对；- 为标准输入',
    en: 'check the numbers of a text, with a year or period against the store; - reads standard input',
  },
  example: 'check summary.docx --year 2020',
  words: [{ name: '<file>' }],
  options: [YEAR, PERIOD_OF_REPORT, AS_OF],
  run: async (typed, terminal) => {
    const file = wordOf(typed, 0);
    const read = await readHere(file);
    const findings = checkDocument(read, await heldFor(typed)).map(({ certain, ...one }) => {
      return { ...one, certainty: certain ? ('certain' as const) : ('doubtful' as const) };
    });
    terminal.result({ file, findings } satisfies CheckOutput, () =>
      findings.length === 0
        ? terminal.pick({ zh: '未发现数字问题', en: 'no number is found wrong' })
        : findings
            .map(({ place, certainty, printed, possible, text: around }) => {
              const words = certainty === 'certain' ? { zh: '错误', en: 'wrong' } : { zh: '存疑', en: 'doubtful' };
              return `${file}:${place} ${terminal.pick(words)} ${printed}\n  ${possible}\n  …${around}…`;
            })
            .join('\n'),
    );
    return findings.some(({ certainty }) => certainty === 'certain') ? EXIT.foundWrong : EXIT.done;
  },
};

async function readHere(file: string): Promise<CheckedFile> {
  const name = path.basename(file);
  const bytes = bytesOf(file);
  try {
    if (!/\.xlsx$/i.test(name)) return await readFileToCheck(bytes, name);
    const sheets = await sheetsOf(bytes);
    const text = sheets.flatMap(({ rows }) => rows.map((cells) => cells.join(' '))).join('\n');
    return { text, tables: sheets };
  } catch (error) {
    throw error instanceof NoText || error instanceof Unreadable ? new Misuse(error.message) : error;
  }
}

/** Figures to which the text is held; none where no year or period is named: then no database is needed. */
async function heldFor(typed: Typed): Promise<Held | undefined> {
  const [year, period] = [textOf(typed, 'year'), textOf(typed, 'period')];
  const asOf = instantOf(textOf(typed, 'asOf'));
  if (year !== undefined && period !== undefined)
    throw new Misuse('--year 与 --period 只写一个 / only one of --year and --period');
  if (year === undefined && period === undefined) {
    if (asOf !== null) throw new Misuse('--as-of 须同时写 --year 或 --period / needs --year or --period');
    return undefined;
  }
  const asked = { period: period ?? String(yearOf(year)), asOf };
  return withSession('ports', async ({ ports }) => {
    const found = await asMisuse(() => ports.reporting.figures(asked));
    if (isNothingHeld(found.figures))
      throw new Misuse(`库中没有${asked.period}的数据，无从核对 / nothing is held of ${asked.period}`);
    return { figures: found.figures, period: periodInWords(found.period) };
  });
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new Misuse(`${file}: ${(error as Error).message}`);
  }
}
