import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_TOPICS } from '@fengsui/contracts';
import type { Clock } from '@fengsui/database';
import type { Consumption, FeedMessage, KafkaFeeds } from '@fengsui/log';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { contentOfBytes } from '../content.js';
import type { Receiving } from '../receive.js';
import { DOORS, readersFor, type Door } from './doors.js';

const WAIT_MS = 500;

/** A message that became nothing. It is parked with what was wrong, and its neighbours go on. */
class NothingToTake extends Error {}

/**
 * What any Kafka client writes into `feed.*`: raw bytes of any format, or contract JSON. Only intake reads it. The position moves in the
 * transaction that stores what became of the message.
 */
export class FeedTopics implements OnApplicationBootstrap, OnApplicationShutdown {
  private consumption: Consumption | null = null;

  constructor(
    private readonly feeds: KafkaFeeds,
    private readonly receiving: Receiving,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.consumption = await this.feeds.consume((message) => this.take(message));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.consumption?.stop();
  }

  private async take({ topic, partition, offset, bytes, finish }: FeedMessage): Promise<void> {
    while (await this.clock.isVirtual()) await sleep(WAIT_MS); // the demonstration has the stage to itself
    const contract = DOORS[topic.replace('feed.', '') as Door];
    const receipt = await this.receiving.receive({
      content: await contentOfBytes(bytes),
      door: 'kafka',
      name: `${topic}/${partition}/${offset}`,
      actor: `kafka:${topic}`,
      readers: readersFor(this.receiving.readers, contract),
      permit: ({ type }) =>
        type === contract
          ? null
          : { place: '', reason: `${type} in ${topic}`, expected: `${contract} (${FEED_TOPICS.length} topics, one for each)` },
      finish,
    });
    if ('skipped' in receipt) throw new NothingToTake(receipt.skipped);
  }
}
