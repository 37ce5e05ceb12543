import { lagOf, topicsAtBroker } from '@fengsui/log';
import { settingsOfInstallation } from '../installation.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

/** How far every consumer is behind its topics, and every outbox behind Kafka where there is one. */
export function lag(terminal: Terminal): Promise<number> {
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

/** Every topic as the contracts have it, and what the broker has of it; what differs is marked. Needs no database. */
export async function topics(terminal: Terminal): Promise<number> {
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

/** Puts a consumer's place in a Kafka partition elsewhere: after the topic was made anew, or retention passed it. A person's decision. */
export function reposition(consumer: string, topic: string, partition: string, to: string, terminal: Terminal): Promise<number> {
  const [number, offset] = [Number(partition), Number(to)];
  if (!Number.isInteger(number) || number < 0 || !Number.isInteger(offset) || offset < 0) throw new Misuse(`${partition} ${to}: 0, 1, 2 …`);
  return withSession('ports', async ({ ports: { db } }) => {
    const place = [consumer, `kafka/${topic}`, number];
    const [row] = (await db.query('select next_offset from log.position where consumer = $1 and topic = $2 and partition = $3', place)) as {
      next_offset: number;
    }[];
    if (row === undefined) throw new Misuse(`没有这个位置 / there is no such position: ${consumer} ${topic}/${partition}`);
    await db.query('update log.position set next_offset = $4 where consumer = $1 and topic = $2 and partition = $3', [...place, offset]);
    terminal.result(
      { consumer, topic, partition: number, from: row.next_offset, to: offset },
      () => `${consumer} ${topic}/${partition}: ${row.next_offset} → ${offset}`,
    );
    return EXIT.done;
  });
}
