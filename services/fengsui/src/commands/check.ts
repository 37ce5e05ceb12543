import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { checkText, NoText, textOfFile } from '@fengsui/reporting';
import { wordOf, type CommandOf } from '../command.js';
import type { CheckOutput } from '../shapes.js';
import { EXIT, Misuse } from '../terminal.js';

/** What a bulletin or summary says that no whole numbers give. Needs no database. */
export const CHECK_COMMAND: CommandOf = {
  name: 'check',
  about: {
    zh: '核对文稿中的数字（占比、同比、定级、预告项数）；- 为标准输入',
    en: 'check the numbers of a text; - reads standard input',
  },
  example: 'check summary.docx',
  words: [{ name: '<file>' }],
  run: async (typed, terminal) => {
    const file = wordOf(typed, 0);
    const text = await textOfFile(bytesOf(file), path.basename(file)).catch((error: unknown) => {
      throw error instanceof NoText ? new Misuse(error.message) : error;
    });
    const findings = checkText(text).map(({ certain, line, column, ...one }) => {
      return { place: `${line}:${column}`, certainty: certain ? ('certain' as const) : ('doubtful' as const), ...one };
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

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new Misuse(`${file}: ${(error as Error).message}`);
  }
}
