import { LEVEL_IN_CHINESE, utc } from '@fengsui/contracts';
import { textOf, type CommandOf } from '../command.js';
import type { Ports } from '../one-process.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when, type Said, type Terminal } from '../terminal.js';

type Explained = Awaited<ReturnType<Ports['response']['explain']>>[number];

/** Why the level is what it is: every condition that holds or nearly does, what was refused, what would change it. */
export const EXPLAIN_COMMAND: CommandOf = {
  name: 'explain',
  about: { zh: '为何是现在的响应等级', en: 'why the response level is what it is' },
  example: 'explain --at 2020-06-07T03:00:00+08:00',
  options: [
    { flags: '--at <instant>', about: { zh: '某一时刻', en: 'at an instant' } },
    {
      flags: '--authority <code>',
      about: { zh: '机构区划代码；不写为本市', en: 'GB/T 2260 code; the city without it' },
    },
  ],
  run: (typed, terminal) => {
    const at = textOf(typed, 'at');
    if (at !== undefined && Number.isNaN(Date.parse(at))) throw new Misuse(`--at ${at}: 2020-06-07T03:00:00+08:00`);
    return withSession('ports', async ({ ports }) => {
      const found = await ports.response.explain(at === undefined ? null : utc(at), textOf(typed, 'authority'));
      const nothing = { zh: '此前没有任何依据需要研判', en: 'nothing had come in by then that had to be weighed' };
      terminal.result(found, () =>
        found.length === 0 ? terminal.pick(nothing) : found.map((one) => shown(one, terminal)).join('\n'),
      );
      return EXIT.done;
    });
  },
};

const STATES: Readonly<Record<Explained['conditions'][number]['state'], Said>> = {
  holds: { zh: '达到', en: 'holds' },
  near: { zh: '接近', en: 'near' },
  masked: { zh: '达到（低于现行等级）', en: 'masked' },
  refused: { zh: '已研判', en: 'refused' },
  stale: { zh: '最后读数', en: 'stale' },
};

const shown = (found: Explained, terminal: Terminal): string =>
  [
    found.reason,
    terminal.table(
      [
        { zh: '条件', en: 'condition' },
        { zh: '等级', en: 'level' },
        { zh: '状态', en: 'state' },
        { zh: '依据', en: 'by' },
        { zh: '自', en: 'since' },
      ],
      found.conditions.map(({ id, text, level, state, by, since }) => [
        terminal.pick({ zh: text, en: id }),
        terminal.pick({ zh: LEVEL_IN_CHINESE[level], en: level }),
        terminal.pick(STATES[state]),
        by,
        when(since),
      ]),
    ),
  ].join('\n');
