import { flagOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, when, type Terminal } from '../terminal.js';
import { cut, LAST_SHOWN, state } from './listing.js';

export const WILDFIRES_COMMAND: CommandOf = {
  name: 'wildfires',
  about: { zh: '待核查和已核查的火情', en: 'fires to verify and judged' },
  example: 'wildfires --open',
  options: [{ flags: '--open', about: { zh: '只列未结的', en: 'only what is open' } }],
  run: (typed, terminal) => wildfires(flagOf(typed, 'open'), terminal),
};

function wildfires(open: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.wildfire.wildfires(open);
    terminal.result(
      rows,
      () =>
        terminal.table(
          [
            { zh: '编号', en: 'fire' },
            { zh: '状态', en: 'state' },
            { zh: '县区', en: 'county' },
            { zh: '首见', en: 'first seen' },
            { zh: '迹象', en: 'signs' },
            { zh: '核查限时', en: 'due' },
            { zh: '结论', en: 'verdict' },
          ],
          rows
            .slice(-LAST_SHOWN)
            .map((row) => [
              row.id,
              state(terminal, row.state),
              plans.wildfire.counties.nameOf(row.county),
              when(row.firstSeenAt),
              row.signs,
              when(row.dueAt),
              row.verdict,
            ]),
        ) + cut(rows.length, terminal),
    );
    return EXIT.done;
  });
}
