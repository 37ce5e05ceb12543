import type { CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, type Terminal } from '../terminal.js';

export const FORMATS_COMMAND: CommandOf = {
  name: 'formats',
  about: { zh: '可接收的格式', en: 'formats that are read' },
  example: 'formats',
  run: (_, terminal) => formats(terminal),
};

/** Every format that this installation reads, with those of its mapping files. */
function formats(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const rows = ports.receiving.readers.map(({ format, about }) => ({ format, about }));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '格式', en: 'format' },
          { zh: '说明', en: 'what it reads' },
        ],
        rows.map(({ format, about }) => [format, about]),
      ),
    );
    return EXIT.done;
  });
}
