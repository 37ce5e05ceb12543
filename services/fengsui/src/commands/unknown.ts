import type { CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, when, type Said, type Terminal } from '../terminal.js';

const KINDS: Readonly<Record<string, Said>> = {
  station: { zh: '测站', en: 'station' },
  sender: { zh: '发布者', en: 'sender' },
  place: { zh: '地点', en: 'place' },
};

export const UNKNOWN_COMMAND: CommandOf = {
  name: 'unknown',
  about: { zh: '预案不认识的测站、发布者、地点', en: 'stations, senders and places that the plan does not know' },
  example: 'unknown',
  run: (_, terminal) => unknown(terminal),
};

/** What somebody must say the meaning of: an alias in gauges.csv, a sender in senders.yaml, a place to the issuer. */
function unknown(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const rows = await ports.intake.unknown();
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '类别', en: 'kind' },
          { zh: '所写', en: 'written' },
          { zh: '来自', en: 'from' },
          { zh: '最近', en: 'last' },
          { zh: '条数', en: 'records' },
          { zh: '相近', en: 'written like' },
        ],
        rows.map(({ kind, name, actor, lastAt, records, near }) => [
          terminal.pick(KINDS[kind] as Said),
          name,
          actor,
          when(lastAt),
          records,
          near.join(', '),
        ]),
      ),
    );
    return EXIT.done;
  });
}
