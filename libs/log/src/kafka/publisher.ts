import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';

/**
 * The only one who sends. One call carries one partition: a call that spans partitions loses acknowledged messages
 * when a leader moves (docs/decisions/0007), because the client keeps answers by broker and never sends again what
 * moved to a broker that had answered. Idempotent with one request in flight, so nothing is doubled or reordered
 * either.
 */
export class Publisher {
  private readonly producer: Producer;

  constructor(kafka: Kafka) {
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: true,
      maxInFlightRequests: 1,
    });
  }

  connect(): Promise<void> {
    return this.producer.connect();
  }

  disconnect(): Promise<void> {
    return this.producer.disconnect();
  }

  /**
   * @param compressed with gzip, which every client reads
   * @returns the offset of the first message, when all of them are on every replica in sync
   */
  async publish(
    topic: string,
    partition: number,
    messages: readonly Omit<Message, 'partition'>[],
    compressed = false,
  ): Promise<number> {
    const [answer] = await this.producer.send({
      topic,
      acks: -1,
      timeout: 30_000,
      compression: compressed ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None,
      messages: messages.map((message) => ({ ...message, partition })),
    });
    return Number(answer?.baseOffset ?? -1);
  }
}
