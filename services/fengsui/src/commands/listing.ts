import { flagOf, type CommandOf } from '../command.js';
import { withSession, type Session } from '../session.js';
import { EXIT, type Said, type Terminal } from '../terminal.js';

const STATES: Readonly<Record<string, string>> = {
  ordered: '已签发',
  proposed: '待签发',
  raised: '已下达',
  moving: '转移中',
  overdue: '逾期',
  'to-verify': '待核查',
  judged: '已反馈',
  noted: '仅记录',
  withdrawn: '已撤销',
  awake: '燃烧中',
  asleep: '休眠',
  extinguished: '明火扑灭',
  ended: '已结束',
  merged: '已归并',
  ringing: '呼叫中',
  answered: '已应答',
  unanswered: '无人应答',
  closed: '已结束',
  unverified: '待核实',
  open: '未办',
  met: '已办结',
  dropped: '不再需要',
};
/** A state in the language of the terminal. */
export const state = (terminal: Terminal, name: string): string =>
  terminal.pick({ zh: STATES[name] ?? name, en: name });
/** A table shows this many of the last; `--json` has all. */
const LAST_SHOWN = 30;

export type Column<Row> = readonly [
  head: Said,
  cell: (row: Row, terminal: Terminal, session: Session) => string | number | null,
];

/** A command that lists what a service has, all of it or what is open. */
export function listing<Row>(
  { name, about }: Pick<CommandOf, 'name' | 'about'>,
  rowsOf: (session: Session, open: boolean) => Promise<readonly Row[]>,
  columns: readonly Column<Row>[],
): CommandOf {
  return {
    name,
    about,
    example: `${name} --open`,
    options: [{ flags: '--open', about: { zh: '只列未结的', en: 'only what is open' } }],
    run: (typed, terminal) =>
      withSession('ports', async (session) => {
        const rows = await rowsOf(session, flagOf(typed, 'open'));
        terminal.result(rows, () => tableOfLast(rows, columns, terminal, session));
        return EXIT.done;
      }),
  };
}

/** A command that shows a table of all that there is. */
export const tableOf = <Row>(
  { name, about }: Pick<CommandOf, 'name' | 'about'>,
  rowsOf: (session: Session) => Promise<readonly Row[]> | readonly Row[],
  columns: readonly Column<Row>[],
): CommandOf => ({
  name,
  about,
  example: name,
  run: (_, terminal) =>
    withSession('ports', async (session) => {
      const rows = await rowsOf(session);
      terminal.result(rows, () => cellsOf(rows, columns, terminal, session));
      return EXIT.done;
    }),
});

/** The last of some rows as a table, and how many there are. */
export const tableOfLast = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminal: Terminal,
  session: Session,
): string => cellsOf(rows.slice(-LAST_SHOWN), columns, terminal, session) + cut(rows.length, terminal);

const cellsOf = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminal: Terminal,
  session: Session,
): string =>
  terminal.table(
    columns.map(([head]) => head),
    rows.map((row) => columns.map(([, cell]) => cell(row, terminal, session))),
  );

/** Says how many there are, where not all are shown. */
const cut = (count: number, terminal: Terminal): string =>
  count <= LAST_SHOWN
    ? ''
    : `\n${terminal.pick({ zh: `(共${count}项，显示最近${LAST_SHOWN}项；加 --json 全部列出)`, en: `(the last ${LAST_SHOWN} of ${count}; all with --json)` })}`;
