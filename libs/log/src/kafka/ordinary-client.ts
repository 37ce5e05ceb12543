import { Kafka, logLevel, Partitioners } from 'kafkajs';

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
