import { LEVEL_IN_CHINESE, utc } from '@fengsui/contracts';
import { textOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { state } from './listing.js';

export const LEVELS_COMMAND: CommandOf = {
  name: 'levels',
  about: { zh: '应急响应等级与待签发建议', en: 'response levels and open proposals' },
  example: 'levels --at 2020-06-07T03:00:00+08:00',
  options: [{ flags: '--at <instant>', about: { zh: '某一时刻', en: 'at an instant' } }],
  run: (typed, terminal) => levels(textOf(typed, 'at'), terminal),
};

function levels(at: string | undefined, terminal: Terminal): Promise<number> {
  if (at !== undefined && Number.isNaN(Date.parse(at))) throw new Misuse(`--at ${at}: 2020-06-07T03:00:00+08:00`);
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.response.levels(at === undefined ? undefined : utc(at));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '机构', en: 'authority' },
          { zh: '响应', en: 'response' },
          { zh: '等级', en: 'level' },
          { zh: '状态', en: 'state' },
          { zh: '自', en: 'since' },
          { zh: '签发', en: 'decided by' },
          { zh: '理由', en: 'reason' },
        ],
        rows.map((row) => [
          terminal.pick({ zh: row.authorityName, en: row.authority }),
          terminal.pick({ zh: row.name, en: row.issuedAs.join('+') }),
          terminal.pick({ zh: LEVEL_IN_CHINESE[row.level], en: row.level }),
          state(terminal, row.state),
          when(row.since),
          row.decidedBy === null ? null : plans.duty.nameOf(row.decidedBy),
          row.reason,
        ]),
      ),
    );
    return EXIT.done;
  });
}
