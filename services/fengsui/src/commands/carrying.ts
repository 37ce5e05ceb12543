import { withSession } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

/** How far every consumer is behind its topics, and every outbox behind Kafka where there is one. */
export function lag(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports: { db } }) => {
    const rows = (await db.query(`
      select s.consumer, s.topic, p.partition, coalesce(c.next_offset, 0) as position,
             case when s.topic like 'kafka/%' then coalesce(r.kafka_next, 0) else p.next_offset end as "end"
      from log.subscription s
      join log.partition p on p.topic = replace(s.topic, 'kafka/', '')
      left join log.relayed r on r.topic = p.topic and r.partition = p.partition
      left join log.position c on c.consumer = s.consumer and c.topic = s.topic and c.partition = p.partition
      union all
      select 'relay', p.topic, p.partition, coalesce(r.next_offset, 0), p.next_offset from log.partition p join log.relayed r using (topic, partition)
      order by 1, 2, 3`)) as { consumer: string; topic: string; partition: number; position: number; end: number }[];
    const shown = rows.map((row) => ({ ...row, lag: Math.max(0, row.end - row.position) }));
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
    await db.transaction(async (tx) => {
      await tx.query('update log.position set next_offset = $4 where consumer = $1 and topic = $2 and partition = $3', [...place, offset]);
      await tx.query('delete from log.origin where consumer = $1 and topic = $2 and partition = $3', place);
    });
    terminal.result(
      { consumer, topic, partition: number, from: row.next_offset, to: offset },
      () => `${consumer} ${topic}/${partition}: ${row.next_offset} → ${offset}`,
    );
    return EXIT.done;
  });
}
