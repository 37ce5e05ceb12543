import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type DomainEvent } from '@fengsui/contracts';
import kafkajs, { type Kafka } from 'kafkajs';
import { adapterContract, event } from '../contract-for-tests.js';
import { ParkedMessages, partitionOf, type Consumption, type Handler } from '../index.js';
import { kafkaOf } from './client.js';
import { Publisher } from './publisher.js';
import { Relay } from './relay.js';
import { emptyTopics, end, settings, start, type Running } from './running-for-tests.js';
import { ensureTopics } from './topics.js';

const client = (): Kafka => kafkaOf(settings, 'test', () => undefined);

adapterContract('over Apache Kafka', async () => {
  await emptyTopics(client());
  const running = await start(['intake', 'response', 'wildfire', 'duty', 'reporting']);
  return {
    db: running.db,
    log: running.connection.log,
    reset: async () => {
      while (!(await running.connection.log.idle())) await sleep(20);
      await running.db.query(`delete from log.subscription; delete from log.parked`);
    },
    stop: () => end(running),
  };
});

describe('over Apache Kafka', () => {
  let running: Running;
  let kafka: Kafka;
  const consuming: Consumption[] = [];
  beforeAll(async () => {
    kafka = client();
  });
  beforeEach(async () => {
    await emptyTopics(kafka);
    running = await start([]);
  });
  afterEach(async () => {
    await Promise.all(consuming.splice(0).map((one) => one.stop()));
    await end(running);
  });
  afterAll(() => emptyTopics(kafka)); // others use the same broker, and one test has made a topic as it must not be

  const seen: string[] = [];
  const remember: Handler = async (events) => void seen.push(...events.map(({ id }) => id));
  const consume = async (handler: Handler = remember): Promise<void> => {
    seen.length = 0;
    consuming.push(await running.connection.log.consume('response', new Map([['reading.v1', handler]])));
  };
  const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await what())) await sleep(20);
  };
  const append = (...events: readonly DomainEvent[]): Promise<void> =>
    running.db.transaction((tx) => running.outbox.append(tx, events));
  const publisher = async (): Promise<Publisher> => {
    const made = new Publisher(kafka);
    await made.connect();
    return made;
  };
  const PARTITION = partitionOf('a', 4);

  it('drops what a relay publishes again because it died between publishing and moving its position', async () => {
    const own = await publisher();
    let deaths = 0;
    const dying = new Relay(
      { db: running.db, notifications: running.notifications, publisher: own },
      'intake',
      () => undefined,
      async () => {
        deaths += 1;
        if (deaths <= 3) throw new Error('killed between the acknowledgement and the move');
      },
    );
    await append(...Array.from({ length: 20 }, (_, n) => event('a', n)));
    await consume();
    await dying.start();
    await until(() => running.connection.log.idle());
    await append(event('a', 20));
    await until(() => seen.includes('a/20'));
    await dying.stop();
    const admin = kafka.admin();
    await admin.connect();
    const high = Number(
      (await admin.fetchTopicOffsets('observed.readings')).find(({ partition }) => partition === PARTITION)?.high,
    );
    await admin.disconnect();
    await own.disconnect();
    expect(high).toBe(4 * 20 + 1);
    expect(seen).toEqual(Array.from({ length: 21 }, (_, n) => `a/${n}`));
  });

  it('goes on behind the gaps that transactions leave, and parks what others write and nobody can read', async () => {
    const transactional = kafka.producer({ transactionalId: 'gaps', maxInFlightRequests: 1, idempotent: true });
    await transactional.connect();
    for (let n = 0; n < 3; n += 1)
      for (const end of ['commit', 'abort'] as const) {
        const transaction = await transactional.transaction();
        await transaction.send({
          topic: 'observed.readings',
          messages: [
            { key: 'a', partition: PARTITION, value: JSON.stringify(event('a', end === 'commit' ? n : 100 + n)) },
          ],
        });
        await transaction[end]();
      }
    await transactional.disconnect();
    await consume();
    const own = await publisher();
    await own.publish('observed.readings', PARTITION, [{ key: 'a', value: Buffer.from([0xff, 0x00, 0x7b]) }]);
    await own.publish('observed.readings', PARTITION, [
      { key: 'a', value: JSON.stringify({ ...event('a', 7), type: 'reading.v9' }) },
    ]);
    await own.publish('observed.readings', PARTITION, [
      {
        key: 'a',
        value: JSON.stringify(event('a', 8)),
        headers: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`h${n}`, 'x'.repeat(100)])),
      },
    ]);
    await until(() => seen.includes('a/8'));
    await own.disconnect();
    expect(seen).toEqual(['a/0', 'a/1', 'a/2', 'a/8']);
    expect((await new ParkedMessages(running.db).list()).map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/not JSON/),
      expect.stringMatching(/reading\.v9/),
    ]);
    const ofResponse = await publisher();
    const relay = new Relay(
      { db: running.db, notifications: running.notifications, publisher: ofResponse },
      'response',
      () => undefined,
    );
    await relay.start();
    await until(
      async () =>
        (
          (await running.db.query(
            `select 1 from log.relayed where topic = 'observed.readings.parked' and kafka_next = 2`,
          )) as unknown[]
        ).length === 1,
    );
    await relay.stop();
    await ofResponse.disconnect();
  });

  it.each([
    ['gzip', kafkajs.CompressionTypes.GZIP],
    ['snappy', kafkajs.CompressionTypes.Snappy],
    ['lz4', kafkajs.CompressionTypes.LZ4],
  ])('reads batches compressed with %s', async (_, compression) => {
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({
      topic: 'observed.readings',
      compression,
      messages: [{ key: 'a', partition: PARTITION, value: JSON.stringify(event('a', 1)) }],
    });
    await producer.disconnect();
    await consume();
    await until(() => seen.length === 1);
    expect(running.fatal).toEqual([]);
  });

  it('stops with both offsets and the command when the topic was made anew behind its back', async () => {
    const own = await publisher();
    for (let n = 0; n < 5; n += 1)
      await own.publish('observed.readings', PARTITION, [{ key: 'a', value: JSON.stringify(event('a', n)) }]);
    await consume();
    await until(() => seen.length === 5);
    await Promise.all(consuming.splice(0).map((one) => one.stop()));
    await emptyTopics(kafka);
    const admin = kafka.admin();
    await admin.connect();
    await ensureTopics(admin, 1);
    await admin.disconnect();
    await own.publish('observed.readings', PARTITION, [{ key: 'a', value: JSON.stringify(event('a', 9)) }]);
    await own.disconnect();
    await consume();
    await until(() => running.fatal.length > 0);
    expect(running.fatal[0]?.message).toMatch(
      new RegExp(
        `observed.readings/${PARTITION}/5.*0 to 1.*made anew.*fengsui positions move response observed.readings ${PARTITION} 0`,
      ),
    );
    expect(seen).toEqual([]);
  });

  it('makes every topic of the contracts with its dead-letter topic, and says what is otherwise at the broker', async () => {
    const admin = kafka.admin();
    await admin.connect();
    expect(await ensureTopics(admin, 1)).toEqual([]);
    expect(await admin.listTopics()).toEqual(
      expect.arrayContaining([
        ...new Set(Object.values(TOPICS).map(({ topic }) => topic)),
        'feed.warnings',
        'feed.warnings.parked',
      ]),
    );
    await admin.createPartitions({ topicPartitions: [{ topic: 'observed.storms', count: 3 }] });
    // The answer of a broker may be older than what its controller has decided.
    await until(
      async () => (await admin.fetchTopicMetadata({ topics: ['observed.storms'] })).topics[0]?.partitions.length === 3,
    );
    expect(await ensureTopics(admin, 1)).toEqual([
      expect.stringMatching(/observed.storms has 3 partitions where the contracts say 1/),
    ]);
    await admin.disconnect();
  });
});
