import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import * as path from 'node:path';
import { recordsAfter, sealsOf, verifyAudit, type Seal } from '@fengsui/access';
import { SEALS_FILE } from '@fengsui/identity';
import { flagOf, wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import type { AuditOutput } from '../shapes.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

const PAGE = 10_000;

/** Holds every record of the audit chain against the one before. */
const verify = (recent: boolean, terminal: Terminal): Promise<number> =>
  withSession('ports', async ({ ports, settings }) => {
    const beganMs = performance.now();
    const seals = [...(await sealsOf(ports.db)), ...sealsIn(path.join(settings.FENGSUI_HOME, SEALS_FILE))];
    const since = recent ? lastOf(seals) : null;
    const output: AuditOutput = await verifyAudit(ports.db, seals, since);
    const rate = Math.round((output.records / Math.max(1, performance.now() - beganMs)) * 1_000);
    terminal.result(output, () =>
      output.ok
        ? terminal.pick({
            zh: `审计链完整：${since === null ? '' : `自${since.day}封记起 `}${output.records} 条，${seals.length} 个封记，每秒 ${rate} 条`,
            en: `the audit chain is whole: ${output.records} records${since === null ? '' : ` since the seal of ${since.day}`}, ${seals.length} seals, ${rate} records a second`,
          })
        : terminal.pick({
            zh: `审计链在第 ${output.brokenAt} 条断裂`,
            en: `the audit chain is broken at record ${output.brokenAt}`,
          }),
    );
    return output.ok ? EXIT.done : EXIT.trouble;
  });

/** The seal that closes most. */
const lastOf = (seals: readonly Seal[]): Seal | null =>
  seals.reduce<Seal | null>((last, seal) => (last === null || seal.seq > last.seq ? seal : last), null);

/** Seals of the file beside the database. */
function sealsIn(file: string): Seal[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => (line === '' ? [] : [sealIn(line, `${file}:${index + 1}`)]));
}

/** @throws Misuse naming the line: a seal that cannot be read is looked at by a person */
function sealIn(line: string, place: string): Seal {
  try {
    return JSON.parse(line) as Seal;
  } catch {
    throw new Misuse(`${place}: 封记无法读取 / this seal cannot be read`);
  }
}

/** Writes the chain as one JSON array a line, for a verifier that is not ours (infra/verify-audit.mjs). */
const writeOut = (file: string, terminal: Terminal): Promise<number> =>
  withSession('ports', async ({ ports }) => {
    const out = createWriteStream(file, { mode: 0o600 });
    let records = 0;
    for (;;) {
      const page = await recordsAfter(ports.db, records, PAGE);
      for (const one of page) if (!out.write(`${JSON.stringify(one)}\n`)) await once(out, 'drain');
      records += page.length;
      if (page.length < PAGE) break;
    }
    out.end();
    await once(out, 'close');
    terminal.result({ file, records }, () => `${file}: ${records}`);
    return EXIT.done;
  });

export const AUDIT_COMMANDS: readonly CommandOf[] = [
  {
    name: 'audit verify',
    about: { zh: '核对审计链', en: 'check the audit chain' },
    example: 'audit verify',
    options: [
      {
        flags: '--since-seal',
        about: { zh: '只核对最近一次封记之后', en: 'only what came since the last seal' },
      },
    ],
    run: (typed, terminal) => verify(flagOf(typed, 'sinceSeal'), terminal),
  },
  {
    name: 'audit export',
    about: { zh: '导出审计链', en: 'write the audit chain into a file' },
    example: 'audit export audit.ndjson',
    words: [{ name: '<file>' }],
    run: (typed, terminal) => writeOut(wordOf(typed, 0), terminal),
  },
];
