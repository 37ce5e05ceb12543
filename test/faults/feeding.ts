import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_TOPICS, type EventType } from '@fengsui/contracts';
import { partitionOf, Publisher } from '@fengsui/log';
import type { Kafka } from 'kafkajs';
import type { FedEvent } from '../oracle/input.js';

const EVENTS_A_MESSAGE = 200;
const FEEDS: Readonly<Partial<Record<EventType, string>>> = {
  'reading.v1': 'feed.readings',
  'incident.v1': 'feed.incidents',
  'hotspot.v1': 'feed.hotspots',
  'work-record.v1': 'feed.records',
};

/** One message of a feed; `poison` says that nothing can be made of it. */
export type Message = Readonly<{
  topic: string;
  partition: number;
  value: Buffer;
  headers?: Record<string, string>;
  events: readonly FedEvent[];
}>;

/** The events as messages, in their order per key: a key always lies in one partition. */
export function messagesOf(events: readonly FedEvent[]): Message[] {
  const lanes = new Map<string, FedEvent[]>();
  const messages: Message[] = [];
  const close = (lane: string, held: readonly FedEvent[]): void => {
    const [topic = '', partition] = lane.split(' ');
    if (held.length > 0)
      messages.push({
        topic,
        partition: Number(partition),
        value: Buffer.from(held.map(({ line }) => `${line}\n`).join('')),
        events: held,
      });
  };
  for (const event of events) {
    const topic = FEEDS[event.type] ?? '';
    const lane = `${topic} ${partitionOf(event.key, FEED_TOPICS[0]?.partitions ?? 1)}`;
    const held = [...(lanes.get(lane) ?? []), event];
    if (held.length < EVENTS_A_MESSAGE) lanes.set(lane, held);
    else {
      close(lane, held);
      lanes.delete(lane);
    }
  }
  for (const [lane, held] of lanes) close(lane, held);
  return messages;
}

/** What a key must look like to its consumers: each event once, in the order in which it first came. */
export function ordersOf(messages: readonly Message[]): Map<string, string[]> {
  const orders = new Map<string, Set<string>>();
  for (const { id, type, key } of messages.flatMap(({ events }) => events)) {
    const place = `${type} ${key}`;
    const order = orders.get(place) ?? new Set<string>();
    orders.set(place, order.add(id));
  }
  return new Map([...orders].map(([place, order]) => [place, [...order]]));
}

/**
 * Twice, in another order, late; with messages between that nobody can read. @returns the messages, and how many of
 * them must be parked
 */
export function disordered(
  events: readonly FedEvent[],
  random: () => number,
): Readonly<{ messages: Message[]; parked: number }> {
  const late = events.map((event) => (random() < 0.1 && event.type === 'work-record.v1' ? lateByAMonth(event) : event));
  const shuffled = [...late, ...late.filter(() => random() < 0.5)]
    .map((event) => [random(), event] as const)
    .sort(([a], [b]) => a - b)
    .map(([, event]) => event);
  const good = messagesOf(shuffled);
  const bad: Omit<Message, 'partition' | 'events'>[] = [
    { topic: 'feed.readings', value: Buffer.from([0xff, 0x00, 0x7b, 0x01]) },
    { topic: 'feed.readings', value: Buffer.from('{"type":"reading.v1","data":') },
    { topic: 'feed.incidents', value: Buffer.from(events.find(({ type }) => type === 'reading.v1')?.line ?? '') },
    {
      topic: 'feed.records',
      value: Buffer.from('{"type":"work-record.v99","occurredAt":"2020-06-07T00:00:00Z","data":{}}'),
    },
    { topic: 'feed.hotspots', value: Buffer.alloc(0) },
    { topic: 'feed.readings', value: Buffer.alloc(6_000_000, 'x') },
  ];
  const flood = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`h${n}`, 'x'.repeat(200)]));
  const every = Math.max(1, Math.floor(good.length / 24));
  let parked = 0;
  const messages = good.flatMap((message, index): Message[] => {
    const flooded = index % 7 === 0 ? { ...message, headers: flood } : message;
    const poison = bad[(index / every) % bad.length];
    if (index % every !== 0 || poison === undefined) return [flooded];
    parked += 1;
    return [flooded, { ...poison, partition: index % 4, events: [] }];
  });
  return { messages, parked };
}

const lateByAMonth = (event: FedEvent): FedEvent => ({
  ...event,
  line: event.line.replace('"occurredAt":"2020-06', '"occurredAt":"2020-05'),
});

/**
 * Feeds as an outsider does: each message until it is acknowledged, and waits while `ahead` says that it is too far
 * before the work.
 */
export async function feed(
  kafka: Kafka,
  messages: readonly Message[],
  ahead: (fed: number) => Promise<boolean>,
  running: () => boolean,
): Promise<void> {
  const publisher = new Publisher(kafka);
  await publisher.connect();
  for (const [index, { topic, partition, value, headers }] of messages.entries()) {
    while (running() && (await ahead(index))) await sleep(50);
    for (let acknowledged = false; !acknowledged && running();) {
      try {
        // A large message goes compressed, so that the broker's own limit lets it through.
        await publisher.publish(
          topic,
          partition,
          [{ value, ...(headers === undefined ? {} : { headers }) }],
          value.length > 1_000_000,
        );
        acknowledged = true;
      } catch {
        await sleep(200);
      }
    }
  }
  await publisher.disconnect();
}
