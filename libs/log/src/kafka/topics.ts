import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_TOPICS, SERVICES, TOPICS, type Service, type Topic } from '@fengsui/contracts';
import type { Settings } from '@fengsui/settings';
import kafkajs, { type Admin, type ITopicConfig, type ITopicMetadata } from 'kafkajs';
import { readsZstd } from './codecs.js';
import { kafkaOf } from './client.js';

/** A message is at most 4 MB; what surrounds it needs some room. */
const MAX_MESSAGE_BYTES = 5_000_000;
const PARKED_RETENTION_DAYS = 400;
/** A broker hears of a new topic within a second, a busy one within some. */
const ASKED_FOR_NEW_TOPICS = 150;
const ASK_AGAIN_MS = 200;

type Wanted = Readonly<{
  topic: string;
  partitions: number;
  retentionDays: number;
  keyedBy: string;
  /** Who writes it. */ writer: Service | 'outsiders' | 'whoever parks';
}>;
/** A topic beside what the broker has of it. */
export type TopicAtBroker = Wanted & Readonly<{ atBroker: number | null; messages: number | null }>;

/** Every topic of the contracts' one table, those that outsiders write, and a dead-letter topic for each. */
export function wantedTopics(): readonly Wanted[] {
  const events = [...new Map(Object.values(TOPICS).map((row: Topic) => [row.topic, row])).values()];
  const own: Wanted[] = [
    ...events.map(({ topic, partitions, retentionDays, keyedBy, writer }) => ({
      topic,
      partitions,
      retentionDays,
      keyedBy,
      writer,
    })),
    ...FEED_TOPICS.map((feed) => ({ ...feed, writer: 'outsiders' as const })),
  ];
  // A service parks into the partition of its own number, so that each partition has one writer.
  return [
    ...own,
    ...own.map(({ topic, keyedBy }) => ({
      topic: `${topic}.parked`,
      partitions: SERVICES.length,
      retentionDays: PARKED_RETENTION_DAYS,
      keyedBy,
      writer: 'whoever parks' as const,
    })),
  ];
}

/**
 * Every topic with its partitions and messages at the broker; null for what is not there, or where there is no Kafka.
 */
export async function topicsAtBroker(settings: Settings): Promise<TopicAtBroker[]> {
  const wanted = wantedTopics();
  if (settings.KAFKA_BROKERS === undefined)
    return wanted.map((topic) => ({ ...topic, atBroker: null, messages: null }));
  const admin = kafkaOf(settings, 'fengsui topics', () => undefined).admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const found: TopicAtBroker[] = [];
    for (const topic of wanted) {
      const offsets = existing.has(topic.topic) ? await admin.fetchTopicOffsets(topic.topic) : null;
      const messages =
        offsets === null ? null : offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
      found.push({ ...topic, atBroker: offsets?.length ?? null, messages });
    }
    return found;
  } finally {
    await admin.disconnect();
  }
}

/** Creates what is missing. @returns what the broker has otherwise than the table says, in words */
export async function ensureTopics(admin: Admin, replication: number): Promise<readonly string[]> {
  const existing = new Set(await admin.listTopics());
  const wanted = wantedTopics();
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0)
    await makeTopics(
      admin,
      missing.map(({ topic, partitions, retentionDays }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: [
          { name: 'retention.ms', value: String(retentionDays * 86_400_000) },
          { name: 'max.message.bytes', value: String(MAX_MESSAGE_BYTES) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replication - 1)) },
          // Outsiders compress as they like: the broker keeps it in a way that every runtime reads.
          ...(isFeed(topic) ? [{ name: 'compression.type', value: 'lz4' }] : []),
        ],
      })),
    );
  const topics = await metadataOf(
    admin,
    wanted.map(({ topic }) => topic),
  );
  const unreadable = readsZstd ? [] : await keptAsSent(admin);
  const others = wanted.flatMap(({ topic, partitions }) => {
    const found = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    return found === partitions
      ? []
      : [
          `${topic} has ${found} partitions where the contracts say ${partitions}: keys would lie elsewhere; make a new topic, or put the number right`,
        ];
  });
  return [...others, ...unreadable];
}

/**
 * Makes topics and waits until the broker has heard of each. The client's own waiting gives up at a broker that has
 * not heard of one yet.
 */
export async function makeTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics });
  await metadataOf(
    admin,
    topics.map(({ topic }) => topic),
  );
}

/**
 * What the broker says of topics that may have been made a moment ago: asked again until it has heard of each and
 * each has a leader. What it then still does not know is an error.
 */
async function metadataOf(admin: Admin, topics: string[]): Promise<ITopicMetadata[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await admin.fetchTopicMetadata({ topics })).topics;
    } catch (error) {
      if (attempt >= ASKED_FOR_NEW_TOPICS || !isNotThereYet(error)) throw error;
      await sleep(ASK_AGAIN_MS);
    }
  }
}

function isNotThereYet(error: unknown): boolean {
  const type = error instanceof Error && 'type' in error ? error.type : null;
  return type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE';
}

const isFeed = (topic: string): boolean => FEED_TOPICS.some((feed) => feed.topic === topic);

/**
 * Feed topics in which a batch may lie compressed with zstd, for a runtime that cannot read it: said at the start,
 * not at the first batch.
 */
async function keptAsSent(admin: Admin): Promise<string[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: FEED_TOPICS.map(({ topic }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: ['compression.type'],
    })),
  });
  return resources.flatMap(({ resourceName, configEntries }) => {
    const kept = configEntries[0]?.configValue ?? 'producer';
    return kept === 'producer' || kept === 'zstd'
      ? [
          `${resourceName} has compression.type ${kept}, so zstd may lie in it, which Node.js ${process.versions.node} cannot read: set it to lz4 at the topic, or run Node.js 22.15 or later`,
        ]
      : [];
  });
}
