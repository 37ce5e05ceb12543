import { flagOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, when, type Terminal } from '../terminal.js';
import { cut, LAST_SHOWN, state } from './listing.js';

export const TASKS_COMMAND: CommandOf = {
  name: 'tasks',
  about: { zh: '人员转移任务', en: 'transfer tasks' },
  example: 'tasks --open',
  options: [{ flags: '--open', about: { zh: '只列未结的', en: 'only what is open' } }],
  run: (typed, terminal) => tasks(flagOf(typed, 'open'), terminal),
};

function tasks(open: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.response.tasks(open);
    terminal.result(
      rows,
      () =>
        terminal.table(
          [
            { zh: '任务', en: 'task' },
            { zh: '状态', en: 'state' },
            { zh: '县区', en: 'county' },
            { zh: '应转', en: 'people' },
            { zh: '已转', en: 'moved' },
            { zh: '不在', en: 'absent' },
            { zh: '拒转', en: 'refusing' },
            { zh: '限时', en: 'due' },
          ],
          rows
            .slice(-LAST_SHOWN)
            .map((row) => [
              row.id,
              state(terminal, row.state),
              plans.response.counties.nameOf(row.county),
              row.people,
              row.moved,
              row.absent,
              row.refusing,
              when(row.dueAt),
            ]),
        ) + cut(rows.length, terminal),
    );
    return EXIT.done;
  });
}
