import { flagOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, when, type Terminal } from '../terminal.js';
import { cut, LAST_SHOWN, state } from './listing.js';

export const CALLS_COMMAND: CommandOf = {
  name: 'calls',
  about: { zh: '叫应记录', en: 'calls and answers' },
  example: 'calls --open',
  options: [{ flags: '--open', about: { zh: '只列未结的', en: 'only what is open' } }],
  run: (typed, terminal) => calls(flagOf(typed, 'open'), terminal),
};

function calls(open: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.duty.calls(open);
    terminal.result(
      rows,
      () =>
        terminal.table(
          [
            { zh: '呼叫', en: 'call' },
            { zh: '状态', en: 'state' },
            { zh: '内容', en: 'subject' },
            { zh: '开始', en: 'started' },
            { zh: '步', en: 'steps' },
            { zh: '应答', en: 'answered by' },
          ],
          rows
            .slice(-LAST_SHOWN)
            .map((row) => [
              row.id,
              state(terminal, row.state),
              row.subject,
              when(row.startedAt),
              row.steps,
              row.answeredBy === null ? null : plans.duty.nameOf(row.answeredBy),
            ]),
        ) + cut(rows.length, terminal),
    );
    return EXIT.done;
  });
}
