import type { CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, when, type Terminal } from '../terminal.js';

export const CONFLICTS_COMMAND: CommandOf = {
  name: 'conflicts',
  about: { zh: '同一标识而内容不同的报文', en: 'messages with one identity and different content' },
  example: 'conflicts',
  run: (_, terminal) => conflicts(terminal),
};

/** Messages whose identity was taken by other content: a person looks which one holds. */
function conflicts(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const rows = await ports.intake.conflicts();
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '时间', en: 'at' },
          { zh: '标识', en: 'identity' },
          { zh: '来源', en: 'from' },
          { zh: '位置', en: 'place' },
          { zh: '事件', en: 'event' },
        ],
        rows.map(({ recordedAt, identity, name, place, event }) => [when(recordedAt), identity, name, place, event]),
      ),
    );
    return EXIT.done;
  });
}
