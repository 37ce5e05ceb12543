import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { shiftedTo } from '@fengsui/demonstration';
import { textOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, type Terminal } from '../terminal.js';

const EXAMPLES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'examples');
/** Belongs to an accident of the demonstration, and is a death within 30 days of that. */
const OF_THE_DEMONSTRATION = 'incident-follow-up.json';

export const EXAMPLES_COMMAND: CommandOf = {
  name: 'examples',
  about: {
    zh: '把示例写成此刻的时间：旧预警不再叫人',
    en: 'write the examples with times of now: a warning of long ago calls nobody',
  },
  example: 'examples --write /tmp/examples',
  options: [{ flags: '--write <dir>', about: { zh: '写到此目录', en: 'write them there' }, required: true }],
  run: (typed, terminal) => examples(textOf(typed, 'write') as string, terminal),
};

/** Writes the examples of the tree so that what they say is true now, each under its name. */
function examples(folder: string, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const now = await ports.clock.now();
    mkdirSync(folder, { recursive: true });
    const files = readdirSync(EXAMPLES)
      .filter((name) => name !== 'README.md' && name !== OF_THE_DEMONSTRATION)
      .sort()
      .map((name) => {
        const file = path.join(folder, name);
        writeFileSync(file, shiftedTo(now, readFileSync(path.join(EXAMPLES, name), 'utf8')));
        return file;
      });
    terminal.result({ files }, () =>
      terminal.pick({
        zh: `已写出 ${files.length} 个示例到 ${folder}，时间以此刻为准`,
        en: `${files.length} examples written to ${folder}, with times of now`,
      }),
    );
    return EXIT.done;
  });
}
