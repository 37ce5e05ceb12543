import type { DomainEvent } from '@fengsui/contracts';
import { rows, type Db } from '@fengsui/database';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

/** Everything that was appended to the log in PostgreSQL, in the order of the log within a partition. */
export async function appended(db: Db): Promise<readonly DomainEvent[]> {
  const records = await rows<{ body: string }>(db, 'select body from log.record order by topic, partition, "offset"');
  return records.map(({ body }) => JSON.parse(body) as DomainEvent);
}

/** Messages as an ordinary client of others would write them, one after the other. */
export async function produce(
  brokers: readonly string[],
  messages: readonly Readonly<{ topic: string; key: string; value: Buffer }>[],
): Promise<void> {
  const kafka = new Kafka({ clientId: 'somebody', brokers: [...brokers], logLevel: logLevel.ERROR });
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  for (const { topic, ...message } of messages) await producer.send({ topic, messages: [message] });
  await producer.disconnect();
}
