import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { settingsOfInstallation } from '../installation.js';
import { readPlans } from '../one-process.js';
import { EXIT, type Terminal } from '../terminal.js';
import { demonstrationOf } from './up.js';

/** Writes the demonstration years as the files that they are made of, in the order in which they reached the doors. */
export async function writeDemonstration(folder: string, terminal: Terminal): Promise<number> {
  const deliveries = demonstrationOf(readPlans(settingsOfInstallation().FENGSUI_PLAN));
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
    terminal.pick({ zh: `已写出 ${files.length} 个文件到 ${folder}`, en: `${files.length} files written to ${folder}` }),
  );
  return EXIT.done;
}
