import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaOf, makeTopics, Publisher } from '@fengsui/log';
import { readSettings } from '@fengsui/settings';
import type { Kafka, Message } from 'kafkajs';
import { startBrokers } from '../brokers.js';
import { spanningSender, type Sender } from './spanning-sender.js';

const TOPIC = 'leaders';
const PARTITIONS = 4;
const MESSAGES_A_SEND = 20;

/**
 * Publishes to three brokers, replication three, while the leaders are killed one after the other; then reads
 * everything back. An acknowledged message must be there, and once. @param broken `spanning` or `batch`: sends as the
 * publisher must not
 */
export async function leaders(
  least: number,
  kills: number,
  broken: string,
): Promise<Readonly<{ lost: number; doubled: number; acknowledged: number; kills: number; longest: number }>> {
  const cluster = await startBrokers({ brokers: 3 });
  const kafka = kafkaOf(readSettings({ KAFKA_BROKERS: cluster.brokers.join(',') }), 'leaders', () => undefined);
  try {
    const admin = kafka.admin();
    await admin.connect();
    await makeTopics(admin, [
      {
        topic: TOPIC,
        numPartitions: PARTITIONS,
        replicationFactor: 3,
        configEntries: [{ name: 'min.insync.replicas', value: '2' }],
      },
    ]);
    const sender =
      broken === 'spanning' || broken === 'batch'
        ? await spanningSender(kafka, broken)
        : await onePartitionASend(kafka);
    const acknowledged = new Set<string>();
    let [longest, number, done] = [0, 0, false];
    const lane = (): Message[] =>
      Array.from({ length: MESSAGES_A_SEND }, () => ({ value: `${(number += 1)} ${'x'.repeat(200)}` }));
    const sending = (async () => {
      while (!done || acknowledged.size < least) {
        const lanes = Array.from({ length: PARTITIONS }, lane);
        const before = process.hrtime.bigint();
        try {
          await sender.send(TOPIC, lanes);
          for (const { value } of lanes.flat()) acknowledged.add(String(value).split(' ')[0] ?? '');
        } catch {
          await sleep(50); // not acknowledged: it may be there, or not
        }
        longest = Math.max(longest, Number(process.hrtime.bigint() - before) / 1e6);
      }
    })();
    for (let n = 0; n < kills; n += 1) {
      await sleep(4_000);
      const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
      const victim = (topics[0]?.partitions[n % PARTITIONS]?.leader ?? 1) - 1;
      await cluster.kill(victim);
      await sleep(5_000);
      cluster.restart(victim);
      await allInSync(admin);
    }
    done = true;
    await sending;
    await sender.stop();
    await admin.disconnect();
    const counts = await readBack(kafka);
    return {
      lost: [...acknowledged].filter((one) => !counts.has(one)).length,
      doubled: [...acknowledged].filter((one) => (counts.get(one) ?? 0) > 1).length,
      acknowledged: acknowledged.size,
      kills,
      longest,
    };
  } finally {
    await cluster.stop();
  }
}

/** As the relay does: each partition in a call of its own. */
async function onePartitionASend(kafka: Kafka): Promise<Sender> {
  const publisher = new Publisher(kafka);
  await publisher.connect();
  return {
    send: async (topic, lanes) =>
      void (await Promise.all(lanes.map((messages, partition) => publisher.publish(topic, partition, messages)))),
    stop: () => publisher.disconnect(),
  };
}

async function allInSync(admin: ReturnType<Kafka['admin']>): Promise<void> {
  for (;;) {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] }).catch(() => ({ topics: [] }));
    if (topics[0]?.partitions.every(({ isr }) => isr.length === 3) === true) return;
    await sleep(200);
  }
}

/** How often each message lies in the topic. */
async function readBack(kafka: Kafka): Promise<Map<string, number>> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(TOPIC)).map(({ partition, high }) => [partition, Number(high)]));
  await admin.disconnect();
  const counts = new Map<string, number>();
  const open = new Set([...ends].filter(([, high]) => high > 0).map(([partition]) => partition));
  const consumer = kafka.consumer({ groupId: 'leaders' });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachBatch: async ({ batch }) => {
          for (const { value } of batch.messages) {
            const one = String(value).split(' ')[0] ?? '';
            counts.set(one, (counts.get(one) ?? 0) + 1);
          }
          if (Number(batch.lastOffset()) + 1 >= (ends.get(batch.partition) ?? 0)) open.delete(batch.partition);
          if (open.size === 0) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return counts;
}
