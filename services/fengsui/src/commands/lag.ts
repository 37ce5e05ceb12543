import { lagOf } from '@fengsui/log';
import type { CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, type Terminal } from '../terminal.js';

export const LAG_COMMAND: CommandOf = {
  name: 'lag',
  about: { zh: '各消费者的积压', en: 'how far every consumer is behind' },
  example: 'lag',
  run: (_, terminal) => lag(terminal),
};

/** How far every consumer is behind its topics, and every outbox behind Kafka where there is one. */
function lag(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports: { db } }) => {
    const shown = await lagOf(db);
    terminal.result(shown, () =>
      terminal.table(
        [
          { zh: '消费者', en: 'consumer' },
          { zh: '主题', en: 'topic' },
          { zh: '分区', en: 'partition' },
          { zh: '位置', en: 'position' },
          { zh: '末尾', en: 'end' },
          { zh: '积压', en: 'lag' },
        ],
        shown.map((row) => [row.consumer, row.topic, row.partition, row.position, row.end, row.lag]),
      ),
    );
    return EXIT.done;
  });
}
