import { LEVEL_IN_CHINESE } from '@fengsui/contracts';
import { judgeNotice } from '@fengsui/response';
import { textOf, wordOf, type CommandOf } from '../command.js';
import { readPlans } from '../one-process.js';
import { readNotices } from '../replay/notices-folder.js';
import { EXIT, when, type Said } from '../terminal.js';
import { readSettings } from '@fengsui/settings';

const DIFFERENCES: Readonly<Record<string, Said>> = {
  agrees: { zh: '一致', en: 'agrees' },
  higher: { zh: '建议更高', en: 'higher' },
  lower: { zh: '建议更低', en: 'lower' },
  later: { zh: '建议更晚', en: 'later' },
  none: { zh: '不作判定', en: 'not judged' },
};

/** Published notices against what was known before each: what the plan would have called for, and what is missing. */
export const REPLAY_NOTICES_COMMAND: CommandOf = {
  name: 'replay notices',
  about: { zh: '以历次通知检验预案', en: 'hold a plan against published notices' },
  example: 'replay notices data/notices',
  words: [
    {
      name: '<folder>',
      about: { zh: '通知（*.jsonl）与当时资料所在目录', en: 'folder of notices and of what was known' },
    },
  ],
  options: [{ flags: '--plan <folder>', about: { zh: '另一预案目录', en: 'another plan' } }],
  run: async (typed, terminal) => {
    const plans = readPlans(textOf(typed, 'plan') ?? readSettings(process.env).FENGSUI_PLAN);
    const { notices, known, planOf, names } = await readNotices(wordOf(typed, 0), plans);
    const judged = notices.map((notice) => judgeNotice(notice, known, planOf));
    const left = judged.filter((one) => !one.judged).length;
    terminal.result(
      judged,
      () =>
        `${terminal.table(
          [
            { zh: '时间', en: 'at' },
            { zh: '机构', en: 'authority' },
            { zh: '响应', en: 'response' },
            { zh: '签发', en: 'ordered' },
            { zh: '建议', en: 'proposed' },
            { zh: '结果', en: 'difference' },
            { zh: '已知', en: 'known' },
            { zh: '缺少', en: 'missing' },
          ],
          judged.map((one) => [
            when(one.at),
            names[one.authority] ?? one.authority,
            one.response,
            LEVEL_IN_CHINESE[one.ordered],
            one.proposed === null ? null : `${LEVEL_IN_CHINESE[one.proposed.level]} ${when(one.proposed.at)}`,
            terminal.pick(DIFFERENCES[one.difference] as Said),
            [...new Set(one.known.map(({ text }) => text))].join('；'),
            one.missing.join('；'),
          ]),
        )}\n${terminal.pick({ zh: `共${judged.length}份，${left}份无自身依据，不作判定`, en: `${judged.length} notices, ${left} not judged` })}`,
    );
    return EXIT.done;
  },
};
