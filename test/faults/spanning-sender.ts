import type { Kafka, Message } from 'kafkajs';

/** Sends messages to partitions; resolves when all of them are acknowledged. */
export type Sender = Readonly<{
  send: (topic: string, lanes: readonly (readonly Message[])[]) => Promise<void>;
  stop: () => Promise<void>;
}>;

/**
 * What nobody may do (docs/decisions/0007), so that the suite can show that it would be found: one call over several
 * partitions.
 */
export async function spanningSender(kafka: Kafka, how: 'spanning' | 'batch'): Promise<Sender> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return {
    send: async (topic, lanes) => {
      const messages = lanes.flatMap((lane, partition) => lane.map((message) => ({ ...message, partition })));
      if (how === 'spanning') await producer.send({ topic, acks: -1, messages });
      else await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
    },
    stop: () => producer.disconnect(),
  };
}
