import { textOf, wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

const idOf = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new Misuse(`${text}: fengsui parked list`);
  return Number(text);
};
const done = { zh: '已执行', en: 'done' };

const parked = {
  list: (terminal: Terminal): Promise<number> =>
    withSession('ports', async ({ ports }) => {
      const rows = await ports.parked.list();
      terminal.result(rows, () =>
        terminal.table(
          [
            { zh: '编号', en: 'id' },
            { zh: '服务', en: 'consumer' },
            { zh: '位置', en: 'place' },
            { zh: '键', en: 'key' },
            { zh: '原因', en: 'reason' },
          ],
          rows.map(({ id, consumer, place, key, reason }) => [id, consumer, place, key, reason]),
        ),
      );
      return EXIT.done;
    }),
  show: (id: string, terminal: Terminal): Promise<number> =>
    withSession('ports', async ({ ports }) => {
      const row = await ports.parked.show(idOf(id));
      if (row === null) throw new Misuse(`${id}: fengsui parked list`);
      terminal.result(row, () => `${row.place} ${row.consumer}\n${row.reason}\n${row.body}`);
      return EXIT.done;
    }),
  retry: (id: string, terminal: Terminal): Promise<number> =>
    withSession('services', async ({ ports }) => {
      if (!(await ports.parked.retry(idOf(id)))) throw new Misuse(`${id}: fengsui parked list`);
      for (let tries = 0; tries < 100 && (await ports.parked.show(idOf(id)))?.state === 'retry'; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      const after = await ports.parked.show(idOf(id));
      terminal.result(
        { id: idOf(id), state: after?.state, reason: after?.reason },
        () => `${id}: ${after?.state === 'done' ? terminal.pick(done) : after?.reason}`,
      );
      return after?.state === 'done' ? EXIT.done : EXIT.trouble;
    }),
  drop: (id: string, reason: string, terminal: Terminal): Promise<number> =>
    withSession('ports', async ({ ports }) => {
      if (!(await ports.parked.drop(idOf(id), reason))) throw new Misuse(`${id}: fengsui parked list`);
      terminal.result({ id: idOf(id), state: 'dropped', reason }, () => `${id}: ${terminal.pick(done)}`);
      return EXIT.done;
    }),
};

const ID = [{ name: '<id>' }];

export const PARKED_COMMANDS: readonly CommandOf[] = [
  {
    name: 'parked list',
    about: { zh: '列出', en: 'list' },
    example: 'parked list',
    run: (_, terminal) => parked.list(terminal),
  },
  {
    name: 'parked show',
    about: { zh: '查看', en: 'show one' },
    example: 'parked show 3',
    words: ID,
    run: (typed, terminal) => parked.show(wordOf(typed, 0), terminal),
  },
  {
    name: 'parked retry',
    about: { zh: '重试', en: 'try again' },
    example: 'parked retry 3',
    words: ID,
    run: (typed, terminal) => parked.retry(wordOf(typed, 0), terminal),
  },
  {
    name: 'parked drop',
    about: { zh: '放弃', en: 'drop' },
    example: 'parked drop 3 --reason …',
    words: ID,
    options: [{ flags: '--reason <text>', about: { zh: '理由', en: 'reason' }, required: true }],
    run: (typed, terminal) => parked.drop(wordOf(typed, 0), textOf(typed, 'reason') ?? '', terminal),
  },
];
