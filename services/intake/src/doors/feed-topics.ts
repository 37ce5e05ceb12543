import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_TOPICS } from '@fengsui/contracts';
import type { Clock } from '@fengsui/database';
import type { Consumption, FeedMessage, KafkaFeeds, TakeFeed } from '@fengsui/log';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { payloadOf } from '../keeping/payload.js';
import type { Permit } from '../accepting/judging.js';
import type { Reader } from '../readers/reader.js';
import type { Receiving } from '../accepting/receiving.js';
import { ENDPOINTS, readersFor, type Endpoint } from './endpoints.js';

const WAIT_MS = 500;

/** A message that became nothing. It is parked with what was wrong, and its neighbours go on. */
class NothingToTake extends Error {}

/**
 * What any Kafka client writes into `feed.*`: raw bytes of any format, or contract JSON. Only intake reads it. The
 * position moves in the transaction that stores what became of the message.
 */
export class FeedTopics implements OnApplicationBootstrap, OnApplicationShutdown {
  private consumption: Consumption | null = null;

  constructor(
    private readonly feeds: KafkaFeeds,
    private readonly receiving: Receiving,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.consumption = await this.feeds.consume((messages, finish) => this.take(messages, finish));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.consumption?.stop();
  }

  private async take(messages: readonly FeedMessage[], finish: Parameters<TakeFeed>[1]): Promise<void> {
    while (await this.clock.isVirtual()) await sleep(WAIT_MS); // the demonstration has the stage to itself
    const inputs = messages.map(({ topic, partition, offset, bytes }) => ({
      bytes,
      door: 'kafka' as const,
      name: `${topic}/${partition}/${offset}`,
      actor: `kafka:${topic}`,
      ...this.mayHold(topic),
    }));
    const [only, another] = inputs;
    if (only === undefined) return;
    if (another !== undefined) return this.receiving.receiveTogether(inputs, finish);
    const { bytes, ...about } = only;
    const receipt = await this.receiving.receive({
      ...about,
      payload: await payloadOf(bytes),
      finish: (tx, refused) => finish(tx, [refused]),
    });
    if ('skipped' in receipt) throw new NothingToTake(receipt.skipped);
  }

  /** What a topic is for: formats that give its contract, and nothing else. */
  private mayHold(topic: string): Readonly<{ readers: readonly Reader[]; permit: Permit }> {
    const contract = ENDPOINTS[topic.replace('feed.', '') as Endpoint];
    return {
      readers: readersFor(this.receiving.readers, contract),
      permit: ({ type }) =>
        type === contract
          ? null
          : {
              place: '',
              reason: `${type} in ${topic}`,
              expected: `${contract} (${FEED_TOPICS.length} topics, one for each)`,
            },
    };
  }
}
