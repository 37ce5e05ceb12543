import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { demonstration } from '@fengsui/demonstration';
import { textOf, type CommandOf } from '../command.js';
import { settingsOfInstallation } from '../installation.js';
import { readPlans } from '../one-process.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';
import { missingCounties } from './missing-counties.js';
import { up } from './up.js';

export const DEMO_COMMAND: CommandOf = {
  name: 'demo',
  about: {
    zh: '播放演示（同 up --once），或写成文件',
    en: 'play the demonstration (as up --once), or write it as files',
  },
  example: 'demo --write /tmp/demo',
  options: [{ flags: '--write <dir>', about: { zh: '写成可喂入的文件', en: 'write it as files that feed takes' } }],
  run: (typed, terminal) => {
    const folder = textOf(typed, 'write');
    return folder === undefined ? up({ once: true }, terminal) : writeDemonstration(folder, terminal);
  },
};

/** Writes the demonstration years as the files that they are made of, in the order in which they reached the doors. */
async function writeDemonstration(folder: string, terminal: Terminal): Promise<number> {
  const { response, duty } = readPlans(settingsOfInstallation().FENGSUI_PLAN);
  const missing = missingCounties(response);
  if (missing !== null) throw new Misuse(`${missing.zh} / ${missing.en}`);
  const deliveries = demonstration({ ...response, roster: duty.roster });
  mkdirSync(folder, { recursive: true });
  const bar = terminal.progress({ zh: '写出', en: 'writing' }, deliveries.length);
  const files = deliveries.map(({ name, text }, index) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    bar.at(index + 1);
    return file;
  });
  bar.end();
  terminal.result({ files }, () =>
    terminal.pick({
      zh: `已写出 ${files.length} 个文件到 ${folder}`,
      en: `${files.length} files written to ${folder}`,
    }),
  );
  return EXIT.done;
}
