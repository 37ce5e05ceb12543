import { readdirSync, statSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { osUserHere } from '@fengsui/access';
import { BadPayload, payloadIn, spool, wordsInChinese, type Payload } from '@fengsui/intake';
import { flagOf, textOf, type CommandOf } from '../command.js';
import { workedThrough, withSession } from '../session.js';
import type { FeedOutput } from '../shapes.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

export const FEED_COMMAND: CommandOf = {
  name: 'feed',
  about: { zh: '喂入文件、目录或标准输入', en: 'feed files, folders or standard input' },
  example: 'feed examples/',
  words: [
    {
      name: '<paths...>',
      about: { zh: '文件、目录，或 - 表示标准输入', en: 'files, folders, or - for standard input' },
    },
  ],
  options: [
    { flags: '--as <format>', about: { zh: '指定格式', en: 'take it as this format' } },
    { flags: '--dry-run', about: { zh: '只检查，不入库', en: 'check only, keep nothing' } },
  ],
  run: (typed, terminal) =>
    feed(typed.words[0] as string[], { as: textOf(typed, 'as'), dryRun: flagOf(typed, 'dryRun') }, terminal),
};

type Options = Readonly<{ as: string | undefined; dryRun: boolean }>;

/** Feeds files, folders or standard input through the same reading as every other door. */
async function feed(paths: readonly string[], { as, dryRun }: Options, terminal: Terminal): Promise<number> {
  const sources = paths.flatMap(sourcesOf);
  return withSession('services', async ({ ports }) => {
    const readers =
      as === undefined ? ports.receiving.readers : ports.receiving.readers.filter(({ format }) => format === as);
    if (readers.length === 0)
      throw new Misuse(`--as ${as}: ${ports.receiving.readers.map(({ format }) => format).join(', ')}`);
    const bar = terminal.progress({ zh: '接收', en: 'feeding' }, sources.length);
    const [files, skipped]: [FeedOutput['files'][number][], FeedOutput['skipped'][number][]] = [[], []];
    for (const [index, file] of sources.entries()) {
      const receipt = await opened(file, async (payload) => {
        const input = {
          payload,
          door: 'file' as const,
          name: file,
          actor: `cli:${osUserHere()}`,
          readers,
        };
        return dryRun ? ports.receiving.rehearse(input) : ports.receiving.receive(input);
      });
      if ('skipped' in receipt) skipped.push({ file, reason: receipt.skipped });
      else {
        const { sha256: _, ...rest } = receipt;
        const { would, ...counts } = rest;
        const rehearsed = would === undefined ? {} : { would: [...would] };
        files.push({ file, ...counts, refusals: [...rest.refusals], notes: [...rest.notes], ...rehearsed });
      }
      bar.at(index + 1, path.basename(file));
    }
    await workedThrough(ports);
    bar.end();
    const sum = (field: 'records' | 'accepted' | 'duplicates' | 'refused'): number =>
      files.reduce((total, file) => total + file[field], 0);
    const output: FeedOutput = {
      files,
      skipped,
      records: sum('records'),
      accepted: sum('accepted'),
      duplicates: sum('duplicates'),
      refused: sum('refused'),
    };
    terminal.result(output, () => inWords(output, terminal));
    if (output.refused > 0) return EXIT.partlyRefused;
    // Whoever fed a file that nothing reads, or an empty one, believes that something came in.
    return files.length === 0 && skipped.length > 0 ? EXIT.trouble : EXIT.done;
  });
}

/** Opens one input for as long as the work with it takes. What cannot even be unpacked is skipped, with the reason. */
async function opened<T>(
  file: string,
  work: (payload: Payload) => Promise<T>,
): Promise<T | Readonly<{ skipped: string }>> {
  try {
    if (file !== '-') return await work(await payloadIn(file));
    const { payload, dispose } = await spool(process.stdin, os.tmpdir(), Number.MAX_SAFE_INTEGER);
    return await work(payload).finally(dispose);
  } catch (error) {
    if (error instanceof BadPayload) return { skipped: error.message };
    throw error;
  }
}

function sourcesOf(given: string): string[] {
  if (given === '-') return ['-'];
  const stat = statSync(given, { throwIfNoEntry: false });
  if (stat === undefined) throw new Misuse(`没有这个文件或目录 / no such file or folder: ${given}`);
  if (!stat.isDirectory()) return [given];
  return readdirSync(given)
    .sort()
    .flatMap((name) => sourcesOf(path.join(given, name)));
}

const SHOWN = 10;
const SHOWN_WOULD = 50;

function inWords({ files, skipped, records, accepted, duplicates, refused }: FeedOutput, terminal: Terminal): string {
  const table = terminal.table(
    [
      { zh: '文件', en: 'file' },
      { zh: '格式', en: 'format' },
      { zh: '记录', en: 'records' },
      { zh: '接收', en: 'accepted' },
      { zh: '重复', en: 'duplicates' },
      { zh: '拒收', en: 'refused' },
      { zh: '冲突', en: 'conflicts' },
    ],
    files
      .slice(0, 200)
      .map((file) => [
        file.file,
        file.format,
        file.records,
        file.accepted,
        file.duplicates,
        file.refused,
        file.conflicts,
      ]),
  );
  const refusals = files.flatMap(({ file, refusals }) =>
    refusals.map(({ place, reason, expected, zh }) =>
      terminal.pick({ zh: `  ${file}：${zh}`, en: `  ${file}: ${place}: ${reason} — expected: ${expected}` }),
    ),
  );
  const notes = files.flatMap(({ file, notes: own }) =>
    own.map(({ place, note, zh }) =>
      terminal.pick({ zh: `  提示 ${file}：${zh}`, en: `  note ${file}: ${place}: ${note}` }),
    ),
  );
  const would = files.flatMap(({ would = [] }) =>
    would.map(({ place, contract, area, event, duplicateOf, conflictsWith }) => {
      const beside =
        duplicateOf !== null
          ? terminal.pick({ zh: `重复：${duplicateOf}`, en: `duplicate of ${duplicateOf}` })
          : conflictsWith !== null
            ? terminal.pick({ zh: `与 ${conflictsWith} 内容不同`, en: `says something else than ${conflictsWith}` })
            : '';
      return `  ${[place, contract, area, event, beside].filter((part) => part !== '').join(' · ')}`;
    }),
  );
  return [
    table,
    terminal.pick({
      zh: `共${records}条：接收${accepted}，重复${duplicates}，拒收${refused}`,
      en: `${records} records: ${accepted} accepted, ${duplicates} duplicates, ${refused} refused`,
    }),
    ...would.slice(0, SHOWN_WOULD),
    ...notes.slice(0, SHOWN),
    ...(notes.length > SHOWN ? [more(notes.length - SHOWN, terminal)] : []),
    ...refusals.slice(0, SHOWN),
    ...(refusals.length > SHOWN ? [more(refusals.length - SHOWN, terminal)] : []),
    ...skipped.map(({ file, reason }) =>
      terminal.pick({ zh: `  跳过 ${file}：${wordsInChinese(reason)}`, en: `  skipped ${file}: ${reason}` }),
    ),
  ].join('\n');
}

const more = (count: number, terminal: Terminal): string =>
  terminal.pick({ zh: `  ……另有${count}条，加 --json 全部列出`, en: `  … ${count} more, listed with --json` });
