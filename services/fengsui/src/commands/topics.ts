import { topicsAtBroker } from '@fengsui/log';
import type { CommandOf } from '../command.js';
import { settingsOfInstallation } from '../installation.js';
import { EXIT, type Terminal } from '../terminal.js';

export const TOPICS_COMMAND: CommandOf = {
  name: 'topics',
  about: { zh: '全部主题及其在 Kafka 中的情况', en: 'every topic, and what the broker has of it' },
  example: 'topics',
  run: (_, terminal) => topics(terminal),
};

/** Every topic as the contracts have it, and what the broker has of it; what differs is marked. Needs no database. */
async function topics(terminal: Terminal): Promise<number> {
  const shown = await topicsAtBroker(settingsOfInstallation());
  terminal.result(shown, () =>
    terminal.table(
      [
        { zh: '主题', en: 'topic' },
        { zh: '键', en: 'keyed by' },
        { zh: '写入方', en: 'writer' },
        { zh: '保存（天）', en: 'kept, days' },
        { zh: '分区', en: 'partitions' },
        { zh: 'Kafka 中的分区', en: 'at the broker' },
        { zh: '消息', en: 'messages' },
      ],
      shown.map(({ topic, keyedBy, writer, retentionDays, partitions, atBroker, messages }) => [
        topic,
        keyedBy,
        writer,
        retentionDays,
        partitions,
        atBroker === null || atBroker === partitions ? (atBroker ?? '—') : `${atBroker} ≠ ${partitions}`,
        messages ?? '—',
      ]),
    ),
  );
  return EXIT.done;
}
