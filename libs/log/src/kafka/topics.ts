import { FEED_TOPICS, SERVICES, TOPICS, type Topic } from '@fengsui/contracts';
import type { Admin } from 'kafkajs';

/** A message is at most 4 MB; what surrounds it needs some room. */
const MAX_MESSAGE_BYTES = 5_000_000;
const PARKED_RETENTION_DAYS = 400;

type Wanted = Readonly<{ topic: string; partitions: number; retentionDays: number }>;

/** Every topic of the contracts' one table, those that outsiders write, and a dead-letter topic for each. */
export function wantedTopics(): readonly Wanted[] {
  const events = [...new Map(Object.values(TOPICS).map((row: Topic) => [row.topic, row])).values()];
  const own: Wanted[] = [...events, ...FEED_TOPICS].map(({ topic, partitions, retentionDays }) => ({ topic, partitions, retentionDays }));
  // A service parks into the partition of its own number, so that each partition has one writer.
  return [
    ...own,
    ...own.map(({ topic }) => ({ topic: `${topic}.parked`, partitions: SERVICES.length, retentionDays: PARKED_RETENTION_DAYS })),
  ];
}

/** Creates what is missing. @returns what the broker has otherwise than the table says, in words */
export async function ensureTopics(admin: Admin, replication: number): Promise<readonly string[]> {
  const existing = new Set(await admin.listTopics());
  const wanted = wantedTopics();
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0)
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, retentionDays }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: [
          { name: 'retention.ms', value: String(retentionDays * 86_400_000) },
          { name: 'max.message.bytes', value: String(MAX_MESSAGE_BYTES) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replication - 1)) },
        ],
      })),
    });
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ topic }) => topic) });
  return wanted.flatMap(({ topic, partitions }) => {
    const found = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    return found === partitions
      ? []
      : [
          `${topic} has ${found} partitions where the contracts say ${partitions}: keys would lie elsewhere; make a new topic, or put the number right`,
        ];
  });
}
