import type { Service } from '@fengsui/contracts';
import type { Clock, Notifications } from '@fengsui/database';
import { SettingsError, type Settings } from '@fengsui/settings';
import type { DataSource } from 'typeorm';
import type { Positions } from '../exactly-once.js';
import type { PostgresLog } from '../postgres/log.js';
import { kafkaOf } from './client.js';
import { KafkaFeeds } from './feeds.js';
import { KafkaLog } from './log.js';
import { Publisher } from './publisher.js';
import { Relay } from './relay.js';
import { ensureTopics } from './topics.js';
import type { KafkaLogOptions } from './wire.js';

/** What a process has of Kafka: the log over it, what outsiders feed, and the relays of the services that run here. */
export type KafkaConnection = Readonly<{ log: KafkaLog; feeds: KafkaFeeds; stop: () => Promise<void> }>;

/**
 * Connects a process to Kafka: makes the topics that are missing and starts the relays of its services.
 * @throws SettingsError when a topic has other partitions than the contracts say
 */
export async function connectKafka(
  settings: Settings,
  runtime: Readonly<{
    db: DataSource;
    clock: Clock;
    notifications: Notifications;
    outbox: PostgresLog;
    positions: Positions;
  }>,
  services: readonly Service[],
  options: KafkaLogOptions,
): Promise<KafkaConnection> {
  const { db, clock, notifications, outbox, positions } = runtime;
  const kafka = kafkaOf(settings, 'fengsui', (what) => options.onTrouble(new Error(what), 'kafka'));
  const admin = kafka.admin();
  await admin.connect();
  try {
    const faults = await ensureTopics(admin, settings.KAFKA_REPLICATION);
    if (faults.length > 0) throw new SettingsError('the topics at the broker are not those of the contracts', faults);
  } finally {
    await admin.disconnect();
  }
  const publisher = new Publisher(kafka);
  if (services.length > 0) await publisher.connect();
  const relays = services.map((service) => new Relay({ db, notifications, publisher }, service, options.onTrouble));
  for (const relay of relays) await relay.start();
  return {
    log: new KafkaLog({ db, clock, kafka }, outbox, options, positions),
    feeds: new KafkaFeeds(db, clock, kafka, options),
    stop: async () => {
      await Promise.all(relays.map((relay) => relay.stop()));
      await publisher.disconnect();
    },
  };
}
