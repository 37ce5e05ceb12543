import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainEvent } from '@fengsui/contracts';
import type { Admin, Kafka, KafkaMessage } from 'kafkajs';
import { event } from '../contract-for-tests.js';
import { partitionOf, Publisher, type Consumption, type Handler } from '../index.js';
import { kafkaOf } from './client.js';
import { KafkaConsumer } from './consumer.js';
import { Relay } from './relay.js';
import { emptyTopics, end, settings, start, type Running } from './running-for-tests.js';

const TOPIC = 'observed.readings';
const PARTITION = partitionOf('a', 4);

describe('what goes wrong over Apache Kafka', () => {
  let kafka: Kafka;
  let admin: Admin;
  let publisher: Publisher;
  let running: Running;
  let consuming: Consumption[] = [];
  beforeAll(async () => {
    kafka = kafkaOf(settings, 'test', () => undefined);
    admin = kafka.admin();
    await admin.connect();
  });
  beforeEach(async () => {
    await emptyTopics(kafka);
    running = await start([], { standstillMs: 2_000 });
    publisher = new Publisher(kafka); // its numbers belong to the topics as they are now
    await publisher.connect();
  });
  afterEach(async () => {
    await Promise.all(consuming.splice(0).map((one) => one.stop()));
    await publisher.disconnect();
    await end(running);
  });
  afterAll(async () => {
    await admin.disconnect();
    consuming = [];
  });

  const seen: string[] = [];
  const remember: Handler = async (events) => void seen.push(...events.map(({ id }) => id));
  const consume = async (handler: Handler = remember): Promise<Consumption> => {
    const started = await running.connection.log.consume('response', new Map([['reading.v1', handler]]));
    consuming.push(started);
    return started;
  };
  const stopAll = async (): Promise<void> => void (await Promise.all(consuming.splice(0).map((one) => one.stop())));
  const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await what())) await sleep(20);
  };
  const publish = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 1)
      await publisher.publish(TOPIC, PARTITION, [{ key: 'a', value: JSON.stringify(event('a', n)) }]);
  };
  /**
   * As retention does. A client that knew the topic before it was made anew asks the wrong leader once: asked again,
   * it knows.
   */
  const forget = async (before: number): Promise<void> => {
    // it must have heard of a topic before it deletes from it
    await until(() => admin.fetchTopicOffsets(TOPIC).then(Boolean, () => false));
    await admin.deleteTopicRecords({ topic: TOPIC, partitions: [{ partition: PARTITION, offset: String(before) }] });
  };

  it('stops with both offsets and the command when retention has passed its position, and goes on where a person puts it', async () => {
    seen.length = 0;
    await publish(0, 5);
    await consume();
    await until(() => seen.length === 5);
    await stopAll();
    await publish(5, 15);
    await forget(10);
    await consume();
    await until(() => running.fatal.length > 0);
    expect(running.fatal[0]?.message).toMatch(
      new RegExp(
        `response must go on at ${TOPIC}/${PARTITION}/5.*10 to 15.*retention has passed.*fengsui positions move response ${TOPIC} ${PARTITION} 10`,
      ),
    );
    expect(seen).toHaveLength(5);
    await stopAll();
    await running.db.query(
      'update log.position set next_offset = 10 where consumer = $1 and topic = $2 and partition = $3',
      ['response', `kafka/${TOPIC}`, PARTITION],
    );
    await consume();
    await until(() => seen.length === 10);
    expect(seen.slice(5)).toEqual(Array.from({ length: 5 }, (_, n) => `a/${10 + n}`));
  });

  it('notices retention that passes it while it works, and skips nothing silently', async () => {
    seen.length = 0;
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await publish(0, 1);
    await consume(async (events, batch) => {
      await held;
      await remember(events, batch);
    });
    await sleep(500); // it holds the first
    await publish(1, 20);
    await forget(15);
    letGo();
    await until(() => running.fatal.length > 0);
    expect(running.fatal[0]?.message).toMatch(
      /response must go on at .*\/1, but the broker has 15 to 20: retention has passed it/,
    );
    expect(seen).toEqual(['a/0']);
  });

  it('keeps its membership while a batch takes longer than a session lasts', async () => {
    seen.length = 0;
    let batches = 0;
    await publish(0, 3);
    await consume(async (events, batch) => {
      batches += 1;
      if (batches === 1) await sleep(12_000); // a session lasts ten seconds
      await remember(events, batch);
    });
    await until(() => seen.length === 3);
    expect([batches, seen, running.fatal]).toEqual([1, ['a/0', 'a/1', 'a/2'], []]);
    expect(running.trouble.filter((what) => /rebalanc|not aware of this member/.test(what))).toEqual([]);
  });

  it('begins with what the broker still has where it never read', async () => {
    seen.length = 0;
    await publish(0, 5);
    await forget(3);
    await consume();
    await until(() => seen.length === 2);
    expect([seen, running.fatal]).toEqual([['a/3', 'a/4'], []]);
  });

  it('starts a consumer anew that stands still while its topic goes on, and counts it', async () => {
    seen.length = 0;
    const own = new Publisher(kafka);
    await own.connect();
    const relay = new Relay(
      { db: running.db, notifications: running.notifications, publisher: own },
      'intake',
      () => undefined,
    );
    await relay.start();
    const append = (...events: readonly DomainEvent[]): Promise<void> =>
      running.db.transaction((tx) => running.outbox.append(tx, events));
    await append(event('a', 0));
    const consumption = await consume();
    await until(() => seen.length === 1);
    // Its fetching is stopped behind its back, as a client that has lost its way stops.
    if (!(consumption instanceof KafkaConsumer)) throw new Error('not over Kafka');
    (consumption as unknown as { consumer: { pause: (topics: { topic: string }[]) => void } }).consumer.pause([
      { topic: TOPIC },
    ]);
    await append(event('a', 1));
    await until(() => seen.length === 2);
    expect(running.restarted).toEqual(['response']);
    expect(running.trouble).toEqual(
      expect.arrayContaining([expect.stringMatching(/response is started anew.*stood still/)]),
    );
    await relay.stop();
    await own.disconnect();
  });

  it('starts a consumer of what outsiders feed anew when it asks for nothing any more', async () => {
    const taken: number[] = [];
    const consumption = await running.connection.feeds.consume(async (messages, finish) => {
      await running.db.transaction((tx) =>
        finish(
          tx,
          messages.map(() => null),
        ),
      );
      taken.push(...messages.map(({ offset }) => offset));
    });
    consuming.push(consumption);
    // the client has given up, the process lives
    await (consumption as unknown as { consumer: { stop: () => Promise<void> } }).consumer.stop();
    await publisher.publish('feed.readings', 0, [{ value: 'one' }, { value: 'two' }]);
    await until(() => taken.length === 2);
    expect(taken).toEqual([0, 1]);
    expect(running.trouble).toEqual(
      expect.arrayContaining([expect.stringMatching(/intake is started anew.*asked for nothing/)]),
    );
  });

  it('says in every message which trace it belongs to, the same whenever it is published again', async () => {
    const own = new Publisher(kafka);
    await own.connect();
    let deaths = 0;
    const relay = new Relay(
      { db: running.db, notifications: running.notifications, publisher: own },
      'intake',
      () => undefined,
      async () => {
        deaths += 1;
        if (deaths === 1) throw new Error('killed between the acknowledgement and the move');
      },
    );
    await running.db.transaction((tx) => running.outbox.append(tx, [event('a', 0), event('a', 1)]));
    await relay.start();
    const messages: KafkaMessage[] = [];
    const reader = kafka.consumer({ groupId: `reader-${process.pid}` });
    await reader.connect();
    await reader.subscribe({ topic: TOPIC, fromBeginning: true });
    await reader.run({ eachMessage: async ({ message }) => void messages.push(message) });
    await until(() => messages.length === 4);
    await reader.disconnect();
    await relay.stop();
    await own.disconnect();
    const traces = messages.map(({ headers }) => String(headers?.['traceparent']));
    for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(traces.slice(0, 2)).toEqual(traces.slice(2));
    expect(new Set(traces.map((trace) => trace.split('-')[1])).size).toBe(1);
    expect(new Set(traces).size).toBe(2);
  });
});
