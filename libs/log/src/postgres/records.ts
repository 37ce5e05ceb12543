import type { DomainEvent, EventType } from '@fengsui/contracts';
import { TOPICS } from '@fengsui/contracts';
import { one, rows, run, type Db } from '@fengsui/database';

/**
 * An event as it lies in the log; null when there is none of that id. For a single question: it looks through its
 * topic.
 */
export async function findRecord(db: Db, type: EventType, id: string): Promise<DomainEvent | null> {
  const found = await one<{ body: string }>(
    db,
    `select body from log.record where topic = $1 and body::json->>'id' = $2 limit 1`,
    [TOPICS[type].topic, id],
  );
  return found === null ? null : (JSON.parse(found.body) as DomainEvent);
}

/** All events of some kinds that lie in the log, in the order of each partition. For a replay: it reads them all. */
export async function recordsOf(db: Db, types: readonly EventType[]): Promise<readonly DomainEvent[]> {
  const topics = [...new Set(types.map((type) => TOPICS[type].topic))];
  const found = await rows<{ body: string }>(
    db,
    'select body from log.record where topic = any($1) order by topic, partition, "offset"',
    [topics],
  );
  return found.map(({ body }) => JSON.parse(body) as DomainEvent);
}

/**
 * Puts a consumer elsewhere in a partition: a person's decision, after a topic was made anew or retention passed its
 * position.
 * @param topic as `log.position` has it: `kafka/…` where it is read from Kafka
 * @returns where it stood before; null when there is no such position
 */
export async function movePosition(
  db: Db,
  consumer: string,
  topic: string,
  partition: number,
  to: number,
): Promise<number | null> {
  const key = [consumer, topic, partition];
  const held = await one<{ next: number }>(
    db,
    'select next_offset as next from log.position where consumer = $1 and topic = $2 and partition = $3',
    key,
  );
  if (held === null) return null;
  await run(db, 'update log.position set next_offset = $4 where consumer = $1 and topic = $2 and partition = $3', [
    ...key,
    to,
  ]);
  return held.next;
}
