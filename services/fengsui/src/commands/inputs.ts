import { writeFileSync } from 'node:fs';
import { osUserHere } from '@fengsui/access';
import { flagOf, textOf, wordOf, type CommandOf } from '../command.js';
import { mayReadNames, workedThrough, withSession } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';

/** The last inputs are listed; older ones are found by their hash. */
const LISTED = 200;
/** As much of a text is shown as fits a screen. */
const SHOWN_BYTES = 2_000;
const SEALED = {
  zh: '原文可能含姓名，已封存；有权者加 --names 查看',
  en: 'sealed: it may name persons; --names shows it',
};
const noSuch = (id: string): Misuse => new Misuse(`${id}: 没有这个输入 / no such input; fengsui inputs list`);

function list(refused: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const rows = await ports.intake.inputs(refused, LISTED);
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '编号', en: 'id' },
          { zh: '收到', en: 'received' },
          { zh: '入口', en: 'door' },
          { zh: '名称', en: 'name' },
          { zh: '格式', en: 'format' },
          { zh: '字节', en: 'bytes' },
          { zh: '退回', en: 'refused' },
          { zh: '提示', en: 'notes' },
        ],
        rows.map(({ id, receivedAt, door, name, format, size, refused: count, notes }) => [
          id.slice(0, 12),
          when(receivedAt),
          door,
          name,
          format,
          size,
          count,
          notes,
        ]),
      ),
    );
    return EXIT.done;
  });
}

function show(id: string, file: string | undefined, names: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async (session) => {
    const { ports } = session;
    const input = await ports.intake.input(id);
    if (input === null) throw noSuch(id);
    const masked = input.sealedUnder !== null && !names;
    if (masked && file !== undefined) throw new Misuse(terminal.pick(SEALED));
    const who = names ? await mayReadNames(session) : null;
    const bytes = masked ? Buffer.from(terminal.pick(SEALED)) : await ports.intake.contents(input, who);
    if (file !== undefined) writeFileSync(file, bytes);
    const text = bytes.subarray(0, SHOWN_BYTES).toString('utf8');
    const told = [
      ...input.refusals.map(({ place, reason, expected, zh }) =>
        terminal.pick({ zh: `  退回 ${zh}`, en: `  refused ${place}: ${reason} — expected: ${expected}` }),
      ),
      ...input.notes.map(({ place, note, zh }) =>
        terminal.pick({ zh: `  提示 ${zh}`, en: `  note ${place}: ${note}` }),
      ),
    ];
    terminal.result({ ...input, text }, () =>
      [
        `${input.id}`,
        `${when(input.receivedAt)} ${input.door} ${input.name} ${input.format} ${input.size}`,
        ...(input.publishedAt === null
          ? []
          : [terminal.pick({ zh: `发布 ${when(input.publishedAt)}`, en: `published ${when(input.publishedAt)}` })]),
        ...told,
        file === undefined ? text : file,
      ].join('\n'),
    );
    return EXIT.done;
  });
}

function retry(id: string, terminal: Terminal): Promise<number> {
  return withSession('services', async ({ ports }) => {
    const receipt = await ports.receiving.again(id, `cli:${osUserHere()}`);
    if (receipt === null) throw noSuch(id);
    await workedThrough(ports);
    if ('skipped' in receipt) {
      terminal.result(receipt, () => receipt.skipped);
      return EXIT.trouble;
    }
    const { format, records, accepted, duplicates, refused, refusals } = receipt;
    terminal.result(receipt, () =>
      [
        terminal.pick({
          zh: `${format}：共${records}条，接收${accepted}，重复${duplicates}，拒收${refused}`,
          en: `${format}: ${records} records, ${accepted} accepted, ${duplicates} duplicates, ${refused} refused`,
        }),
        ...refusals
          .slice(0, 10)
          .map(
            ({ place, reason, expected, zh }) => `  ${terminal.pick({ zh, en: `${place}: ${reason} — ${expected}` })}`,
          ),
      ].join('\n'),
    );
    return refused > 0 ? EXIT.partlyRefused : EXIT.done;
  });
}

const ID = [{ name: '<id>', about: { zh: '编号或其开头', en: 'the id, or its beginning' } }];

/** What came in, with its bytes and what was said of it; and once more, after a mapping or the plan was mended. */
export const INPUTS_COMMANDS: readonly CommandOf[] = [
  {
    name: 'inputs list',
    about: { zh: '收到的文件、报文', en: 'files and messages that came in' },
    example: 'inputs list --refused',
    options: [{ flags: '--refused', about: { zh: '只列有退回的', en: 'only those of which something was refused' } }],
    run: (typed, terminal) => list(flagOf(typed, 'refused'), terminal),
  },
  {
    name: 'inputs show',
    about: { zh: '查看一份：退回、提示、原文', en: 'one of them: refusals, notes, bytes' },
    example: 'inputs show 3f9a12',
    words: ID,
    options: [
      { flags: '--bytes <file>', about: { zh: '原文写入文件', en: 'write its bytes to a file' } },
      {
        flags: '--names',
        about: { zh: '可能含姓名的也显示（记入审计）', en: 'also where it may name persons; the audit knows' },
      },
    ],
    run: (typed, terminal) => show(wordOf(typed, 0), textOf(typed, 'bytes'), flagOf(typed, 'names'), terminal),
  },
  {
    name: 'inputs retry',
    about: { zh: '改正映射或预案后重新读取', en: 'read it again, after a mapping or the plan was mended' },
    example: 'inputs retry 3f9a12',
    words: ID,
    run: (typed, terminal) => retry(wordOf(typed, 0), terminal),
  },
];
